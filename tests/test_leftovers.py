"""What people and kills leave behind goes after a day; what somebody needs stays."""

from __future__ import annotations

import io
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from lipsync.faces.checks_kept import KeptVerdicts
from lipsync.faces.verdict import nobody_looked
from lipsync.jobs.model import Charge
from lipsync.jobs.store import JobStore, utcnow
from lipsync.leftovers import FOLDERS, remove_abandoned, remove_half_written, remove_unused_pictures
from lipsync.pictures import Picture, PictureNotFound, PictureShelf
from lipsync.scratch import SCRATCH, scratch_folder
from lipsync.upstream.replies import TaskKind
from tests.support.videos import picture_bytes, video

LATER = timedelta(hours=25)


@pytest.fixture
def shelf(tmp_path: Path, database: sa.Engine) -> PictureShelf:
    return PictureShelf(tmp_path, database)


def add(shelf: PictureShelf) -> Picture:
    picture = shelf.add(io.BytesIO(picture_bytes()), name="a.png", workspace="local", owner="local")[1]
    assert picture is not None
    return picture


def use(database: sa.Engine, **pictures: str) -> None:
    request = video(kind=TaskKind.IMAGE2VIDEO, **pictures)
    with database.begin() as connection:
        JobStore(database).insert(
            connection, workspace="local", owner="local", kind=TaskKind.IMAGE2VIDEO, account="main",
            request=request, submit_key=str(pictures), charge=Charge.NONE,
        )  # fmt: skip


def test_a_picture_that_no_job_used_goes_after_a_day_with_what_was_seen_in_it(
    shelf: PictureShelf, database: sa.Engine, tmp_path: Path
) -> None:
    picture = add(shelf)
    path = shelf.path(picture)
    seen = KeptVerdicts(tmp_path, database)
    seen.put(picture.id, nobody_looked("not_playable"))
    frame = seen.frame_path(picture.id)
    frame.parent.mkdir(exist_ok=True)
    frame.write_bytes(b"frame")
    assert remove_unused_pictures(shelf, database, tmp_path / "faces", utcnow()) == 0
    assert remove_unused_pictures(shelf, database, tmp_path / "faces", utcnow() + LATER) == 1
    with pytest.raises(PictureNotFound):
        shelf.get(picture.id)
    assert not path.exists()
    assert not frame.exists()
    assert seen.get(picture.id) is None


def test_first_and_last_frames_of_jobs_stay(shelf: PictureShelf, database: sa.Engine, tmp_path: Path) -> None:
    first, last = add(shelf), add(shelf)
    use(database, picture_id=first.id, tail_picture_id=last.id)
    assert remove_unused_pictures(shelf, database, tmp_path / "faces", utcnow() + LATER) == 0
    assert shelf.path(first).exists()
    assert shelf.path(last).exists()


def test_a_picture_whose_file_is_gone_already_goes_too(
    shelf: PictureShelf, database: sa.Engine, tmp_path: Path
) -> None:
    shelf.path(add(shelf)).unlink()
    assert remove_unused_pictures(shelf, database, tmp_path / "faces", utcnow() + LATER) == 1


@pytest.mark.parametrize("folder", FOLDERS)
def test_half_written_files_go_after_a_day_and_whole_ones_never(tmp_path: Path, folder: str) -> None:
    place = tmp_path / folder
    place.mkdir()
    old = utcnow().timestamp() - LATER.total_seconds()
    half, young, whole = place / ".a.0f.part", place / ".b.0f.part", place / "a.mp4"
    for path in (half, young, whole):
        path.write_bytes(b"x")
    for path in (half, whole):
        os.utime(path, (old, old))
    assert remove_half_written(tmp_path, utcnow()) == 1
    assert sorted(path.name for path in place.iterdir()) == [".b.0f.part", "a.mp4"]


def test_a_data_folder_without_any_files_is_fine(tmp_path: Path) -> None:
    assert remove_half_written(tmp_path, utcnow()) == 0


def test_scratch_folders_that_a_kill_left_behind_go_after_a_day(tmp_path: Path) -> None:
    place, elsewhere = tmp_path / "temporary", tmp_path / "elsewhere"
    old, young, strange = place / f"{SCRATCH}old", place / f"{SCRATCH}young", place / "somebody-elses"
    for folder in (old, young, strange, elsewhere):
        folder.mkdir(parents=True)
        (folder / "sound.mp3").write_bytes(b"half")
    (place / f"{SCRATCH}link").symlink_to(elsewhere)
    then = utcnow().timestamp() - LATER.total_seconds()
    for folder in (old, strange, elsewhere):
        os.utime(folder, (then, then))
    assert remove_abandoned(place, utcnow()) == 1
    assert not old.exists()
    assert young.exists()
    assert strange.exists()
    assert (elsewhere / "sound.mp3").exists()


def test_a_scratch_folder_is_known_as_ours_while_it_lives_and_then_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch_folder() as folder:
        (folder / "sound.mp3").write_bytes(b"half")
        assert remove_abandoned(tmp_path, utcnow() + LATER) == 1
    assert list(tmp_path.iterdir()) == []
