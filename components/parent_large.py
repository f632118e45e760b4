"""One parent video, large: its player, and what there is to know about it at a glance."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from components.asking import asker
from components.make_again import make_again
from components.notices import sandbox_mark
from components.parent_cards import account_label, picture_of, size_words, title_of
from components.person import speak
from components.pulse import pulse
from components.routes import parent_url
from components.wording import length, plain
from lipsync.accounts import Account, UnknownAccount
from lipsync.explain import explain_call
from lipsync.i18n import t
from lipsync.media import MediaToolMissing, NotPlayable
from lipsync.parent_shelf import KnownParent, ParentNotFound
from lipsync.parents import Eligibility, eligibility
from lipsync.studio import Studio
from lipsync.upstream.errors import DownloadExpired, NotFound
from lipsync.upstream.replies import TaskStatus


def shown_large(studio: Studio, known: KnownParent) -> None:
    """One video with all that matters about it."""
    player(studio, known)
    st.markdown(f"**{plain(title_of(known.parent), most=240)}**")
    facts(known, studio.accounts)
    make_again(studio, known, primary=False)


def facts(known: KnownParent, accounts: Mapping[str, Account]) -> None:
    """Badges: usable or not, length, size, days left, account; then why not, in sentences."""
    parent = known.parent
    verdict = eligibility(parent, accounts=accounts)
    with st.container(horizontal=True, gap="xsmall"):
        usable_badge(verdict)
        if verdict.days_left is not None and verdict.eligible:
            st.badge(
                verdict.days_left_in_words,
                icon=":material/hourglass_bottom:" if verdict.soon_too_old else ":material/event:",
                color="orange" if verdict.soon_too_old else "gray",
            )
        if parent.seconds is not None:
            st.badge(length(parent.seconds), icon=":material/timer:", color="gray")
        if known.width and known.height:
            st.badge(size_words(known.width, known.height), icon=":material/aspect_ratio:", color="gray")
        account_badge(accounts, parent.account, goes=verdict.eligible)
    sign = ":material/block:" if verdict.make_again else ":material/hourglass_top:"
    for reason in verdict.reasons:
        st.markdown(f"{sign} {plain(reason)}")
    if verdict.days_left is None:
        st.caption(plain(verdict.days_left_in_words))


def usable_badge(verdict: Eligibility) -> None:
    """Whether a video may be used."""
    if verdict.eligible:
        st.badge(t("Can speak"), icon=":material/check_circle:", color="green")
    elif not verdict.make_again:
        st.badge(t("Cannot speak yet"), icon=":material/hourglass_top:", color="gray")
    else:
        st.badge(t("Cannot be used"), icon=":material/block:", color="red")


def account_badge(accounts: Mapping[str, Account], name: str, *, goes: bool) -> None:
    """The account that made a video; a lip sync of it, if it `goes` anywhere, always goes there."""
    account = accounts.get(name)
    label = plain(account_label(accounts, name))
    if account is None:
        st.badge(label, icon=":material/key_off:", color="orange")
    elif not goes:
        st.badge(label, icon=":material/key:", color="gray")
    elif account.on_this_machine:
        st.badge(
            t("Goes to {account}, free and on this computer", account=label), icon=":material/science:",
            color="gray",
        )  # fmt: skip
    else:
        st.badge(t("Goes to {account}", account=label), icon=":material/key:", color="gray")


def player(studio: Studio, known: KnownParent) -> None:
    """The video itself from our copy; without one it is fetched beside the page, or a word says why not."""
    parent = known.parent
    if studio.archive.parent_path(known.id).exists():
        _video(studio, known)
    elif not parent.video_id or parent.status is not TaskStatus.SUCCEED:
        _still(known)
    elif parent.gone or parent.account not in studio.accounts:
        _still(known)
        st.caption(t("No copy of it was kept here while there was one to have, so it cannot be shown."))
    else:
        st.fragment(_fetching)(studio, known)


def _fetching(studio: Studio, known: KnownParent) -> None:
    speak()
    answer = asker().ask(
        ("copy", studio.settings.database_address, known.id),
        lambda: _fetch(studio, known.id),
        fresh_seconds=60,
        patience_seconds=0.3,
    )
    if answer.waiting:
        _still(known)
        st.caption(":material/downloading: " + t("Fetching the video…"))
        pulse(1.0, key=f"copy-{known.id}")
    elif answer.error is None and answer.value:
        _video(studio, known)
    else:
        _still(known)
        if answer.error is None or isinstance(answer.error, NotFound | DownloadExpired):
            st.caption(t("The service no longer gives its file, and no copy of it was kept here."))
        else:
            explained = explain_call(answer.error)
            st.caption(
                t("The video could not be fetched just now.") + f" {plain(explained.what)} "
                f"{plain(explained.todo)}"
            )


def _fetch(studio: Studio, parent_id: str) -> bool:
    """Whether there is a copy now."""
    try:
        return studio.parents.video(parent_id).exists()
    except (ParentNotFound, UnknownAccount, NotPlayable, MediaToolMissing, OSError):
        return False


def _video(studio: Studio, known: KnownParent) -> None:
    st.video(parent_url(known.id), alt=title_of(known.parent))
    sandbox_mark(studio.accounts.get(known.parent.account))


def _still(known: KnownParent) -> None:
    st.image(picture_of(known), alt=title_of(known.parent), width="stretch")
