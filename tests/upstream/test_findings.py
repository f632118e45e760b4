from datetime import UTC, datetime

import pytest

from lipsync.upstream.findings import MESSAGE_LIMIT, clean, retry_after, text_of


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("key sk-abcdef123 is wrong", "key sk-… is wrong"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        ("see https://h.example/v.mp4?sig=1&exp=2 now", "see https://h.example/v.mp4?… now"),
        ('{"url":"https://h.example/v.mp4?sig=1"}', '{"url":"https://h.example/v.mp4?…"}'),
        ("two\nlines\x00\x1b[31m", "two lines [31m"),
        ("task-1 and desk-2 stay", "task-1 and desk-2 stay"),
    ],
)
def test_cleaning_keeps_the_sense_and_drops_the_secret(said, kept):
    assert clean(said) == kept


def test_long_messages_are_shortened():
    assert len(clean("x" * 10_000)) == MESSAGE_LIMIT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "12"}, 12.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2020 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": ""}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(headers, seconds):
    assert retry_after(headers, now=datetime(2026, 10, 21, 7, 28, tzinfo=UTC)) == seconds


def test_a_retry_date_is_measured_against_the_servers_own_clock():
    headers = {"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:10 GMT"}
    assert retry_after(headers) == 20.0


@pytest.mark.parametrize(
    ("value", "text"),
    [(2**63 + 1, str(2**63 + 1)), (" a ", "a"), ("", None), (True, None), (1.5, None), (None, None)],
)
def test_ids_keep_every_digit(value, text):
    assert text_of(value) == text
