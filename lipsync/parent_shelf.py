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
            .order_by(parents.c.made_at.desc(), parents.c.id)
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
        trouble: UpstreamError | None = None
        for name in self._clients.accounts:
            try:
                task = self._clients.client(name).find_parent(task_id)
            except (NotFound, RouteMissing):
                continue
            except UpstreamError as error:
                trouble = trouble or error
                continue
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
        with self._lock_of(parent_id):
            if not path.exists():
                self._fetch(self.get(parent_id).parent, parent_id)
        return path

    def _fetch(self, one: Parent, parent_id: str) -> None:
        client = self._clients.client(one.account)
        task = client.query(one.kind, one.task_id)
        url = next((v.url for v in task.videos if v.id == one.video_id and v.url), None)
        if url is None:
            raise ParentNotFound(parent_id)
        self._archive.keep_parent(parent_id, lambda to: client.download(url, to, max_bytes=MAX_VIDEO_BYTES))

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
        same = (
            (parents.c.workspace == workspace)
            & (parents.c.account == one.account)
            & (parents.c.task_id == one.task_id)
            & (parents.c.video_id == one.video_id)
        )
        values: dict[str, Any] = {
            "kind": one.kind,
            "status": one.status,
            "reason": one.reason,
            "seconds": one.seconds,
            "made_at": one.created_at,
            "seen_at": utcnow(),
        }
        if one.prompt:
            values["prompt"] = one.prompt
        with self._database.begin() as connection:
            if one.video_id:
                # What was seen before its video existed is this one now.
                connection.execute(
                    sa.delete(parents).where(
                        parents.c.workspace == workspace,
                        parents.c.account == one.account,
                        parents.c.task_id == one.task_id,
                        parents.c.video_id == "",
                    )
                )
            if connection.execute(sa.update(parents).where(same).values(**values)).rowcount == 0:
                new = {
                    "id": uuid4().hex,
                    "workspace": workspace,
                    "owner": owner,
                    "account": one.account,
                    "task_id": one.task_id,
                    "video_id": one.video_id,
                    "prompt": "",
                } | values
                try:
                    with connection.begin_nested():
                        connection.execute(sa.insert(parents).values(**new))
                except sa.exc.IntegrityError:
                    pass  # somebody else looked the same parent up in this moment
            return _known(connection.execute(sa.select(parents).where(same)).one())

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
