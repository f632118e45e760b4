"""What the Videos page shows, as its address says it: in values that stay when words or languages change.

The address is the truth. Fields are set from it before they are drawn, so that loading a page, going
back and going forward show what they showed; a choice writes it, in one piece, as one step to go back.
An address that says nothing of this, where somebody comes from another page, shows what this tab last
showed. (Streamlit's own binding writes labels, and writes them over the entry of the history.)
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Literal

import streamlit as st

from components.look_up_ids import BATCH
from components.parent_details import OPEN
from components.places import just_came

SEARCH, SHOW, SORT, PAGE = "videos_search", "videos_show", "videos_sort", "videos_page"
ACCOUNT, SOURCE, KIND = "videos_account", "videos_source", "videos_kind"
CHOICES = (SHOW, ACCOUNT, SOURCE, KIND)
"""Fields that may be left empty."""
NEWEST: Literal["newest"] = "newest"
_OURS = (SEARCH, *CHOICES, SORT, PAGE, OPEN, BATCH)
_LAST = "videos_last_view"


def restore() -> None:
    """Drop from the address what belongs to other pages; where nothing is left, or somebody has just come
    here without any, show what was last shown."""
    view = {name: st.query_params[name] for name in _OURS if st.query_params.get(name)}
    foreign = any(name not in _OURS for name in st.query_params)
    if foreign or just_came():
        view = view or st.session_state.get(_LAST, {})
        if view != st.query_params.to_dict():
            st.query_params.from_dict(view)
    st.session_state[_LAST] = view


def read(known: Mapping[str, Container[str]]) -> None:
    """Set the fields as the address says, with nothing but the `known` values of each choice."""
    _set(SEARCH, st.query_params.get(SEARCH, ""))
    for name, values in known.items():
        said = st.query_params.get(name)
        _set(name, said if said in values else NEWEST if name == SORT else None)
    page = st.query_params.get(PAGE, "")
    _set(PAGE, max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1)


def _set(name: str, value: str | int | None) -> None:
    # Not without need: a field that is set is drawn anew in the browser.
    if st.session_state.get(name) != value:
        st.session_state[name] = value


def write() -> None:
    """Say in the address what the fields now say."""
    said = {name: st.session_state.get(name) for name in (SEARCH, *CHOICES)}
    sort, page = st.session_state.get(SORT), st.session_state.get(PAGE)
    said |= {SORT: sort if sort != NEWEST else None, PAGE: page if page and page > 1 else None}
    # One message, so that there is one step to go back; what is an empty list is left out.
    st.query_params.update({name: str(value) if value else [] for name, value in said.items()})


def first_page() -> None:
    """Another choice begins on its first page."""
    st.session_state[PAGE] = 1
    write()


def clear() -> None:
    """Show everything again."""
    st.session_state[SEARCH] = ""
    for name in CHOICES:
        st.session_state[name] = None
    first_page()
