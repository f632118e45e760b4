"""Numbers and other people's words on a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from components.wording import ago, plain, size, span, voice_label
from lipsync.voices import find_voice


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "less than 1 s"),
        (8, "8 s"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (4800, "1 h 20 min"),
        (90_000, "1 day"),
    ],
)
def test_lengths_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(("number", "words"), [(1, "1 KB"), (640_000, "640 KB"), (4_999_999, "5.0 MB")])
def test_sizes_are_decimal(number: int, words: str) -> None:
    assert size(number) == words


@pytest.mark.parametrize(
    ("passed", "words"),
    [(10, "just now"), (70, "1 minute ago"), (7200, "2 hours ago"), (3 * 86_400, "3 days ago")],
)
def test_moments_are_said_from_now(passed: int, words: str) -> None:
    now = datetime(2026, 1, 31, tzinfo=UTC)
    assert ago(now - timedelta(seconds=passed), now) == words


@pytest.mark.parametrize(
    "text", ["[x](y)", ":red[z]", "$a$", "<b>", "`c`", "**d**", "a_b_c", "1. e", "# f", "> g"]
)
def test_no_markdown_survives_in_other_peoples_words(text: str) -> None:
    shown = plain(text)
    assert shown != text
    assert shown.replace("\\", "") == text


@pytest.mark.parametrize("text", [":smile:", ":material/home:", "http://y.example", "www.y.example"])
def test_what_backslashes_do_not_stop_is_broken_by_an_invisible_sign(text: str) -> None:
    assert "\u2060" in plain(text)


def test_long_words_are_cut_with_a_mark() -> None:
    assert plain("a" * 50, most=10) == "a" * 9 + "…"


def test_a_voice_that_is_only_a_gender_says_it_once() -> None:
    voice = find_voice("girlfriend_4_speech02", "en")
    assert voice is not None
    assert voice_label(voice) == "Melody · female"
