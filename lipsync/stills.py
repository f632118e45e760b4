"""Small still pictures of videos, made once and kept beside them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from lipsync.media import NotPlayable, find_ffmpeg

PICTURE_WIDTH = 480
"""In pixels: a card at twice its size on the page, for sharp screens."""
AT_SECONDS = 0.6
"""A little after the start, where many videos fade in."""
TIMEOUT_SECONDS = 15.0


def picture_of(video: Path) -> Path:
    """A JPEG of a frame of `video`, beside it under the same name.

    The demuxer is fixed and no protocol but `file` allowed, as for every file from outside.
    Raises `NotPlayable`, `MediaToolMissing` and `OSError`.
    """
    target = video.with_suffix(".jpg")
    if target.exists():
        return target
    partial = target.with_name(f".{target.stem}.{os.urandom(4).hex()}.jpg")
    command = [
        str(find_ffmpeg()), "-v", "error", "-y", "-protocol_whitelist", "file", "-ss", f"{AT_SECONDS}",
        "-f", "mov", "-i", str(video), "-frames:v", "1", "-vf", f"scale={PICTURE_WIDTH}:-2",
        "-q:v", "4", "-f", "mjpeg", str(partial),
    ]  # fmt: skip
    try:
        subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        if not partial.exists() or partial.stat().st_size == 0:
            raise NotPlayable("no picture could be taken from the video")
        partial.replace(target)
    except subprocess.TimeoutExpired as error:
        raise NotPlayable("taking a picture took too long") from error
    finally:
        partial.unlink(missing_ok=True)
    return target
