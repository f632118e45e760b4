"""The pages and how to get from one to another."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NoReturn, get_args
from uuid import uuid4

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


# The browser presses the link, because only then it knows at once that the page is another one. When the
# server changes the page, a timer that beats in the browser before it has heard of that asks for a part
# of the old page, and the answer clears the new one: the window goes white.
_JS = r"""
const followed = new Set()

export default function ({ data, parentElement }) {
  const host = parentElement.getRootNode().host ?? parentElement
  let tries = 100
  const follow = () => {
    if (followed.has(data.once)) return
    const link = host.closest(".st-key-going")?.querySelector("a[href]")
    if (link) {
      followed.add(data.once)
      link.click()
    } else if (tries--) setTimeout(follow, 20)
  }
  setTimeout(follow)
}
"""
_HTML = '<span class="onward" aria-hidden="true"></span>'
_onward = st.components.v2.component("onward", html=_HTML, css=".onward { display: none; }", js=_JS)


FORM_FIELDS: dict[Name, tuple[str, str]] = {
    "create": ("draft_form", "draft_sent"), "new-video": ("video_form", "video_sent")
}  # fmt: skip
"""Where a tab keeps the key of its form on a page, and whether that form was sent."""
LIKE = "like"
"""The name in the address of New video of the video to make again."""


class PageEnds(Exception):
    """A page has nothing more to show. The shell takes it, and the run ends as any other.

    Not `st.stop()`: after that Streamlit still draws the parts that the last run had, if the browser asks
    for one at that moment, at places which this run does not have; and the window goes white.
    """


def end() -> NoReturn:
    """Show nothing more on this page. Not for what is in a fragment."""
    raise PageEnds


def go(name: Name, *, in_fragment: bool = False, **query: str) -> NoReturn:
    """Leave this page for another one: the browser follows a link, which stays for a person if it cannot.

    `in_fragment`: only the fragment is being drawn, and the rest of the page stays.
    """
    if name in FORM_FIELDS:
        form, sent = (st.session_state.get(field) for field in FORM_FIELDS[name])
        anew = not form or sent or any(each in query for each in ("from", LIKE))
        # A page that writes its form's key into the address while it comes leaves a wrong step to go back to.
        query = {"form": uuid4().hex if anew else form, **query}
    with st.container(key="going"):
        link(name, t("Opening the next page"), icon=":material/arrow_forward:", **query)
        _onward(key="onward", data={"once": uuid4().hex})
    if in_fragment:
        st.stop()
    end()


def say_in_address(name: str, value: str) -> None:
    """Write into the address of this page, unless it is there: each time could be a step to go back."""
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def say_address_again() -> None:
    """Write the whole address again, where this page was here before.

    Somebody who follows a link from a page to the same page (from all jobs to one) sees what the link
    says, but the browser leaves the address as it was, and a reload would lead to where they came from.
    """
    if not just_came():
        st.query_params.from_dict({name: st.query_params.get_all(name) for name in st.query_params})


def link(
    name: Name, label: str, *, icon: str | None = None, width: Literal["content", "stretch"] = "content",
    **query: str,
) -> None:  # fmt: skip
    """A link to a page, with its query."""
    st.page_link(page(name), label=label, icon=icon, width=width, query_params=query)
