"""Every parent that was ever looked up, listed or made here, and copies of their videos.

Addresses of videos are signed and short-lived, so they are never stored: a copy is fetched
with a fresh one, and stays when the service forgets it. Pages read the database (`items`,
`count`, `get`, `lists`); what asks the service is `sync`, `look_up`, `refresh` and `video`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock

import sqlalchemy as sa

from lipsync.archive import MAX_VIDEO_BYTES, Archive
from lipsync.clients import Clients
from lipsync.database.tables import jobs, parents
from lipsync.jobs.model import Job
from lipsync.jobs.store import utcnow
from lipsync.media import VideoFacts, probe_video
from lipsync.parents import PARENT_KINDS, Parent, ParentKey
from lipsync.shelf.again import note_missing
from lipsync.shelf.lists import AccountLists, read_lists, sync_account, workspaces_here
from lipsync.shelf.pages import ParentQuery, count_parents, read_accounts, read_items
from lipsync.shelf.pastes import MAX_TASK_ID, OUR_ID
from lipsync.shelf.rows import KnownParent, Source, keep_task, known, select_parents
from lipsync.upstream import retry
from lipsync.upstream.errors import NotFound, RouteMissing, UpstreamError
from lipsync.upstream.replies import Task

__all__ = [
    "AccountLists", "KnownParent", "LookedUp", "ParentNotFound", "ParentQuery", "ParentShelf",
]  # fmt: skip


class ParentNotFound(LookupError):
    """No account has that task, or there is no such parent here."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What came of one task id: its videos; or, of each account, that it has none (`without`) or could
    not be asked (`errors`)."""

    task_id: str
    parents: tuple[KnownParent, ...] = ()
    without: tuple[str, ...] = ()
    errors: dict[str, UpstreamError] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether nobody has it: every account was asked, and said so."""
        return not self.parents and not self.errors and bool(self.without)


