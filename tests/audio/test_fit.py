from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lipsync.audio.check import MAX_SOUND_BYTES, check_sound
from lipsync.audio.deadline import Deadline
from lipsync.audio.fit import fit_to_clip, make_fit
from lipsync.audio.pcm import LOUDNESS, MIXED, RATE, decode, input_arguments, source_kind, told_loudness
from lipsync.audio.runner import run_program
from lipsync.media import find_ffmpeg
from tests.audio.conftest import Corpus
from tests.audio.corpus import ffmpeg, speech_like, write_wav

pytestmark = pytest.mark.xdist_group("sounds")
FOREIGN = (
    "vorbis.mp3", "opus.mp3", "flac.wav", "webm.mp3", "wma.mp3", "aiff.wav", "au.wav", "ac3.aac",
    "latm.aac", "transport.aac", "avi.wav", "layer2.mp3", "m4a_alac.m4a", "wav_adpcm_ms.wav",
    "aac_6_channels.aac", "video.m4a", "video.wav", "wav_length_unknown.wav", "aac_4_channels.aac",
    "quicktime_24.m4a", "quicktime_float.m4a", "quicktime_ulaw.m4a",
    "quicktime_ima4.m4a", "camcorder.aac", "wavpack_with_tag.mp3",
)  # fmt: skip


def test_anything_becomes_a_legal_mp3(corpus: Corpus, tmp_path: Path) -> None:
    refused = {}
    for name in FOREIGN:
        report = make_fit(corpus.path(name), tmp_path / "made.mp3", loudness=False)
        if not (report.accepted and report.send_as_is and report.format == "mp3" and report.channels == 1):
            refused[name] = report
    assert refused == {}


@pytest.mark.parametrize("level", [0.02, 0.2, 0.9])
def test_the_loudness_becomes_16_lufs_without_clipping(tmp_path: Path, level: float) -> None:
    report = make_fit(write_wav(tmp_path / "a.wav", speech_like(4.0, level=level)), tmp_path / "made.mp3")
    assert report.lufs == pytest.approx(-16.0, abs=1.0)
    assert report.peak_dbfs is not None
    assert report.peak_dbfs < -1.0
    assert "clipped" not in report.warnings


def test_measuring_the_loudness_of_a_long_sound_says_little(tmp_path: Path) -> None:
    """The end of what is said is all that is read; every frame's loudness would be 1,200 bytes a second."""
    source = write_wav(tmp_path / "a.wav", speech_like(60.0, 8_000, level=0.2), 8_000)
    arguments = [*input_arguments(source, source_kind(source)), "-af", LOUDNESS, "-f", "null", "-"]
    said = run_program(find_ffmpeg(), arguments, tmp_path).err
    assert len(said) < 6_000
    assert told_loudness(said) == pytest.approx(-24.0, abs=1.0)


def test_the_loudness_can_be_left_as_it_is(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "a.wav", speech_like(3.0, level=0.05))
    report = make_fit(source, tmp_path / "made.mp3", loudness=False)
    assert report.loudness_dbfs == pytest.approx(check_sound(source).loudness_dbfs or 0, abs=0.5)


def test_silent_edges_are_cut_and_no_word_is_bitten_off(corpus: Corpus, tmp_path: Path) -> None:
    report = make_fit(corpus.path("silent_start.wav"), tmp_path / "made.mp3", cut_silence=True)
    assert report.seconds == pytest.approx(3.1, abs=0.2)
    assert report.silent_start_seconds <= 0.2


def test_a_voice_with_sharp_clicks_in_it_is_as_loud_as_any(tmp_path: Path) -> None:
    voice = speech_like(4.0, level=0.05)
    for at in range(0, len(voice), 22_050):
        voice[at : at + 90] = 0.95  # 2 ms
    report = make_fit(write_wav(tmp_path / "a.wav", voice), tmp_path / "made.mp3")
    assert report.lufs == pytest.approx(-16, abs=1)


