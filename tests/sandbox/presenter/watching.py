"""Watching an encoded clip as a viewer would: the mouth and the sound, frame by frame."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from lipsync.media import find_ffmpeg
from lipsync.sandbox.presenter import FRAMES_A_SECOND, ClipSpec
from lipsync.sandbox.presenter.canvas import FRAME_SIZES, placement

RATE = 22_050
_LIPS = (444, 504, 556, 606)
"""Where lips can be, with room for the moving head, and neither hair nor collar ever is (canvas units)."""


def picture_frames(
    clip: Path, size: tuple[int, int], crop: tuple[int, int, int, int] | None = None
) -> np.ndarray:
    """The clip's frames as an array (frame, row, column, RGB); `crop` is left, top, width, height."""
    width, height = size if crop is None else crop[2:]
    cut = [] if crop is None else ["-vf", f"crop={crop[2]}:{crop[3]}:{crop[0]}:{crop[1]}:exact=1"]
    raw = _ffmpeg("-i", str(clip), *cut, "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, height, width, 3)


def mouth_opening(clip: Path, spec: ClipSpec) -> np.ndarray:
    """Pixels of the dark of the mouth and of teeth in each frame; none when the lips are closed."""
    place = placement(spec)
    left, top = (int(v) for v in place.to_pixels(*_LIPS[:2]))
    right, bottom = (int(v) for v in place.to_pixels(*_LIPS[2:]))
    frames = picture_frames(
        clip, FRAME_SIZES[spec.orientation], (left, top, right - left, bottom - top)
    ).astype(int)
    red, green, blue = frames[..., 0], frames[..., 1], frames[..., 2]
    dark = (red < 100) & (green < 45) & (blue < 60)
    teeth = (np.minimum(np.minimum(red, green), blue) > 190) & (np.abs(red - blue) < 28)
    return (dark | teeth).sum(axis=(1, 2)).astype(float)


def sound(clip: Path) -> np.ndarray:
    """The clip's sound within ±1, mono, `RATE` samples a second."""
    raw = _ffmpeg("-i", str(clip), "-vn", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-")
    return np.frombuffer(raw, dtype="<i2").astype(float) / 32768


def levels(samples: np.ndarray, frames: int) -> np.ndarray:
    """Root mean square of the sound in each frame, as the ear weighs it (a power of 0.6)."""
    step = RATE / FRAMES_A_SECOND
    cuts = [samples[int(n * step) : int((n + 1) * step)] for n in range(frames)]
    return np.array([float(np.sqrt(np.mean(cut**2))) if len(cut) else 0.0 for cut in cuts]) ** 0.6


def lag_and_correlation(mouth: np.ndarray, other: np.ndarray, reach: int = 6) -> tuple[int, float]:
    """By how many frames the mouth is late where it fits best, and how well it fits there."""
    found = []
    for lag in range(-reach, reach + 1):
        shifted = mouth[max(lag, 0) : len(mouth) + min(lag, 0)]
        against = other[max(-lag, 0) : len(other) - max(lag, 0)]
        found.append((float(np.corrcoef(shifted, against)[0, 1]), lag))
    best, lag = max(found)
    return lag, best


def _ffmpeg(*arguments: str) -> bytes:
    command = [str(find_ffmpeg()), "-v", "error", "-nostdin", *arguments]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
