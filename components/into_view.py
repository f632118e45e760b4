"""Brings a part of the page before somebody's eyes when its subject changes.

On a narrow screen the video that was opened is far above the card that was touched, and the
numbers of the pages are below what they turn.
"""

from __future__ import annotations

import streamlit as st

_HTML = '<span class="here" aria-hidden="true"></span>'
_CSS = ".here { display: none; }"
_JS = r"""
const shown = new WeakMap()

export default function ({ data, parentElement }) {
  const host = parentElement.getRootNode().host ?? parentElement
  const before = shown.get(host)
  shown.set(host, data.subject)
  if (before === data.subject || (before === undefined && !data.at_first)) return
  // Its own wrapper takes no room; what is around that is the part to show.
  const part = host.closest('[class*="st-key-into-view-"]')?.parentElement?.parentElement ?? host
  const { top } = part.getBoundingClientRect()
  part.style.scrollMarginTop = "4.5rem"
  if (top < 0 || top > window.innerHeight * 0.7) part.scrollIntoView({ block: "start" })
}
"""

_into_view = st.components.v2.component("into_view", html=_HTML, css=_CSS, js=_JS)


def into_view(subject: str, *, key: str, at_first: bool = True) -> None:
    """Scroll to this place if it is out of sight and `subject` is another one than before; unless
    `at_first`, not when the page is new."""
    with st.container(key=f"into-view-{key}"):
        _into_view(key=key, data={"subject": subject, "at_first": at_first})
