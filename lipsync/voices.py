"""The voice catalogue: 62 voices, one per (voice_id, language) pair.

The pair is the key: the same id exists in both languages, sometimes under another name,
and a name may belong to several ids. Gender and description are glosses of the names.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_FILE = Path(__file__).with_name("voices.csv")


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice in one language. Empty strings where the catalogue says nothing."""

    voice_id: str
    language: Language
    name_en: str
    name_zh: str
    gender: str
    description: str

    @property
    def key(self) -> tuple[str, Language]:
        """What identifies a voice: its id *and* its language."""
        return self.voice_id, self.language

    @property
    def name(self) -> str:
        """The name to show, whichever the catalogue has; the id where it has none."""
        return self.name_en or self.name_zh or self.voice_id


@cache
def voices() -> tuple[Voice, ...]:
    """The whole catalogue, in its own order."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Voice(
                voice_id=row["voice_id"],
                language=cast(Language, row["language"]),
                name_en=row["name_en"],
                name_zh=row["name_zh"],
                gender=row["gender"],
                description=row["description"],
            )
            for row in csv.DictReader(file)
        )


def voices_for(language: Language) -> tuple[Voice, ...]:
    """The voices of one language."""
    return tuple(v for v in voices() if v.language == language)


def find_voice(voice_id: str, language: Language) -> Voice | None:
    """The catalogue's entry of a pair, or None: the catalogue may be older than the service."""
    return next((v for v in voices() if v.key == (voice_id, language)), None)


def search_voices(
    query: str = "", *, language: Language | None = None, gender: str | None = None
) -> tuple[Voice, ...]:
    """Voices whose id, names or description hold every word of `query`."""
    words = query.casefold().split()
    return tuple(
        v
        for v in voices()
        if (language is None or v.language == language)
        and (gender is None or v.gender == gender)
        and all(
            w in f"{v.voice_id} {v.name_en} {v.name_zh} {v.gender} {v.description}".casefold() for w in words
        )
    )
