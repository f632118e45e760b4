"""How a person moves when nothing is said: breath, sway, glances, blinks. Only the seed decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lipsync.sandbox.presenter.canvas import FRAMES_A_SECOND
from lipsync.sandbox.presenter.eyes import Look

Track = npt.NDArray[np.float64]
_BLINK = (0.45, 0.04, 0.0, 0.3, 0.72, 0.93)
"""How far the eye is open in the six frames (0.24 s) of a blink: shut fast, opened more slowly."""


@dataclass(frozen=True)
class Motion:
    """One value a frame. Yaw, pitch, roll and sway run about from −1 to 1, breath from 0 to 1."""

    yaw: Track
    pitch: Track
    roll: Track
    sway: Track
    breath: Track
    looks: tuple[Look, ...]


def motion(seed: int, frames: int) -> Motion:
    """The motion of a whole clip."""
    random = np.random.default_rng(seed)
    times = np.arange(frames) / FRAMES_A_SECOND
    yaw, pitch, roll, sway = (
        _drift(random, times, slowest) for slowest in (0.13, 0.17, 0.11, 0.07)
    )  # fmt: skip
    breath = 0.5 - 0.5 * np.cos(2 * np.pi * (times * random.uniform(0.24, 0.3) + random.random()))
    across, down = _glances(random, frames)
    # The head follows the eyes a little, and late.
    yaw = yaw + 0.25 * _eased(across / 6.0, 9)
    pitch = pitch + _nods(random, frames)
    lids, brows = _lids(random, frames), _brows(random, frames)
    looks = tuple(
        Look(round(float(a) * 2) / 2, round(float(d) * 2) / 2, float(lid), round(float(b)))
        for a, d, lid, b in zip(across, down, lids, brows, strict=True)
    )
    return Motion(yaw, pitch, roll, sway, breath, looks)


def _drift(random: np.random.Generator, times: Track, slowest: float) -> Track:
    """A slow wander: three waves whose periods share no common length."""
    total = np.zeros_like(times)
    for factor, strength in ((1.0, 0.6), (1.73, 0.3), (3.1, 0.12)):
        frequency = slowest * factor * random.uniform(0.85, 1.15)
        total += strength * np.sin(2 * np.pi * (frequency * times + random.random()))
    return np.asarray(total)


def _glances(random: np.random.Generator, frames: int) -> tuple[Track, Track]:
    """Quick jumps of the eyes: mostly near the camera, now and then aside."""
    across, down = np.zeros(frames), np.zeros(frames)
    at = int(random.integers(12, 40))
    while at < frames:
        aside = random.random() < 0.3
        across[at:] = random.choice((-1, 1)) * random.uniform(4, 6.5) if aside else random.uniform(-1.2, 1.2)
        down[at:] = random.uniform(-1.5, 2.5) if aside else random.uniform(-0.6, 0.6)
        at += int(random.integers(10, 20) if aside else random.integers(22, 60))
    return _eased(across, 3), _eased(down, 3)


def _nods(random: np.random.Generator, frames: int) -> Track:
    nod = np.zeros(frames)
    at = int(random.integers(20, 70))
    while at < frames:
        nod[at : at + 9] += random.uniform(0.35, 0.7)
        at += int(random.integers(60, 130))
    return _eased(nod, 11)


def _lids(random: np.random.Generator, frames: int) -> Track:
    lids = np.ones(frames)
    at = int(random.integers(15, 60))
    while at < frames:
        length = min(len(_BLINK), frames - at)
        lids[at : at + length] = _BLINK[:length]
        twice = random.random() < 0.15
        at += int(random.integers(9, 12) if twice else random.integers(55, 125))
    return lids


def _brows(random: np.random.Generator, frames: int) -> Track:
    brows = np.zeros(frames)
    at = int(random.integers(10, 50))
    while at < frames:
        brows[at : at + int(random.integers(12, 26))] = random.uniform(3, 6)
        at += int(random.integers(50, 110))
    return _eased(brows, 9)


def _eased(track: Track, width: int) -> Track:
    """Corners rounded over `width` frames (odd)."""
    kernel = np.hanning(width + 2)[1:-1]
    return np.convolve(np.pad(track, width // 2, mode="edge"), kernel / kernel.sum(), mode="valid")
