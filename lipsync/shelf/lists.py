"""Reading an account's lists into the shelf, page by page, and remembering whether it has any.

Through CometAPI the list routes may be missing; the studio uses them where they exist and
lives without them where they do not.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

import sqlalchemy as sa

from lipsync.database.tables import LOCAL, account_lists, jobs, parents
from lipsync.jobs.send import facts_of
from lipsync.jobs.store import utcnow
from lipsync.parents import PARENT_KINDS
from lipsync.shelf.again import note_absent
from lipsync.shelf.rows import keep_task
from lipsync.upstream import retry
from lipsync.upstream.client import UpstreamClient
from lipsync.upstream.errors import NotFound, RouteMissing, UpstreamError
from lipsync.upstream.replies import Task, TaskKind

PAGE_SIZE = 100
"""Kling takes up to 500; smaller pages keep each write short."""
MOST_PAGES = 60
"""Per kind and look: 6,000 tasks, more than an account makes in 30 days."""

WHOLE_EVERY = timedelta(days=1)
"""So often the lists are read to their end although nothing new calls for it: to see what is gone."""

State = Literal["has_lists", "no_lists", "error"]


@dataclass(frozen=True, slots=True)
class AccountLists:
    """What the last look at an account's lists brought. `problem` is set for errors, as for jobs."""

    account: str
    state: State
    looked_at: datetime
    problem: str | None = None
    problem_facts: dict[str, Any] | None = None
    swept_at: datetime | None = None
    """When they were last read to their end."""


def read_lists(database: sa.Engine) -> dict[str, AccountLists]:
    """What is known about each account's lists."""
    with database.connect() as connection:
        rows = connection.execute(sa.select(account_lists)).all()
    return {row.account: AccountLists(**row._mapping) for row in rows}


def workspaces_here(database: sa.Engine) -> set[str]:
    """Every workspace that has a job or a parent, and the one of an installation without log-in."""
    of_jobs, of_parents = sa.select(jobs.c.workspace), sa.select(parents.c.workspace)
    with database.connect() as connection:
        return {LOCAL, *connection.scalars(sa.union(of_jobs, of_parents))}


def sync_account(
    database: sa.Engine,
    client: UpstreamClient,
    account: str,
    *,
    workspaces: Collection[str],
    policy: retry.RetryPolicy = retry.PAGE,
) -> AccountLists:
    """Read an account's lists: to their end the first time and once a day, else as far as something is new.

    Each of `workspaces` gets what is listed as rows of its own: whoever may send to an account may
    see its lists, but nothing that another workspace knows beside them (a prompt, who brought it in).
    """
    before, started = read_lists(database).get(account), utcnow()
    swept = before.swept_at if before else None
    whole = swept is None or started - swept >= WHOLE_EVERY
    missing, ended = 0, True
    try:
        for kind in PARENT_KINDS:
            try:
                sweep = _Sweep(database, client, kind, account, workspaces, policy)
                ended = sweep.read(started, whole=whole) and ended
            except (NotFound, RouteMissing):
                missing += 1
    except UpstreamError as error:
        now = AccountLists(account, "error", utcnow(), error.slug, facts_of(error), swept)
    else:
        none = missing == len(PARENT_KINDS)
        state: State = "no_lists" if none else "has_lists"
        now = AccountLists(account, state, utcnow(), swept_at=started if ended and not none else swept)
    _remember(database, now)
    return now


@dataclass
class _Sweep:
    """One look at one list."""

    database: sa.Engine
    client: UpstreamClient
    kind: TaskKind
    account: str
    workspaces: Collection[str]
    policy: retry.RetryPolicy

    def read(self, started: datetime, *, whole: bool) -> bool:
        """Read page after page, and unless `whole` only as far as something is new. True if this came to
        the end; then what was not listed is doubtful."""
        seen: set[str] = set()
        for page in range(1, MOST_PAGES + 1):
            ask = partial(self.client.list_tasks, self.kind, page=page, page_size=PAGE_SIZE)
            tasks = retry.call(ask, self.policy, is_create=False)
            # An upstream that takes no page numbers gives the first page for ever; a page that is
            # short is not the last one, either, where pages are smaller than was asked for.
            fresh = [task for task in tasks if task.task_id and task.task_id not in seen]
            if not fresh:
                with self.database.begin() as connection:
                    note_absent(connection, self.account, self.kind, seen, since=started)
                return True
            seen |= {task.task_id for task in fresh}
            if self._write(fresh) and not whole:
                return False
        return False

    def _write(self, tasks: list[Task]) -> bool:
        """Write a page down. True if all of it was known to everybody before, just as it is."""
        with self.database.begin() as connection:
            known = sa.select(parents.c.workspace, parents.c.task_id, parents.c.status).where(
                parents.c.workspace.in_(self.workspaces),
                parents.c.account == self.account,
                parents.c.task_id.in_([task.task_id for task in tasks]),
                parents.c.gone_at.is_(None),
            )
            before = {(row.workspace, row.task_id, row.status) for row in connection.execute(known)}
            everywhere = [(workspace, task) for workspace in self.workspaces for task in tasks]
            for workspace, task in everywhere:
                keep_task(
                    connection, task, account=self.account, workspace=workspace, owner=LOCAL, source="listed"
                )
        return all(
            task.status.is_final and (workspace, task.task_id, task.status) in before
            for workspace, task in everywhere
        )


def _remember(database: sa.Engine, now: AccountLists) -> None:
    values = {
        "state": now.state,
        "problem": now.problem,
        "problem_facts": now.problem_facts,
        "looked_at": now.looked_at,
        "swept_at": now.swept_at,
    }
    mine = account_lists.c.account == now.account
    with database.begin() as connection:
        if connection.execute(sa.update(account_lists).where(mine).values(**values)).rowcount:
            return
        try:
            with connection.begin_nested():
                connection.execute(sa.insert(account_lists).values(account=now.account, **values))
        except sa.exc.IntegrityError:
            return  # another process looked at the same moment; its answer is as good as ours
