"""Parent videos as a person sees them in a gallery: small cards, and the words on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import streamlit as st

from components.face_check import face_mark
from components.routes import thumbnail_url
from components.wording import ago, length, plain
from lipsync.accounts import Account
from lipsync.faces import FaceVerdict
from lipsync.i18n import plural, t
from lipsync.jobs.store import utcnow
from lipsync.parent_shelf import KnownParent
from lipsync.parents import Eligibility, Parent, eligibility
from lipsync.shelf.rows import Source
from lipsync.upstream.replies import TaskKind

WATCH_FOR = timedelta(hours=1)
"""A video that is still being made is watched on a page only while it is this young."""


def title_of(parent: Parent) -> str:
    """What to call a parent, as plain text: its prompt, what it was made from, or the beginning of its id."""
    if not parent.prompt and parent.kind is TaskKind.IMAGE2VIDEO:
        return t("Video from a picture")
    return parent.prompt or t("Video {id}", id=parent.task_id[:12])


def account_label(accounts: Mapping[str, Account], name: str) -> str:
    """The label of an account, also of one that is no longer in the settings."""
    known = accounts.get(name)
    return known.label if known else t("{name} (no longer in the settings)", name=name)


def source_words(source: Source) -> str:
    """How a video came here, in two or three words."""
    return {
        "listed": t("From the list"), "looked_up": t("Added by its id"), "made": t("Made here")
    }[source]  # fmt: skip


def kind_words(kind: TaskKind) -> str:
    """What a video was made from."""
    return t("A picture") if kind is TaskKind.IMAGE2VIDEO else t("Words alone")


def picture_of(known: KnownParent) -> str:
    """The address of a card's picture. It changes when there is one, so that browsers ask again."""
    return thumbnail_url(known.id) + ("?made=1" if known.pictured else "")


def will_change(known: KnownParent) -> bool:
    """Whether a card will soon look otherwise: its picture is being made, or the video itself."""
    parent = known.parent
    if not parent.status.is_final:
        return utcnow() - (parent.created_at or known.seen_at) < WATCH_FOR
    return known.picture_coming


def cards(
    shown: Sequence[KnownParent],
    accounts: Mapping[str, Account],
    *,
    chosen: str | None,
    on_choose: Callable[[str], None],
    key: str,
    words: tuple[str, str],
    columns: int = 3,
    min_width: int = 130,
    faces: Mapping[str, FaceVerdict] | None = None,
) -> None:
    """Small cards; `on_choose` gets our id of the parent. The whole card is its button.

    `words` are the button's, for the chosen one and for the others; `min_width` is in pixels.
    `faces` are verdicts by our ids, for those that somebody looked at.
    """
    grid = st.grid(columns, min_column_width=min_width, gap="small", key=f"{key}-cards")
    for known in shown:
        mine = known.id == chosen
        with grid.container(
            border=True, gap="xxsmall", height="stretch",
            key=f"card-{'chosen' if mine else 'other'}-{key}-{known.id}",
        ):  # fmt: skip
            _card(known, accounts, (faces or {}).get(known.id))
            st.button(
                words[0] if mine else words[1],
                key=f"{key}-{known.id}",
                icon=":material/check:" if mine else None,
                disabled=mine,
                width="stretch",
                on_click=on_choose,
                args=(known.id,),
            )


def _card(known: KnownParent, accounts: Mapping[str, Account], face: FaceVerdict | None) -> None:
    verdict = eligibility(known.parent, accounts=accounts)
    st.image(picture_of(known), alt=title_of(known.parent), width="stretch")
    st.markdown(plain(title_of(known.parent), most=90))
    st.caption(_measures(known))
    st.caption(verdict_line(known.parent, verdict))
    if verdict.eligible and (mark := face_mark(face)):
        st.caption(mark)
    st.caption(_history(known, accounts))


def _measures(known: KnownParent) -> str:
    """Length, size and age, as far as they are known."""
    parent = known.parent
    said = [length(parent.seconds)] if parent.seconds is not None else []
    if known.width and known.height:
        said.append(size_words(known.width, known.height))
    if parent.created_at:
        said.append(ago(parent.created_at))
    return " · ".join(said) or t("Length and age unknown")


def size_words(width: int, height: int) -> str:
    """The size of a video, in pixels."""
    return f"{width} × {height}"


def verdict_line(parent: Parent, verdict: Eligibility) -> str:
    """Whether a video can speak and for how long, or in short why not, as coloured Markdown."""
    if not parent.status.is_final:
        return f":material/hourglass_top: {plain(verdict.in_short[0])}"
    if not verdict.eligible:
        return f":red[:material/block: {plain(verdict.in_short[0])}]"
    if verdict.soon_too_old:
        return f":orange[:material/hourglass_bottom: {plain(verdict.days_left_in_words)}]"
    said = [t("Can speak")]
    if verdict.days_left is not None:
        said.append(verdict.days_left_in_words)
    return ":green[:material/check_circle:] " + " · ".join(plain(one) for one in said)


def _history(known: KnownParent, accounts: Mapping[str, Account]) -> str:
    said = [source_words(known.source)]
    if known.used_count:
        said.append(plural(known.used_count, "used once", "used {count} times"))
    if len(accounts) > 1 or known.parent.account not in accounts:
        said.append(plain(account_label(accounts, known.parent.account), most=40))
    return " · ".join(said)
