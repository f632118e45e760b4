"""The plain renderer: one still colour under the Sandbox mark, with the sound, made in a moment.

For tests and for small machines (`--renderer plain`); a text is not spoken but hummed.
"""

from __future__ import annotations

import logging
import subprocess
from pathlib import Path
from typing import Final

from PIL import Image

from lipsync.media import find_ffmpeg
from lipsync.sandbox.mark import sign
from lipsync.sandbox.orders import CANNOT_BE_MADE, RenderFailed, RenderOrder

log = logging.getLogger(__name__)

TIMEOUT_SECONDS: Final = 120.0
_SIZES: Final = {"landscape": (640, 360), "portrait": (360, 640), "square": (480, 480)}
_SECONDS_PER_CHARACTER: Final = 0.08


def render_plain(order: RenderOrder, sound: Path | None, to: Path) -> None:
    """Write the clip: H.264 yuv420p, 25 frames a second, AAC, faststart. Raises `RenderFailed`."""
    size = _SIZES[order.spec["orientation"]]
    picture = Image.new("RGB", size, f"#{order.spec['seed'] & 0x7F7F7F | 0x202020:06x}")
    sign(picture)
    command = [
        str(find_ffmpeg()), "-v", "error", "-nostdin", "-y",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", "25", "-i", "pipe:0",
        *_sound_input(order, sound), "-map", "0:v", "-map", "1:a", "-af", "apad",
        "-vf", "format=yuv420p,loop=-1:1",  # the one picture, again and again
        "-t", f"{order.spec['seconds']:.3f}",
        "-c:v", "libx264", "-preset", "ultrafast", "-tune", "stillimage", "-pix_fmt", "yuv420p",
        "-threads", "1",
        "-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart", "-metadata", "title=Sandbox",
        "-metadata", "comment=Made by the sandbox, not by an AI service", str(to),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, input=picture.tobytes(), capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise RenderFailed("The clip could not be made in time") from error
    if done.returncode != 0:
        log.error("ffmpeg: %s", done.stderr.decode(errors="replace").strip()[-500:])
        raise RenderFailed(CANNOT_BE_MADE)


def _sound_input(order: RenderOrder, sound: Path | None) -> list[str]:
    if sound is not None:
        return ["-i", str(sound)]
    if order.speech is not None:
        seconds = max(0.5, _SECONDS_PER_CHARACTER * len(order.speech["text"]) / order.speech["speed"])
        return ["-f", "lavfi", "-i", f"sine=frequency=220:duration={seconds:.2f}:sample_rate=44100"]
    return ["-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono"]
