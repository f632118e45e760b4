from __future__ import annotations

import pytest

from lipsync.sandbox.speech import speak
from lipsync.sandbox.speech.reading import mandarin_number, readable


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"), (7, "七"), (10, "十"), (15, "十五"), (20, "二十"), (105, "一百零五"), (110, "一百一十"),
        (1005, "一千零五"), (1050, "一千零五十"), (10_000, "一万"), (10_005, "一万零五"),
        (12_345, "一万二千三百四十五"),
        (100_000, "十万"), (1_000_500, "一百万零五百"), (100_000_001, "一亿零一"),
    ],
)  # fmt: skip
def test_a_number_is_said_with_its_zeros(number: int, said: str) -> None:
    assert mandarin_number(number) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2024年12月5日", "二零二四年十二月五日"),
        ("气温25.5度", "气温二十五点五度"),
        ("涨了15%", "涨了百分之十五"),
        ("2:30见，10:05走，8:00睡", "两点三十分见，十点零五分走，八点睡"),
        ("2个人，第2名，12个", "两个人，第二名，十二个"),
        ("¥1,234", "一千二百三十四元"),
        ("电话13812345678", "电话一三八一二三四五六七八"),
        ("编号007", "编号零零七"),
        ("1/2", "二分之一"),
        ("-5度", "负五度"),
        ("用MP3", "用MP3"),
        ("没有数字。", "没有数字。"),
    ],
)
def test_numbers_in_mandarin_are_written_out(written: str, said: str) -> None:
    assert readable(written, "zh") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It costs $1,234.50.", "It costs 1234.50 dollars."),
        ("£20 at 10:00", "20 pounds at 10 o'clock"),
        ("at 7:30 pm", "at 7:30 pm"),
        ("5-10 kg", "5 to 10 kilograms"),
        ("a bell\x07 and a\x00 nothing", "a bell  and a  nothing"),
        ("Hello, world", "Hello, world"),
    ],
)
def test_numbers_in_english_are_put_as_they_are_said(written: str, said: str) -> None:
    assert readable(written, "en") == said


def test_chinese_characters_in_an_english_text_are_not_spelt() -> None:
    mixed = speak("Hello 你好", "en", "AOT", 1.0)
    assert mixed.seconds < 2
    assert "l" in "".join(phoneme.symbol for phoneme in mixed.phonemes)
