"""From phonemes to mouth shapes.

Each phoneme has a target and a dominance: how much it cares about each part of the mouth. The
mouth at a moment is the average of the targets around it, weighted by dominance and nearness,
so neighbours colour each other (coarticulation) and nothing jumps. Closures (m, b, p) are laid
over the result afterwards, because lips that nearly meet do not make an m.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lipsync.sandbox.presenter.mouth import MouthShape
from lipsync.sandbox.speech.model import Phoneme

Track = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Target:
    """A mouth shape and how much it matters for the opening (`holds`) and for the width (`shapes`)."""

    open: float
    spread: float = 0.0
    bite: float = 0.0
    tongue: float = 0.0
    holds: float = 1.0
    shapes: float = 0.4


_VOWELS = {
    "a": _Target(0.82, 0.12, shapes=0.6), "A": _Target(0.9, 0.0, shapes=0.6), "V": _Target(0.68, 0.0),
    "0": _Target(0.66, -0.3, shapes=0.7), "O": _Target(0.66, -0.55, shapes=1.0),
    "o": _Target(0.55, -0.62, shapes=1.0),
    "U": _Target(0.36, -0.7, shapes=1.0), "u": _Target(0.3, -0.9, shapes=1.2),
    "W": _Target(0.35, -0.6, shapes=0.9),
    "y": _Target(0.28, -0.75, shapes=1.1), "Y": _Target(0.4, -0.6, shapes=0.9),
    "i": _Target(0.3, 0.85, shapes=0.9), "I": _Target(0.36, 0.5), "e": _Target(0.46, 0.6, shapes=0.7),
    "E": _Target(0.58, 0.45, shapes=0.6), "@": _Target(0.44, 0.05, holds=0.8, shapes=0.25),
    "3": _Target(0.44, -0.22, shapes=0.6), "&": _Target(0.6, 0.3), "X": _Target(0.24, 0.0),
}  # fmt: skip
_CONSONANTS = {
    "f": _Target(0.1, 0.1, bite=1.0, holds=2.6), "v": _Target(0.1, 0.1, bite=1.0, holds=2.6),
    "w": _Target(0.14, -0.95, holds=1.4, shapes=1.4), "r": _Target(0.24, -0.45, holds=0.9, shapes=0.7),
    "S": _Target(0.2, -0.45, holds=1.4, shapes=0.9), "Z": _Target(0.2, -0.45, holds=1.4, shapes=0.9),
    "s": _Target(0.12, 0.4, holds=1.5, shapes=0.5), "z": _Target(0.12, 0.4, holds=1.5, shapes=0.5),
    "t": _Target(0.16, 0.15, tongue=0.8, holds=1.0, shapes=0.15),
    "d": _Target(0.16, 0.15, tongue=0.8, holds=1.0, shapes=0.15),
    "n": _Target(0.18, 0.15, tongue=0.9, holds=1.0, shapes=0.15),
    "l": _Target(0.3, 0.1, tongue=1.0, holds=1.0, shapes=0.15),
    "T": _Target(0.2, 0.2, tongue=1.0, holds=1.5), "D": _Target(0.2, 0.2, tongue=1.0, holds=1.5),
    "k": _Target(0.22, 0.05, holds=0.7, shapes=0.1), "g": _Target(0.22, 0.05, holds=0.7, shapes=0.1),
    "N": _Target(0.24, 0.05, holds=0.7, shapes=0.1), "h": _Target(0.4, 0.0, holds=0.3, shapes=0.05),
    "x": _Target(0.3, 0.0, holds=0.4, shapes=0.05), "j": _Target(0.22, 0.7, holds=0.9, shapes=0.7),
    "c": _Target(0.18, 0.4, holds=1.0), "C": _Target(0.18, 0.4, holds=1.0), "?": _Target(0.3, holds=0.2),
}  # fmt: skip
_LIPS = {"m": _Target(0.0, 0.0, holds=1.6, shapes=0.1), "b": _Target(0.0, 0.0, holds=1.6, shapes=0.1),
         "p": _Target(0.0, 0.0, holds=1.6, shapes=0.1)}  # fmt: skip
_REST = _Target(0.0, 0.0, holds=2.2, shapes=1.2)
_UNKNOWN = _Target(0.3, 0.0, holds=0.3, shapes=0.1)

_STEPS_A_SECOND = 200
_OPEN_SIGMA_SECONDS = 0.025
_WIDTH_SIGMA_SECONDS = 0.050
_USUAL_PHONEME_SECONDS = 0.085
"""At this pace the widths above hold; fast speech narrows them, or the mouth would hardly open."""
_CLOSE_BEFORE_SECONDS = 0.025
"""Lips meet for b and p before the sound of their bursting, which is where the phoneme is marked."""
_RAMP_SHARE, _RAMP_SECONDS = 0.3, (0.005, 0.045)
"""How long lips take to meet, as a share of the sound they meet for, and its limits: slower lips would
keep the mouth shut through the vowels of fast speech."""
_SHORT_PAUSE_SECONDS = 0.09


def is_closure(symbol: str) -> bool:
    """Whether the lips must meet for this phoneme."""
    return symbol[:1] in _LIPS


def mouth_track(
    phonemes: Sequence[Phoneme], frame_times: Track, loudness: Track | None = None
) -> list[MouthShape]:
    """The mouth at each of `frame_times` (the middles of the frames, evenly spaced).

    `loudness` (0 to 1 a frame) makes loud syllables wider; the shape alone comes from the phonemes.
    """
    until = float(frame_times[-1]) + 0.5 if len(frame_times) else 0.5
    grid = np.arange(0.0, until, 1 / _STEPS_A_SECOND)
    opening, spread, bite, tongue = _smoothed(phonemes, grid)
    tracks = [np.interp(frame_times, grid, track) for track in (opening, spread, bite, tongue)]
    if loudness is not None:
        tracks[0] = tracks[0] * (0.25 + 0.95 * loudness)
    press = _closures(phonemes, frame_times)
    tracks[0] = np.clip(tracks[0] * (1.0 - press), 0.0, 1.0)
    tracks[0][tracks[0] < 0.03] = 0.0
    return [
        MouthShape(float(o), float(s), float(p), float(b), float(t))
        for o, s, p, b, t in zip(tracks[0], tracks[1], press, tracks[2], tracks[3], strict=True)
    ]


def _smoothed(phonemes: Sequence[Phoneme], grid: Track) -> tuple[Track, Track, Track, Track]:
    """Opening, spread, bite and tongue on a fine grid."""
    values = np.zeros((4, len(grid)))
    holds, shapes = np.full(len(grid), _REST.holds), np.full(len(grid), _REST.shapes)
    for target, start, end in _pieces(phonemes):
        span = slice(*np.searchsorted(grid, (start, end)))
        values[:, span] = np.array([[target.open], [target.spread], [target.bite], [target.tongue]])
        holds[span], shapes[span] = target.holds, target.shapes
    haste = _haste(phonemes)
    opening = _average(values[0], holds, _OPEN_SIGMA_SECONDS * haste)
    spread = _average(values[1], shapes, _WIDTH_SIGMA_SECONDS * haste)
    bite = _average(values[2], holds, _OPEN_SIGMA_SECONDS * 0.7)
    tongue = _average(values[3], holds, _OPEN_SIGMA_SECONDS)
    return opening, spread, bite, tongue


def _haste(phonemes: Sequence[Phoneme]) -> float:
    """Typical length of a phoneme here against the usual, between 0.5 and 1."""
    lengths = [p.end_seconds - p.start_seconds for p in phonemes if not p.symbol.startswith("_")]
    return float(np.clip(np.median(lengths) / _USUAL_PHONEME_SECONDS, 0.5, 1.0)) if lengths else 1.0


def _average(values: Track, weights: Track, sigma_seconds: float) -> Track:
    reach = int(4 * sigma_seconds * _STEPS_A_SECOND)
    offsets = np.arange(-reach, reach + 1) / _STEPS_A_SECOND
    kernel = np.exp(-0.5 * (offsets / sigma_seconds) ** 2)

    def spread_out(track: Track) -> Track:
        return np.convolve(np.pad(track, reach, mode="edge"), kernel, mode="valid")

    return np.asarray(spread_out(values * weights) / spread_out(weights))


def _pieces(phonemes: Sequence[Phoneme]) -> Iterator[tuple[_Target, float, float]]:
    """Targets with their times; a diphthong (`aI`, `iou`) is one piece a vowel."""
    for phoneme in phonemes:
        targets = _targets(phoneme)
        length = (phoneme.end_seconds - phoneme.start_seconds) / len(targets)
        for number, target in enumerate(targets):
            start = phoneme.start_seconds + number * length
            yield target, start, start + length


def _targets(phoneme: Phoneme) -> list[_Target]:
    symbol = phoneme.symbol
    if symbol.startswith("_"):
        short = phoneme.end_seconds - phoneme.start_seconds < _SHORT_PAUSE_SECONDS
        return [_Target(0.05, holds=0.5, shapes=0.1) if short else _REST]
    first = symbol[:1]
    if first in _LIPS:
        return [_LIPS[first]]
    if symbol[:2] in {"tS", "dZ", "ts"} and len(symbol) > 1:
        return [_CONSONANTS[symbol[1]]]
    if first in _CONSONANTS and first not in _VOWELS:
        return [_CONSONANTS[first]]
    vowels = [_VOWELS[letter] for letter in symbol if letter in _VOWELS]
    return vowels or [_UNKNOWN]


def _closures(phonemes: Sequence[Phoneme], frame_times: Track) -> Track:
    """How firmly the lips are closed at each frame: 1 in at least one frame of every m, b and p."""
    press = np.zeros(len(frame_times))
    for phoneme in phonemes:
        if not is_closure(phoneme.symbol):
            continue
        start, end = phoneme.start_seconds, phoneme.end_seconds
        if phoneme.symbol[0] != "m":
            lead = min(_CLOSE_BEFORE_SECONDS, 0.6 * (end - start))
            start, end = start - lead, min(end, start + 0.015)
        away = np.maximum(np.maximum(start - frame_times, frame_times - end), 0.0)
        ramp = float(np.clip(_RAMP_SHARE * (phoneme.end_seconds - phoneme.start_seconds), *_RAMP_SECONDS))
        press = np.maximum(press, np.clip(1.0 - away / ramp, 0.0, 1.0) ** 1.5)
        if len(frame_times) and end <= frame_times[-1] + 0.02:
            press[int(np.argmin(np.abs(frame_times - (start + end) / 2)))] = 1.0
    return press
