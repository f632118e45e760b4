"""Small still pictures of videos: a real frame, made once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from lipsync.media import NotPlayable, find_ffmpeg

WIDTH = 320
"""In pixels: a card of the gallery at twice its size, for sharp screens."""
AT_SHARE = 0.4
"""Where in the video: past what fades in, before what fades out."""
TIMEOUT_SECONDS = 15.0


def make_thumbnail(video: Path, seconds: float, to: Path) -> None:
    """Write a JPEG of a frame of `video`, which is `seconds` long, to `to`; whole or not at all.

    The demuxer is fixed and no protocol but `file` allowed, as for every file from outside.
    Raises `NotPlayable`, `MediaToolMissing` and `OSError`.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    partial = to.with_name(f".{to.stem}.{os.urandom(4).hex()}.jpg")
    try:
        # A video that is shorter than it says still has a first frame.
        for at in (seconds * AT_SHARE, 0.0):
            _grab(video, at, partial)
            if partial.exists() and partial.stat().st_size > 0:
                partial.replace(to)
                return
        raise NotPlayable("no picture could be taken from the video")
    except subprocess.TimeoutExpired as error:
        raise NotPlayable("taking a picture took too long") from error
    finally:
        partial.unlink(missing_ok=True)


def _grab(video: Path, at_seconds: float, to: Path) -> None:
    command = [
        str(find_ffmpeg()), "-v", "error", "-y", "-threads", "1", "-protocol_whitelist", "file",
        "-ss", f"{at_seconds:.3f}", "-f", "mov", "-i", str(video), "-map", "0:v:0", "-frames:v", "1",
        "-vf", f"scale={WIDTH}:-2", "-q:v", "4", "-f", "mjpeg", "file:" + str(to),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
