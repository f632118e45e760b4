"""What speaking gives: sound, and when each phoneme is said."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Phoneme:
    """One speech sound. `symbol` is eSpeak's own spelling without stress marks; a pause is `_`.

    Times count from the start of the sound.
    """

    symbol: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, eq=False)
class Speech:
    """Mono sound of `rate` samples a second, and its phonemes in order, without gaps."""

    samples: Samples
    rate: int
    phonemes: tuple[Phoneme, ...]

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return len(self.samples) / self.rate

    def write_wav(self, path: Path) -> None:
        """Write a 16-bit mono WAV file."""
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(self.rate)
            out.writeframes(self.samples.astype("<i2").tobytes())
