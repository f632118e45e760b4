"""The last look before a video is sent: what goes where, what it costs, how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import streamlit as st

from components import video_form_draft as form
from components.job_panel import usual_at
from components.summary import last_look
from components.wording import dollars, plain, span
from lipsync.accounts import Account
from lipsync.i18n import t
from lipsync.price import estimated_price_usd, estimated_video_price_usd
from lipsync.request import LipSyncRequest
from lipsync.studio import Studio
from lipsync.upstream.replies import TaskKind
from lipsync.video_request import VideoRequest


def account_choice(accounts: Mapping[str, Account]) -> Account:
    """The account to send to; asked only where there are several."""
    names = list(accounts)
    if st.session_state.get(form.ACCOUNT) not in names:
        st.session_state[form.ACCOUNT] = names[0]
    if len(names) > 1:
        st.selectbox(
            t("Account"),
            names,
            format_func=lambda name: _label(accounts[name]),
            key=form.ACCOUNT,
            persist_state="session",
            help=t("It pays for the video and for everything that the video says: a video speaks only on the "
                   "account that made it."),
        )  # fmt: skip
    return accounts[st.session_state[form.ACCOUNT]]


def video_summary(
    studio: Studio, request: VideoRequest, line: LipSyncRequest | None, account: Account
) -> None:
    """What will be sent, in short lines."""
    quality = t("professional quality") if request.mode == "pro" else t("standard quality")
    what = t("A video of {seconds} s {source}, {quality}", seconds=request.duration,
             source=_source(request), quality=quality)  # fmt: skip
    lines = [
        f":material/movie: {what}",
        ":material/send: " + t("Goes to **{account}**", account=plain(account.label)),
        ":material/payments: " + price_in_words(account, request, line),
        ":material/schedule: " + _time(studio, request, line, account),
    ]
    if line is not None:
        lines.insert(1, ":material/graphic_eq: " + t("When it is ready, your line is sent by itself"))
    if public_url := studio.settings.public_url:
        host = urlsplit(public_url).hostname or public_url
        lines.append(":material/call_received: " + t("The service reports back to {host}", host=plain(host)))
    last_look(lines)


def _source(request: VideoRequest) -> str:
    if request.kind is TaskKind.TEXT2VIDEO:
        return t("from your words")
    first = request.picture_id or request.picture_url
    last = request.tail_picture_id or request.tail_picture_url
    if first and last:
        return t("from your first picture to your last one")
    return t("that ends with your picture") if last else t("from a picture")


def price_in_words(account: Account, request: VideoRequest, line: LipSyncRequest | None) -> str:
    """The estimated price of both jobs, always labelled as one; honest where it is not known."""
    if account.on_this_machine:
        return t("Free: this is the sandbox")
    video = estimated_video_price_usd(account, request)
    spoken = estimated_price_usd(account, request.seconds) if line is not None else None
    if video is None:
        words = t(
            "The service's price list says what the video costs; it depends on model, length and quality"
        )
        if spoken is None:
            return words
        return f"{words}. " + t("Your line: about {price} more (an estimate)", price=dollars(spoken))
    if spoken is None:
        return t("About {price} (an estimate; the service sets the price)", price=dollars(video))
    return t(
        "About {sum}: {video} for the video, {line} for your line (an estimate; the service sets the price)",
        sum=dollars(video + spoken), video=dollars(video), line=dollars(spoken),
    )  # fmt: skip


def _time(studio: Studio, request: VideoRequest, line: LipSyncRequest | None, account: Account) -> str:
    video = usual_at(studio, account, request.kind)
    if line is None:
        return t("Usually takes about {time}", time=span(video))
    spoken = usual_at(studio, account, TaskKind.LIP_SYNC)
    return t("Usually about {video} for the video, then {line} for your line", video=span(video),
             line=span(spoken))  # fmt: skip


def _label(account: Account) -> str:
    words = t("{label}: free, on this computer", label=account.label)
    return words if account.on_this_machine else account.label
