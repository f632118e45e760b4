"""The shelf of sounds. Nothing may be sent that was not checked by its content and put right.

What is given is kept as the original where something else is sent, so that another piece
can be taken from it at any time, and for as long as a job uses what was made of it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import sqlalchemy as sa

from lipsync.audio.check import ENDINGS, MAX_UPLOAD_BYTES, SoundReport
from lipsync.audio.deadline import Deadline
from lipsync.audio.fit import make_fit
from lipsync.audio.links import LinkReport, fetch_link
from lipsync.audio.waveform import Waveform
from lipsync.jobs.store import utcnow
from lipsync.sounds.drawings import draw, drawing
from lipsync.sounds.rows import HELD, Piece, Room, ShelfFull, Sound, SoundNotFound, SoundRows
from lipsync.sounds.taking import Taken, as_data, media_type, take

MAX_UNUSED_SOUNDS = 200
"""So many sounds that no job uses may one person have; each goes after a day."""
MAX_UNUSED_BYTES = 500_000_000
"""The same for their bytes, originals included."""
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class LinkTaken:
    """What came of a link: whether it could be fetched, the verdict on its file, and a copy of ours."""

    link: LinkReport
    report: SoundReport | None = None
    sound: Sound | None = None


class SoundShelf:
    """The sounds of one data folder and database."""

    def __init__(self, data_path: Path, engine: sa.Engine) -> None:
        self.folder = data_path / "sounds"
        self.rows = SoundRows(engine)

    # -- taking ------------------------------------------------------------------------

    def add(
        self, stream: BinaryIO, *, name: str, workspace: str, owner: str
    ) -> tuple[SoundReport, Sound | None]:
        """Check what `stream` holds and keep it if it is, or can be made into, a sound that may be sent.

        The report is about what was given, or why nothing could be made of it. A sound that is
        not `ready` is too long: a piece of it must be derived. Reads one byte more than is taken
        (`MAX_UPLOAD_BYTES`). Raises `ShelfFull`, `OSError` when the disk is full, and
        `lipsync.media.MediaToolMissing` without ffmpeg.
        """
        self._make_room(workspace, owner)
        sound_id = uuid4().hex
        partial = self._partial(sound_id)
        try:
            with partial.open("wb") as file:
                size = _copy(stream, file, MAX_UPLOAD_BYTES + 1)
            if size > MAX_UPLOAD_BYTES and stream.seekable():
                size = stream.seek(0, 2)
            return self._keep(sound_id, partial, size, name=name, workspace=workspace, owner=owner)
        finally:
            partial.unlink(missing_ok=True)

    def from_link(self, url: str, *, allowed_hosts: frozenset[str], workspace: str, owner: str) -> LinkTaken:
        """Fetch what a link leads to, check it, and keep a copy to look at and listen to.

        What a link does never raises; otherwise like `add`. The link itself is not kept.
        """
        self._make_room(workspace, owner)
        sound_id = uuid4().hex
        partial = self._partial(sound_id)
        try:
            link = fetch_link(url, partial, allowed_hosts=allowed_hosts)
            if not link.fetched:
                return LinkTaken(link)
            name = _name_in(url)
            kept = self._keep(sound_id, partial, link.bytes, name=name, workspace=workspace, owner=owner)
            return LinkTaken(link, *kept)
        finally:
            partial.unlink(missing_ok=True)

    def derive(
        self, sound_id: str, piece: Piece, *, workspace: str, owner: str
    ) -> tuple[SoundReport, Sound | None]:
        """Make a new sound from the original of a sound; the same piece is made only once.

        Nothing is kept when the piece may not be sent (too short, say); the report tells why.
        Raises `SoundNotFound`, `ShelfFull`, `OSError`, `lipsync.media.MediaToolMissing`, and
        `ValueError` for a piece that makes no sense.
        """
        original = self.original(self.get(sound_id, workspace=workspace))
        piece = _rounded(piece)
        if (known := self._known(original, piece)) is not None:
            self.rows.touch(known.id, utcnow())
            return known.checked, known
        self._make_room(workspace, owner)
        self.rows.touch(original.id, utcnow())  # or it might be cleaned away under our hands
        new_id = uuid4().hex
        partial = self._partial(new_id)
        try:
            report = make_fit(self.original_path(original), partial, **asdict(piece))
            if not report.accepted:
                return report, None
            told = as_data(report) | {"original": original.id, "piece": asdict(piece), "remade": True}
            sound = _sound(
                new_id, partial, report, told, name=original.name, workspace=workspace, owner=owner
            )
            self._put(partial, self._path(sound))
        finally:
            partial.unlink(missing_ok=True)
        self._write_down(sound)
        return report, sound

    # -- finding -----------------------------------------------------------------------

    def get(self, sound_id: str, *, workspace: str | None = None) -> Sound:
        """One sound. Raises `SoundNotFound`."""
        return self.rows.get(sound_id, workspace=workspace)

    def original(self, sound: Sound) -> Sound:
        """The sound that this one was made from, or itself. Raises `SoundNotFound`."""
        return sound if sound.original_id == sound.id else self.rows.get(sound.original_id)

    def path(self, sound: Sound) -> Path:
        """The file that would be sent. Raises `SoundNotFound` if it is gone, or if the sound is not ready."""
        return _there(self._path(sound), sound)

    def original_path(self, sound: Sound) -> Path:
        """The file that was given. Raises `SoundNotFound` if it is gone."""
        kept = self._originals / sound.original_id
        if kept.exists():
            return kept
        return self.path(self.original(sound))

    def listen_path(self, sound: Sound) -> Path:
        """The file to listen to: what would be sent, otherwise the original. Raises `SoundNotFound`."""
        return self.path(sound) if sound.ready else self.original_path(sound)

    def picture(self, sound: Sound) -> Waveform | None:
        """The kept waveform of its original; None: never drawn. Raises `lipsync.audio.pcm.NoSound`."""
        return drawing(self._drawing(sound.original_id))

    def draw(self, sound_id: str, *, workspace: str) -> None:
        """Draw the original of a sound, for `picture`. Takes up to 15 s.

        Raises `SoundNotFound`, `OSError` and `lipsync.media.MediaToolMissing`.
        """
        sound = self.get(sound_id, workspace=workspace)
        draw(self.original_path(sound), self._drawing(sound.original_id))

    # -- inside ------------------------------------------------------------------------

    @property
    def _originals(self) -> Path:
        return self.folder / "originals"

    def _path(self, sound: Sound) -> Path:
        return self.folder / f"{sound.id}.{sound.format}"

    def _drawing(self, original_id: str) -> Path:
        return self.folder / f"{original_id}.drawing.json"

    def _partial(self, sound_id: str) -> Path:
        self._originals.mkdir(parents=True, exist_ok=True)
        return self.folder / f".{sound_id}.part"

    def _make_room(self, workspace: str, owner: str) -> None:
        """Look before any work is done; what counts is looked at again by `_write_down`."""
        if not self.rows.has_room(_room(), workspace=workspace, owner=owner):
            raise ShelfFull

    def _write_down(self, sound: Sound) -> None:
        """Add the row of a sound whose files are in place. Raises `ShelfFull`; then they are gone again."""
        try:
            self.rows.insert(sound, _room())
        except ShelfFull:
            for path in (self._path(sound), self._originals / sound.id, self._drawing(sound.id)):
                path.unlink(missing_ok=True)
            raise

    def _keep(
        self, sound_id: str, given: Path, size: int, *, name: str, workspace: str, owner: str
    ) -> tuple[SoundReport, Sound | None]:
        name = "".join(c for c in Path(name).name if c.isprintable())[:200] or "sound"
        made = self.folder / f".{sound_id}.made.part"
        deadline = Deadline.after()
        try:
            taken = take(given, made, name=name, size_bytes=size)
            kept = taken.kept
            if kept is None and not taken.held:
                return taken.verdict, None
            file = given if taken.made is None else made
            told = _told(taken, given, size)
            drawn = draw(given, self._drawing(sound_id), deadline=deadline)
            if taken.held and drawn is not None:  # of one that is too long nothing else tells the loudness
                told["loudness_dbfs"] = drawn.loudness_dbfs
            sound = _sound(sound_id, file, kept, told, name=name, workspace=workspace, owner=owner)
            if taken.made is not None or taken.held:
                self._put(given, self._originals / sound_id)
            if sound.ready:
                self._put(file, self._path(sound))
        finally:
            made.unlink(missing_ok=True)
        self._write_down(sound)
        return taken.given, sound

    def _known(self, original: Sound, piece: Piece) -> Sound | None:
        for sound in self.rows.of(workspace=original.workspace, owner=original.owner):
            if sound.original_id == original.id and sound.piece == piece and self._path(sound).exists():
                return sound
        return None

    @staticmethod
    def _put(partial: Path, target: Path) -> None:
        """Give a file its name only when all of it is on the disk: a job may rely on it."""
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(target)


def _room() -> Room:
    return Room(MAX_UNUSED_SOUNDS, MAX_UNUSED_BYTES)


def _told(taken: Taken, given: Path, size: int) -> dict[str, Any]:
    """The report of a row: about what was given; about what was made, when that is something else."""
    if taken.held:
        return as_data(taken.given) | {"original_bytes": size, "media_type": media_type(given)}
    if taken.made is None:
        return as_data(taken.given)
    more = {"remade": True, "original_bytes": size}
    if taken.given.accepted:  # the same sound, only written properly; its warnings still hold
        return as_data(taken.given) | more
    given_as = {"reason": taken.given.reason, "name": taken.given.foreign_name or taken.given.format}
    return as_data(taken.made) | more | {"given": given_as}


def _sound(
    sound_id: str, file: Path, kept: SoundReport | None, told: dict[str, Any], *, name: str, workspace: str,
    owner: str,
) -> Sound:  # fmt: skip
    ready = kept is not None and kept.format is not None
    return Sound(
        id=sound_id,
        workspace=workspace,
        owner=owner,
        name=name,
        format=str(kept.format) if kept is not None and ready else HELD,
        bytes=file.stat().st_size if ready else 0,
        seconds=kept.seconds if kept is not None else told.get("seconds"),
        sha256=_digest(file),
        created_at=utcnow(),
        report=told,
    )


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy(source: BinaryIO, target: BinaryIO, most: int) -> int:
    left = most
    while left > 0 and (chunk := source.read(min(left, _CHUNK_BYTES))):
        target.write(chunk)
        left -= len(chunk)
    return most - left


def _there(path: Path, sound: Sound) -> Path:
    if not path.exists():
        raise SoundNotFound(sound.id)
    return path


def _rounded(piece: Piece) -> Piece:
    """To the hundredth, so that the same wish is the same piece."""
    values: dict[str, Any] = {k: round(v, 2) if isinstance(v, float) else v for k, v in asdict(piece).items()}
    return Piece(**values)


def _name_in(url: str) -> str:
    """What a link calls its file; without an ending that says nothing about sound."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    endings = [ending for known in ENDINGS.values() for ending in known]
    return name if name.lower().endswith(tuple(endings)) else Path(name).stem
