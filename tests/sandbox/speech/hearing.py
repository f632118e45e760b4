"""Listening to speech as an ear would: how high, in which throat, with which melody."""

from __future__ import annotations

import numpy as np

from lipsync.sandbox.speech import Speech

_WINDOW_SECONDS = 0.05
_LOWEST, _HIGHEST = 60.0, 480.0
_VOICED = 0.45
_MEL_BANDS = 24
_MEL_WINDOW = 512


def melody(
    speech: Speech,
    low: float = _LOWEST,
    high: float = _HIGHEST,
    step_seconds: float = 0.005,
    window_seconds: float = _WINDOW_SECONDS,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, pitch in hertz, and how periodic the sound is there (0 to 1).

    Autocorrelation in overlapping windows; of the peaks the path is taken that jumps least, so that
    a strong overtone is not taken for the voice. A pitch that moves fast needs a shorter window.
    """
    length = int(window_seconds * speech.rate)
    samples = np.pad(speech.samples / 32768, (length // 2, length))
    starts = np.arange(0, len(samples) - length, int(step_seconds * speech.rate))
    rows = np.lib.stride_tricks.sliding_window_view(samples, length)[starts]
    rows = rows - rows.mean(axis=1, keepdims=True)
    shape = np.hanning(length)
    fading = _autocorrelation(shape[None])[0]
    alike = _autocorrelation(rows * shape)
    alike = alike / np.maximum(alike[:, :1], 1e-9) / (fading / fading[0])
    candidates = low * 2 ** (np.arange(0, 12 * np.log2(high / low), 0.25) / 12)
    lags = speech.rate / candidates
    whole, part = lags.astype(int), lags % 1
    likeness = alike[:, whole] * (1 - part) + alike[:, whole + 1] * part
    level = np.sqrt((rows**2).mean(axis=1))
    likeness *= np.clip(level / (0.2 * np.percentile(level, 95)), 0, 1)[:, None]
    # Of equal peaks the highest pitch: every multiple of a period is one too.
    path = _smoothest(likeness - 0.004 * 12 * np.log2(high / candidates))
    return starts / speech.rate, candidates[path], likeness[np.arange(len(path)), path]


def pitch(speech: Speech) -> float:
    """Middle of the voiced windows' pitch, in hertz."""
    _, hertz, likeness = melody(speech, step_seconds=0.02)
    return float(np.median(hertz[likeness > _VOICED]))


def timbre(speech: Speech) -> np.ndarray:
    """Decibels in 24 mel bands, averaged over the loud windows: what tells two throats apart."""
    edges = 700 * (10 ** (np.linspace(_mel(100), _mel(9000), _MEL_BANDS + 2) / 2595) - 1)
    frequency = np.fft.rfftfreq(_MEL_WINDOW, 1 / speech.rate)
    rising = (frequency - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - frequency) / np.diff(edges)[1:, None]
    bands = np.clip(np.minimum(rising, falling), 0, None)
    rows = np.lib.stride_tricks.sliding_window_view(speech.samples / 32768, _MEL_WINDOW)[:: _MEL_WINDOW // 2]
    rows = rows[np.sqrt((rows**2).mean(axis=1)) > 0.02]
    power = np.abs(np.fft.rfft(rows * np.hanning(_MEL_WINDOW))) ** 2 @ bands.T
    decibels = 10 * np.log10(power + 1e-6).mean(axis=0)
    return decibels - decibels.mean()


def semitones(high: float, low: float) -> float:
    return float(12 * np.log2(high / low))


def _mel(frequency: float) -> float:
    return float(2595 * np.log10(1 + frequency / 700))


def _autocorrelation(rows: np.ndarray) -> np.ndarray:
    length = rows.shape[1]
    return np.fft.irfft(np.abs(np.fft.rfft(rows, 4 * length)) ** 2)[:, :length]


def _smoothest(scores: np.ndarray, jump: float = 0.03) -> np.ndarray:
    """The column of each row on the path with the greatest score, each step aside costing `jump`."""
    places = np.arange(scores.shape[1])
    cost = jump * np.abs(places[:, None] - places)
    best, came_from = scores[0], []
    for row in scores[1:]:
        reached = best[:, None] - cost
        came_from.append(reached.argmax(axis=0))
        best = reached.max(axis=0) + row
    path = [int(best.argmax())]
    for step in reversed(came_from):
        path.append(int(step[path[-1]]))
    return np.array(path[::-1])