class ParentShelf:
    """The parents of one installation."""

    def __init__(
        self,
        database: sa.Engine,
        clients: Clients,
        archive: Archive,
        *,
        now: Callable[[], datetime] = utcnow,
    ) -> None:
        self._database = database
        self._clients = clients
        self._archive = archive
        self._now = now
        self._locks: dict[str, Lock] = {}
        self._guard = Lock()

    @property
    def accounts(self) -> Collection[str]:
        """The names of the accounts in the settings."""
        return self._clients.accounts.keys()

    # -- reading; asks nobody -------------------------------------------------------------

    def items(
        self, workspace: str, query: ParentQuery | None = None, now: datetime | None = None
    ) -> tuple[KnownParent, ...]:
        """One page of a workspace's parents, searched, filtered and sorted in the database."""
        with self._database.connect() as connection:
            return read_items(
                connection, workspace, query or ParentQuery(), list(self._clients.accounts), now or utcnow()
            )

    def count(self, workspace: str, query: ParentQuery | None = None, now: datetime | None = None) -> int:
        """How many parents there are on all pages of `items` together."""
        with self._database.connect() as connection:
            return count_parents(
                connection, workspace, query or ParentQuery(), list(self._clients.accounts), now or utcnow()
            )

    def get(self, parent_id: str, *, workspace: str | None = None) -> KnownParent:
        """One parent by our id. Raises `ParentNotFound`."""
        query = select_parents().where(parents.c.id == parent_id)
        if workspace is not None:
            query = query.where(parents.c.workspace == workspace)
        with self._database.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise ParentNotFound(parent_id)
        return known(row)

    def some(self, workspace: str, parent_ids: Sequence[str]) -> tuple[KnownParent, ...]:
        """Parents by our ids, in that order; those that are not there are left out."""
        query = select_parents().where(parents.c.workspace == workspace, parents.c.id.in_(parent_ids))
        with self._database.connect() as connection:
            found = {row.id: known(row) for row in connection.execute(query)}
        return tuple(found[one] for one in parent_ids if one in found)

    def find(self, *, workspace: str, account: str, task_id: str) -> tuple[KnownParent, ...]:
        """The known videos of one task, in the order of their ids. Empty when it was never seen."""
        query = select_parents().where(
            parents.c.workspace == workspace, parents.c.account == account, parents.c.task_id == task_id
        )
        with self._database.connect() as connection:
            return tuple(known(row) for row in connection.execute(query.order_by(parents.c.video_id)))

    def ids(self, workspace: str, keys: Collection[ParentKey]) -> dict[ParentKey, str]:
        """Our ids of the parents that jobs speak with, by `Parent.key`; those never seen are missing."""
        columns = (parents.c.account, parents.c.task_id, parents.c.video_id)
        wanted = sa.select(parents.c.id, *columns).where(
            parents.c.workspace == workspace, sa.tuple_(*columns).in_(list(set(keys)))
        )
        with self._database.connect() as connection:
            return {(row.account, row.task_id, row.video_id): row.id for row in connection.execute(wanted)}

    def accounts_of(self, workspace: str) -> tuple[str, ...]:
        """The names of the accounts that made a workspace's parents, removed ones too, in order."""
        with self._database.connect() as connection:
            return read_accounts(connection, workspace)

    def made_by(self, job: Job) -> tuple[KnownParent, ...]:
        """The videos that a video job made, that of its result first. Empty while it is not ready."""
        if job.task_id is None:
            return ()
        found = self.find(workspace=job.workspace, account=job.account, task_id=job.task_id)
        return tuple(sorted(found, key=lambda one: one.job_id != job.id))

    def lists(self) -> dict[str, AccountLists]:
        """What is known about each account's lists, by account; those never looked at are missing."""
        return read_lists(self._database)

    # -- asking the service -----------------------------------------------------------------

    def sync(self, account: str, *, workspaces: Collection[str] = ()) -> AccountLists:
        """Read an account's lists into the shelf, as far as they are new; takes seconds, so not for pages.

        Every workspace here gets what is listed, those in `workspaces` too. What came of it is remembered
        for `lists`, errors of the service included. Raises `UnknownAccount`.
        """
        client = self._clients.client(account)
        everybody = workspaces_here(self._database) | set(workspaces)
        return sync_account(self._database, client, account, workspaces=everybody)

    def look_up(self, task_id: str, *, workspace: str, owner: str) -> LookedUp:
        """Ask every account for a task, in text2video and image2video, each with one more try.

        Our own ids of parents and jobs, as in addresses of this studio, lead to their task; what is known
        of it is not asked for. What the service answers is never raised, only told. `LookUps` does this
        beside the pages.
        """
        task_id = task_id.strip()
        if "/" in task_id or len(task_id) > MAX_TASK_ID:
            # No route leads to such an id, which would look as if the service had no routes.
            return LookedUp(task_id, without=tuple(self._clients.accounts))
        if (ours := self._ours(task_id, workspace)) is not None:
            account, named = ours
            if known_here := self.find(workspace=workspace, account=account, task_id=named):
                return LookedUp(task_id, tuple(sorted(known_here, key=lambda one: one.id != task_id)))
            task_id = named
        without: list[str] = []
        errors: dict[str, UpstreamError] = {}
        for name in self._clients.accounts:
            try:
                task = self._find(name, task_id)
            except UpstreamError as error:
                errors[name] = error
                continue
            if task is not None:
                return LookedUp(task_id, self._keep(task, name, workspace, owner, "looked_up"))
            without.append(name)
        return LookedUp(task_id, without=tuple(without), errors=errors)

    def _ours(self, name: str, workspace: str) -> tuple[str, str] | None:
        """Account and task id of a parent or a job that has this id of ours."""
        if not OUR_ID.fullmatch(name):
            return None
        of_parents = sa.select(parents.c.account, parents.c.task_id).where(
            parents.c.id == name, parents.c.workspace == workspace
        )
        task = sa.func.coalesce(jobs.c.parent_task_id, jobs.c.task_id)
        of_jobs = sa.select(jobs.c.account, task).where(
            jobs.c.id == name, jobs.c.workspace == workspace, task.is_not(None)
        )
        with self._database.connect() as connection:
            row = connection.execute(of_parents.union_all(of_jobs)).first()
        return None if row is None else (row[0], row[1])

    def refresh(self, one: KnownParent, *, owner: str) -> KnownParent:
        """Ask for one parent again; that the service does not have it is written down.

        Raises `UpstreamError`, `UnknownAccount`.
        """
        parent = one.parent
        try:
            task = self._clients.client(parent.account).query(parent.kind, parent.task_id)
        except NotFound:
            self._note_missing(parent)
            raise
        fresh = self._keep(task, parent.account, one.workspace, owner, one.source)
        return next((k for k in fresh if k.parent.video_id == parent.video_id), fresh[0])

    def _note_missing(self, one: Parent) -> None:
        with self._database.begin() as connection:
            note_missing(connection, account=one.account, task_id=one.task_id, now=self._now())

    # -- the video itself ---------------------------------------------------------------------

    def video(self, parent_id: str) -> Path:
        """A local copy of a parent's video, fetched now if need be.

        Raises `ParentNotFound` (also when it has no video any more), `UpstreamError`,
        `UnknownAccount`, `NotPlayable` and `OSError`.
        """
        path = self._archive.parent_path(parent_id)
        if path.exists():
            return path
        one = self.get(parent_id)  # before the lock: locks are kept, and only for what there is
        with self._lock_of(parent_id):
            if not path.exists():
                if one.job_id is None or not self._archive.share_result(one.job_id, parent_id):
                    facts = self._fetch(one.parent, parent_id)
                else:
                    facts = probe_video(path)
                self._note_copy(parent_id, facts)
        return path

    def _fetch(self, one: Parent, parent_id: str) -> VideoFacts:
        client = self._clients.client(one.account)
        try:
            task = client.query(one.kind, one.task_id)
        except NotFound:
            self._note_missing(one)
            raise
        url = next((v.url for v in task.videos if v.id == one.video_id and v.url), None)
        if url is None:
            raise ParentNotFound(parent_id)
        return self._archive.keep_parent(
            parent_id, lambda to: client.download(url, to, max_bytes=MAX_VIDEO_BYTES)
        )

    def _note_copy(self, parent_id: str, facts: VideoFacts) -> None:
        seen = {"width": facts.width, "height": facts.height, "copy_bytes": facts.bytes}
        with self._database.begin() as connection:
            connection.execute(
                sa.update(parents).where(parents.c.id == parent_id).values(copied_at=utcnow(), **seen)
            )

    def _find(self, account: str, task_id: str) -> Task | None:
        """A parent's task on one account, or None when the account says that it has none.

        Raises `UpstreamError` when it could not be asked, also when no route is there to ask.
        """
        client = self._clients.client(account)
        errors: list[UpstreamError] = []
        for kind in PARENT_KINDS:
            try:
                return retry.call(partial(client.query, kind, task_id), retry.PAGE, is_create=False)
            except UpstreamError as error:
                errors.append(error)
        for trouble in errors:
            if not isinstance(trouble, NotFound | RouteMissing):
                raise trouble
        if all(isinstance(one, RouteMissing) for one in errors):
            raise errors[0]
        return None

    def _keep(
        self, task: Task, account: str, workspace: str, owner: str, source: Source
    ) -> tuple[KnownParent, ...]:
        with self._database.begin() as connection:
            return keep_task(
                connection, task, account=account, workspace=workspace, owner=owner, source=source
            )

    def _lock_of(self, parent_id: str) -> Lock:
        with self._guard:
            return self._locks.setdefault(parent_id, Lock())
