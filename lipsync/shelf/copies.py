"""Copies of parents' videos while they live, and a small picture of each: made once, one at a time.

The newest first, within the room that the settings give. When it is used up, a copy that can be
fetched again makes place for a newer one; never the only copy there will be, nor one that was used
in a job, made here, or fetched within a day. What fits nowhere is not copied ahead.

Only a file that is no use is given up, after some tries. Whatever else goes wrong is tried for as long
as it takes: with the account or this machine, all that hangs on it rests for a while; with one video,
that one.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
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
from lipsync.upstream import errors
from lipsync.upstream.errors import Interrupted, UpstreamError
from lipsync.upstream.replies import TaskStatus

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(minutes=1)
"""After a failure; four times as long after each further one."""
LONGEST_WAIT = timedelta(hours=1)
YOUNG = timedelta(days=1)
"""A copy so young may be being watched."""
MOST_WANTED = 300
"""Pictures asked for by pages and not made yet; those asked for last come first."""
HERE = ""
"""What rests when this machine is in trouble: its disk is full, a tool is missing."""

_NO_USE = (NotPlayable, errors.DownloadTooLarge, errors.NotFound)
"""The video itself is no use, or no longer there."""
_ACCOUNT = (
    errors.NotSent, errors.Busy, errors.Interrupted, errors.KeyRefused, errors.AccountSuspended,
    errors.InArrears, errors.PackUsedUp, errors.NotPermitted, errors.AddressNotAllowed,
)  # fmt: skip
"""The account's next video would fare no better."""


