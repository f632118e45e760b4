"""The sandbox's memory: tasks, and every POST that arrived, in one SQLite file.

Keys are never stored, only a digest that tells accounts apart. The file is written with
a write-ahead log, so a killed process loses nothing that was answered.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

LOCK_WAIT_SECONDS: Final = 4.0  # a former sandbox may still be ending
UNFINISHED: Final = ("submitted", "processing")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    task_id TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '', spec TEXT NOT NULL, video_id TEXT NOT NULL, duration TEXT NOT NULL,
    file TEXT NOT NULL, parent_task_id TEXT, external_task_id TEXT, callback_url TEXT,
    price_usd REAL NOT NULL, ready_at INTEGER NOT NULL, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, shipped TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS one_external_id ON tasks (account, external_task_id)
    WHERE external_task_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS newest ON tasks (account, kind, created_at);
CREATE TABLE IF NOT EXISTS posts (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, account TEXT NOT NULL, route TEXT NOT NULL,
    digest TEXT NOT NULL, callback_url TEXT, text TEXT, parent_task_id TEXT,
    accepted INTEGER NOT NULL DEFAULT 0, task_id TEXT, answer TEXT);
"""


class InUse(OSError):
    """Another sandbox works with this data folder."""


class ExternalIdTaken(ValueError):
    """The account has a task with this `external_task_id` already."""


