"""How each voice of the catalogue sounds in the sandbox: one table, one row a (voice_id, language) pair."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

TABLE = Path(__file__).parent.parent / "voice_settings.csv"


class UnknownVoice(LookupError):
    """The catalogue has no such voice in that language."""


@dataclass(frozen=True)
class VoiceSetting:
    """What the synthesiser is told.

    `accent` and `variant` are names of eSpeak NG's data; `pitch` and `liveliness` go from 0 to 99
    (in Mandarin `liveliness` is the span of the tones, so no character is told by it);
    `pace` multiplies the speed asked for (an old man is slower); `tract` above 1 is a smaller
    head (a child), below 1 a bigger one; `brightness` is in decibels per octave above 500 Hz.
    """

    accent: str
    variant: str
    pitch: int
    liveliness: int
    pace: float
    tract: float
    brightness: float


@cache
def voice_settings() -> MappingProxyType[tuple[str, str], VoiceSetting]:
    """The whole table, by (voice_id, language)."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = {(row["voice_id"], row["language"]): _setting(row) for row in csv.DictReader(file)}
    return MappingProxyType(rows)


def setting_for(voice_id: str, language: str) -> VoiceSetting:
    """The setting of one voice. Raises `UnknownVoice`."""
    try:
        return voice_settings()[voice_id, language]
    except KeyError:
        raise UnknownVoice(f"no voice {voice_id!r} in language {language!r}") from None


def _setting(row: dict[str, str]) -> VoiceSetting:
    return VoiceSetting(
        accent=row["accent"],
        variant=row["variant"],
        pitch=int(row["pitch"]),
        liveliness=int(row["liveliness"]),
        pace=float(row["pace"]),
        tract=float(row["tract"]),
        brightness=float(row["brightness"]),
    )
