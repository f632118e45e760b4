"""Moves the schema forward at start, all or nothing.

SQLite: a copy of the file is kept first (`<name>.before-<revision>`), and the steps run in
one transaction, so that a failing migration leaves the old file as it was. PostgreSQL: one
transaction under an advisory lock, so that several processes may start at once.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from lipsync.database.connect import sqlite_file

_MIGRATIONS = Path(__file__).with_name("migrations")
_ADVISORY_LOCK = 5_520_113
"""Any number, the same in every process of the studio."""


def alembic_config(directory: Path = _MIGRATIONS) -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(directory).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def current_revision(engine: sa.Engine) -> str | None:
    """The revision that the database is at, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision(config: Config | None = None) -> str | None:
    """The revision that this version of the studio wants."""
    return ScriptDirectory.from_config(config or alembic_config()).get_current_head()


def migrate(engine: sa.Engine, config: Config | None = None) -> None:
    """Bring the schema to the newest revision. Raises whatever a failing step raised."""
    config = config or alembic_config()
    newest = newest_revision(config)
    if current_revision(engine) == newest:
        return
    file = sqlite_file(engine)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # The driver opens transactions before INSERT only; DDL must be inside one, too.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        # Looked at again: another process may have done it while this one waited for its turn.
        now = MigrationContext.configure(connection).get_current_revision()
        if now == newest:
            return
        if file is not None and now is not None:
            keep_copy(file, f"before-{newest}")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def keep_copy(file: Path, suffix: str) -> Path:
    """A consistent copy of a SQLite file beside it, also while others write to it."""
    target = file.with_name(f"{file.name}.{suffix}")
    partial = target.with_name(target.name + ".part")
    with sqlite3.connect(file) as source, sqlite3.connect(partial) as copy:
        source.backup(copy)
    copy.close()
    source.close()
    partial.replace(target)
    return target
