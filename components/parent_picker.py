"""Step 1 of Create: the video that should speak."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from components import draft
from components.face_check import face_check
from components.into_view import into_view
from components.look_up_ids import is_looking, look_up_ids
from components.notices import field_problem
from components.parent_cards import cards
from components.parent_large import shown_large
from components.person import Person, speak
from components.places import link
from components.pulse import pulse
from components.video_filters import MOST_LETTERS
from lipsync.i18n import t
from lipsync.parent_shelf import KnownParent, ParentQuery
from lipsync.request import Problem
from lipsync.studio import Studio

CARDS_A_PAGE = 6
FIRST_LOOK_SECONDS = 1.5
"""So long a page waits for the very first look at an account's lists."""
_SEARCH, _PAGE, _CLICKED = "picker_search", "picker_page", "picker_clicked"


def ask_for_lists(studio: Studio, who: Person) -> None:
    """Have the lists read of accounts that were never looked at; returns at once."""
    if not studio.keeper.is_syncing():
        for name in set(studio.accounts) - set(studio.parents.lists()):
            studio.keeper.ask_sync(name, workspace=who.workspace)


def default_parent(studio: Studio, who: Person) -> KnownParent | None:
    """The newest video that may be used. Waits a moment for the first look of a new installation."""
    found = _newest_usable(studio, who)
    if found is None and set(studio.accounts) - set(studio.parents.lists()):
        ask_for_lists(studio, who)
        until = time.monotonic() + FIRST_LOOK_SECONDS
        while studio.keeper.is_syncing() and time.monotonic() < until:
            time.sleep(0.05)
        found = _newest_usable(studio, who)
    return found


def _newest_usable(studio: Studio, who: Person) -> KnownParent | None:
    return next(iter(studio.parents.items(who.workspace, ParentQuery(eligible=True, limit=1))), None)


def parent_picker(
    studio: Studio, who: Person, parent: KnownParent | None, problems: Sequence[Problem]
) -> None:
    """The chosen video, others to choose from, and a field for task ids."""
    st.subheader(t("1. The video that should speak"), anchor=False)
    chosen = parent.id if parent else None
    into_view(chosen or "", key="picker", at_first=False)
    if parent is not None:
        shown_large(studio, parent)
        face_check(studio, who, parent)
    field_problem(problems, "video")
    st.fragment(_choice)(studio, who, chosen)
    with st.expander(
        t("Add a video by its id"), icon=":material/tag:", expanded=parent is None or is_looking("picker")
    ):
        look_up_ids(studio, who, key="picker", chosen=chosen, choose=choose, words=(t("Chosen"), t("Choose")))


def _choice(studio: Studio, who: Person, chosen: str | None) -> None:
    """Videos to choose from, those that can speak first. Only a choice draws the whole page again: a
    file that is just being given in step 2 would be lost."""
    speak()
    if st.session_state.pop(_CLICKED, False):
        st.rerun()
    if chosen is None:
        if studio.parents.items(who.workspace, ParentQuery(limit=1)):
            _search_and_cards(studio, who, None)
        else:
            _none_yet(studio)
        return
    box = st.expander(
        t("Choose another video"), icon=":material/video_library:", key="picker_open", on_change="rerun"
    )
    if box.open:
        with box:
            _search_and_cards(studio, who, chosen)


def _search_and_cards(studio: Studio, who: Person, chosen: str | None) -> None:
    words = st.text_input(
        t("Search"), key=_SEARCH, type="search", placeholder=t("Words or an id"), live="300ms",
        label_visibility="collapsed", on_change=_first_page,
    )  # fmt: skip
    query = ParentQuery(search=(words or "")[:MOST_LETTERS], sort="usable_first", limit=CARDS_A_PAGE)
    pages = max(1, -(-studio.parents.count(who.workspace, query) // CARDS_A_PAGE))
    page = min(st.session_state.get(_PAGE) or 1, pages)
    found = studio.parents.items(who.workspace, replace(query, offset=(page - 1) * CARDS_A_PAGE))
    if not found:
        st.caption(t("No video fits. Search for other words."))
    cards(
        found, studio.accounts, chosen=chosen, on_choose=_choose_and_draw, key="picker",
        words=(t("Chosen"), t("Choose")), faces=studio.faces.verdicts(one.id for one in found),
    )  # fmt: skip
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.pagination(pages, key=_PAGE, max_visible_pages=5)
    link("videos", t("All videos, with more filters"), icon=":material/video_library:")
    if any(one.picture_coming for one in found):
        pulse(4.0, key="picker-pictures")


def _none_yet(studio: Studio) -> None:
    if studio.keeper.is_syncing():
        st.caption(
            ":material/sync: " + t("Reading your accounts' lists. Your videos appear here by themselves.")
        )
    else:
        st.markdown(t("There is no video here yet. Give its task id below, or make a new video."))
        link("new-video", t("Make a new video"), icon=":material/video_call:")
    pulse(2.0, key="picker-none-yet")


def _first_page() -> None:
    st.session_state[_PAGE] = 1


def _choose_and_draw(parent_id: str) -> None:
    choose(parent_id)
    st.session_state[_CLICKED] = True


def choose(parent_id: str) -> None:
    """Make a video the form's own, also in the address."""
    st.session_state[draft.PARENT] = parent_id
    st.query_params["parent"] = parent_id
