"""What people and kills leave behind: pictures that no job used, and files that were half written.

Both go after a day. Results and copies of videos never do.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from lipsync.database.tables import face_checks, jobs, pictures
from lipsync.pictures import PictureNotFound, PictureShelf

KEPT_UNUSED = timedelta(days=1)
FOLDERS = ("results", "parents", "thumbnails", "pictures", "faces")
"""The data folder's parts whose files are written under a hidden name first. Sounds are cleaned by
`lipsync.sounds.cleaning`."""


def remove_half_written(data_path: Path, now: datetime) -> int:
    """Remove files that a killed process left under their first, hidden name. Returns how many."""
    removed = 0
    for name in FOLDERS:
        folder = data_path / name
        for path in folder.glob(".*") if folder.is_dir() else ():
            if path.is_file() and _changed_at(path) < now - KEPT_UNUSED:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def remove_unused_pictures(shelf: PictureShelf, database: sa.Engine, frames: Path, now: datetime) -> int:
    """Remove pictures older than a day that no job names, with what was seen in them. Returns how many.

    Rows first, so that no row ever lacks its file; a job that names one afterwards fails unpaid.
    `frames` is the folder of the framed frames.
    """
    old = sa.select(pictures.c.id).where(pictures.c.created_at < now - KEPT_UNUSED)
    with database.begin() as connection:
        unused = set(connection.execute(old).scalars())
        if unused:
            unused -= _used(connection)
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


def _used(connection: sa.Connection) -> set[str]:
    words = sa.cast(jobs.c.request, sa.Text)
    asked = connection.execute(sa.select(words).where(words.contains("picture_id"))).scalars()
    requests = [json.loads(one) for one in asked]
    return {str(one.get(name)) for one in requests for name in ("picture_id", "tail_picture_id")}


def _changed_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # renamed or removed a moment ago
        return datetime.now(UTC)
