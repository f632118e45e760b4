"""A pulse: draws a fragment again every few seconds for as long as the fragment shows it.

A fragment's own `run_every` ends only when the whole page is drawn again, which must not happen
under somebody's hands (a file that is just being given would be lost). This ends by itself when
the fragment is drawn without it, and rests while nobody looks at the tab.

It also rests while the page is being drawn and shortly after somebody touched it: a beat on the way
from one page to another would ask for a part of the page that is gone, and the answer would clear
the new one. And a click in the moment in which a beat is being sent waits for it: Streamlit sends both
as one, as if the button belonged to the fragment, and the page would not answer the click.
"""

from __future__ import annotations

import streamlit as st

_HTML = '<span class="pulse" aria-hidden="true"></span>'
_CSS = ".pulse { display: none; }"
_JS = r"""
// Looks, not time: a browser that hung for a while has yet to hear of clicks and of what was drawn.
const LOOK_MS = 100, LOOKS_AFTER_TOUCH = 10, LOOKS_AFTER_DRAWING = 4
const timers = new WeakMap()
let touches = 0, sending = 0
for (const kind of ["pointerdown", "click", "popstate"])  // a key that opens a page clicks
  window.addEventListener(kind, () => { touches += 1 }, { capture: true, passive: true })
window.addEventListener("click", (event) => {
  if (!sending || !event.isTrusted) return
  event.stopImmediatePropagation()
  event.preventDefault()
  const target = event.composedPath()[0]
  const again = new MouseEvent("click", event)
  const click = () => sending ? setTimeout(click) : target.dispatchEvent(again)
  click()
}, { capture: true })

function beat(setTriggerValue, now) {
  sending += 1
  setTriggerValue("beat", now)
  // Twice, so that it comes after the one with which Streamlit sends it.
  setTimeout(() => setTimeout(() => { sending -= 1 }))
}

function isDrawn() {
  const app = document.querySelector('[data-testid="stApp"]')
  return (app?.dataset.testScriptState ?? "notRunning") === "notRunning"
}

export default function ({ data, parentElement, setTriggerValue }) {
  clearInterval(timers.get(parentElement))
  let due = Date.now() + data.seconds * 1000
  let seen = touches
  let wait = LOOKS_AFTER_DRAWING
  let looked = Date.now()
  const timer = setInterval(() => {
    const now = Date.now()
    const hung = now - looked > 5 * LOOK_MS
    looked = now
    if (touches !== seen) wait = LOOKS_AFTER_TOUCH
    else if (hung || !isDrawn()) wait = Math.max(wait, LOOKS_AFTER_DRAWING)
    else if (wait > 0) wait -= 1
    seen = touches
    if (now < due || wait || document.hidden) return
    due = now + data.seconds * 1000
    beat(setTriggerValue, now)
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
