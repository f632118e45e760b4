"""The counter below the text field: signs used, seconds of speech, while somebody types.

Streamlit hears of a text only when the field is left, so this counts in the browser. The
rules and sentences come from Python; only the arithmetic of `lipsync.speech` is repeated
here, and a browser test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from components.counting_script import CLEAN, LISTEN
from lipsync import speech
from lipsync.i18n import plural, t
from lipsync.pace import Pace
from lipsync.request import MAX_TEXT_CODE_POINTS
from lipsync.voices import Language

_HTML = """<div class="row" aria-live="polite">
  <span class="count"></span><span class="over"></span><span class="time"></span>
</div>
<div class="row more"><button type="button" class="faster" hidden></button><span class="learned"></span></div>
"""

_CSS = """
.row { display: flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; min-height: 1.35rem;
  font-family: var(--st-font); font-size: 0.875rem; line-height: 1.35rem;
  color: color-mix(in srgb, var(--st-text-color) 68%, transparent); }
.count { font-variant-numeric: tabular-nums; }
.bad { color: var(--st-red-text-color); font-weight: 600; }
.warn { color: var(--st-orange-text-color); }
.more { align-items: center; }
.more:not(:has(.faster:not([hidden]), .learned:not(:empty))) { display: none; }
button { font: inherit; cursor: pointer; padding: 0.15rem 0.7rem; min-height: 2rem;
  color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, var(--st-base-radius)); }
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-link-color); }
[hidden] { display: none; }
"""

_JS = r"""
const HAN = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3134f}]/gu
const WORD = /\p{L}+(?:['’]\p{L}+)*/gu
const VOWELS = /[aeiouyáéíóúàèäëïöüâêîôûãõåæœø]+/gi

const all = (text, pattern) => text.match(pattern) ?? []

function syllables(word) {
  const vowels = all(word, VOWELS).length
  if (word.length > 1 && word === word.toUpperCase() && !vowels) return word.length
  const plain = word.toLowerCase()
  let count = vowels
  if (plain.endsWith("e") && !/(le|ee|oe|ye)$/.test(plain) && count > 1) count -= 1
  if (plain.endsWith("ed") && !/(ted|ded)$/.test(plain) && count > 1) count -= 1
  if (plain.endsWith("es") && !/(ses|zes|ches|shes|xes|ges)$/.test(plain) && count > 1) count -= 1
  return Math.max(1, count)
}

function plainSeconds(text, language, f) {
  const said = text.replace(/(?<=\p{Nd})[.,:](?=\p{Nd})/gu, "").replace(TRIM, "")
  const han = all(said, HAN).length
  const rest = said.replace(HAN, " ")
  let spoken = all(rest, WORD).reduce((sum, word) => sum + syllables(word), 0) * f.syllable
  const digits = all(rest, /\p{Nd}/gu).length
  spoken += digits * (language === "zh" ? f.han : f.per_digit * f.syllable)
  spoken += han * f.han
  if (spoken === 0) return 0
  const pieces = said.split(/[.!?…。！？;；:：\n]+/u).filter((piece) => /[\p{L}\p{N}]/u.test(piece))
  const commas = all(said, /[,，、]|\s[–—-]\s|——/gu).length
  const pauses = commas * f.comma + Math.max(0, pieces.length - 1) * f.stop
  return spoken + pauses + (language === "en" ? f.start : 0)
}

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)

function speedThatFits(seconds, data) {
  const speed = Math.max(1, Math.ceil(Number(((seconds / data.clip_seconds) * 10).toFixed(6))) / 10)
  return speed <= data.max_speed ? speed : null
}

function show(root, text, data) {
  const said = clean(text)
  const length = [...said].length
  const over = length - data.limit
  const count = root.querySelector(".count")
  count.textContent = fill(data.words.count, { length, limit: data.limit })
  count.classList.toggle("bad", over > 0)
  const warning = root.querySelector(".over")
  warning.className = "over bad"
  warning.textContent = over > 0 ? fill(over === 1 ? data.words.over_one : data.words.over, { over }) : ""
  const unhurried = plainSeconds(said, data.language, data.figures) * data.correction
  const seconds = unhurried / data.speed
  const time = root.querySelector(".time")
  const low = Math.max(1, Math.round(seconds * (1 - data.figures.spread)))
  const high = Math.max(1, Math.round(seconds * (1 + data.figures.spread)))
  const range = low === high ? `${low}` : `${low}–${high}`
  const clip = data.clip_seconds
  const long = clip && seconds > clip
  const sentence = !seconds ? "" : !clip ? data.words.time : long ? data.words.too_long : data.words.fits
  time.textContent = fill(sentence, { range, clip: clip ? clip.toFixed(0) : "" })
  time.classList.toggle("warn", Boolean(long))
  time.dataset.seconds = seconds.toFixed(3)
  const faster = root.querySelector(".faster")
  const speed = long && over <= 0 ? speedThatFits(unhurried, data) : null
  faster.hidden = !speed
  faster.dataset.speed = speed ?? ""
  faster.textContent = speed ? fill(data.words.faster, { speed: speed.toFixed(1) }) : ""
  root.querySelector(".learned").textContent = seconds ? data.words.learned : ""
}

export default function ({ data, parentElement, setTriggerValue }) {
  const faster = parentElement.querySelector(".faster")
  faster.onclick = () => setTriggerValue("faster", Number(faster.dataset.speed))
  return listenTo(parentElement, data)
}
"""

_counter = st.components.v2.component("text_counter", html=_HTML, css=_CSS, js=CLEAN + LISTEN + _JS)


def text_counter(
    text: str,
    *,
    field: str,
    language: Language,
    speed: float,
    clip_seconds: float | None,
    key: str,
    said: bool,
    pace: Pace,
    on_faster: Callable[[float], None],
) -> None:
    """Count the text field whose key is `field`; `text` is what Streamlit knows of it.

    `said`: the page already says in words that the text is too long. `pace` is what is known of
    the voice. `on_faster` gets the speed at which the text would fit, when somebody wants it.
    """

    def faster() -> None:
        state: Any = st.session_state.get(key)
        wanted = state.get("faster") if state else None
        if wanted:
            on_faster(float(wanted))

    _counter(
        key=key,
        on_faster_change=faster,
        data={
            "text": text,
            "selector": f".st-key-{field} textarea",
            "limit": MAX_TEXT_CODE_POINTS,
            "language": language,
            "speed": speed,
            "correction": pace.correction,
            "max_speed": speech.MAX_SPEED,
            "clip_seconds": clip_seconds,
            "figures": {
                "syllable": speech.SYLLABLE_SECONDS,
                "han": speech.HAN_SECONDS,
                "per_digit": speech.SYLLABLES_PER_DIGIT,
                "comma": speech.COMMA_SECONDS,
                "stop": speech.STOP_SECONDS[language],
                "start": speech.START_SECONDS,
                "spread": speech.SPREAD,
            },
            "words": {
                "faster": t("Speak at {speed}×, that should fit"),
                "learned": _learned(pace),
                "count": t("{length} of {limit}"),
                "over": "" if said else t("Too long: take out {over} characters."),
                "over_one": "" if said else t("Too long: take out 1 character."),
                "time": t("About {range} s of speech."),
                "fits": t("About {range} s of speech; the video has {clip} s."),
                "too_long": t(
                    "About {range} s of speech, more than the video's {clip} s. Shorten it or speak faster."
                ),
            },
        },
    )


def _learned(pace: Pace) -> str:
    if not pace.clips:
        return ""
    return plural(
        pace.clips,
        "Learned from {count} clip in this voice.",
        "Learned from {count} clips in this voice.",
    )
