"""Who may run the engine: one process per SQLite file, one slot per process on PostgreSQL.

The place is taken *before* the engine is launched. Two engines under one name would strand
each other's jobs, and two on one SQLite file would exceed the account's limit. A place
ends with its process, however that ends, so there are no heartbeats and no clocks.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Protocol

import sqlalchemy as sa

from lipsync.database.connect import sqlite_file

if os.name == "nt":  # pragma: no cover
    import msvcrt
else:
    import fcntl

SLOTS = 64
"""At most so many processes run an engine on one PostgreSQL database."""
LOCK_CLASS = 5_520_114
"""The studio's class of advisory locks."""


class Place(Protocol):
    """Permission to run an engine."""

    def take(self) -> str | None:
        """The executor's name if the place could be taken now, otherwise None."""

    def leave(self) -> None:
        """Give the place back."""

    def holder(self) -> str:
        """Who holds it, as far as can be said; for the log and the account page."""


def place_for(engine: sa.Engine) -> FilePlace | SlotPlace:
    """The kind of place that the database needs."""
    file = sqlite_file(engine)
    return FilePlace(file.with_name(file.name + ".engine")) if file is not None else SlotPlace(engine)


class FilePlace:
    """A lock on a file beside the database; the system frees it when the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self) -> str | None:
        """See `Place.take`."""
        file = self._path.open("a+", encoding="utf-8")
        try:
            if os.name == "nt":  # pragma: no cover
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return "slot-0"

    def leave(self) -> None:
        """See `Place.leave`."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def holder(self) -> str:
        """The number of the process that holds the lock."""
        try:
            return self._path.read_text(encoding="utf-8").strip()
        except OSError:
            return ""


class SlotPlace:
    """One of `SLOTS` advisory locks, held by a connection of its own."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection: sa.Connection | None = None
        self._slot: int | None = None

    def take(self) -> str | None:
        """See `Place.take`."""
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        for slot in range(SLOTS):
            if connection.execute(_try_lock(slot)).scalar():
                self._connection, self._slot = connection, slot
                return f"slot-{slot}"
        connection.close()
        return None

    def leave(self) -> None:
        """See `Place.leave`."""
        if self._connection is not None:
            # Not back into the pool: the lock ends with the connection.
            self._connection.invalidate()
            self._connection.close()
            self._connection, self._slot = None, None

    def holder(self) -> str:
        """All slots being taken is the only reason here."""
        return f"{SLOTS} processes"

    def still_held(self) -> bool:
        """Whether our own slot is still ours; takes it again after the connection was torn away."""
        if self._slot is None:
            return False
        try:
            if self._connection is not None:
                self._connection.execute(sa.text("SELECT 1"))
                return True
        except sa.exc.DBAPIError:
            self._connection = None
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.execute(_try_lock(self._slot)).scalar():
            self._connection = connection
            return True
        connection.close()
        return False

    def dead(self, executor: str) -> bool:
        """Whether the process of another slot is gone: its lock could be had."""
        number = executor.removeprefix("slot-")
        if not number.isdigit() or int(number) == self._slot:
            return False
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.execute(_try_lock(int(number))).scalar():
                return False
            connection.execute(
                sa.text("SELECT pg_advisory_unlock(:class, :slot)"),
                {"class": LOCK_CLASS, "slot": int(number)},
            )
            return True


def _try_lock(slot: int) -> sa.TextClause:
    return sa.text("SELECT pg_try_advisory_lock(:class, :slot)").bindparams(
        **{"class": LOCK_CLASS, "slot": slot}
    )