@dataclass(frozen=True, slots=True)
class Task:
    """One row of `tasks`. Times are milliseconds since 1970, as the API writes them."""

    task_id: str
    account: str
    kind: str
    status: str
    reason: str
    spec: dict[str, Any]
    """What to draw and say; see `render.py`."""
    video_id: str
    duration: str
    """Seconds, as text: "5.041"."""
    file: str
    """Name of the result below the data folder."""
    parent_task_id: str | None
    external_task_id: str | None
    callback_url: str | None
    price_usd: float
    ready_at: int
    created_at: int
    updated_at: int
    shipped: str | None = None
    """The name of a parent that comes with the sandbox."""

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to this task."""
        return self.status not in UNFINISHED


def now_ms() -> int:
    """The time now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def account_of(key: str) -> str:
    """The account's name in the database: a digest, so that no key is stored."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


class Store:
    """The database. To be used from one thread."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises `InUse`."""
        self._lock = _hold(path.with_suffix(".lock"))
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA busy_timeout=5000")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()
        self._lock.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def add(self, task: Task, *, post_id: int | None = None) -> None:
        """Accept a task and mark the POST that brought it. Raises `ExternalIdTaken`."""
        values = (
            task.task_id, task.account, task.kind, task.status, task.reason, json.dumps(task.spec),
            task.video_id, task.duration, task.file, task.parent_task_id, task.external_task_id,
            task.callback_url, task.price_usd, task.ready_at, task.created_at, task.updated_at, task.shipped,
        )  # fmt: skip
        try:
            with self._transaction():
                self._db.execute(f"INSERT INTO tasks VALUES ({','.join('?' * len(values))})", values)  # noqa: S608
                if post_id is not None:
                    self._db.execute(
                        "UPDATE posts SET accepted = 1, task_id = ? WHERE id = ?", (task.task_id, post_id)
                    )
        except sqlite3.IntegrityError as error:
            if "external_task_id" in str(error):
                raise ExternalIdTaken(task.external_task_id or "") from error
            raise

    def move(self, task: Task, status: str, reason: str = "") -> Task:
        """Write a new status and give back the task as it is now."""
        moved = replace(task, status=status, reason=reason, updated_at=now_ms())
        self._db.execute(
            "UPDATE tasks SET status = ?, reason = ?, updated_at = ? WHERE task_id = ?",
            (moved.status, moved.reason, moved.updated_at, moved.task_id),
        )
        return moved

    def find(self, account: str, kind: str, name: str) -> Task | None:
        """A task by its id, or by the caller's own `external_task_id`."""
        rows = self._db.execute(
            "SELECT * FROM tasks WHERE account = ? AND kind = ? AND (task_id = ? OR external_task_id = ?)",
            (account, kind, name, name),
        )
        return next((_task(row) for row in rows), None)

    def find_any(self, account: str, task_id: str) -> Task | None:
        """A task of any kind by its id."""
        rows = self._db.execute("SELECT * FROM tasks WHERE account = ? AND task_id = ?", (account, task_id))
        return next((_task(row) for row in rows), None)

    def page(self, account: str, kind: str, *, number: int, size: int) -> list[Task]:
        """One page of an account's tasks, newest first; pages count from 1."""
        rows = self._db.execute(
            "SELECT * FROM tasks WHERE account = ? AND kind = ? ORDER BY created_at DESC, rowid DESC"
            " LIMIT ? OFFSET ?",
            (account, kind, size, (number - 1) * size),
        )
        return [_task(row) for row in rows]

    def unfinished(self, account: str | None = None) -> list[Task]:
        """Tasks still to be worked on (the shipped ones never change)."""
        rows = self._db.execute(
            "SELECT * FROM tasks WHERE status IN ('submitted', 'processing') AND shipped IS NULL"
            " AND (? IS NULL OR account = ?) ORDER BY created_at",
            (account, account),
        )
        return [_task(row) for row in rows]

    def shipped(self, account: str) -> list[Task]:
        """The account's shipped parents, newest first."""
        rows = self._db.execute(
            "SELECT * FROM tasks WHERE account = ? AND shipped IS NOT NULL ORDER BY created_at DESC",
            (account,),
        )
        return [_task(row) for row in rows]

    def file_owner(self, file: str) -> Task | None:
        """Any task whose result is `file` (shipped clips are shared by the accounts)."""
        rows = self._db.execute("SELECT * FROM tasks WHERE file = ? ORDER BY created_at DESC", (file,))
        return next((_task(row) for row in rows), None)

    def older_than(self, created_before_ms: int) -> list[Task]:
        """Tasks of people (not shipped ones) whose results are due for deletion."""
        rows = self._db.execute(
            "SELECT * FROM tasks WHERE created_at < ? AND shipped IS NULL", (created_before_ms,)
        )
        return [_task(row) for row in rows]

    def spent_usd(self, account: str) -> tuple[float, int]:
        """What the account's tasks have cost, failed ones given back, and how many there are."""
        row = self._db.execute(
            "SELECT coalesce(sum(CASE WHEN status = 'failed' THEN 0 ELSE price_usd END), 0), count(*)"
            " FROM tasks WHERE account = ? AND shipped IS NULL",
            (account,),
        ).fetchone()
        return float(row[0]), int(row[1])

    def record_post(self, account: str, route: str, body: bytes) -> int:
        """Write down that a POST arrived, before anything is done with it. Gives its number."""
        given = _summary(body)
        cursor = self._db.execute(
            "INSERT INTO posts (at, account, route, digest, callback_url, text, parent_task_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (now_ms(), account, route, hashlib.sha256(body).hexdigest(), *given),
        )
        return int(cursor.lastrowid or 0)

    def record_answer(self, post_id: int, answer: str) -> None:
        """Write down how a POST was answered: an HTTP status, or what broke."""
        self._db.execute("UPDATE posts SET answer = ? WHERE id = ?", (answer, post_id))

    def posts(self, after_id: int = 0) -> list[dict[str, Any]]:
        """Every POST since number `after_id`, oldest first."""
        rows = self._db.execute("SELECT * FROM posts WHERE id > ? ORDER BY id", (after_id,))
        return [{**dict(row), "accepted": bool(row["accepted"])} for row in rows]


def _task(row: sqlite3.Row) -> Task:
    values = dict(row)
    return Task(**{**values, "spec": json.loads(values["spec"])})


def _summary(body: bytes) -> tuple[str | None, str | None, str | None]:
    """Callback address, text and parent of a create body, as far as they can be read."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None, None, None
    if not isinstance(given, dict):
        return None, None, None
    inner: dict[str, Any] = given["input"] if isinstance(given.get("input"), dict) else given
    found = (given.get("callback_url"), inner.get("text", inner.get("prompt")), inner.get("task_id"))
    callback_url, text, parent = (_storable(value) for value in found)
    return callback_url, text, parent


def _storable(value: object) -> str | None:
    """A string, with half characters (lone surrogates) made visible; None for anything else."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else None


def _hold(path: Path) -> sqlite3.Connection:
    """A lock that ends with the process, however that ends, on every system."""
    lock = sqlite3.connect(path, isolation_level=None, timeout=LOCK_WAIT_SECONDS, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise InUse(f"{path.parent} is in use by another sandbox") from error
    return lock