class ParentCopies:
    """Does one piece of work at a time, for the keeper's thread."""

    def __init__(
        self,
        database: sa.Engine,
        shelf: ParentShelf,
        archive: Archive,
        *,
        room_bytes: int,
        now: Callable[[], datetime] = utcnow,
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._archive = archive
        self._room_bytes = room_bytes
        self._now = now
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()
        self._rests: dict[str, tuple[int, datetime]] = {}
        """How often in a row an account, or this machine, was in trouble, and until when it rests."""
        self._room_used_up = False

    @property
    def room_used_up(self) -> bool:
        """Whether videos were left uncopied when last looked, because no room is left for them."""
        return self._room_used_up

    def want(self, parent_id: str) -> None:
        """Somebody looks at a card without a picture: make that one next."""
        with self._lock:
            self._wanted[parent_id] = None
            self._wanted.move_to_end(parent_id)
            while len(self._wanted) > MOST_WANTED:
                self._wanted.popitem(last=False)

    def work_one(self) -> bool:
        """Make one copy, or one picture, or fail to. False when there is nothing to do now."""
        row = self._next()
        if row is None:
            return False
        try:
            self._make(row)
        except (UpstreamError, UnknownAccount, ParentNotFound, NotPlayable) as error:
            self._failed(row, error)
        except (OSError, MediaToolMissing) as error:
            log.info("no copies or pictures of parents for a while: %s", type(error).__name__)
            self._rest(HERE)
            self._wait(row)
        return True

    def account_is_well(self, account: str) -> None:
        """Its lists were just read: what had to wait because of it is tried at once."""
        if self._rests.pop(account, None) is not None:
            self._free(parents.c.account == account)

    def begin_anew(self) -> None:
        """A studio that starts tries at once whatever had to wait: its accounts may be others now."""
        self._rests.clear()
        self._free(sa.true())

    def used_bytes(self) -> int:
        """The room that copies take now; those of videos made here are their jobs' results and take none."""
        taken = sa.select(sa.func.coalesce(sa.func.sum(parents.c.copy_bytes), 0))
        with self._database.connect() as connection:
            return int(connection.execute(taken.where(parents.c.job_id.is_(None))).scalar_one())

    # -- what is next ----------------------------------------------------------------------

    def _next(self) -> sa.Row[Any] | None:
        if self._is_resting(HERE):
            return None
        return self._wanted_row() or self._without_picture() or self._without_copy()

    def _wanted_row(self) -> sa.Row[Any] | None:
        """The picture asked for last whose turn has come. Those that have to wait stay wanted."""
        with self._lock:
            wanted = list(self._wanted)
        if not wanted:
            return None
        still = {row.id: row for row in self._rows(parents.c.id.in_(wanted), self._may_come())}
        for parent_id in wanted:
            if parent_id not in still or self._archive.thumbnail_path(parent_id).exists():
                still.pop(parent_id, None)
                self._not_wanted(parent_id)
        due = {row.id: row for row in self._rows(parents.c.id.in_(list(still)), *self._due())}
        return next((due[one] for one in reversed(wanted) if one in due), None)

    def _without_picture(self) -> sa.Row[Any] | None:
        """The newest whose file is here, but no picture of it."""
        return self._first(_is_here(), parents.c.pictured_at.is_(None), *self._due())

    def _without_copy(self) -> sa.Row[Any] | None:
        """The newest that is still alive and not here yet, if there is room for it."""
        if self._room_bytes == 0:
            return None
        row = self._first(
            parents.c.copied_at.is_(None),
            parents.c.job_id.is_(None),
            parents.c.gone_at.is_(None),
            parents.c.account.in_(list(self._shelf.accounts)),
            parents.c.made_at.is_(None) | (parents.c.made_at > self._now() - MAX_AGE),
            *self._due(),
        )
        fits = row is None or self._has_room(row)
        self._room_used_up = not fits
        return row if fits else None

    def _may_come(self) -> sa.ColumnElement[bool]:
        """Not given up: tried too often, or gone before a copy was made."""
        return sa.and_(parents.c.copy_tries < MOST_TRIES, parents.c.gone_at.is_(None) | _is_here())

    def _due(self) -> list[sa.ColumnElement[bool]]:
        resting = [name for name in self._rests if self._is_resting(name)]
        return [
            self._may_come(),
            parents.c.copy_due.is_(None) | (parents.c.copy_due <= self._now()),
            parents.c.account.not_in(resting) | _is_here(),
        ]

    def _first(self, *conditions: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
        return next(iter(self._rows(*conditions, limit=1)), None)

    def _rows(self, *conditions: sa.ColumnElement[bool], limit: int | None = None) -> list[sa.Row[Any]]:
        query = (
            sa.select(parents)
            .where(parents.c.status == TaskStatus.SUCCEED, parents.c.video_id != "", *conditions)
            .order_by(parents.c.order_at.desc(), parents.c.id.desc())
            .limit(limit)
        )
        with self._database.connect() as connection:
            return list(connection.execute(query))

    def _has_room(self, row: sa.Row[Any]) -> bool:
        while self.used_bytes() >= self._room_bytes:
            victim = self._older_than(row)
            if victim is None:
                return False
            self._drop(victim)
        return True

    def _older_than(self, row: sa.Row[Any]) -> str | None:
        """The oldest copy that makes place for `row`: of a video that the service still has."""
        now = self._now()
        query = (
            sa.select(parents.c.id)
            .where(
                parents.c.copy_bytes.is_not(None),
                parents.c.job_id.is_(None),
                parents.c.source != "made",
                parents.c.gone_at.is_(None),
                parents.c.missing_at.is_(None),
                parents.c.account.in_(list(self._shelf.accounts)),
                parents.c.made_at > now - MAX_AGE,
                parents.c.order_at < row.order_at,
                parents.c.copied_at < now - YOUNG,
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
        self._write(row.id, pictured_at=self._now(), copy_tries=0, copy_waits=0, copy_due=None)
        self._rests.pop(HERE, None)
        if row.copied_at is None and row.job_id is None:
            self._rests.pop(row.account, None)
        self._not_wanted(row.id)
        if not stays:
            self._drop(row.id)  # fetched for its picture only

    def _failed(self, row: sa.Row[Any], error: Exception) -> None:
        log.info("no copy or picture of a parent yet: %s", type(error).__name__)
        if isinstance(error, _NO_USE):
            due = self._now() + FIRST_WAIT * 4**row.copy_tries
            self._write(row.id, copy_tries=row.copy_tries + 1, copy_due=due)
            return
        if isinstance(error, _ACCOUNT):
            self._rest(row.account)
        if isinstance(error, Interrupted) or not isinstance(error, _ACCOUNT):
            self._wait(row)

    def _wait(self, row: sa.Row[Any]) -> None:
        """One video that makes trouble again and again must not hold up all the others."""
        due = self._now() + _wait_after(row.copy_waits)
        self._write(row.id, copy_waits=row.copy_waits + 1, copy_due=due)

    def _rest(self, name: str) -> None:
        before, _ = self._rests.get(name, (0, None))
        self._rests[name] = before + 1, self._now() + _wait_after(before)

    def _is_resting(self, name: str) -> bool:
        return name in self._rests and self._now() < self._rests[name][1]

    def _free(self, which: sa.ColumnElement[bool]) -> None:
        waiting = (which, parents.c.copy_waits > 0)
        with self._database.begin() as connection:
            connection.execute(sa.update(parents).where(*waiting).values(copy_waits=0, copy_due=None))

    def _not_wanted(self, parent_id: str) -> None:
        with self._lock:
            self._wanted.pop(parent_id, None)

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


def _is_here() -> sa.ColumnElement[bool]:
    return parents.c.copied_at.is_not(None) | parents.c.job_id.is_not(None)


def _wait_after(failures: int) -> timedelta:
    return min(LONGEST_WAIT, FIRST_WAIT * int(4 ** min(failures, 5)))
