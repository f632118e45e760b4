"""The mouth from sound alone: opening from the level, width from where the voice's energy lies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lipsync.sandbox.presenter.canvas import FRAMES_A_SECOND
from lipsync.sandbox.presenter.mouth import MouthShape

Track = npt.NDArray[np.float64]
_FLOOR_DECIBELS = -50.0
_RANGE_DECIBELS = 26.0


def loudness_track(samples: Track, rate: int, frames: int) -> Track:
    """How loud each frame is, from 0 (silence) to 1 (this sound's own loud syllables)."""
    level = _level(samples, rate, frames)
    heard = level[level > _FLOOR_DECIBELS]
    if not len(heard):
        return np.zeros(frames)
    loud = float(np.percentile(heard, 92))
    return np.clip((level - max(loud - _RANGE_DECIBELS, _FLOOR_DECIBELS)) / _RANGE_DECIBELS, 0.0, 1.0)


def mouth_from_sound(samples: Track, rate: int, frames: int) -> list[MouthShape]:
    """One mouth shape a frame. Lips rest where the sound is silent."""
    loud = loudness_track(samples, rate, frames)
    dark, bright, hiss = _bands(samples, rate, frames)
    spread = np.clip(0.5 * np.log2((bright + 1e-9) / (dark + 1e-9)) + 0.35, -0.75, 0.75)
    opening = loud**1.5 * 0.85 * (1.0 - 0.75 * hiss)
    # A dip between two syllables is where lips or tongue close: make it deeper.
    neighbours = np.maximum(np.roll(loud, 1), np.roll(loud, -1))
    opening = np.where(loud < neighbours - 0.12, opening * 0.55, opening)
    opening = _eased(opening)
    opening[loud < 0.04] = 0.0
    spread = _eased(_eased(spread * (loud > 0.05)))
    return [
        MouthShape(round(float(o), 3) if o > 0.03 else 0.0, round(float(s), 3), 0.0, 0.0, 0.3)
        for o, s in zip(opening, spread, strict=True)
    ]


def _windows(samples: Track, rate: int, frames: int) -> Track:
    """One row of samples a frame, around the frame's middle, half as long again as a frame."""
    length = int(1.5 * rate / FRAMES_A_SECOND)
    padded = np.concatenate((np.zeros(length), samples, np.zeros(length)))
    middles = ((np.arange(frames) + 0.5) * rate / FRAMES_A_SECOND).astype(int) + length
    starts = np.minimum(middles - length // 2, len(padded) - length)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, length)[starts])


def _level(samples: Track, rate: int, frames: int) -> Track:
    rows = _windows(samples, rate, frames)
    return np.asarray(10 * np.log10(np.mean(rows**2, axis=1) + 1e-12))


def _bands(samples: Track, rate: int, frames: int) -> tuple[Track, Track, Track]:
    """Power where back vowels are strong, where front vowels are, and the share of hiss (s, sh)."""
    rows = _windows(samples, rate, frames)
    spectrum = np.abs(np.fft.rfft(rows * np.hanning(rows.shape[1]), axis=1)) ** 2
    frequency = np.fft.rfftfreq(rows.shape[1], 1 / rate)

    def power(low: float, high: float) -> Track:
        return np.asarray(spectrum[:, (frequency >= low) & (frequency < high)].sum(axis=1))

    total = power(100, 10_000) + 1e-9
    return power(500, 1200), 4 * power(1600, 3200), np.asarray(power(4000, 10_000) / total)


def _eased(track: Track) -> Track:
    return np.convolve(np.pad(track, 1, mode="edge"), (0.22, 0.56, 0.22), mode="valid")
