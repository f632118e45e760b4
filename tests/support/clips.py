"""Small real videos and sounds, made with ffmpeg."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lipsync.media import find_ffmpeg


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg quietly; fails loudly."""
    subprocess.run([str(find_ffmpeg()), "-v", "error", "-y", *map(str, arguments)], check=True)


def make_clip(to: Path, *, seconds: float = 1.0, sound: bool = True) -> Path:
    """A grey H.264 video of 64 × 48 at 25 frames a second, with a tone unless `sound` is false."""
    picture = ["-f", "lavfi", "-i", f"testsrc=size=64x48:rate=25:duration={seconds}"]
    tone = ["-f", "lavfi", "-i", f"sine=frequency=330:duration={seconds}"] if sound else []
    ffmpeg(*picture, *tone, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", to)
    return to


def make_tone(to: Path, *arguments: str, seconds: float = 3.0) -> Path:
    """A loud enough tone in the format of `to`'s ending; `arguments` go before the name."""
    ffmpeg(
        "-f", "lavfi", "-i", f"sine=frequency=330:duration={seconds}", "-af", "volume=12dB", *arguments, to
    )
    return to
