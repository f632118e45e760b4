"""A pulse: draws a fragment again every few seconds for as long as the fragment shows it.

A fragment's own `run_every` ends only when the whole page is drawn again, which must not happen
under somebody's hands (a file that is just being given would be lost). This ends by itself when
the fragment is drawn without it, and rests while nobody looks at the tab.

It also rests while the page is being drawn and shortly after somebody touched it: a beat on the way
from one page to another would ask for a part of the page that is gone, and the answer would clear
the new one.
"""

from __future__ import annotations

import streamlit as st

_HTML = '<span class="pulse" aria-hidden="true"></span>'
_CSS = ".pulse { display: none; }"
_JS = r"""
const LOOK_MS = 100, AFTER_TOUCH_MS = 1000, AFTER_DRAWING_MS = 400
const timers = new WeakMap()
let touched = 0
for (const kind of ["pointerdown", "click", "keydown", "popstate"])
  window.addEventListener(kind, () => { touched = Date.now() }, { capture: true, passive: true })

function isDrawn() {
  const app = document.querySelector('[data-testid="stApp"]')
  return (app?.dataset.testScriptState ?? "notRunning") === "notRunning"
}

export default function ({ data, parentElement, setTriggerValue }) {
  clearInterval(timers.get(parentElement))
  let due = Date.now() + data.seconds * 1000
  let drawn = Date.now()
  const timer = setInterval(() => {
    const now = Date.now()
    if (!isDrawn()) drawn = now
    const rests = now - drawn < AFTER_DRAWING_MS || now - touched < AFTER_TOUCH_MS
    if (now < due || rests || document.hidden) return
    due = now + data.seconds * 1000
    setTriggerValue("beat", now)
  }, LOOK_MS)
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
