"""The gallery of the Videos page: cards that fill up as videos come, and how fresh the lists are."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.into_view import into_view
from components.notices import empty
from components.parent_cards import account_label, cards, will_change
from components.parent_details import OPEN, open_video
from components.person import Person, speak
from components.pulse import pulse
from components.video_filters import PAGE_SIZE, is_narrowed
from components.video_view import PAGE, clear, first_page, write
from components.wording import ago, plain, size
from lipsync.explain import explain_lists
from lipsync.i18n import plural, t
from lipsync.parent_shelf import KnownParent, ParentQuery
from lipsync.studio import BYTES_PER_MEGABYTE, Studio

LOOK_SECONDS = 2.0
"""How soon a page sees that lists were read or a picture was made."""
IDLE_SECONDS = 20.0
_CLICKED = "videos_clicked"


def gallery(studio: Studio, who: Person, query: ParentQuery, *, narrow: bool) -> None:
    """The cards of one page, its numbers, and the line above them. `narrow`: something is open beside it."""
    total = studio.parents.count(who.workspace, query)
    # What the page has just read need not be read again when it is drawn for the first time.
    st.fragment(_freshness)(studio, who, query, total, [total])
    place = st.container()
    pages = max(1, -(-total // PAGE_SIZE))
    page = 1
    if pages > 1:
        if (st.session_state.get(PAGE) or 1) > pages:
            st.session_state[PAGE] = pages
        with st.container(horizontal=True, horizontal_alignment="center"):
            page = st.pagination(pages, key=PAGE, on_change=write)
    query = replace(query, offset=(page - 1) * PAGE_SIZE)
    items = studio.parents.items(who.workspace, query)
    with place:
        into_view(str(page), key="videos-page", at_first=False)
        st.fragment(_grid)(studio, who, query, [one.id for one in items], narrow, [items])


def _freshness(studio: Studio, who: Person, query: ParentQuery, shown: int, read: list[int]) -> None:
    """How many there are, when the lists were read, and what came since the page was drawn."""
    speak()
    now = read.pop() if read else studio.parents.count(who.workspace, query)
    reading = studio.keeper.is_syncing()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(_how_many(studio, who, query, shown), width="content")
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", gap="small", key="videos-fresh"
        ):
            st.caption(_when_read(studio, reading), width="content")
            st.button(
                t("Look again"), icon=":material/refresh:", type="tertiary", disabled=reading,
                on_click=lambda: studio.keeper.ask_sync(workspace=who.workspace),
            )  # fmt: skip
    _list_troubles(studio)
    if studio.keeper.room_used_up:
        st.caption(_no_room(studio))
    new = now - shown
    if new > 0 and shown and st.button(
        plural(new, "{count} new video: show it", "{count} new videos: show them"),
        icon=":material/arrow_upward:", on_click=first_page, width="stretch",
    ):  # fmt: skip
        st.rerun()
    pulse(LOOK_SECONDS if reading else IDLE_SECONDS, key="videos-freshness")


def _how_many(studio: Studio, who: Person, query: ParentQuery, shown: int) -> str:
    if not is_narrowed(query):
        return plural(shown, "{count} video", "{count} videos")
    of_all = studio.parents.count(who.workspace)
    return plural(of_all, "{shown} of {count} video", "{shown} of {count} videos", shown=shown)


def _when_read(studio: Studio, reading: bool) -> str:
    if reading:
        return ":material/sync: " + t("Reading your accounts' lists…")
    read = [one.looked_at for one in studio.parents.lists().values() if one.account in studio.accounts]
    return t("Lists read {when}", when=ago(min(read))) if read else ""


def _no_room(studio: Studio) -> str:
    return ":orange[:material/hard_drive:] " + t(
        "The {size} for copies of videos are used up, so newer ones are not copied. What has no copy here "
        "cannot be watched any more when the service deletes it. STUDIO_PARENT_COPIES_MB gives more room.",
        size=size(studio.settings.parent_copies_mb * BYTES_PER_MEGABYTE),
    )


def _list_troubles(studio: Studio) -> None:
    """Accounts whose lists bring nothing, in words."""
    for name, lists in studio.parents.lists().items():
        said = explain_lists(lists)
        if name not in studio.accounts or said is None:
            continue
        label = plain(account_label(studio.accounts, name))
        if lists.state == "no_lists":
            st.caption(f":material/info: **{label}:** {plain(said.what)} {plain(said.todo)}")
        else:
            st.caption(
                f":orange[:material/cloud_off: **{label}:** {plain(said.what)}] {plain(said.todo)} "
                + t("Videos seen before are still shown.")
            )


def _grid(
    studio: Studio,
    who: Person,
    query: ParentQuery,
    ids: list[str],
    narrow: bool,
    read: list[tuple[KnownParent, ...]],
) -> None:
    """The cards. A card's picture, and an empty gallery, fill up without the page being drawn again;
    which cards there are, and their order, change only when the page is."""
    speak()
    if st.session_state.pop(_CLICKED, False):
        st.rerun()  # what a card does concerns the whole page
    if read:
        shown = read.pop()
    elif ids:
        shown = studio.parents.some(who.workspace, ids)
    else:
        shown = studio.parents.items(who.workspace, query)
    if shown:
        cards(
            shown, studio.accounts, chosen=st.query_params.get(OPEN), on_choose=_open, key="videos",
            words=(t("Shown"), t("Open")), columns=3 if narrow else 4,
            faces=studio.faces.verdicts(one.id for one in shown),
        )  # fmt: skip
    else:
        _nothing(studio, who, query)
    if not shown or any(will_change(one) for one in shown):
        pulse(LOOK_SECONDS * 2, key="videos-grid")


def _open(parent_id: str) -> None:
    write()  # a search typed just now may not have reached the browser's address yet
    open_video(parent_id)
    st.session_state[_CLICKED] = True


def _nothing(studio: Studio, who: Person, query: ParentQuery) -> None:
    """Why there are no cards, and what helps."""
    if is_narrowed(query) and studio.parents.count(who.workspace):
        empty(
            ":material/search_off:",
            t("No video fits"),
            t("Search for other words, or look at all videos."),
        )
        with st.container(horizontal_alignment="center"):
            st.button(t("Show all videos"), icon=":material/filter_alt_off:", on_click=_clear)
        return
    if studio.keeper.is_syncing():
        empty(
            ":material/sync:",
            t("Reading your accounts' lists"),
            t("Your videos appear here by themselves in a moment."),
        )
        return
    lists = studio.parents.lists().values()
    if lists and all(one.state == "no_lists" for one in lists):
        words = t("Add them by their task ids above, or make a new one.")
    elif any(one.state == "error" for one in lists):
        words = t("The lists could not be read, as said above. Videos can still be added by their task ids.")
    else:
        words = t("Make a video of 5 s or 10 s, or add one by its task id above.")
    empty(":material/video_library:", t("No videos yet"), words)


def _clear() -> None:
    clear()
    st.session_state[_CLICKED] = True
