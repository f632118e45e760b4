"""What is written and how it is said: numbers, money, times. The synthesiser knows only half of it.

In Mandarin it leaves the zeros out (105 would be heard as 150) and takes signs for English words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

_DIGITS: Final = "零一二三四五六七八九"
_PLACES: Final = ("", "十", "百", "千")
_GROUPS: Final = ("", "万", "亿")
_LONGEST_NUMBER: Final = 8
"""Digits; a longer one is a telephone number or the like, and is said digit by digit."""
_COUNTED: Final = "个只人天位次本张件条块点"
_ENGLISH_MONEY: Final = {"$": "dollars", "£": "pounds", "€": "euros", "¥": "yuan", "￥": "yuan"}
_MANDARIN_MONEY: Final = {"$": "美元", "£": "英镑", "€": "欧元", "¥": "元", "￥": "元"}
_NUMBER: Final = r"(\d+(?:\.\d+)?)"
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_Rule = tuple[str, Callable[[re.Match[str]], str]]


def has_han(text: str) -> bool:
    """Whether a Chinese character is in it: only the Mandarin voices can say those."""
    return bool(_HAN.search(text))


def readable(text: str, language: Literal["zh", "en"]) -> str:
    """The text as the synthesiser must be given it to say it as a person would.

    Control characters go: the library stops at a NUL and reads others aloud.
    """
    text = "".join(character if character.isprintable() else " " for character in text)
    text = _THOUSANDS.sub("", text)
    for pattern, said in _MANDARIN if language == "zh" else _ENGLISH:
        text = re.sub(pattern, said, text)
    return text


def mandarin_number(number: int) -> str:
    """A whole number below 10¹² in Chinese characters, as it is said."""
    said, gap = "", False
    for group in range(len(_GROUPS) - 1, -1, -1):
        part = number // 10_000**group % 10_000
        if part:
            said += "零" * (bool(said) and (gap or part < 1000)) + _below_ten_thousand(part) + _GROUPS[group]
        gap = part == 0
    said = said or _DIGITS[0]
    return said[1:] if said.startswith("一十") else said


def _below_ten_thousand(number: int) -> str:
    said, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            said += "零" * (gap and bool(said)) + _DIGITS[digit] + _PLACES[place]
        gap = digit == 0
    return said


def _one_by_one(digits: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits)


def _mandarin(written: str) -> str:
    whole, _, part = written.partition(".")
    long = len(whole) > _LONGEST_NUMBER or (len(whole) > 1 and whole.startswith("0"))
    said = _one_by_one(whole) if long else mandarin_number(int(whole))
    return f"{said}点{_one_by_one(part)}" if part else said


def _clock(found: re.Match[str]) -> str:
    hour, minute = found[1], found[2]
    said_hour = "两" if int(hour) == 2 else mandarin_number(int(hour))
    if minute == "00":
        return f"{said_hour}点"
    return f"{said_hour}点{'零' * minute.startswith('0')}{mandarin_number(int(minute))}分"


def _priced(words: Mapping[str, str], joint: str) -> _Rule:
    return rf"([{''.join(words)}])\s?{_NUMBER}", lambda found: found[2] + joint + words[found[1]]


_MANDARIN: Final[tuple[_Rule, ...]] = (
    _priced(_MANDARIN_MONEY, ""),
    (r"(?<!\d)(\d{1,2})[:：](\d{2})(?!\d)", _clock),
    (r"(?<!\d)(\d{4})(?=年)", lambda found: _one_by_one(found[1])),
    (rf"{_NUMBER}[%％]", lambda found: f"百分之{found[1]}"),
    (r"(?<![\d/])(\d{1,4})/(\d{1,4})(?![\d/])", lambda found: f"{found[2]}分之{found[1]}"),
    (r"(?<![\w-])-(?=\d)", lambda _: "负"),
    (rf"(?<![\d.第])2(?=[{_COUNTED}])", lambda _: "两"),
    (r"(?<![A-Za-z\d])" + _NUMBER, lambda found: _mandarin(found[1])),
)
_ENGLISH: Final[tuple[_Rule, ...]] = (
    _priced(_ENGLISH_MONEY, " "),
    (r"(?<!\d)(\d{1,2}):00(?!\d)", lambda found: f"{found[1]} o'clock"),
    (r"(?<=\d)\s?kg\b", lambda _: " kilograms"),
    (r"(?<=\d)\s?km\b", lambda _: " kilometres"),
    (r"(?<=\d)\s?[-–](?=\d)", lambda _: " to "),
)
