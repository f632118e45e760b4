"""What the database knows of sounds, and which of them jobs use."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lipsync.audio.check import SoundReport
from lipsync.database.tables import sounds
from lipsync.jobs.named import named_by_jobs

MEDIA_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "aac": "audio/aac"}
LOCK_CLASS = 5_520_115
"""Advisory locks of PostgreSQL that belong to the sounds of one person."""
HELD = "held"
"""The format of a sound of which only the original is kept: it must be cut before it can be sent."""


class SoundNotFound(LookupError):
    """There is no such sound, it belongs to somebody else, or its file is gone."""


class ShelfFull(Exception):
    """A person has as many unused sounds as one person may have. They go by themselves within a day."""


@dataclass(frozen=True, slots=True)
class Piece:
    """How a sound is made from its original; all in seconds of the original, but `tempo`.

    `max_seconds` cuts the end off after everything else. The default is the whole original
    with its loudness put right.
    """

    start: float | None = None
    end: float | None = None
    cut_silence: bool = False
    tempo: float = 1.0
    max_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """One kept sound. `seconds` may be unknown for a damaged file; `bytes` is what would be sent."""

    id: str
    workspace: str
    owner: str
    name: str
    format: str
    bytes: int
    seconds: float | None
    sha256: str
    created_at: datetime
    report: dict[str, Any]

    @property
    def media_type(self) -> str:
        """The MIME type to serve it with."""
        return MEDIA_TYPES.get(self.format) or str(self.report.get("media_type", "application/octet-stream"))

    @property
    def ready(self) -> bool:
        """Whether it may be sent; otherwise only its original is kept and a piece must be chosen."""
        return self.format != HELD

    @property
    def original_id(self) -> str:
        """The sound that this one was made from; its own id when it was given as it is."""
        return str(self.report.get("original", self.id))

    @property
    def piece(self) -> Piece | None:
        """What was taken of the original; None for an original."""
        known = self.report.get("piece")
        return None if known is None else Piece(**known)

    @property
    def remade(self) -> bool:
        """Whether what is kept differs from what was given."""
        return bool(self.report.get("remade"))

    @property
    def original_bytes(self) -> int:
        """The size of what was given, where that is kept beside what would be sent; otherwise 0."""
        return int(self.report.get("original_bytes", 0))

    @property
    def made_from(self) -> tuple[str, str | None] | None:
        """Why what was given could not be sent (a reason of the check) and what it was, if so."""
        given = self.report.get("given")
        return None if given is None else (str(given["reason"]), given["name"])

    @property
    def checked(self) -> SoundReport:
        """What the check found, warnings included."""
        known = SoundReport.__dataclass_fields__
        values: dict[str, Any] = {k: v for k, v in self.report.items() if k in known}
        return SoundReport(**values | {"warnings": tuple(values.get("warnings", ()))})


@dataclass(frozen=True, slots=True)
class Room:
    """How many sounds that no job uses one person may have, and how many bytes, originals included."""

    sounds: int
    bytes: int

    def holds(self, unused: Sequence[Sound]) -> bool:
        """Whether so much fits."""
        size = sum(sound.bytes + sound.original_bytes for sound in unused)
        return len(unused) <= self.sounds and size <= self.bytes


class SoundRows:
    """Reads and writes rows of sounds."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def insert(self, sound: Sound, room: Room) -> None:
        """Add a sound. Raises `ShelfFull` when its owner has no room for it, and adds nothing then.

        However many sounds of a person come at once, in however many processes, they are added one
        after the other: SQLite has one writer at a time, PostgreSQL a lock for each person.
        """
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                person = zlib.crc32(f"{sound.workspace}\0{sound.owner}".encode()) - (1 << 31)
                words = sa.text("SELECT pg_advisory_xact_lock(:class, :person)")
                connection.execute(words, {"class": LOCK_CLASS, "person": person})
            connection.execute(sa.insert(sounds).values(**asdict(sound)))
            if not self._fits(connection, sound.workspace, sound.owner, room):
                raise ShelfFull

    def has_room(self, room: Room, *, workspace: str, owner: str) -> bool:
        """Whether a person may add anything at all, before it is looked at."""
        with self._engine.connect() as connection:
            return self._fits(connection, workspace, owner, Room(room.sounds - 1, room.bytes - 1))

    def get(self, sound_id: str, *, workspace: str | None = None) -> Sound:
        """One sound. Raises `SoundNotFound`."""
        query = sa.select(sounds).where(sounds.c.id == sound_id)
        if workspace is not None:
            query = query.where(sounds.c.workspace == workspace)
        found = self._find(query)
        if not found:
            raise SoundNotFound(sound_id)
        return found[0]

    def of(self, *, workspace: str, owner: str) -> list[Sound]:
        """All sounds of one person."""
        return self._find(sa.select(sounds).where(sounds.c.workspace == workspace, sounds.c.owner == owner))

    def all(self) -> list[Sound]:
        """All sounds of everybody."""
        return self._find(sa.select(sounds))

    def used(self) -> set[str]:
        """The ids of sounds that a job names, or its line that waits, whatever state the job is in."""
        with self._engine.connect() as connection:
            return named_by_jobs(connection, "sound_id")

    def touch(self, sound_id: str, now: datetime) -> None:
        """Somebody wants this sound again: its day begins anew."""
        with self._engine.begin() as connection:
            connection.execute(sa.update(sounds).where(sounds.c.id == sound_id).values(created_at=now))

    def delete(self, ids: Iterable[str], *, before: datetime) -> set[str]:
        """Remove those that were made before a moment; the ids that are gone."""
        gone = set()
        with self._engine.begin() as connection:
            for sound_id in ids:
                here = sounds.c.id == sound_id
                query = sa.delete(sounds).where(here, sounds.c.created_at < before)
                if connection.execute(query).rowcount:
                    gone.add(sound_id)
        return gone

    def _find(self, query: sa.Select[Any]) -> list[Sound]:
        with self._engine.connect() as connection:
            return [Sound(**row._mapping) for row in connection.execute(query)]

    @staticmethod
    def _fits(connection: sa.Connection, workspace: str, owner: str, room: Room) -> bool:
        query = sa.select(sounds).where(sounds.c.workspace == workspace, sounds.c.owner == owner)
        mine = [Sound(**row._mapping) for row in connection.execute(query)]
        if room.holds(mine):
            return True
        # Only now is it worth reading what all jobs use.
        used = with_originals(named_by_jobs(connection, "sound_id", workspace=workspace), mine)
        return room.holds([sound for sound in mine if sound.id not in used])


def with_originals(wanted: set[str], known: Iterable[Sound]) -> set[str]:
    """`wanted` and what it was made from."""
    return wanted | {sound.original_id for sound in known if sound.id in wanted}
