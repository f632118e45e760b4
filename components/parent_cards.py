"""Parent videos as a person sees them: one large, many small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st

from components.routes import parent_picture_url, parent_url
from components.wording import length, plain
from lipsync.accounts import Account
from lipsync.i18n import t
from lipsync.parent_shelf import KnownParent
from lipsync.parents import Eligibility, Parent, eligibility


def title_of(parent: Parent) -> str:
    """What to call a parent, as plain text: its prompt, or the beginning of its task id."""
    return parent.prompt or t("Video {id}", id=parent.task_id[:12])


def account_label(accounts: Mapping[str, Account], name: str) -> str:
    """The label of an account, also of one that is no longer in the settings."""
    known = accounts.get(name)
    return known.label if known else t("{name} (no longer in the settings)", name=name)


def eligible_first(parents: Iterable[KnownParent]) -> list[KnownParent]:
    """What can be used before what cannot; the order within both stays."""
    return sorted(parents, key=lambda known: not eligibility(known.parent).eligible)


def facts(parent: Parent, accounts: Mapping[str, Account]) -> None:
    """Badges: usable or not, length, days left, account."""
    verdict = eligibility(parent)
    with st.container(horizontal=True, gap="xsmall"):
        usable_badge(verdict)
        if parent.seconds is not None:
            st.badge(length(parent.seconds), icon=":material/timer:", color="gray")
        if verdict.days_left is not None and verdict.eligible:
            st.badge(
                verdict.days_left_in_words,
                icon=":material/event:",
                color="orange" if verdict.soon_too_old else "gray",
            )
        st.badge(plain(account_label(accounts, parent.account)), icon=":material/key:", color="gray")
    for reason in verdict.reasons:
        st.markdown(f":material/block: {plain(reason)}")
    if verdict.days_left is None:
        st.caption(plain(verdict.days_left_in_words))


def usable_badge(verdict: Eligibility) -> None:
    """Whether a video may be used."""
    if verdict.eligible:
        st.badge(t("Can speak"), icon=":material/check_circle:", color="green")
    else:
        st.badge(t("Cannot be used"), icon=":material/block:", color="red")


def player(known: KnownParent) -> None:
    """The video itself, or a word where there is none."""
    if known.parent.video_id:
        st.video(parent_url(known.id), alt=title_of(known.parent))
    else:
        st.image(parent_picture_url(known.id), alt=title_of(known.parent), width="stretch")


def shown_large(known: KnownParent, accounts: Mapping[str, Account]) -> None:
    """One video with all that matters about it."""
    player(known)
    st.markdown(f"**{plain(title_of(known.parent), most=160)}**")
    facts(known.parent, accounts)


def cards(
    shown: Sequence[KnownParent],
    *,
    chosen: str | None,
    on_choose: Callable[[str], None],
    key: str,
    columns: int = 3,
    words: tuple[str, str] | None = None,
) -> None:
    """Small cards with a picture and a button each; `on_choose` gets our id of the parent.

    `words` are the button's, for the chosen one and for the others.
    """
    on, off = words or (t("Chosen"), t("Choose"))
    grid = st.grid(columns, min_column_width=140, gap="small", key=f"{key}-cards")
    for known in shown:
        verdict = eligibility(known.parent)
        with grid.container(border=True, gap="xsmall", height="stretch"):
            st.image(parent_picture_url(known.id), alt=title_of(known.parent), width="stretch")
            st.caption(plain(title_of(known.parent), most=46))
            st.caption(card_line(known.parent, verdict))
            mine = known.id == chosen
            st.button(
                on if mine else off,
                key=f"{key}-{known.id}",
                icon=":material/check:" if mine else None,
                type="primary" if mine else "secondary",
                disabled=mine,
                width="stretch",
                help=None if verdict.eligible else " ".join(plain(r) for r in verdict.reasons),
                on_click=on_choose,
                args=(known.id,),
            )


def card_line(parent: Parent, verdict: Eligibility) -> str:
    """The one line under a card's title."""
    if not verdict.eligible:
        return f":red[{t('Cannot be used')}]"
    left = verdict.days_left_in_words if verdict.days_left is not None else ""
    colour = "orange" if verdict.soon_too_old else "gray"
    return " · ".join(part for part in (length(parent.seconds), f":{colour}[{left}]" if left else "") if part)
