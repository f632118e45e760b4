"""Who runs an engine now, asked without taking a place."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa

from lipsync.database.connect import sqlite_file
from lipsync.jobs.places import LOCK_CLASS, place_for

_HELD = sa.text(
    "SELECT l.objid, a.client_addr, l.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.classid = :class AND l.granted"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY l.objid"
)


def engine_holders(engine: sa.Engine) -> list[str]:
    """The processes that work on the jobs of a database: a pid, or a slot and where it comes from."""
    file = sqlite_file(engine)
    if file is not None:
        path = file.with_name(file.name + ".engine")
        return [f"pid {place_for(engine).holder() or '?'}"] if _is_locked(path) else []
    with engine.connect() as connection:
        rows = connection.execute(_HELD, {"class": LOCK_CLASS}).all()
    return [f"slot {row.objid} ({row.client_addr or 'this machine'})" for row in rows]


def _is_locked(path: Path) -> bool:
    """Whether a process holds the lock. Tried for a moment and let go; the file is not touched."""
    if os.name == "nt":  # pragma: no cover (there only a writer could try)
        return path.exists()
    import fcntl

    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
