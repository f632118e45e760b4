from __future__ import annotations

import os
import tempfile
from math import log10
from pathlib import Path

import pytest

from lipsync.audio import check
from lipsync.audio.check import MAX_SOUND_BYTES, SoundReport, check_sound
from lipsync.audio.deadline import Deadline
from tests.audio.conftest import Corpus
from tests.audio.corpus import speech_like, write_wav

pytestmark = pytest.mark.xdist_group("sounds")


def test_every_file_of_the_corpus_gets_the_right_verdict(
    corpus: Corpus, reports: dict[str, SoundReport]
) -> None:
    assert len(corpus.files) >= 100
    assert len({made.name for made in corpus.files}) == len(corpus.files)
    wrong = {}
    for made in corpus.files:
        report = reports[made.name]
        said = (report.accepted, report.reason, tuple(sorted(report.warnings)))
        if said != (made.reason is None, made.reason, tuple(sorted(made.warnings))):
            wrong[made.name] = (said, report.seconds)
    assert wrong == {}


def test_the_levels_are_those_of_the_sound(tmp_path: Path) -> None:
    samples = speech_like(3.0, level=0.4)
    report = check_sound(write_wav(tmp_path / "a.wav", samples))
    loudness, peak = (20 * log10(x) for x in ((samples**2).mean() ** 0.5, abs(samples).max()))
    assert report.loudness_dbfs == pytest.approx(loudness, abs=0.1)
    assert report.peak_dbfs == pytest.approx(peak, abs=0.1)
    assert report.seconds == pytest.approx(3.0, abs=0.01)


def test_levels_of_24_bit_and_float_and_16_bit_agree(reports: dict[str, SoundReport]) -> None:
    names = ("wav_s16.wav", "wav_s24.wav", "wav_s32.wav", "wav_f32.wav", "wav_f64.wav", "wav_u8.wav")
    levels = [reports[name].loudness_dbfs or 0 for name in names]
    assert max(levels) - min(levels) < 0.2


def test_silence_at_the_edges_is_measured(reports: dict[str, SoundReport]) -> None:
    report = reports["silent_start.wav"]
    assert report.silent_start_seconds == pytest.approx(2.0, abs=0.11)
    assert report.silent_end_seconds < 0.2


def test_the_owners_name_decides_about_the_ending(corpus: Corpus) -> None:
    stored = corpus.path("without_ending")
    assert check_sound(stored, name="song.mp3").warnings == ()
    assert check_sound(stored, name="song.wav").warnings == ("ext_mismatch",)


def test_a_sound_over_the_strict_5_mb_is_accepted_but_made_smaller_first(tmp_path: Path) -> None:
    report = check_sound(write_wav(tmp_path / "a.wav", speech_like(26.6, 48_000), 48_000, channels=2))
    assert report.bytes > MAX_SOUND_BYTES
    assert report.accepted
    assert not report.send_as_is


@pytest.mark.parametrize(
    ("name", "as_is"),
    [("mp3_cbr.mp3", True), ("quiet.wav", True), ("wav_length_zero.wav", False), ("mp3_cut.mp3", False),
     ("wav_96k.wav", False), ("flac.wav", False)],
)  # fmt: skip
def test_only_flawless_files_are_sent_as_they_are(
    reports: dict[str, SoundReport], name: str, as_is: bool
) -> None:
    assert reports[name].send_as_is is as_is


def test_what_cannot_be_helped_is_not_called_fixable(reports: dict[str, SoundReport]) -> None:
    fixable = {name for name, report in reports.items() if report.fixable}
    assert {"flac.wav", "video.m4a", "wav_6_channels.wav", "m4a_alac.m4a", "over_a_minute.wav"} <= fixable
    hopeless = [
        name for name in fixable if name.startswith(("attack", "bomb_t", "bomb_no", "picture", "silence"))
    ]
    assert hopeless == []


def test_nothing_is_left_behind(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    check_sound(corpus.path("mp3_cbr.mp3"))
    check_sound(corpus.path("bomb_nothing_real.m4a"))
    assert list(tmp_path.iterdir()) == []


def test_the_child_inherits_no_key(corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMETAPI_KEY", "sk-secret")
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\n/usr/bin/env > {tmp_path}/seen\nexit 1\n")
    spy.chmod(0o755)
    monkeypatch.setattr(check, "find_ffmpeg", lambda: spy)
    assert check_sound(corpus.path("mp3_cbr.mp3")).reason == "undecodable"
    seen = (tmp_path / "seen").read_text()
    assert "TMPDIR" in seen
    assert "sk-secret" not in seen


def test_a_check_that_takes_too_long_says_so(corpus: Corpus) -> None:
    assert check_sound(corpus.path("mp3_cbr.mp3"), deadline=Deadline.after(0.001)).reason == "too_slow"
    assert check_sound(corpus.path("mp3_cbr.mp3"), deadline=Deadline.after(0)).reason == "too_slow"


def test_a_file_that_is_not_there_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        check_sound(tmp_path / "gone.mp3")


@pytest.mark.skipif(os.name == "nt", reason="no such file there")
def test_an_endless_device_is_not_read() -> None:
    assert check_sound(Path("/dev/zero")).reason == "empty"
