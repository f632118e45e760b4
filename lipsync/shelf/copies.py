"""Copies of parents' videos while they live, and a small picture of each: made once, one at a time.

The newest first, within the room that the settings give. When it is used up, a copy makes
place for a newer one; not if it was used in a job, made here, or fetched within a day.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa

from lipsync.accounts import UnknownAccount
from lipsync.archive import Archive
from lipsync.database.tables import parents
from lipsync.jobs.store import utcnow
from lipsync.media import MediaToolMissing, NotPlayable, probe_video
from lipsync.parent_shelf import ParentNotFound, ParentShelf
from lipsync.parents import MAX_AGE
from lipsync.shelf.rows import MOST_TRIES, USED_COUNT
from lipsync.thumbnails import make_thumbnail
from lipsync.upstream.errors import Busy, NotSent, UpstreamError
from lipsync.upstream.replies import TaskStatus

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(minutes=1)
"""After a failure; four times as long after each further one."""
YOUNG = timedelta(days=1)
"""A copy so young may be being watched."""
MOST_WANTED = 300
"""Pictures asked for by pages and not made yet; those asked for last come first."""


class ParentCopies:
    """Does one piece of work at a time, for the keeper's thread."""

    def __init__(self, database: sa.Engine, shelf: ParentShelf, archive: Archive, *, room_bytes: int) -> None:
        self._database = database
        self._shelf = shelf
        self._archive = archive
        self._room_bytes = room_bytes
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def want(self, parent_id: str) -> None:
        """Somebody looks at a card without a picture: make that one next."""
        with self._lock:
            self._wanted[parent_id] = None
            self._wanted.move_to_end(parent_id)
            while len(self._wanted) > MOST_WANTED:
                self._wanted.popitem(last=False)

    def work_one(self) -> bool:
        """Make one copy, or one picture. False when there is nothing to do, or no use in going on now."""
        row = self._wanted_row() or self._without_picture() or self._without_copy()
        if row is None:
            return False
        try:
            self._make(row)
        except (OSError, MediaToolMissing, NotSent, Busy) as error:
            self._failed(row, error)
            return False  # the next one would fare no better
        except (UpstreamError, UnknownAccount, ParentNotFound, NotPlayable) as error:
            self._failed(row, error)
        return True

    def used_bytes(self) -> int:
        """The room that copies take now; those of videos made here are their jobs' results and take none."""
        taken = sa.select(sa.func.coalesce(sa.func.sum(parents.c.copy_bytes), 0))
        with self._database.connect() as connection:
            return int(connection.execute(taken.where(parents.c.job_id.is_(None))).scalar_one())

    # -- what is next ----------------------------------------------------------------------

    def _wanted_row(self) -> sa.Row[Any] | None:
        while True:
            with self._lock:
                if not self._wanted:
                    return None
                parent_id, _ = self._wanted.popitem()
            row = self._first(parents.c.id == parent_id, _due())
            if row is not None and not self._archive.thumbnail_path(parent_id).exists():
                return row

    def _without_picture(self) -> sa.Row[Any] | None:
        """The newest whose file is here, but no picture of it."""
        here = parents.c.copied_at.is_not(None) | parents.c.job_id.is_not(None)
        return self._first(here, parents.c.pictured_at.is_(None), _due())

    def _without_copy(self) -> sa.Row[Any] | None:
        """The newest that is still alive and not here yet, if there is room for it."""
        if self._room_bytes == 0:
            return None
        row = self._first(
            parents.c.copied_at.is_(None),
            parents.c.job_id.is_(None),
            parents.c.gone_at.is_(None),
            parents.c.made_at.is_(None) | (parents.c.made_at > utcnow() - MAX_AGE),
            _due(),
        )
        return row if row is not None and self._has_room(row) else None

    def _first(self, *conditions: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
        query = (
            sa.select(parents)
            .where(parents.c.status == TaskStatus.SUCCEED, parents.c.video_id != "", *conditions)
            .order_by(parents.c.order_at.desc(), parents.c.id.desc())
            .limit(1)
        )
        with self._database.connect() as connection:
            return connection.execute(query).one_or_none()

    def _has_room(self, row: sa.Row[Any]) -> bool:
        while self.used_bytes() >= self._room_bytes:
            victim = self._older_than(row)
            if victim is None:
                return False
            self._drop(victim)
        return True

    def _older_than(self, row: sa.Row[Any]) -> str | None:
        query = (
            sa.select(parents.c.id)
            .where(
                parents.c.copy_bytes.is_not(None),
                parents.c.job_id.is_(None),
                parents.c.order_at < row.order_at,
                parents.c.copied_at < utcnow() - YOUNG,
                USED_COUNT.element == 0,
            )
            .order_by(parents.c.order_at)
            .limit(1)
        )
        with self._database.connect() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else str(found)

    # -- doing it ----------------------------------------------------------------------------

    def _make(self, row: sa.Row[Any]) -> None:
        # Asked before: its size is known only afterwards, and the last copy may go a little beyond the room.
        stays = row.copied_at is not None or row.job_id is not None or self._has_room(row)
        video = self._shelf.video(row.id)
        picture = self._archive.thumbnail_path(row.id)
        if not picture.exists():
            make_thumbnail(video, probe_video(video).seconds, picture)
        self._write(row.id, pictured_at=utcnow(), copy_tries=0, copy_due=None)
        if not stays:
            self._drop(row.id)  # fetched for its picture only

    def _failed(self, row: sa.Row[Any], error: Exception) -> None:
        log.info("no copy or picture of a parent yet: %s", type(error).__name__)
        due = utcnow() + FIRST_WAIT * 4**row.copy_tries
        self._write(row.id, copy_tries=row.copy_tries + 1, copy_due=due)

    def _drop(self, parent_id: str) -> None:
        # The row first: a copy that the database does not know of does no harm, the opposite would.
        self._write(parent_id, copy_bytes=None, copied_at=None)
        self._archive.parent_path(parent_id).unlink(missing_ok=True)

    def _write(self, parent_id: str, **values: Any) -> None:
        with self._database.begin() as connection:
            connection.execute(sa.update(parents).where(parents.c.id == parent_id).values(**values))

    def thumbnail(self, parent_id: str) -> Path | None:
        """The small picture of a parent, or None while there is none. Raises `ValueError` for no id."""
        path = self._archive.thumbnail_path(parent_id)
        return path if path.exists() else None


def _due() -> sa.ColumnElement[bool]:
    return sa.and_(
        parents.c.copy_tries < MOST_TRIES, parents.c.copy_due.is_(None) | (parents.c.copy_due <= utcnow())
    )
