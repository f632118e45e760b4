"""Loudness after ITU-R BS.1770-4 (mono), and bringing a sound to a wished loudness without clipping."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float64]

TARGET_LUFS = -18.0
PEAK_LIMIT = 0.89  # −1 dBFS, so that AAC's own overshoot stays below full scale
_BLOCK_SECONDS = 0.4
_STEP_SECONDS = 0.1
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_LIMITER_SECONDS = 0.005
_TAIL_SECONDS = 0.5
"""Silence behind a sound, so that what a filter adds after its end does not come out at its beginning."""


def lufs(wave: Wave, rate: int) -> float:
    """Integrated loudness of a mono sound within ±1; minus infinity for silence."""
    weighted = _k_weighted(wave, rate)
    block, step = int(_BLOCK_SECONDS * rate), int(_STEP_SECONDS * rate)
    sums = np.concatenate(([0.0], np.cumsum(weighted**2)))
    if len(wave) <= block:
        powers = np.array([sums[-1] / max(len(wave), 1)])
    else:
        starts = np.arange(0, len(wave) - block + 1, step)
        powers = (sums[starts + block] - sums[starts]) / block
    heard = powers[powers > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(heard):
        return -np.inf
    gate = heard.mean() * 10 ** (_RELATIVE_GATE_LU / 10)
    return _loudness(float(heard[heard > gate].mean()))


def normalised(wave: Wave, rate: int, target_lufs: float = TARGET_LUFS) -> Wave:
    """`wave` at the wished loudness, its peaks held below `PEAK_LIMIT`; silence stays silence."""
    for _ in range(2):  # the limiter takes a little away, so measure once more
        measured = lufs(wave, rate)
        if not np.isfinite(measured):
            return wave
        wave = _limited(wave * 10 ** ((target_lufs - measured) / 20), rate)
    return wave


def _limited(wave: Wave, rate: int) -> Wave:
    """Turn down around each peak, a few milliseconds before and after it, never clip."""
    half = max(1, int(_LIMITER_SECONDS * rate))
    need = np.minimum(1.0, PEAK_LIMIT / np.maximum(np.abs(wave), 1e-9))
    if need.min() >= 1.0:
        return wave
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(need, half, constant_values=1.0), 2 * half + 1)
    held = windows.min(axis=1)
    kernel = np.hanning(2 * half + 3)[1:-1]
    smooth = np.convolve(np.pad(held, half, mode="edge"), kernel / kernel.sum(), mode="valid")
    return np.clip(wave * smooth, -PEAK_LIMIT, PEAK_LIMIT)


def _k_weighted(wave: Wave, rate: int) -> Wave:
    """The standard's two filters (head shelf, low cut), applied in the frequency domain."""
    return filtered(wave, rate, _k_gain)


def filtered(wave: Wave, rate: int, gain: Callable[[Wave], Wave]) -> Wave:
    """`wave` with each frequency (in Hz) made louder or softer by `gain`."""
    if not len(wave):
        return wave
    length = _quick_length(len(wave) + int(_TAIL_SECONDS * rate))
    frequency = np.asarray(np.fft.rfftfreq(length, 1 / rate), dtype=np.float64)
    changed = np.fft.irfft(np.fft.rfft(wave, length) * gain(frequency))
    return np.asarray(changed[: len(wave)], dtype=np.float64)


def _k_gain(frequency: Wave) -> Wave:
    """Magnitude of the analogue prototypes of BS.1770's two biquads."""
    shelf_high, shelf_middle, shelf_q, cut_q = 1.584865, 1.258721, 0.7071752, 0.5003270
    s = 1j * frequency / 1681.974
    shelf = (shelf_high * s**2 + shelf_middle / shelf_q * s + 1) / (s**2 + s / shelf_q + 1)
    s = 1j * frequency / 38.13547
    cut = s**2 / (s**2 + s / cut_q + 1)
    return np.asarray(np.abs(shelf * cut), dtype=np.float64)


def _quick_length(least: int) -> int:
    """A length of at least `least` with small factors only: others can take thirty times as long."""
    return min(odd << max(0, math.ceil(math.log2(least / odd))) for odd in (1, 3, 5, 9, 15))


def _power(loudness: float) -> float:
    return float(10 ** ((loudness + 0.691) / 10))


def _loudness(power: float) -> float:
    return float(-0.691 + 10 * np.log10(power))
