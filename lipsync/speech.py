"""How long a text takes to say, before anything is paid for.

The figures were fitted to real synthetic voices (error 12 to 15 % for English); how fast the
upstream's voices speak is not published. So a range is given, and real results correct it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, exp, log
from statistics import median
from typing import Literal

Language = Literal["zh", "en"]

MIN_SPEED, MAX_SPEED = 0.8, 2.0  # CometAPI lip sync, `voice_speed`
SPREAD = 0.2  # either side of the likely length
START_SECONDS = 0.15
SYLLABLE_SECONDS = 0.185
HAN_SECONDS = 0.284
COMMA_SECONDS = 0.12
STOP_SECONDS = {"en": 0.61, "zh": 0.62}
PRIOR_PAIRS = 2  # so many imagined results that fit exactly: one odd result does not turn everything
CORRECTION_RANGE = (0.5, 2.0)

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_DIGITS = re.compile(r"\d+")
_STOPS = re.compile(r"[.!?…。！？;；:：\n]+")
_COMMAS = re.compile(r"[,，、]|\s[–—-]\s|——")
_NUMBER_INSIDE = re.compile(r"(?<=\d)[.,:](?=\d)")
_VOWELS = re.compile(r"[aeiouyáéíóúàèäëïöüâêîôûãõåæœø]+", re.IGNORECASE)
# Syllables of a number said digit by digit, longer ones as words: about this many a digit.
SYLLABLES_PER_DIGIT = 1.7


@dataclass(frozen=True)
class SpeechEstimate:
    """Seconds a text will take: at the least, most likely, and at the most."""

    low_seconds: float
    likely_seconds: float
    high_seconds: float


def estimate(text: str, language: Language, speed: float, correction: float = 1.0) -> SpeechEstimate:
    """How long `text` takes at `speed`. An empty text takes no time.

    `correction` comes from `correction_from`. Raises `ValueError` for a speed that is not above 0.
    """
    if speed <= 0:
        raise ValueError("the speed must be above 0")
    likely = _plain_seconds(text, language) / speed * correction
    return SpeechEstimate(likely * (1 - SPREAD), likely, likely * (1 + SPREAD))


def speed_that_fits(
    text: str, language: Language, clip_seconds: float, correction: float = 1.0
) -> float | None:
    """The gentlest speed, in tenths from 1.0 to 2.0, at which the text most likely fits the clip.

    None when even 2.0 is not enough.
    """
    if clip_seconds <= 0:
        return None
    needed = _plain_seconds(text, language) * correction / clip_seconds
    speed = max(1.0, ceil(round(needed * 10, 6)) / 10)
    return speed if speed <= MAX_SPEED else None


def correction_from(pairs: Iterable[tuple[float, float]]) -> float:
    """What to multiply estimates by, from pairs of (estimated, actual) seconds of one voice.

    The median, so that one odd result says little; drawn towards 1 while there are few.
    Pairs with a length that is not above 0 are passed over.
    """
    low, high = CORRECTION_RANGE
    ratios = [log(min(high, max(low, real / thought))) for thought, real in pairs if thought > 0 and real > 0]
    if not ratios:
        return 1.0
    return exp(median(ratios) * len(ratios) / (len(ratios) + PRIOR_PAIRS))


def syllables(word: str) -> int:
    """About how many syllables an English word has; letters said one by one count one each."""
    if len(word) > 1 and word.isupper() and not _VOWELS.search(word):
        return len(word)
    plain = word.lower()
    count = len(_VOWELS.findall(plain))
    if plain.endswith("e") and not plain.endswith(("le", "ee", "oe", "ye")) and count > 1:
        count -= 1
    if plain.endswith("ed") and not plain.endswith(("ted", "ded")) and count > 1:
        count -= 1
    if (
        plain.endswith("es")
        and not plain.endswith(("ses", "zes", "ches", "shes", "xes", "ges"))
        and count > 1
    ):
        count -= 1
    return max(1, count)


def _plain_seconds(text: str, language: Language) -> float:
    """Seconds at speed 1, uncorrected."""
    said = _NUMBER_INSIDE.sub("", text).strip()
    han = len(_HAN.findall(said))
    rest = _HAN.sub(" ", said)
    spoken = sum(syllables(word) for word in _WORD.findall(rest)) * SYLLABLE_SECONDS
    digits = sum(len(digits) for digits in _DIGITS.findall(rest))
    spoken += digits * (HAN_SECONDS if language == "zh" else SYLLABLES_PER_DIGIT * SYLLABLE_SECONDS)
    spoken += han * HAN_SECONDS
    if spoken == 0:
        return 0.0
    inner = _STOPS.split(said)
    stops = sum(1 for piece in inner if any(char.isalnum() for char in piece)) - 1
    pauses = len(_COMMAS.findall(said)) * COMMA_SECONDS + max(0, stops) * STOP_SECONDS[language]
    return spoken + pauses + (START_SECONDS if language == "en" else 0.0)
