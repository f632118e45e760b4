"""The database: reached, current, whole, and who works on it. Only read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from lipsync.database.migrate import current_revision, newest_revision
from lipsync.doctor.finding import Finding, broken, ok, warning
from lipsync.doctor.places import engine_holders
from lipsync.i18n import plural, t

_WAL = b"\x02\x02"
"""Bytes 18 and 19 of a SQLite file that is in WAL mode (SQLite, file format)."""
CONNECT_SECONDS = 5


class DatabaseMissing(Exception):
    """There is no database yet."""


@contextmanager
def reading(address: str) -> Iterator[sa.Engine]:
    """An engine that changes nothing, not even a file beside the database. Raises `DatabaseMissing`."""
    url = sa.make_url(address)
    if url.get_backend_name() == "sqlite":
        engine = _read_sqlite(Path(url.database or ""))
    else:
        engine = sa.create_engine(
            url, poolclass=sa.NullPool,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": "-c default_transaction_read_only=on -c statement_timeout=10000",
            },
        )  # fmt: skip
    try:
        yield engine
    finally:
        engine.dispose()


def _read_sqlite(file: Path) -> sa.Engine:
    if not file.exists():
        raise DatabaseMissing
    if not file.is_file():
        raise OSError("the database is no file")
    # Without a journal nobody has it open, so it may be taken for unchanging: then SQLite makes no
    # files beside it, as it would for a reader of its own.
    used = file.with_name(file.name + "-wal").exists()
    uri = f"{file.absolute().as_uri()}?mode=ro{'' if used else '&immutable=1'}"
    return sa.create_engine(
        f"sqlite:///{file}", poolclass=sa.NullPool,
        creator=lambda: sqlite3.connect(uri, uri=True, timeout=CONNECT_SECONDS),
    )  # fmt: skip


def check_database(engine: sa.Engine) -> list[Finding]:
    """Everything about a database that can be reached. Raises `DBAPIError` when it cannot."""
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        ask = "SELECT sqlite_version()" if sqlite else "SELECT version()"
        version = connection.execute(sa.text(ask)).scalar()
    name = f"SQLite {version}" if sqlite else " ".join(str(version).split()[:2])
    found = [ok("database", t("{name} answers.", name=name), name=name), _revision(engine)]
    if sqlite:
        found += [_whole(engine), _journal(Path(str(engine.url.database)))]
    return [*found, _engine_place(engine)]


def away(error: Exception) -> Finding:
    """The database cannot be read. The driver's words may hold addresses and names: they are not shown."""
    text = str(error).lower()
    if "password" in text or "authentication" in text:
        why = t("The database refuses the user name or the password.")
    elif "does not exist" in text:
        why = t("The database server has no such database or user.")
    elif "malformed" in text or "not a database" in text:
        why = t("The database file is damaged, or it is no database.")
    elif "locked" in text:
        why = t("The database is locked by another program.")
    else:
        why = t("The database cannot be reached.")
    return broken(
        "database", why,
        t("Check DATABASE_URL and the server. Nothing is sent or lost while the database is away."),
    )  # fmt: skip


def missing() -> Finding:
    """There is no database yet, as before the first start."""
    return ok("database", t("There is no database yet; the first start makes it."))


def _revision(engine: sa.Engine) -> Finding:
    now, newest = current_revision(engine), newest_revision()
    if now == newest:
        return ok("schema", t("The tables are up to date ({revision}).", revision=now), revision=now)
    return warning(
        "schema", t("The tables are at {now}, this version wants {newest}.", now=now or "–", newest=newest),
        t("Start the studio: it brings them up to date by itself, and keeps a copy of a SQLite file first."),
        revision=now, wanted=newest,
    )  # fmt: skip


def _whole(engine: sa.Engine) -> Finding:
    with engine.connect() as connection:
        said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    if said == "ok":
        return ok("integrity", t("The database file is whole."))
    return broken(
        "integrity", t("The database file is damaged."),
        t("Stop the studio, keep a copy of the file, and put a backup back."),
    )  # fmt: skip


def _journal(file: Path) -> Finding:
    with closing(file.open("rb")) as stream:
        wal = stream.read(20)[18:20] == _WAL
    if wal:
        return ok("journal", t("The database writes ahead (WAL)."))
    return warning(
        "journal", t("The database does not write ahead (WAL)."),
        t("Start the studio: it switches this on. If it stays so, the disk may be a network drive."),
    )  # fmt: skip


def _engine_place(engine: sa.Engine) -> Finding:
    holders = engine_holders(engine)
    if not holders:
        return ok("engine", t("No process works on jobs now: the studio is not running."), holders=[])
    words = plural(
        len(holders), "One process works on jobs: {who}.", "{count} processes work on jobs: {who}.",
        who=", ".join(holders),
    )  # fmt: skip
    return ok("engine", words, holders=holders)
