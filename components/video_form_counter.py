"""The counter below the prompt: signs used, and the hint, while somebody types.

Streamlit hears of a text only when the field is left, so this counts in the browser. The lists and
sentences come from `lipsync.prompt_hints`; only its comparing is repeated here.
"""

from __future__ import annotations

import streamlit as st

from components.counting_script import CLEAN, LISTEN
from lipsync import prompt_hints
from lipsync.i18n import t

_HTML = """<div class="row" aria-live="polite">
  <span class="count"></span><span class="over"></span><span class="hint"></span>
</div>
"""

_CSS = """
.row { display: flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; min-height: 1.35rem;
  font-family: var(--st-font); font-size: 0.875rem; line-height: 1.35rem;
  color: color-mix(in srgb, var(--st-text-color) 68%, transparent); }
.count { font-variant-numeric: tabular-nums; }
.over { color: var(--st-red-text-color); font-weight: 600; }
.hint { color: var(--st-orange-text-color); }
.over:empty, .hint:empty { display: none; }
"""

_JS = r"""
const HAN = /[\u4e00-\u9fff]/

const found = (signs, words) => signs.some((sign) => words.includes(HAN.test(sign) ? sign : ` ${sign} `))

function hintOf(prompt, data) {
  const words = ` ${prompt.toLowerCase().replace(/[^\p{L}\p{M}]+/gu, " ")} `
  const sign = data.signs.find(([, signs]) => found(signs, words))
  if (sign) return sign[0]
  if (data.picture || (prompt.length < data.least && !HAN.test(prompt))) return ""
  const known = HAN.test(prompt) || found(data.known, words)
  return known && !found(data.persons, words) ? "nobody" : ""
}

function show(root, text, data) {
  const prompt = clean(text)
  const length = [...prompt].length
  const over = length - data.limit
  root.querySelector(".count").textContent =
    data.words.count.replace("{length}", length).replace("{limit}", data.limit)
  const tooLong = over === 1 ? data.words.over_one : data.words.over.replace("{over}", over)
  root.querySelector(".over").textContent = over > 0 ? tooLong : ""
  root.querySelector(".hint").textContent = data.hints[hintOf(prompt, data)] ?? ""
}

export default function ({ data, parentElement }) {
  return listenTo(parentElement, data)
}
"""

_counter = st.components.v2.component("prompt_counter", html=_HTML, css=_CSS, js=CLEAN + LISTEN + _JS)


def prompt_counter(
    text: str, *, field: str, limit: int, picture: bool, said: bool, hints: bool = True
) -> None:
    """Count the text field whose key is `field`; `text` is what Streamlit knows of it.

    `picture`: the video begins with a picture. `said`: the page already says in words that it is too long.
    """
    _counter(
        key=f"{field}_counter",
        data={
            "text": text,
            "selector": f".st-key-{field} textarea",
            "limit": limit,
            "picture": picture,
            "least": prompt_hints.LEAST_LETTERS,
            "signs": [[hint, list(signs)] for hint, signs in prompt_hints.SIGNS.items()] if hints else [],
            "persons": list(prompt_hints.PERSONS),
            "known": list(prompt_hints.KNOWN_LANGUAGE) if hints else [],
            "hints": dict(prompt_hints.hints_in_words()) if hints else {},
            "words": {
                "count": t("{length} of {limit}"),
                "over": "" if said else t("Too long: take out {over} characters."),
                "over_one": "" if said else t("Too long: take out 1 character."),
            },
        },
    )
