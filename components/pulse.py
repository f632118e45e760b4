"""A pulse: draws a fragment again every few seconds for as long as the fragment shows it.

A fragment's own `run_every` ends only when the whole page is drawn again, which must not happen
under somebody's hands (a file that is just being given would be lost). This ends by itself when
the fragment is drawn without it, and rests while nobody looks at the tab.
"""

from __future__ import annotations

import streamlit as st

_HTML = '<span class="pulse" aria-hidden="true"></span>'
_CSS = ".pulse { display: none; }"
_JS = r"""
const timers = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  clearInterval(timers.get(parentElement))
  const timer = setInterval(() => {
    if (!document.hidden) setTriggerValue("beat", Date.now())
  }, data.seconds * 1000)
  timers.set(parentElement, timer)
  return () => clearInterval(timer)
}
"""

_pulse = st.components.v2.component("pulse", html=_HTML, css=_CSS, js=_JS)


def pulse(seconds: float, *, key: str) -> None:
    """Draw the fragment around this again in `seconds`. Outside of a fragment it would be the page."""
    with st.container(key=f"pulse-{key}"):
        _pulse(key=key, data={"seconds": seconds}, on_beat_change=_nothing)


def _nothing() -> None:
    """A component needs a callback for what it may say; the fragment is drawn anew in any case."""
