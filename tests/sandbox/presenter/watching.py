"""Watching an encoded clip as a viewer would: the mouth and the sound, frame by frame."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lipsync.media import find_ffmpeg, find_ffprobe
from lipsync.sandbox.presenter import FRAMES_A_SECOND, ClipSpec
from lipsync.sandbox.presenter.canvas import FRAME_SIZES, placement
from lipsync.sandbox.presenter.visemes import is_closure
from lipsync.sandbox.speech import Speech

RATE = 22_050
SHUT = 0.03
"""Of the widest opening: less than a pixel's height between the lips."""
VOWELS = frozenset("aAV0OoUuiIeE@3&y")
_LIPS = (436, 496, 564, 608)
"""Where lips can be, with room for the moving head (canvas units); of it the ellipse within is watched,
which holds neither hair nor collar nor beard line."""


@dataclass(frozen=True, eq=False)
class Watched:
    """What was said, and what was seen (pixels between the lips) and heard, one value a frame."""

    speech: Speech
    mouth: np.ndarray
    level: np.ndarray

    @property
    def times(self) -> np.ndarray:
        return (np.arange(len(self.mouth)) + 0.5) / FRAMES_A_SECOND

    @property
    def wide(self) -> float:
        return float(np.percentile(self.mouth, 95))

    @property
    def vowels(self) -> np.ndarray:
        """How much of each frame is a vowel."""
        half = 0.5 / FRAMES_A_SECOND
        share = np.zeros(len(self.mouth))
        for phoneme in self.speech.phonemes:
            if phoneme.symbol[0] in VOWELS:
                until = np.minimum(phoneme.end_seconds, self.times + half)
                share += np.clip(until - np.maximum(phoneme.start_seconds, self.times - half), 0, None)
        return share

    @property
    def closures(self) -> list[bool]:
        """Of every m, b and p, whether the lips met."""
        met = []
        for phoneme in self.speech.phonemes:
            if is_closure(phoneme.symbol):
                around = (self.times > phoneme.start_seconds - 0.045) & (
                    self.times < phoneme.end_seconds + 0.02
                )
                met.append(bool(self.mouth[around].min() <= SHUT * self.wide))
        return met

    @property
    def silent(self) -> np.ndarray:
        """The frames in pauses and after the end, but for two at their edges."""
        found = self.times > self.speech.seconds + 0.08
        for phoneme in self.speech.phonemes:
            if phoneme.symbol == "_" and phoneme.end_seconds - phoneme.start_seconds > 0.2:
                found |= (self.times > phoneme.start_seconds + 0.08) & (
                    self.times < phoneme.end_seconds - 0.08
                )
        return found


def watch(clip: Path, spec: ClipSpec, speech: Speech) -> Watched:
    """Look at and listen to a clip in which `speech` is said."""
    mouth = mouth_opening(clip, spec)
    return Watched(speech, mouth, levels(sound(clip), len(mouth)))


def picture_frames(
    clip: Path, size: tuple[int, int], crop: tuple[int, int, int, int] | None = None, every: int = 1
) -> np.ndarray:
    """The clip's frames as an array (frame, row, column, RGB), or each `every`th from the first one on.

    `crop` is left, top, width, height.
    """
    width, height = size if crop is None else crop[2:]
    filters = [] if every == 1 else [f"select=not(mod(n\\,{every}))"]
    if crop is not None:
        filters.append(f"crop={crop[2]}:{crop[3]}:{crop[0]}:{crop[1]}:exact=1")
    chain = ["-vf", ",".join(filters)] if filters else []
    raw = _ffmpeg("-i", str(clip), *chain, "-fps_mode", "vfr", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, height, width, 3)


def mouth_opening(clip: Path, spec: ClipSpec) -> np.ndarray:
    """Pixels of the red dark of the mouth and of teeth in each frame; none when the lips are closed."""
    place = placement(spec)
    left, top = (int(v) for v in place.to_pixels(*_LIPS[:2]))
    right, bottom = (int(v) for v in place.to_pixels(*_LIPS[2:]))
    width, height = right - left, bottom - top
    frames = picture_frames(clip, FRAME_SIZES[spec.orientation], (left, top, width, height)).astype(np.int16)
    red, green, blue = frames[..., 0], frames[..., 1], frames[..., 2]
    # The red tells the mouth's inside from a beard, and the little green from the line between closed lips.
    dark = (red < 84) & (green < 32) & (red - green > 14)
    teeth = (np.minimum(np.minimum(red, green), blue) > 190) & (np.abs(red - blue) < 28)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return ((dark | teeth) & (x**2 + y**2 < 1)).sum(axis=(1, 2)).astype(float)


def marks(clip: Path, size: tuple[int, int]) -> np.ndarray:
    """How many pixels are as white as the Sandbox mark's word, in the corner of each frame where it is."""
    corner = picture_frames(clip, size, (size[0] - 150, 14, 136, 44))
    return (corner.min(axis=-1) > 190).sum(axis=(1, 2))


def tags(clip: Path) -> dict[str, str]:
    """The file's own words about itself."""
    command = [str(find_ffprobe()), "-v", "error", "-show_entries", "format_tags", "-of", "json", str(clip)]
    report = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    return dict(report["format"]["tags"])


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