def test_what_is_very_quiet_is_raised_by_30_db_and_not_more(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "a.wav", speech_like(3.0, level=0.003))
    heard = decode(source, source_kind(source), loudness=True)
    assert heard.lufs is not None
    assert heard.lufs < -50
    assert make_fit(source, tmp_path / "made.mp3").lufs == pytest.approx(heard.lufs + 30, abs=0.5)


@pytest.mark.parametrize("share", [1.0, 0.9], ids=["wholly", "nearly"])
def test_where_the_channels_cancel_each_other_out_the_loudest_is_heard(tmp_path: Path, share: float) -> None:
    voice = speech_like(3.0, level=0.3)
    both = np.column_stack((-share * voice, voice))
    (tmp_path / "raw").write_bytes((both * 32_767).astype("<i2").tobytes())
    raw = ("-f", "s16le", "-ar", "44100", "-ac", "2", "-i", "raw")
    ffmpeg(*raw, "a.wav", "a.flac", folder=tmp_path)
    assert check_sound(tmp_path / "a.wav").warnings == ("out_of_phase",)
    for name in ("a.wav", "a.flac"):
        heard = decode(tmp_path / name, source_kind(tmp_path / name))
        assert heard.dbfs == pytest.approx(10 * np.log10((voice**2).mean()), abs=0.5)
        report = make_fit(tmp_path / name, tmp_path / "made.mp3")
        assert report.lufs == pytest.approx(-16, abs=1)


def test_channels_that_do_not_cancel_each_other_out_are_mixed(corpus: Corpus) -> None:
    for name in ("only_left.wav", "wav_6_channels.wav", "quiet.wav", "silence_dither.wav", "wav_s16.wav"):
        assert decode(corpus.path(name), source_kind(corpus.path(name))).downmix == MIXED


