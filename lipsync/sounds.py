"""Sounds that people give: kept on disk at once, known by an id.

Nothing is kept that was not checked by its content, so a sound that has an id may be sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import sqlalchemy as sa

from lipsync.audio.check import SoundReport, check_sound
from lipsync.database.tables import sounds
from lipsync.jobs.store import utcnow
from lipsync.request import MAX_SOUND_BYTES

_CHUNK_BYTES = 1 << 20
MEDIA_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "aac": "audio/aac"}


class SoundNotFound(LookupError):
    """There is no such sound, it belongs to somebody else, or its file is gone."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One kept sound. `seconds` may be unknown for a damaged file; `bytes` is its size."""

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
        return MEDIA_TYPES.get(self.format, "application/octet-stream")


class SoundShelf:
    """The sounds of one data folder and database."""

    def __init__(self, data_path: Path, engine: sa.Engine) -> None:
        self._folder = data_path / "sounds"
        self._engine = engine

    def add(
        self, stream: BinaryIO, *, name: str, workspace: str, owner: str
    ) -> tuple[SoundReport, Sound | None]:
        """Check what `stream` holds and keep it if it is a sound that may be sent.

        Reads one byte more than is allowed and no further. Raises `OSError` when the disk is full.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        sound_id = uuid4().hex
        partial = self._folder / f".{sound_id}.part"
        try:
            with partial.open("wb") as file:
                _copy(stream, file, MAX_SOUND_BYTES + 1)
            report = check_sound(partial)
            if not report.accepted or report.format is None:
                return report, None
            sound = Sound(
                id=sound_id,
                workspace=workspace,
                owner=owner,
                name=Path(name).name[:200] or "sound",
                format=report.format,
                bytes=partial.stat().st_size,
                seconds=report.seconds,
                sha256=hashlib.sha256(partial.read_bytes()).hexdigest(),
                created_at=utcnow(),
                report=_plain(report),
            )
            partial.replace(self._path(sound.id, sound.format))
        finally:
            partial.unlink(missing_ok=True)
        with self._engine.begin() as connection:
            connection.execute(sa.insert(sounds).values(**asdict(sound)))
        return report, sound

    def get(self, sound_id: str, *, workspace: str | None = None) -> Sound:
        """One sound. Raises `SoundNotFound`."""
        query = sa.select(sounds).where(sounds.c.id == sound_id)
        if workspace is not None:
            query = query.where(sounds.c.workspace == workspace)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise SoundNotFound(sound_id)
        return Sound(**row._mapping)

    def path(self, sound: Sound) -> Path:
        """The file of a sound. Raises `SoundNotFound` if it is gone."""
        path = self._path(sound.id, sound.format)
        if not path.exists():
            raise SoundNotFound(sound.id)
        return path

    def _path(self, sound_id: str, sound_format: str) -> Path:
        return self._folder / f"{sound_id}.{sound_format}"


def _copy(source: BinaryIO, target: BinaryIO, most: int) -> None:
    left = most
    while left > 0 and (chunk := source.read(min(left, _CHUNK_BYTES))):
        target.write(chunk)
        left -= len(chunk)


def _plain(report: SoundReport) -> dict[str, Any]:
    return {
        k: (list(v) if isinstance(v, tuple) else v)
        for k, v in asdict(report).items()
        if v is None or isinstance(v, str | int | float | bool | tuple)
    }
