"""The pages and how to get from one to another."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NoReturn, get_args

import streamlit as st

from lipsync.i18n import t

Name = Literal["create", "new-video", "videos", "jobs", "voices", "account"]
NAMES: tuple[Name, ...] = get_args(Name)
_PAGES = Path(__file__).resolve().parent.parent / "pages"
_ICONS: dict[Name, str] = {
    "create": ":material/movie_edit:",
    "new-video": ":material/video_call:",
    "videos": ":material/video_library:",
    "jobs": ":material/list_alt:",
    "voices": ":material/record_voice_over:",
    "account": ":material/account_circle:",
}


def page(name: Name) -> st.Page:
    """One page, for `st.navigation` and for links to it."""
    titles: dict[Name, str] = {
        "create": t("Create"),
        "new-video": t("New video"),
        "videos": t("Videos"),
        "jobs": t("Jobs"),
        "voices": t("Voices"),
        "account": t("Account"),
    }
    return st.Page(
        _PAGES / f"{name.replace('-', '_')}.py",
        title=titles[name],
        icon=_ICONS[name],
        url_path=name,
        default=name == "create",
    )


_NOW, _NEW = "page_now", "page_is_new"


def note(name: str) -> None:
    """Remember, before a page is drawn, which one it is."""
    st.session_state[_NEW] = st.session_state.get(_NOW) != name
    st.session_state[_NOW] = name


def just_came() -> bool:
    """Whether this tab showed another page before, or none."""
    return bool(st.session_state.get(_NEW))


def go(name: Name, **query: str) -> NoReturn:
    """Leave this page for another one."""
    st.switch_page(page(name), query_params=query)


def link(
    name: Name, label: str, *, icon: str | None = None, width: Literal["content", "stretch"] = "content",
    **query: str,
) -> None:  # fmt: skip
    """A link to a page, with its query."""
    st.page_link(page(name), label=label, icon=icon, width=width, query_params=query)
