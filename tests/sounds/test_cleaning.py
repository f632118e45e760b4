"""What nobody used goes after a day; what a job uses stays, with what it was made from."""

from __future__ import annotations

import io
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from lipsync.jobs.model import Charge
from lipsync.jobs.store import JobStore, utcnow
from lipsync.request import LipSyncRequest
from lipsync.sounds import Piece, Sound, SoundNotFound, SoundShelf
from lipsync.sounds.cleaning import clean
from lipsync.upstream.replies import TaskKind
from tests.support.clips import make_tone

SOON = timedelta(hours=23)
LATER = timedelta(hours=25)


@pytest.fixture(scope="module")
def flac(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_tone(tmp_path_factory.mktemp("tones") / "tone.flac").read_bytes()


def add(shelf: SoundShelf, data: bytes) -> Sound:
    sound = shelf.add(io.BytesIO(data), name="a.flac", workspace="local", owner="local")[1]
    assert sound is not None
    return sound


def cut(shelf: SoundShelf, sound: Sound) -> Sound:
    made = shelf.derive(sound.id, Piece(start=0.5), workspace="local", owner="local")[1]
    assert made is not None
    return made


def use(database: sa.Engine, sound: Sound) -> None:
    request = LipSyncRequest("main", "task", "video", "sound", sound_id=sound.id)
    with database.begin() as connection:
        JobStore(database).insert(
            connection, workspace="local", owner="local", kind=TaskKind.LIP_SYNC, account="main",
            request=request.as_dict(), submit_key=sound.id, charge=Charge.NONE,
        )  # fmt: skip


def gone(shelf: SoundShelf, sound: Sound) -> bool:
    try:
        shelf.get(sound.id)
    except SoundNotFound:
        return True
    return False


def files(shelf: SoundShelf) -> list[str]:
    return sorted(path.name for path in shelf.folder.rglob("*") if path.is_file())


def at(passed: timedelta) -> datetime:
    return utcnow() + passed


def test_what_nobody_used_goes_after_a_day_with_its_original(shelf: SoundShelf, flac: bytes) -> None:
    sound = add(shelf, flac)
    assert clean(shelf, at(SOON)) == 0
    assert files(shelf) == sorted([f"{sound.id}.mp3", f"{sound.id}.drawing.json", sound.id])
    assert clean(shelf, at(LATER)) == 1
    assert gone(shelf, sound)
    assert files(shelf) == []


def test_what_a_job_uses_stays_with_its_original(shelf: SoundShelf, database: sa.Engine, flac: bytes) -> None:
    original = add(shelf, flac)
    piece = cut(shelf, original)
    other = cut(shelf, add(shelf, flac))
    use(database, piece)
    assert clean(shelf, at(timedelta(days=400))) == 2
    assert not gone(shelf, piece)
    assert gone(shelf, other)
    assert shelf.original_path(piece).read_bytes() == flac
    picture = shelf.picture(piece)
    assert picture is not None
    assert picture.seconds == pytest.approx(3.0, abs=0.1)


def test_what_a_line_needs_that_waits_for_its_video_stays(
    shelf: SoundShelf, database: sa.Engine, flac: bytes
) -> None:
    sound = add(shelf, flac)
    with database.begin() as connection:
        JobStore(database).insert(
            connection, workspace="local", owner="local", kind=TaskKind.TEXT2VIDEO, account="main",
            request={"prompt": "a face"}, submit_key="k", charge=Charge.NONE,
            then_request={"source": "sound", "sound_id": sound.id},
        )  # fmt: skip
    assert clean(shelf, at(LATER)) == 0
    assert not gone(shelf, sound)


def test_the_original_of_a_young_piece_stays(shelf: SoundShelf, flac: bytes) -> None:
    original = add(shelf, flac)
    piece = cut(shelf, original)
    shelf.rows.touch(piece.id, at(timedelta(hours=5)))
    assert clean(shelf, at(LATER)) == 0
    assert not gone(shelf, original)


def test_files_that_no_row_knows_go_after_a_day(shelf: SoundShelf, flac: bytes) -> None:
    sound = add(shelf, flac)
    lost = shelf.folder / ".0123456789abcdef.part"
    folder = shelf.folder / ".fit-abc"
    folder.mkdir()
    for path in (lost, folder / "fit.mp3"):
        path.write_bytes(b"half")
    old = utcnow().timestamp() - LATER.total_seconds()
    for path in (lost, folder):
        os.utime(path, (old, old))
    clean(shelf, utcnow())
    assert not lost.exists()
    assert not folder.exists()
    assert shelf.path(sound).exists()


def test_a_file_that_cannot_be_removed_is_removed_the_next_time(
    shelf: SoundShelf, flac: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = add(shelf, flac)

    def busy(*_: object, **__: object) -> None:
        raise PermissionError("in use")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", busy)
        assert clean(shelf, at(LATER)) == 1
    assert gone(shelf, sound)
    assert files(shelf)
    assert clean(shelf, at(LATER)) == 0
    assert files(shelf) == []


def test_cleaning_an_empty_studio_does_nothing(shelf: SoundShelf) -> None:
    assert clean(shelf, utcnow()) == 0
