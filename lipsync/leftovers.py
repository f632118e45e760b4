"""What people and kills leave behind: pictures that no job used, files half written, scratch folders.

All go after a day. Results and copies of videos never do.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from lipsync.cleaning import KEPT_UNUSED, changed_at
from lipsync.database.tables import face_checks, pictures
from lipsync.jobs.named import named_by_jobs
from lipsync.pictures import PictureNotFound, PictureShelf
from lipsync.scratch import SCRATCH

log = logging.getLogger(__name__)

FOLDERS = ("results", "parents", "thumbnails", "pictures", "faces")
"""The data folder's parts whose files are written under a hidden name first. Sounds are cleaned by
`lipsync.sounds.cleaning`."""


def remove_half_written(data_path: Path, now: datetime) -> int:
    """Remove files that a killed process left under their first, hidden name. Returns how many."""
    removed = 0
    for name in FOLDERS:
        folder = data_path / name
        for path in folder.glob(".*") if folder.is_dir() else ():
            if path.is_file() and changed_at(path) < now - KEPT_UNUSED:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def remove_abandoned(place: Path, now: datetime) -> int:
    """Remove scratch folders in `place` whose process was killed. Returns how many.

    `place` is everybody's, so only real folders of this user go.
    """
    removed = 0
    for path in place.glob(f"{SCRATCH}*"):
        if _is_our_folder(path) and changed_at(path) < now - KEPT_UNUSED:
            try:
                shutil.rmtree(path)
                removed += 1
            except OSError as error:
                # In use (Windows), say. The next round finds it again.
                log.warning("a temporary folder could not be removed: %s", error.strerror)
    return removed


def _is_our_folder(path: Path) -> bool:
    with contextlib.suppress(OSError):
        ours = not hasattr(os, "getuid") or path.lstat().st_uid == os.getuid()
        return ours and path.is_dir() and not path.is_symlink()
    return False


def remove_unused_pictures(shelf: PictureShelf, database: sa.Engine, frames: Path, now: datetime) -> int:
    """Remove pictures older than a day that no job names, with what was seen in them. Returns how many.

    Rows first, so that no row ever lacks its file; a job that names one afterwards fails unpaid.
    `frames` is the folder of the framed frames.
    """
    old = sa.select(pictures.c.id).where(pictures.c.created_at < now - KEPT_UNUSED)
    with database.begin() as connection:
        unused = set(connection.execute(old).scalars())
        if unused:
            unused -= named_by_jobs(connection, "picture_id", "tail_picture_id")
        gone = []
        for picture_id in sorted(unused):
            found = shelf.get(picture_id)
            connection.execute(sa.delete(pictures).where(pictures.c.id == picture_id))
            connection.execute(sa.delete(face_checks).where(face_checks.c.id == picture_id))
            gone.append(found)
    for picture in gone:
        try:
            shelf.path(picture).unlink()
        except (PictureNotFound, FileNotFoundError):
            continue  # another process was quicker
        finally:
            (frames / f"{picture.id}.jpg").unlink(missing_ok=True)
    return len(gone)
