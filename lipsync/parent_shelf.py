"""Every parent that was ever looked up, and copies of their videos while they live.

Addresses of videos are signed and short-lived, so they are never stored: a copy is fetched
with a fresh one when somebody wants to see it, and stays when the service forgets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from lipsync.archive import MAX_VIDEO_BYTES, Archive
from lipsync.clients import Clients
from lipsync.database.tables import parents
from lipsync.jobs.store import utcnow
from lipsync.parents import PARENT_KINDS, Parent, parents_of
from lipsync.upstream.errors import NotFound, RouteMissing, UpstreamError
from lipsync.upstream.replies import Task, TaskKind, TaskStatus

LIST_PAGE_SIZE = 30
MAX_TASK_ID = 200
"""What the table takes; the service's own have about 22 characters."""


class ParentNotFound(LookupError):
    """No account has that task, or there is no such parent here."""


@dataclass(frozen=True, slots=True)
class KnownParent:
    """A parent as it is kept here; `id` names it in addresses of ours."""

    id: str
    parent: Parent
    seen_at: datetime
    workspace: str


@dataclass(frozen=True, slots=True)
class Recent:
    """What the accounts' lists brought. `without_list` names accounts that have none;
    `errors` those that could not be asked."""

    parents: tuple[KnownParent, ...]
    without_list: tuple[str, ...]
    errors: dict[str, UpstreamError]


