"""What may be sent, at the edges of the specification's limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lipsync.request import (
    LipSyncRequest,
    clean_text,
    code_points,
    problems,
    speed_as_sent,
    text_problem,
)

GOOD = LipSyncRequest(
    account="main",
    parent_task_id="task",
    video_id="video",
    source="text",
    text="Hello.",
    voice_id="AOT",
    voice_language="en",
    voice_speed="1.0",
)
SOUND = LipSyncRequest("main", "task", "video", "sound", sound_id="a" * 32)
LINK = LipSyncRequest("main", "task", "video", "link", sound_url="https://a.example/b.mp3")


def fields(request: LipSyncRequest) -> list[str]:
    return [problem.field for problem in problems(request)]


@pytest.mark.parametrize("request_", [GOOD, SOUND, LINK], ids=["text", "sound", "link"])
def test_a_whole_request_has_no_problem(request_: LipSyncRequest) -> None:
    assert problems(request_) == ()


@pytest.mark.parametrize(
    "text",
    [
        "x" * 120,
        "你" * 120,
        "😀" * 120,
        "👩‍👩‍👧‍👦" * 17,  # 7 code points each
        "e\u0301" * 60,  # a letter and its accent are two
        "a\n" * 59 + "ab",
    ],
    ids=["letters", "chinese", "emoji", "family", "combining", "lines"],
)
def test_a_text_of_at_most_120_code_points_is_taken(text: str) -> None:
    assert code_points(text) in (119, 120)
    assert problems(replace(GOOD, text=text)) == ()


@pytest.mark.parametrize(
    "text", ["x" * 121, "你" * 121, "😀" * 121, "👩‍👩‍👧‍👦" * 18, "e\u0301" * 61], ids=lambda t: str(len(t))
)
def test_a_text_of_121_code_points_or_more_is_refused_with_how_many_too_many(text: str) -> None:
    (problem,) = problems(replace(GOOD, text=text))
    assert problem.field == "text"
    assert f"The text has {len(text)} characters" in problem.words
    assert f"Take out {len(text) - 120} more" in problem.words


@pytest.mark.parametrize(
    "text", ["", " \n\t ", "\u200b", "\u200d\ufeff", "\u00a0\u3000", "\u2028", "\u0301", "\u200b \n \u2060"]
)
def test_a_text_in_which_nothing_can_be_seen_counts_as_missing(text: str) -> None:
    assert fields(replace(GOOD, text=text)) == ["text"]
    problem = text_problem(text)
    assert problem is not None
    assert "Type what the face should say" in problem.words


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb", "a\ud800b", "a\x85b"])
def test_a_text_with_signs_that_cannot_be_spoken_is_refused(text: str) -> None:
    assert fields(replace(GOOD, text=text)) == ["text"]


@pytest.mark.parametrize("text", ["...", "?!", "42", "€", "नमस्ते", "a\u200bb"])
def test_a_text_with_anything_to_be_seen_is_taken(text: str) -> None:
    assert text_problem(text) is None


def test_what_is_counted_is_what_is_sent() -> None:
    request = replace(GOOD, text="  " + "x" * 119 + "\r\ny \t")
    assert request.text == "x" * 119 + "\ny"
    assert "121" in problems(request)[0].words
    assert replace(GOOD, text="  " + "x" * 120 + "  ").text == "x" * 120


@pytest.mark.parametrize(
    ("typed", "sent"), [("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\tb", "a b"), (" a ", "a"), ("a  b", "a  b")]
)
def test_line_ends_and_tabs_are_made_plain(typed: str, sent: str) -> None:
    assert clean_text(typed) == sent
    assert clean_text(sent) == sent


@pytest.mark.parametrize("speed", ["0.8", "0.9", "1.0", "1", "1.1", "1.9", "2", "2.0", "1.00"])
def test_speeds_from_08_to_20_in_tenths_are_taken(speed: str) -> None:
    assert problems(replace(GOOD, voice_speed=speed)) == ()


@pytest.mark.parametrize(
    "speed",
    [
        None,
        "",
        "0.7",
        "0.79",
        "2.01",
        "2.1",
        "1.05",
        "-1",
        "fast",
        "NaN",
        "sNaN",
        "-NaN",
        "Infinity",
        "1e9",
        "1,0",
    ],
)
def test_any_other_speed_is_refused(speed: str | None) -> None:
    assert fields(replace(GOOD, voice_speed=speed)) == ["voice_speed"]


@pytest.mark.parametrize(
    ("speed", "sent"),
    [(1, "1.0"), (0.8, "0.8"), (1.05, "1.1"), ("1.94", "1.9"), (0.1 + 0.7, "0.8"), (2, "2.0")],
)
def test_a_speed_is_sent_with_one_decimal(speed: float | str, sent: str) -> None:
    assert speed_as_sent(speed) == sent


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parent_task_id": ""}, "video"),
        ({"video_id": ""}, "video"),
        ({"voice_language": None}, "voice_language"),
        ({"voice_language": "de"}, "voice_language"),
        ({"voice_id": None}, "voice_id"),
        ({"voice_id": "  "}, "voice_id"),
        ({"voice_id": "x" * 201}, "voice_id"),
    ],
)
def test_a_missing_or_wrong_field_is_named(change: dict[str, str | None], field: str) -> None:
    assert fields(replace(GOOD, **change)) == [field]


def test_a_voice_that_is_not_in_the_catalogue_may_be_typed() -> None:
    assert problems(replace(GOOD, voice_id="a_voice_of_next_year")) == ()


@pytest.mark.parametrize(
    "url", [None, "", "a.example/b.mp3", "file:///etc/passwd", "ftp://a/b", "javascript:1"]
)
def test_a_link_must_be_a_web_address(url: str | None) -> None:
    assert fields(replace(LINK, sound_url=url)) == ["sound_url"]


def test_a_link_of_more_than_2000_signs_is_refused() -> None:
    start = "https://a.example/"
    assert fields(replace(LINK, sound_url=start + "x" * (2000 - len(start)))) == []
    assert fields(replace(LINK, sound_url=start + "x" * (2001 - len(start)))) == ["sound_url"]


def test_a_sound_that_was_not_given_is_asked_for() -> None:
    assert fields(replace(SOUND, sound_id=None)) == ["sound"]


def test_problems_come_in_the_order_of_the_form() -> None:
    assert fields(LipSyncRequest("main", "", "", "text")) == [
        "video",
        "text",
        "voice_language",
        "voice_id",
        "voice_speed",
    ]


@pytest.mark.parametrize("request_", [GOOD, SOUND, LINK], ids=["text", "sound", "link"])
def test_a_request_survives_the_database(request_: LipSyncRequest) -> None:
    data = request_.as_dict()
    assert None not in data.values()
    assert LipSyncRequest.from_dict(data) == request_


def test_fields_of_another_version_are_passed_over() -> None:
    assert LipSyncRequest.from_dict(GOOD.as_dict() | {"of_next_year": 1}) == GOOD
