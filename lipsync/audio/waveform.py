"""The picture of a sound: one number a point, whatever kind of file it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from lipsync.audio.deadline import Deadline
from lipsync.audio.pcm import decode, source_kind


@dataclass(frozen=True)
class Waveform:
    """Peaks from 0 to 1 in equal steps of time, the length in seconds, and the level on the whole in dB."""

    peaks: tuple[float, ...]
    seconds: float
    loudness_dbfs: float


def waveform(path: Path, points: int = 800, *, deadline: Deadline | None = None) -> Waveform:
    """The peaks of any sound that can be made to fit. Raises `lipsync.audio.pcm.NoSound`."""
    import numpy as np

    decoded = decode(path, source_kind(path), deadline=deadline)
    samples = np.abs(decoded.samples.astype(np.int32))
    points = max(1, min(points, len(samples)))
    starts = np.arange(points) * len(samples) // points
    peaks = np.maximum.reduceat(samples, starts) / 32_768
    level = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) / 32_768
    return Waveform(
        peaks=tuple(round(float(peak), 4) for peak in peaks),
        seconds=decoded.seconds,
        loudness_dbfs=round(20 * math.log10(level), 2) if level > 0 else -120.0,
    )