def test_the_chosen_piece_is_the_one_that_is_made(tmp_path: Path) -> None:
    at = np.arange(6 * 16_000) / 16_000
    low, high = np.sin(2 * np.pi * 200 * at), np.sin(2 * np.pi * 2_000 * at)
    source = write_wav(tmp_path / "a.wav", 0.5 * np.where(at < 3.0, low, high), 16_000)
    report = make_fit(source, tmp_path / "made.mp3", start=3.2, end=5.7)
    assert report.seconds == pytest.approx(2.5, abs=0.1)
    samples = decode(tmp_path / "made.mp3", source_kind(tmp_path / "made.mp3")).samples
    spectrum = np.abs(np.fft.rfft(samples[RATE // 2 : RATE * 2]))
    assert spectrum.argmax() / 1.5 == pytest.approx(2_000, abs=5)


def test_a_higher_tempo_is_shorter_and_keeps_the_pitch(tmp_path: Path) -> None:
    at = np.arange(5 * 16_000) / 16_000
    source = write_wav(tmp_path / "a.wav", 0.5 * np.sin(2 * np.pi * 440 * at), 16_000)
    report = make_fit(source, tmp_path / "made.mp3", tempo=1.25)
    assert report.seconds == pytest.approx(4.0, abs=0.1)
    samples = decode(tmp_path / "made.mp3", source_kind(tmp_path / "made.mp3")).samples
    assert np.abs(np.fft.rfft(samples[RATE : RATE * 3])).argmax() / 2 == pytest.approx(440, abs=5)


def test_what_is_too_long_is_cut_to_the_limit(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "a.wav", speech_like(90.0, 8_000), 8_000)
    whole = make_fit(source, tmp_path / "made.mp3")
    assert whole.accepted
    assert 59.0 < (whole.seconds or 0) <= 60.0
    assert whole.bytes < MAX_SOUND_BYTES
    assert (make_fit(source, tmp_path / "made.mp3", max_seconds=5.0).seconds or 9) <= 5.0


def test_a_source_bigger_than_the_check_allows_is_made_to_fit(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", speech_like(28.0, 48_000), 48_000, channels=2)
    ffmpeg("-i", "a.wav", "-c:a", "pcm_s16le", "-f", "mov", "big.mov", folder=tmp_path)
    for name in ("a.wav", "big.mov"):
        assert check_sound(tmp_path / name).reason == "too_big"
        assert make_fit(tmp_path / name, tmp_path / "made.mp3").accepted


@pytest.mark.parametrize(
    ("name", "reason"),
    [("attack_hls_local.mp3", "not_audio"), ("attack_other_file.m4a", "undecodable"),
     ("silence.wav", "silent"),
     ("empty.mp3", "empty"), ("video_only.m4a", "no_audio"), ("bomb_nothing_real.m4a", None),
     ("bomb_same_time.mp3", None),
     ("mp3_few_frames.mp3", "too_short")],
)  # fmt: skip
def test_what_holds_no_sound_is_refused_and_nothing_is_written(
    corpus: Corpus, tmp_path: Path, name: str, reason: str | None
) -> None:
    report = make_fit(corpus.path(name), tmp_path / "made.mp3")
    assert not report.accepted
    assert report.reason
    assert reason in (None, report.reason)
    assert list(tmp_path.iterdir()) == []


class Clock:
    """Stands still for so many readings; then an hour has passed."""

    def __init__(self, readings: int) -> None:
        self.left = readings

    def __call__(self) -> float:
        self.left -= 1
        return 0.0 if self.left >= 0 else 3_600.0


@pytest.mark.parametrize("steps", range(4), ids=["decoding", "listening", "encoding", "the closing check"])
def test_when_time_is_up_before_a_step_nothing_is_written(corpus: Corpus, tmp_path: Path, steps: int) -> None:
    deadline = Deadline(15.0, Clock(readings=steps))
    report = make_fit(corpus.path("opus.mp3"), tmp_path / "made.mp3", deadline=deadline)
    assert (report.accepted, report.reason) == (False, "too_slow")
    assert list(tmp_path.iterdir()) == []


def test_one_deadline_is_enough_for_all_four_steps(corpus: Corpus, tmp_path: Path) -> None:
    deadline = Deadline(15.0, Clock(readings=4))
    assert make_fit(corpus.path("opus.mp3"), tmp_path / "made.mp3", deadline=deadline).accepted


def test_a_refusal_leaves_an_earlier_result_alone(corpus: Corpus, tmp_path: Path) -> None:
    to = tmp_path / "made.mp3"
    to.write_bytes(b"earlier")
    make_fit(corpus.path("silence.wav"), to)
    assert to.read_bytes() == b"earlier"


@pytest.mark.parametrize("wish", [{"tempo": 1.3}, {"tempo": 0.5}, {"start": 3.0, "end": 2.0}])
def test_a_wish_that_makes_no_sense_is_an_error(
    corpus: Corpus, tmp_path: Path, wish: dict[str, float]
) -> None:
    with pytest.raises(ValueError):
        make_fit(corpus.path("mp3_cbr.mp3"), tmp_path / "made.mp3", **wish)  # type: ignore[arg-type]


def test_a_sound_shorter_than_the_clip_fits_and_leaves_time() -> None:
    advice = fit_to_clip(4.0, 5.1)
    assert advice.fits
    assert advice.spare_seconds == pytest.approx(1.1)


def test_a_sound_a_little_too_long_can_be_spoken_faster() -> None:
    advice = fit_to_clip(6.0, 5.1)
    assert not advice.fits
    assert advice.over_seconds == pytest.approx(0.9)
    assert advice.tempo is not None
    assert 6.0 / advice.tempo <= 5.1
    assert advice.tempo <= 1.25


def test_a_sound_much_too_long_can_only_be_cut() -> None:
    assert fit_to_clip(9.0, 5.1).tempo is None
    assert fit_to_clip(9.0, 0.0).tempo is None
