"""One SQLAlchemy engine per process, for SQLite (a file) or PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

BUSY_TIMEOUT_MS = 30_000
"""How long a SQLite writer waits for another one; the same as the job engine's own."""
WAL_SECONDS, WAL_RETRY_SECONDS = 2.0, 0.02


def connect(address: str) -> sa.Engine:
    """An engine for SQLAlchemy's `address`. The folder of a SQLite file is made if missing."""
    url = sa.make_url(address)
    if url.get_backend_name() == "sqlite":
        return _connect_sqlite(url)
    return sa.create_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "keepalives": 1,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
    )


def sqlite_file(engine: sa.Engine) -> Path | None:
    """The file behind a SQLite engine, or None for another database."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(engine.url.database)


def _connect_sqlite(url: sa.URL) -> sa.Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, pool_size=10, max_overflow=20)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # Writers queue up at BEGIN instead of failing half-way with "database is locked".
        connection.isolation_level = "IMMEDIATE"
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys=ON")
        _write_ahead(connection)
        # FULL: what was said to be written survives a power cut, too.
        connection.execute("PRAGMA synchronous=FULL")

    return engine


def _write_ahead(connection: Any) -> None:
    """Switch to write-ahead logging, which stays switched on in the file. Raises `sqlite3.OperationalError`.

    While another process does the same to a new file, SQLite answers "locked" at once, whatever the
    time-out: so it is asked again for a moment.
    """
    end = time.monotonic() + WAL_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(WAL_RETRY_SECONDS)
