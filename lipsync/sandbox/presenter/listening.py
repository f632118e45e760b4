"""The mouth from sound alone: opening from the level, width from where the voice's energy lies.

Lips and tongue that close take the middle of the spectrum away for a moment, even while the voice
goes on (m, b): there the mouth shuts. Which of the two it was can hardly be heard. A viewer forgives
a mouth that shuts for an n; one that stays open for an m looks wrong. In fast speech a closure is over
within a frame or two, so it takes as few frames as it lasts: else the mouth would hardly open at all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from lipsync.sandbox.presenter.canvas import FRAMES_A_SECOND
from lipsync.sandbox.presenter.mouth import MouthShape

Track = npt.NDArray[np.float64]
_FLOOR_DECIBELS = -50.0
_RANGE_DECIBELS = 26.0
_FRAME_SECONDS = 1 / FRAMES_A_SECOND
_STEPS_A_FRAME = 4
_STEP_WINDOW_SECONDS = 0.024
_NEARBY_STEPS = 10
_CLOSING_DECIBELS, _CLOSED_DECIBELS = 11.0, 14.0
"""By how much the middle of the spectrum (600 to 3800 Hz) falls below what it is within 0.1 s."""
_COVERED_FROM, _COVERED_WHOLLY = 0.25, 0.75
"""Parts of a frame for which the lips are shut: below the first it stays open, from the second it is shut."""
_NEIGHBOUR_SHUTS = 0.3
"""How far the frame beside a shut one is shut as well: lips do not jump."""
_REST_OPENING = 0.05
"""Below this, the fading of a sound and its room, the lips rest."""
_MIDDLE_RANGE_DECIBELS = 40.0
_HISS_DECIBELS = 3.0
"""So far above the middle lies the hiss of an s, which needs no closed lips."""


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
    opening = loud**1.5 * 0.85 * (1.0 - 0.75 * hiss) * (1.0 - _closures(samples, rate, frames))
    opening[(loud < 0.04) | (opening <= _REST_OPENING)] = 0.0
    spread = _eased(_eased(spread * (loud > 0.05)))
    return [
        MouthShape(round(float(o), 3), round(float(s), 3), 0.0, 0.0, 0.3)
        for o, s in zip(opening, spread, strict=True)
    ]


def _closures(samples: Track, rate: int, frames: int) -> Track:
    """How firmly the mouth is shut in each frame, from 0 to 1: 1 in at least one frame of every closure."""
    shut = _shut_steps(samples, rate, frames * _STEPS_A_FRAME)
    covered = shut.reshape(frames, _STEPS_A_FRAME).mean(axis=1)
    closed = np.clip((covered - _COVERED_FROM) / (_COVERED_WHOLLY - _COVERED_FROM), 0.0, 1.0)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], shut > 0.5, [0])).astype(int)))
    for start, end in edges.reshape(-1, 2):
        middle = (start + end) // 2 // _STEPS_A_FRAME
        closed[middle] = max(closed[middle], shut[start:end].max())
    before, after = np.concatenate(([0.0], closed[:-1])), np.concatenate((closed[1:], [0.0]))
    open_still = (1.0 - closed) * (1.0 - _NEIGHBOUR_SHUTS * before) * (1.0 - _NEIGHBOUR_SHUTS * after)
    return np.asarray(1.0 - open_still)


def _shut_steps(samples: Track, rate: int, steps: int) -> Track:
    """How firmly the mouth is shut in each step, from 0 to 1."""
    spacing = _FRAME_SECONDS / _STEPS_A_FRAME
    power = _power(_windows(samples, rate, steps, spacing, _STEP_WINDOW_SECONDS), rate)
    whole, middle, hiss = (_decibels(power(*band)) for band in ((80, 10_000), (600, 3800), (4000, 10_000)))
    # A pure tone has no middle whose fall could mean anything.
    middle = np.maximum(middle, np.percentile(whole, 95) - _MIDDLE_RANGE_DECIBELS)
    padded = np.pad(middle, _NEARBY_STEPS, mode="edge")
    nearby = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEARBY_STEPS + 1).max(axis=1)
    shut = (nearby - middle - _CLOSING_DECIBELS) / (_CLOSED_DECIBELS - _CLOSING_DECIBELS)
    return np.asarray(np.clip(shut, 0.0, 1.0) * (hiss - middle < _HISS_DECIBELS))


def _level(samples: Track, rate: int, frames: int) -> Track:
    rows = _windows(samples, rate, frames, _FRAME_SECONDS, _FRAME_SECONDS)
    return np.asarray(10 * np.log10(np.mean(rows**2, axis=1) + 1e-12))


def _bands(samples: Track, rate: int, frames: int) -> tuple[Track, Track, Track]:
    """Power where back vowels are strong, where front vowels are, and the share of hiss (s, sh)."""
    power = _power(_windows(samples, rate, frames, _FRAME_SECONDS, 1.5 * _FRAME_SECONDS), rate)
    total = power(100, 10_000) + 1e-9
    return power(500, 1200), 4 * power(1600, 3200), np.asarray(power(4000, 10_000) / total)


def _windows(samples: Track, rate: int, count: int, spacing: float, length: float) -> Track:
    """`count` rows of samples, `spacing` seconds apart, each `length` seconds long around its middle."""
    wide = int(length * rate)
    padded = np.concatenate((np.zeros(wide), samples, np.zeros(wide)))
    middles = ((np.arange(count) + 0.5) * spacing * rate).astype(int) + wide
    starts = np.minimum(middles - wide // 2, len(padded) - wide)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, wide)[starts])


def _power(rows: Track, rate: int) -> Callable[[float, float], Track]:
    """A function from two frequencies to each row's power between them."""
    spectrum = np.abs(np.fft.rfft(rows * np.hanning(rows.shape[1]), axis=1)) ** 2
    frequency = np.fft.rfftfreq(rows.shape[1], 1 / rate)

    def between(low: float, high: float) -> Track:
        return np.asarray(spectrum[:, (frequency >= low) & (frequency < high)].sum(axis=1))

    return between


def _decibels(power: Track) -> Track:
    return np.asarray(10 * np.log10(power + 1e-6))


def _eased(track: Track) -> Track:
    return np.convolve(np.pad(track, 1, mode="edge"), (0.22, 0.56, 0.22), mode="valid")
