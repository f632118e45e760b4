"""What is written and how it is said: numbers, money, dates, times. The synthesiser knows only half of it.

In Mandarin it leaves the zeros out (105 would be heard as 150) and takes signs for English words.
In English it reads the strokes of a date aloud.
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
_COUNTED: Final = "个只人天位次本张件条块点倍周岁公小种家"
_ENGLISH_MONEY: Final = {"$": "dollars", "£": "pounds", "€": "euros", "¥": "yuan", "￥": "yuan"}
_MANDARIN_MONEY: Final = {"$": "美元", "£": "英镑", "€": "欧元", "¥": "元", "￥": "元"}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_PARTS: Final = ("half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_WIDE: Final = str.maketrans("０１２３４５６７８９＄￡％／－＋", "0123456789$£%/-+")
_AMOUNT: Final = r"\d+(?:\.\d+)?"
_NUMBER: Final = rf"({_AMOUNT})"
_DATE: Final = r"(?<![\d/-])(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?![\d/-])"
_DASHED: Final = r"(?<![A-Za-z\d.:-])(?:\((\d+)\)\s?)?(\d+(?:-\d+)+)(?![A-Za-z\d:-])"
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
    text = _THOUSANDS.sub("", text.translate(_WIDE))
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


def _mandarin_date(found: re.Match[str]) -> str:
    return f"{found[1]}年{int(found[3])}月{int(found[4])}日"


def _english_date(year: str, month: str, day: str) -> str:
    """The month first, as in America, unless it cannot be one."""
    first, second = int(month), int(day)
    month_number, day_number = (second, first) if first > len(_MONTHS) else (first, second)
    if not (1 <= month_number <= len(_MONTHS) and 1 <= day_number <= 31):
        return f"{month} {day} {year}"
    ending = "th" if 10 < day_number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day_number % 10, "th")
    return f"{_MONTHS[month_number - 1]} {day_number}{ending}, {year}"


def _telephone(digits: Callable[[str], str]) -> _Rule:
    """Several dashes, or a zero in front, make a telephone number: digit by digit. Others are ranges."""

    def said(found: re.Match[str]) -> str:
        groups = [group for group in (found[1], *found[2].split("-")) if group]
        if len(groups) == 2 and not any(len(group) > 1 and group.startswith("0") for group in groups):
            return found[0]
        return ", ".join(digits(group) for group in groups)

    return _DASHED, said


def _fraction(found: re.Match[str]) -> str:
    above, part = int(found[1]), _PARTS[int(found[2]) - 2]
    if above == 1:
        return f"one {part}"
    return f"{above} {'halves' if part == 'half' else part + 's'}"


def _priced(words: Mapping[str, str], joint: str, multiples: str, unit: str) -> _Rule:
    """The sign stands in front and is said behind; a `unit` written as well is not said twice."""
    amount = rf"({_AMOUNT}(?:\s?[-–]\s?{_AMOUNT})?(?:\s?(?:{multiples}))?)"
    return rf"([{''.join(words)}])\s?{amount}(?:{unit})?", lambda found: found[2] + joint + words[found[1]]


_MANDARIN: Final[tuple[_Rule, ...]] = (
    _priced(_MANDARIN_MONEY, "", "[十百千万亿]+", "元|块|美元|英镑|欧元"),
    (_DATE, _mandarin_date),
    _telephone(_one_by_one),
    (r"(?<!\d)(\d{1,2})[:：](\d{2})(?!\d)", _clock),
    (r"(?<!\d)(\d{4})(?=年|[-–~～]\d{4}年)", lambda found: _one_by_one(found[1])),
    (rf"{_NUMBER}%", lambda found: f"百分之{found[1]}"),
    (r"(?<![\d/])(\d{1,4})/(\d{1,4})(?![\d/])", lambda found: f"{found[2]}分之{found[1]}"),
    (rf"(?<=[\d点分{_DIGITS}])\s?[-–~～]\s?(?=[\d十百两{_DIGITS}])", lambda _: "到"),
    (r"(?<![A-Za-z\d-])-(?=\d)", lambda _: "负"),
    (r"(?<=\d)\s?km/h\b", lambda _: "公里每小时"),
    (r"(?<=\d)\s?(kg|km|cm)(?![A-Za-z])", lambda found: {"kg": "公斤", "km": "公里", "cm": "厘米"}[found[1]]),
    (r"(?<=\d)\s?(?:℃|°C)", lambda _: "摄氏度"),
    (r"(?<=\d)\s?([+=×])\s?(?=\d)", lambda found: {"+": "加", "=": "等于", "×": "乘"}[found[1]]),
    (rf"(?<![\d.第])2(?=[{_COUNTED}])", lambda _: "两"),
    (r"(?<![A-Za-z\d])" + _NUMBER, lambda found: _mandarin(found[1])),
)
_ENGLISH: Final[tuple[_Rule, ...]] = (
    _priced(_ENGLISH_MONEY, " ", r"(?:thousand|million|billion)\b", ""),
    (_DATE, lambda found: _english_date(found[1], found[3], found[4])),
    (
        r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])",
        lambda found: _english_date(found[3], found[1], found[2]),
    ),
    _telephone(" ".join),
    (r"(?<!\d)(\d{1,2}):00(?!\d)", lambda found: f"{found[1]} o'clock"),
    (r"(?<![\d/])([1-9])/([2-9]|10)(?![\d/])", _fraction),
    (r"(?<=\d)\s?km/h\b", lambda _: " kilometres an hour"),
    (r"(?<=\d)\s?kg\b", lambda _: " kilograms"),
    (r"(?<=\d)\s?km\b", lambda _: " kilometres"),
    (r"(?<=[\d%])\s?[-–](?=\d)", lambda _: " to "),
)
