"""Sounds that people give: kept on disk at once, known by an id.

Nothing is kept that was not checked by its content and, where it was odd, made anew; so a
sound that has an id may be sent as it is.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import sqlalchemy as sa

from lipsync.audio.check import MAX_CHECKED_BYTES, SoundReport, check_sound
from lipsync.audio.fit import make_fit
from lipsync.database.tables import sounds
from lipsync.jobs.store import utcnow

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

        The report is about what was given; what is kept may have been made from it, when these very
        bytes may not be sent. Reads one byte more than is checked and no further. Raises `OSError` when
        the disk is full and `lipsync.media.MediaToolMissing` without ffmpeg.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        sound_id = uuid4().hex
        partial = self._folder / f".{sound_id}.part"
        try:
            with partial.open("wb") as file:
                _copy(stream, file, MAX_CHECKED_BYTES + 1)
            name = "".join(c for c in Path(name).name if c.isprintable())[:200] or "sound"
            report = check_sound(partial, name=name)
            if report.bytes > MAX_CHECKED_BYTES and stream.seekable():
                report = replace(report, bytes=stream.seek(0, 2))
            kept = report
            if report.accepted and not report.send_as_is:
                kept = make_fit(partial, partial, loudness=False)
            if not kept.accepted or kept.format is None:
                return kept, None
            sound = Sound(
                id=sound_id,
                workspace=workspace,
                owner=owner,
                name=name,
                format=kept.format,
                bytes=partial.stat().st_size,
                seconds=kept.seconds,
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
