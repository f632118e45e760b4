"""What the counters below text fields share in the browser: the same cleaning as `lipsync.request`, and
hearing what is typed before Streamlit does.
"""

from __future__ import annotations

CLEAN = r"""
const EDGES = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+"
const TRIM = new RegExp("^" + EDGES + "|" + EDGES + "$", "gu")
const clean = (text) => text.replace(/\r\n?/g, "\n").replace(/\t/g, " ").replace(TRIM, "")
"""

LISTEN = r"""
const heard = new WeakMap()

function listenTo(parentElement, data) {
  const field = () => document.querySelector(data.selector)
  heard.get(parentElement)?.()
  const listen = (event) => {
    if (event.target === field()) show(parentElement, event.target.value, data)
  }
  document.addEventListener("input", listen)
  const stop = () => document.removeEventListener("input", listen)
  heard.set(parentElement, stop)
  const typed = field()
  show(parentElement, typed && typed === document.activeElement ? typed.value : data.text, data)
  return stop
}
"""
"""Calls the script's own `show(root, text, data)`, now and whenever the field of `data.selector` changes."""
