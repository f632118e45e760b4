"""Parents that the service is asked about again: young ones that are not finished, and doubtful ones.

A parent is doubtful when the service did not know its task, when a complete list leaves it out,
and when somebody says so (`ask_again`). It is gone only when the service said so twice, some
minutes apart; any answer or list that has it takes that back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lipsync.accounts import UnknownAccount
from lipsync.clients import Clients
from lipsync.database.tables import parents
from lipsync.jobs.store import utcnow
from lipsync.parents import MAX_AGE, parents_of
from lipsync.shelf.rows import FIRST_ASK, is_unfinished, keep_task
from lipsync.upstream.errors import NotFound, UpstreamError
from lipsync.upstream.replies import Task, TaskKind, TaskStatus

log = logging.getLogger(__name__)

APART = timedelta(minutes=10)
"""Between the two answers that make a parent gone; a service that stumbles is over it by then."""
GROWTH = 1.5
LONGEST_WAIT = timedelta(minutes=15)
MOST_ASKS = 100
"""About an unfinished parent: with these waits, about a day."""
TROUBLE_WAIT = timedelta(minutes=5)
"""Until an account is asked again that could not be."""
LISTED_AFTER = timedelta(hours=1)
"""A list may show a new task late; only what is older can be missed in it."""


def ask_again(connection: sa.Connection, *, account: str, task_id: str) -> None:
    """Have the service asked soon whether it still has a parent, in the caller's transaction.

    For whoever hears that a task does not exist (1203, say) from another route than the query of the
    parent itself. `ParentKeeper.ask_again` is the same, and quicker by some seconds.
    """
    _write(connection, account, task_id, parents.c.gone_at.is_(None), ask_at=utcnow())


def note_missing(connection: sa.Connection, *, account: str, task_id: str, now: datetime) -> None:
    """The service has just said that it has no such task: the first time it is asked again, the second
    time, `APART` later, the parent is gone."""
    alive = parents.c.gone_at.is_(None)
    _write(connection, account, task_id, alive, parents.c.missing_at <= now - APART, gone_at=now)
    _write(connection, account, task_id, alive, parents.c.missing_at.is_(None), missing_at=now)
    _write(connection, account, task_id, alive, ask_at=now + APART)
    _write(connection, account, task_id, parents.c.gone_at.is_not(None), ask_at=None)


def note_absent(
    connection: sa.Connection, account: str, kind: TaskKind, listed: Collection[str], *, since: datetime
) -> None:
    """A list, read to its end from `since` on, had only these tasks: the others are asked about once
    before they are gone. Videos that are too old anyway are left alone."""
    quiet = sa.select(parents.c.task_id).where(
        parents.c.account == account,
        parents.c.kind == kind,
        parents.c.status == TaskStatus.SUCCEED,
        parents.c.missing_at.is_(None),
        parents.c.gone_at.is_(None),
        parents.c.made_at.between(since - MAX_AGE, since - LISTED_AFTER),
        parents.c.seen_at < since,
    )
    for task_id in set(connection.scalars(quiet)) - set(listed):
        _write(connection, account, task_id, missing_at=since, ask_at=since + APART)


def _write(
    connection: sa.Connection, account: str, task_id: str, *which: sa.ColumnElement[bool], **values: Any
) -> None:
    """Of every workspace: whether the service has a task is the same for all."""
    mine = (parents.c.account == account, parents.c.task_id == task_id, *which)
    connection.execute(sa.update(parents).where(*mine).values(**values))


class Rechecks:
    """Asks about one parent at a time, for the keeper's thread."""

    def __init__(
        self, database: sa.Engine, clients: Clients, *, now: Callable[[], datetime] = utcnow
    ) -> None:
        self._database = database
        self._clients = clients
        self._now = now

    def ask_again(self, account: str, task_id: str) -> None:
        """Have the service asked whether it still has a parent."""
        with self._database.begin() as connection:
            ask_again(connection, account=account, task_id=task_id)

    def work_one(self) -> bool:
        """Ask about the parent that has waited longest. False when none is due."""
        row = self._next()
        if row is None:
            return False
        try:
            task = self._clients.client(row.account).query(TaskKind(row.kind), row.task_id)
        except NotFound:
            with self._database.begin() as connection:
                note_missing(connection, account=row.account, task_id=row.task_id, now=self._now())
            return True
        except (UpstreamError, UnknownAccount) as error:
            log.info("parents could not be asked about: %s", type(error).__name__)
            self._put_off(row.account)
            return True
        with self._database.begin() as connection:
            for one in self._of_each_workspace(connection, row):
                keep_task(
                    connection, task, account=one.account, workspace=one.workspace, owner=one.owner,
                    source=one.source,
                )  # fmt: skip
            self._follow(connection, row, task)
        return True

    def _next(self) -> sa.Row[Any] | None:
        due = (
            sa.select(parents)
            .where(parents.c.ask_at <= self._now(), parents.c.account.in_(list(self._clients.accounts)))
            .order_by(parents.c.ask_at)
            .limit(1)
        )
        with self._database.connect() as connection:
            return connection.execute(due).one_or_none()

    def _of_each_workspace(self, connection: sa.Connection, row: sa.Row[Any]) -> list[sa.Row[Any]]:
        query = sa.select(parents).where(parents.c.account == row.account, parents.c.task_id == row.task_id)
        return list({one.workspace: one for one in connection.execute(query)}.values())

    def _follow(self, connection: sa.Connection, row: sa.Row[Any], task: Task) -> None:
        """When to ask next: a little later each time while it is unfinished, and not for ever."""
        unfinished = any(is_unfinished(one) for one in parents_of(task, row.account))
        asks = row.asks + 1 if unfinished else 0
        goes_on = unfinished and asks < MOST_ASKS
        due = self._now() + wait_after(row.asks) if goes_on else None
        _write(connection, row.account, row.task_id, ask_at=due, asks=asks)

    def _put_off(self, account: str) -> None:
        due = self._now() + TROUBLE_WAIT
        with self._database.begin() as connection:
            connection.execute(
                sa.update(parents)
                .where(parents.c.account == account, parents.c.ask_at < due)
                .values(ask_at=due)
            )


def wait_after(asks: int) -> timedelta:
    """Until an unfinished parent is asked about again that was asked about `asks` times."""
    return min(LONGEST_WAIT, FIRST_ASK * GROWTH ** min(asks, MOST_ASKS // 4))
