from __future__ import annotations

import pytest

from lipsync.audio.check import SoundReport
from lipsync.audio.links import LinkReport
from lipsync.audio.words import REASONS, WARNINGS, link_in_words, reason_in_words, warning_in_words
from tests.audio.conftest import Corpus

LINK_REASONS = (
    "bad_link", "not_http", "has_password", "not_public", "unknown_host", "no_answer", "too_slow",
    "not_found", "too_many_redirects", "only_part", "too_big", "not_audio", "empty", "bad_certificate",
)  # fmt: skip


@pytest.mark.parametrize("fixable", [True, False])
@pytest.mark.parametrize("reason", REASONS)
def test_every_refusal_says_what_happened_and_what_to_do(reason: str, fixable: bool) -> None:
    report = SoundReport(
        False, 6_000_000, reason, seconds=75.0, channels=6, foreign_name="FLAC", fixable=fixable
    )
    said = reason_in_words(report)
    assert said.count(".") >= 2
    assert "{" not in said
    assert ("here." in said) is fixable


def test_a_refusal_names_what_the_file_really_is() -> None:
    said = reason_in_words(SoundReport(False, 9, "wrong_container", foreign_name="WebM video", fixable=True))
    assert "WebM video" in said


def test_a_long_sound_is_described_in_minutes() -> None:
    assert "8 minutes" in reason_in_words(SoundReport(False, 9, "too_long", seconds=480.0, fixable=True))


@pytest.mark.parametrize("reason", ["too_long", "too_big", "wrong_container", "wrong_codec", "has_video"])
def test_over_ten_minutes_the_length_is_the_reason_whatever_the_container(reason: str) -> None:
    report = SoundReport(False, 9, reason, seconds=777.0, foreign_name="FLAC")
    assert "longer than 10 minutes" in reason_in_words(report)


def test_a_file_that_is_no_sound_is_not_called_long() -> None:
    assert "minutes" not in reason_in_words(SoundReport(False, 9, "undecodable", seconds=777.0))


def test_warnings_each_have_their_own_sentence() -> None:
    report = SoundReport(True, 9, format="mp3", silent_end_seconds=2.0)
    assert len({warning_in_words(slug, report) for slug in WARNINGS}) == len(WARNINGS)


def test_nothing_is_said_of_what_was_accepted() -> None:
    assert reason_in_words(SoundReport(True, 9)) == ""
    assert link_in_words(LinkReport(None, 9)) == ""


def test_link_refusals_each_have_their_own_sentence() -> None:
    assert len({link_in_words(LinkReport(reason)) for reason in LINK_REASONS}) == len(LINK_REASONS)


@pytest.mark.xdist_group("sounds")
def test_the_words_know_every_slug_of_the_corpus(corpus: Corpus) -> None:
    assert {made.reason for made in corpus.files} - {None} <= set(REASONS)
    assert {slug for made in corpus.files for slug in made.warnings} <= set(WARNINGS)
