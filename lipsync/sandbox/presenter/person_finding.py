"""Finding the words of a prompt that say who a person is, and how old in years."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from lipsync.sandbox.presenter.person_words import WORDS, Age, Word

_ONES: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_DECADES: Final = tuple(tens[:-1] + "ies" for tens in _TENS)
_SIGNS: Final = "一二三四五六七八九"
_NUMBER: Final = (
    rf"\d{{1,3}}|(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[:9])}))?|{'|'.join(reversed(_ONES))}"
)
_YEARS: Final = (
    rf"(?<![a-z\d])(?P<years>{_NUMBER})[- ]years?[- ]olds?(?![a-z])",
    r"(?<![a-z])aged (?P<aged>\d{1,3})",
    rf"(?<![a-z])in (?:his|her|their) (?:early |mid |mid-|late )?(?P<decade>\d0s|{'|'.join(_DECADES)})",
    rf"(?P<signs>\d{{1,3}}|[{_SIGNS}]?十[{_SIGNS}]?|[{_SIGNS}])多?岁",
)
_AGES: Final[tuple[tuple[int, Age], ...]] = ((13, "child"), (40, "young"), (60, "middle"), (1000, "old"))
"""Each up to this many years."""


class Found(NamedTuple):
    """A word, and where in the text it stands."""

    start: int
    end: int
    word: Word


def find_words(text: str) -> list[Found]:
    """The words in a text, in lower case, that say who a person is; a longer one before those within it."""
    found = [Found(match.start(), match.end(), _meaning(match)) for match in _PATTERN.finditer(text)]
    return [one for one in found if one.word.kind != "nothing"]


def _pattern() -> re.Pattern[str]:
    longest_first = sorted(WORDS, key=len, reverse=True)
    english = "|".join(re.escape(word) for word in longest_first if word.isascii())
    chinese = "|".join(word for word in longest_first if not word.isascii())
    return re.compile("|".join((
        *_YEARS,
        rf"(?<![a-z])(?P<english>{english})s?(?![a-z])",
        rf"(?P<chinese>{chinese})",
        rf"(?P<old>老)(?={chinese})",  # without somebody after it, 老 is part of another word
    )))  # fmt: skip


_PATTERN: Final = _pattern()


def _meaning(match: re.Match[str]) -> Word:
    kind = str(match.lastgroup)
    if kind in ("english", "chinese"):
        return WORDS[match[kind]]
    if kind == "old":
        return Word("modifier", "", "old")
    years = _number(match[kind])
    return Word("years", "", next(age for most, age in _AGES if years < most))


def _number(said: str) -> int:
    """70, 70s, seventy-two, seventies and 七十二 as numbers."""
    if said.rstrip("s").isdecimal():
        return int(said.rstrip("s"))
    if said in _DECADES:
        return 20 + 10 * _DECADES.index(said)
    if not said.isascii():
        tens, ten, ones = said.rpartition("十")
        return (10 * _sign(tens or "一") if ten else 0) + _sign(ones)
    parts = said.replace("-", " ").split()
    return sum(20 + 10 * _TENS.index(one) if one in _TENS else 1 + _ONES.index(one) for one in parts)


def _sign(sign: str) -> int:
    return 1 + _SIGNS.index(sign) if sign else 0
