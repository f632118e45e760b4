"""The project's migrations with more steps behind them, and processes that run them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command

from lipsync.database import migrations
from lipsync.database.migrate import alembic_config, newest_revision
from lipsync.database.tables import metadata
from lipsync.settings import ROOT

HEAD = newest_revision()
FILL = "import sqlalchemy as sa\nfrom alembic import op\n"
GOOD = f"""{FILL}
def upgrade():
    op.add_column("sounds", sa.Column("colour", sa.String(20)))
    op.execute("UPDATE sounds SET colour = 'red'")
"""
BAD = (
    GOOD
    + """
    op.create_table("toys", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("DELETE FROM sounds")
    raise RuntimeError("the step breaks")
"""
)
_RUN = """
import sys
from pathlib import Path
from lipsync.database.connect import connect
from lipsync.database.migrate import alembic_config, migrate
engine = connect(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
migrate(engine, alembic_config(Path(sys.argv[2])))
engine.dispose()
"""


def with_step(folder: Path, step: str) -> Path:
    """A copy of the project's migrations in `folder`, with one more step, revision `next`."""
    target = folder / "migrations"
    shutil.copytree(
        Path(str(migrations.__file__)).parent, target, ignore=shutil.ignore_patterns("__pycache__")
    )
    head = f'"""A step of the tests."""\nrevision = "next"\ndown_revision = {HEAD!r}\n'
    (target / "versions" / "9999_next.py").write_text(head + step)
    return target


@contextmanager
def at_revision(database: sa.Engine, revision: str) -> Iterator[sa.Connection]:
    """An empty database as it was at `revision`, to write rows into."""
    with database.begin() as connection:
        if database.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        yield connection


def table_of(name: str, columns: Iterable[str]) -> sa.TableClause:
    """A table as it was: only these columns, with today's types."""
    now = metadata.tables[name].c
    return sa.table(name, *(sa.column(one, now[one].type) for one in columns))


def own() -> Path:
    """The project's own migrations."""
    return Path(alembic_config().get_main_option("script_location") or "")


def migrate_at_once(address: str, directory: Path, *, processes: int = 2) -> list[tuple[int, str]]:
    """Exit code and complaints of processes that start to migrate at the same moment."""
    command = [sys.executable, "-c", _RUN, address, str(directory)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(processes)]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    said = [one.communicate(timeout=60)[1] for one in running]
    return [(one.returncode, words) for one, words in zip(running, said, strict=True)]
