"""The last look before sending: what goes where, what it costs, how long it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import streamlit as st

from components.wording import dollars, length, plain, span, voice_name
from lipsync.accounts import Account
from lipsync.i18n import t
from lipsync.parent_shelf import KnownParent
from lipsync.parents import eligibility
from lipsync.price import estimated_price_usd
from lipsync.request import LipSyncRequest


def summary(
    request: LipSyncRequest,
    parent: KnownParent,
    account: Account,
    *,
    usual_seconds: float,
    public_url: str | None,
) -> None:
    """What will be sent, in short lines."""
    voice = voice_name(request.voice_id, request.voice_language)
    what = {
        "text": t(
            "A text in the voice **{voice}** at speed {speed}", voice=plain(voice), speed=request.voice_speed
        ),
        "sound": t("Your sound"),
        "link": t("The sound behind your link"),
    }[request.source]
    lines = [
        f":material/graphic_eq: {what}, " + t("on a video of {length}", length=length(parent.parent.seconds)),
        ":material/send: " + t("Goes to **{account}**", account=plain(account.label)),
        ":material/payments: " + price_in_words(account, parent.parent.seconds),
        ":material/schedule: " + t("Usually takes about {time}", time=span(usual_seconds)),
    ]
    verdict = eligibility(parent.parent)
    if verdict.soon_too_old:
        words = t("This video will soon be too old to speak: {left}", left=verdict.days_left_in_words)
        lines.append(f":orange[:material/hourglass_bottom: {plain(words)}]")
    if public_url:
        host = urlsplit(public_url).hostname or public_url
        lines.append(":material/call_received: " + t("The service reports back to {host}", host=plain(host)))
    last_look(lines)


def last_look(lines: Sequence[str]) -> None:
    """Short lines, each with its sign before it; what goes on below hangs behind the sign."""
    with st.container(key="last-look"):
        st.markdown("\n\n".join(lines))


def cannot_be_sent(parent: KnownParent, accounts: Mapping[str, Account]) -> None:
    """In its place where the video cannot speak: why not, and what to do."""
    verdict = eligibility(parent.parent, accounts=accounts)
    if not verdict.make_again:
        st.info(
            t("**This video cannot speak yet.** Come back when it is ready, or choose another one."),
            icon=":material/hourglass_top:",
        )
        return
    words = t(
        "**This video cannot speak: {why}.** Choose another one, or make it again. The buttons for both are "
        "below the video.",
        why=plain(", ".join(verdict.in_short)),
    )
    if parent.parent.account not in accounts:
        words += " " + t("Whoever runs this studio can also put the account back into its settings.")
    st.warning(words, icon=":material/block:")


def price_in_words(account: Account, clip_seconds: float | None) -> str:
    """The estimated price, always labelled as one."""
    if account.on_this_machine:
        return t("Free: this is the sandbox")
    price = estimated_price_usd(account, clip_seconds)
    if price is None:
        return t("The price depends on the video's length, which is not known")
    return t("About {price} (an estimate; the service sets the price)", price=dollars(price))
