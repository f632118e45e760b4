"""The pages and how to get from one to another."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NoReturn

import streamlit as st

from lipsync.i18n import t

Name = Literal["create", "jobs", "videos", "voices", "account"]
NAMES: tuple[Name, ...] = ("create", "jobs", "videos", "voices", "account")
_PAGES = Path(__file__).resolve().parent.parent / "pages"
_ICONS: dict[Name, str] = {
    "create": ":material/movie_edit:",
    "jobs": ":material/list_alt:",
    "videos": ":material/video_library:",
    "voices": ":material/record_voice_over:",
    "account": ":material/account_circle:",
}


def page(name: Name) -> st.Page:
    """One page, for `st.navigation` and for links to it."""
    titles: dict[Name, str] = {
        "create": t("Create"),
        "jobs": t("Jobs"),
        "videos": t("Videos"),
        "voices": t("Voices"),
        "account": t("Account"),
    }
    return st.Page(
        _PAGES / f"{name}.py",
        title=titles[name],
        icon=_ICONS[name],
        url_path=name,
        default=name == "create",
    )


def go(name: Name, **query: str) -> NoReturn:
    """Leave this page for another one."""
    st.switch_page(page(name), query_params=query)


def link(
    name: Name, label: str, *, icon: str | None = None, width: Literal["content", "stretch"] = "content",
    **query: str,
) -> None:  # fmt: skip
    """A link to a page, with its query."""
    st.page_link(page(name), label=label, icon=icon, width=width, query_params=query)