class ParentShelf:
    """The parents of one installation."""

    def __init__(self, database: sa.Engine, clients: Clients, archive: Archive) -> None:
        self._database = database
        self._clients = clients
        self._archive = archive
        self._locks: dict[str, Lock] = {}
        self._guard = Lock()

    def recent(self, *, workspace: str, owner: str) -> Recent:
        """The newest parents of all accounts, asked now; what was known before comes along."""
        without, errors = [], {}
        for name in self._clients.accounts:
            try:
                listed = self._listed(name)
            except UpstreamError as error:
                errors[name] = error
                continue
            if listed is None:
                without.append(name)
                continue
            for task in listed:
                self._keep(task, name, workspace, owner)
        return Recent(self.known(workspace=workspace), tuple(without), errors)

    def known(self, *, workspace: str, limit: int = 200) -> tuple[KnownParent, ...]:
        """Parents of a workspace, the newest first. Asks nobody."""
        query = (
            sa.select(parents)
            .where(parents.c.workspace == workspace)
            .order_by(parents.c.made_at.desc().nulls_last(), parents.c.id)
            .limit(limit)
        )
        with self._database.connect() as connection:
            return tuple(_known(row) for row in connection.execute(query))

    def get(self, parent_id: str, *, workspace: str | None = None) -> KnownParent:
        """One parent by our id. Raises `ParentNotFound`."""
        query = sa.select(parents).where(parents.c.id == parent_id)
        if workspace is not None:
            query = query.where(parents.c.workspace == workspace)
        with self._database.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise ParentNotFound(parent_id)
        return _known(row)

    def look_up(self, task_id: str, *, workspace: str, owner: str) -> tuple[KnownParent, ...]:
        """Find a task by its id on every account, in text2video and image2video.

        Raises `ParentNotFound` when every account says no, and the first `UpstreamError` when
        one could not be asked and none has it.
        """
        task_id = task_id.strip()
        if "/" in task_id or len(task_id) > MAX_TASK_ID:
            # No route leads to such an id, which would look as if the service had no routes.
            raise ParentNotFound(task_id[:MAX_TASK_ID])
        trouble: UpstreamError | None = None
        for name in self._clients.accounts:
            try:
                task = self._find(name, task_id)
            except UpstreamError as error:
                trouble = trouble or error
                continue
            if task is not None:
                return self._keep(task, name, workspace, owner)
        if trouble is not None:
            raise trouble
        raise ParentNotFound(task_id)

    def refresh(self, known: KnownParent, *, owner: str) -> KnownParent:
        """Ask for one parent again. Raises `UpstreamError`, `UnknownAccount`."""
        one = known.parent
        task = self._clients.client(one.account).query(one.kind, one.task_id)
        fresh = self._keep(task, one.account, known.workspace, owner)
        return next((k for k in fresh if k.parent.video_id == one.video_id), fresh[0])

    def video(self, parent_id: str) -> Path:
        """A local copy of a parent's video, fetched now if need be.

        Raises `ParentNotFound` (also when it has no video any more), `UpstreamError`,
        `UnknownAccount`, `NotPlayable` and `OSError`.
        """
        path = self._archive.parent_path(parent_id)
        if path.exists():
            return path
        known = self.get(parent_id)  # before the lock: locks are kept, and only for what there is
        with self._lock_of(parent_id):
            if not path.exists():
                self._fetch(known.parent, parent_id)
        return path

    def _fetch(self, one: Parent, parent_id: str) -> None:
        client = self._clients.client(one.account)
        task = client.query(one.kind, one.task_id)
        url = next((v.url for v in task.videos if v.id == one.video_id and v.url), None)
        if url is None:
            raise ParentNotFound(parent_id)
        self._archive.keep_parent(parent_id, lambda to: client.download(url, to, max_bytes=MAX_VIDEO_BYTES))

    def _find(self, account: str, task_id: str) -> Task | None:
        """A parent's task on one account, or None when the account says that it has none.

        Raises `UpstreamError` when it could not be asked, also when no route is there to ask.
        """
        client = self._clients.client(account)
        errors: list[UpstreamError] = []
        for kind in PARENT_KINDS:
            try:
                return client.query(kind, task_id)
            except UpstreamError as error:
                errors.append(error)
        for trouble in errors:
            if not isinstance(trouble, NotFound | RouteMissing):
                raise trouble
        if all(isinstance(one, RouteMissing) for one in errors):
            raise errors[0]
        return None

    def _listed(self, account: str) -> list[Task] | None:
        """The account's newest tasks, or None where the service has no lists."""
        client = self._clients.client(account)
        found: list[Task] = []
        missing = 0
        for kind in PARENT_KINDS:
            try:
                found += client.list_tasks(kind, page=1, page_size=LIST_PAGE_SIZE)
            except (NotFound, RouteMissing):
                missing += 1
        return None if missing == len(PARENT_KINDS) else found

    def _keep(self, task: Task, account: str, workspace: str, owner: str) -> tuple[KnownParent, ...]:
        return tuple(self._keep_one(parent, workspace, owner) for parent in parents_of(task, account))

    def _keep_one(self, one: Parent, workspace: str, owner: str) -> KnownParent:
        given: dict[str, Any] = {
            "kind": one.kind,
            "status": one.status,
            "reason": one.reason,
            "seconds": one.seconds,
            "made_at": one.created_at,
            "prompt": one.prompt or None,
            "seen_at": utcnow(),
        }
        # What an answer leaves out is known from an earlier one: a video without an age would seem usable.
        values = {name: value for name, value in given.items() if value is not None}
        with self._database.begin() as connection:
            found = self._row(connection, one, workspace)
            if found is None:
                new = values | {
                    "id": uuid4().hex,
                    "workspace": workspace,
                    "owner": owner,
                    "account": one.account,
                    "task_id": one.task_id,
                    "video_id": one.video_id,
                    "prompt": one.prompt,
                }
                try:
                    with connection.begin_nested():
                        connection.execute(sa.insert(parents).values(**new))
                except sa.exc.IntegrityError:
                    # Somebody else looked the same parent up in this moment; anything else is a mistake.
                    if self._row(connection, one, workspace) is None:
                        raise
                found = self._row(connection, one, workspace)
                assert found is not None
            elif one.video_id or not found.video_id:
                connection.execute(
                    sa.update(parents).where(parents.c.id == found.id).values(video_id=one.video_id, **values)
                )
            return _known(connection.execute(sa.select(parents).where(parents.c.id == found.id)).one())

    def _row(self, connection: sa.Connection, one: Parent, workspace: str) -> sa.Row[Any] | None:
        """The row of a parent. A task seen before its video existed becomes its first video; once its
        videos are known, an answer without them is about the first of these."""
        query = (
            sa.select(parents)
            .where(
                parents.c.workspace == workspace,
                parents.c.account == one.account,
                parents.c.task_id == one.task_id,
            )
            .order_by(parents.c.video_id.desc())
        )
        rows = connection.execute(query).all()
        same = next((row for row in rows if row.video_id == one.video_id), None)
        placeholder = next((row for row in rows if not row.video_id), None)
        if one.video_id:
            return same or placeholder
        return next(iter(rows), None)

    def _lock_of(self, parent_id: str) -> Lock:
        with self._guard:
            return self._locks.setdefault(parent_id, Lock())


def _known(row: sa.Row[Any]) -> KnownParent:
    return KnownParent(
        id=row.id,
        workspace=row.workspace,
        seen_at=row.seen_at,
        parent=Parent(
            account=row.account,
            kind=TaskKind(row.kind),
            task_id=row.task_id,
            video_id=row.video_id,
            status=TaskStatus(row.status),
            reason=row.reason,
            seconds=row.seconds,
            created_at=row.made_at,
            prompt=row.prompt,
        ),
    )
