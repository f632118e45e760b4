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
        ("气温-5度", "气温负五度"),
        ("气温25℃，重5kg，开100km/h", "气温二十五摄氏度，重五公斤，开一百公里每小时"),
        ("共¥1,234.50元，$1.5万", "共一千二百三十四点五零元，一点五万美元"),
        ("3-5人，50%-60%", "三到五人，百分之五十到百分之六十"),
        ("12:30-08:00", "十二点三十分到八点"),
        ("1990-2000年", "一九九零到二零零零年"),
        ("2024-12-05和2024/1/2", "二零二四年十二月五日和二零二四年一月二日"),
        ("打010-12345678吧", "打零一零, 一二三四五六七八吧"),
        ("2倍，2月2日", "两倍，二月二日"),
        ("5+3=8", "五加三等于八"),
        ("２０２４年，５％，￥５", "二零二四年，百分之五，五元"),
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
        ("$1.5 million, $5-10", "1.5 million dollars, 5 to 10 dollars"),
        ("on 12/05/2024", "on December 5th, 2024"),
        ("on 25/12/2024", "on December 25th, 2024"),
        ("on 2024-01-22", "on January 22nd, 2024"),
        ("on 99/99/2024", "on 99 99 2024"),
        ("1/2 or 3/4, 24/7", "one half or 3 quarters, 24/7"),
        ("555-010-9999 or (555) 010-9999", "5 5 5, 0 1 0, 9 9 9 9 or 5 5 5, 0 1 0, 9 9 9 9"),
        ("10%-20% at 30 km/h", "10% to 20% at 30 kilometres an hour"),
        ("5-10 kg", "5 to 10 kilograms"),
        ("COVID-19, a one-off", "COVID-19, a one-off"),
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
