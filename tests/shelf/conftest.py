"""A shelf with all that keeps it, on a small service that a test can change, and a clock that it can move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from lipsync.archive import Archive
from lipsync.clients import Clients
from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.database.tables import parents
from lipsync.jobs.store import utcnow
from lipsync.parent_shelf import KnownParent, ParentQuery, ParentShelf
from lipsync.shelf.again import Rechecks
from lipsync.shelf.copies import ParentCopies
from lipsync.shelf.keeper import ParentKeeper
from tests.support.bench import account
from tests.support.replies_server import RepliesServer, Seen

ME = {"workspace": "local", "owner": "ada"}
MISSING = (404, {}, {"code": 1203, "message": "task not found"})
NO_ROUTE = (404, {}, "<html>Not Found</html>")
BAD_KEY = (401, {}, {"code": 1002, "message": "bad key sk-sandbox"})


@dataclass
class Service:
    """An account with text2video tasks, newest first; each has one video, which is `clip`."""

    clip: bytes
    tasks: list[dict[str, Any]] = field(default_factory=list)
    has_lists: bool = True
    page_size: int = 500
    asked: list[str] = field(default_factory=list)
    broken: Any = None
    """What it answers instead of everything but its files."""
    lost: set[str] = field(default_factory=set)
    """Tasks that its query does not know, whatever its lists say."""
    hidden: set[str] = field(default_factory=set)
    """Tasks that its lists leave out, though its query knows them."""
    dead_links: set[str] = field(default_factory=set)
    url: str = ""

    def add(self, task_id: str, *, days: float = 1.0, status: str = "succeed") -> None:
        made = utcnow() - timedelta(days=days)
        self.tasks.append(
            {"task_id": task_id, "task_status": status, "created_at": round(made.timestamp() * 1000)}
        )
        self.tasks.sort(key=lambda one: -one["created_at"])

    def __call__(self, seen: Seen) -> Any:
        path, _, query = seen.path.partition("?")
        self.asked.append(seen.path)
        if path.startswith("/files/"):
            if path.removeprefix("/files/") in self.dead_links:
                return 404, {}, "gone"
            return 200, {"Content-Type": "video/mp4"}, self.clip
        if self.broken is not None:
            return self.broken
        kind, _, task_id = path.removeprefix("/kling/v1/videos/").partition("/")
        mine = self.tasks if kind == "text2video" else []
        if not task_id:
            if not self.has_lists:
                return NO_ROUTE
            asked = dict(part.split("=") for part in query.split("&"))
            size = min(int(asked["pageSize"]), self.page_size)
            start = (int(asked["pageNum"]) - 1) * size
            listed = [one for one in mine if one["task_id"] not in self.hidden][start : start + size]
            return 200, {}, {"code": 0, "data": [self.full(one) for one in listed]}
        there = (one for one in mine if one["task_id"] == task_id and task_id not in self.lost)
        found = next(there, None)
        return MISSING if found is None else (200, {}, {"code": 0, "data": self.full(found)})

    def full(self, one: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.url}/files/{one['task_id']}.mp4?sig=SIGNED"
        videos = [{"id": "v-" + one["task_id"], "url": url, "duration": "5.1"}]
        return one | ({"task_result": {"videos": videos}} if one["task_status"] == "succeed" else {})

    def finish(self, task_id: str) -> None:
        for one in self.tasks:
            if one["task_id"] == task_id:
                one["task_status"] = "succeed"

    def queries(self, task_id: str) -> int:
        return sum(path.endswith(f"/text2video/{task_id}") for path in self.asked)

    def downloads(self) -> int:
        return sum(path.startswith("/files/") for path in self.asked)


@dataclass
class Desk:
    """A shelf, its copies, its questions and its keeper."""

    folder: Path
    database: sa.Engine
    clients: Clients
    room_bytes: int = 1_000_000_000
    passed: timedelta = timedelta(0)
    """How far its clock is ahead of ours."""

    def __post_init__(self) -> None:
        self.archive = Archive(self.folder)
        self.shelf = ParentShelf(self.database, self.clients, self.archive, now=self.now)
        self.copies = ParentCopies(
            self.database, self.shelf, self.archive, room_bytes=self.room_bytes, now=self.now
        )
        self.rechecks = Rechecks(self.database, self.clients, now=self.now)

    def now(self) -> datetime:
        return utcnow() + self.passed

    def wait(self, **time: float) -> None:
        self.passed += timedelta(**time)

    def keeper(self, sync_minutes: float = 0) -> ParentKeeper:
        return ParentKeeper(self.shelf, self.copies, self.rechecks, self.clients, sync_minutes=sync_minutes)

    def ids(self) -> list[str]:
        return [one.parent.task_id for one in self.shelf.items("local", ParentQuery(limit=1000))]

    def one(self, task_id: str) -> KnownParent:
        (found,) = self.shelf.find(workspace="local", account="main", task_id=task_id)
        return found

    def work(self) -> int:
        """Copy and picture whatever is due, for as long as that is something."""
        return sum(1 for _ in iter(self.copies.work_one, False))

    def ask(self) -> int:
        """Ask about whatever is due."""
        return sum(1 for _ in iter(self.rechecks.work_one, False))

    def copied(self) -> set[str]:
        found = self.shelf.items("local", ParentQuery(limit=1000))
        files = {path.stem for path in self.folder.glob("parents/*.mp4")}
        assert files == {one.id for one in found if one.copy_bytes}
        return {one.parent.task_id for one in found if one.copy_bytes}

    def write(self, which: sa.ColumnElement[bool], **values: Any) -> None:
        with self.database.begin() as connection:
            connection.execute(sa.update(parents).where(which).values(**values))


@pytest.fixture
def service(clip: Path) -> Iterator[Service]:
    one = Service(clip.read_bytes())
    with RepliesServer(one) as server:
        one.url = server.url
        yield one


@pytest.fixture
def make(tmp_path: Path, service: Service) -> Iterator[Callable[..., Desk]]:
    with ExitStack() as stack:

        def build(*, accounts: dict[str, str] | None = None, **more: Any) -> Desk:
            database = connect(f"sqlite:///{tmp_path / 'studio.db'}")
            stack.callback(database.dispose)
            migrate(database)
            urls = {"main": service.url} if accounts is None else accounts
            clients = Clients({name: account(url, name) for name, url in urls.items()})
            stack.callback(clients.close)
            return Desk(tmp_path, database, clients, **more)

        yield build
