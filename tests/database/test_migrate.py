"""The schema moves forward by itself, all or nothing, keeping a copy first."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from lipsync.database.connect import connect, sqlite_file
from lipsync.database.migrate import alembic_config, current_revision, keep_copy, migrate, newest_revision
from lipsync.database.tables import metadata, sounds
from lipsync.jobs.store import utcnow
from tests.database.steps import BAD, GOOD, HEAD, migrate_at_once, own, with_step


def differences(engine: sa.Engine, wanted: sa.MetaData = metadata) -> list[Any]:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, wanted))


def constraints(engine: sa.Engine) -> dict[str, Any]:
    """What the comparison of Alembic passes over: keys, and which columns are required."""
    look = sa.inspect(engine)
    return {
        table: (
            look.get_pk_constraint(table)["constrained_columns"],
            sorted(str(u["column_names"]) for u in look.get_unique_constraints(table)),
            [
                (f["constrained_columns"], f["referred_table"], f["options"])
                for f in look.get_foreign_keys(table)
            ],
            {c["name"]: c["nullable"] for c in look.get_columns(table)},
        )
        for table in metadata.tables
    }


def put_sound(engine: sa.Engine, sound_id: str = "a" * 32) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.insert(sounds).values(
                id=sound_id, workspace="local", owner="local", name="hello", format="mp3", bytes=1,
                sha256="", report={"a": 1}, created_at=utcnow(),
            )
        )  # fmt: skip


def count_sounds(file: Path) -> int:
    with sqlite3.connect(file) as connection:
        found = connection.execute("SELECT count(*) FROM sounds").fetchone()[0]
    connection.close()
    return int(found)


def test_a_fresh_database_is_exactly_what_the_tables_say(database: sa.Engine) -> None:
    migrate(database)
    assert differences(database) == []
    assert current_revision(database) == newest_revision() == HEAD


def test_the_comparison_notices_a_difference(database: sa.Engine) -> None:
    migrate(database)
    wanted = sa.MetaData()
    for table in metadata.tables.values():
        table.to_metadata(wanted)
    wanted.tables["sounds"].append_column(sa.Column("colour", sa.Text))
    assert len(differences(database, wanted)) == 1


def test_keys_and_required_columns_are_what_the_tables_say(
    database: sa.Engine,
) -> None:
    migrate(database)
    migrated = constraints(database)
    metadata.drop_all(database)
    metadata.create_all(database)
    assert constraints(database) == migrated


def test_migrating_twice_does_nothing_the_second_time(database: sa.Engine) -> None:
    migrate(database)
    put_sound(database)
    migrate(database)
    with database.connect() as connection:
        assert len(connection.execute(sa.select(sounds)).all()) == 1


def test_a_step_moves_an_old_database_forward_with_its_rows(database: sa.Engine, tmp_path: Path) -> None:
    migrate(database)
    put_sound(database)
    migrate(database, alembic_config(with_step(tmp_path, GOOD)))
    with database.connect() as connection:
        assert connection.execute(sa.text("SELECT colour FROM sounds")).scalars().all() == ["red"]
    assert current_revision(database) == "next"


def test_a_failing_step_leaves_everything_as_it_was(database: sa.Engine, tmp_path: Path) -> None:
    migrate(database)
    put_sound(database)
    with pytest.raises(RuntimeError, match="the step breaks"):
        migrate(database, alembic_config(with_step(tmp_path, BAD)))
    assert current_revision(database) == HEAD
    assert differences(database) == []
    with database.connect() as connection:
        assert len(connection.execute(sa.select(sounds)).all()) == 1


def test_a_failing_first_migration_leaves_an_empty_database(database: sa.Engine, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the step breaks"):
        migrate(database, alembic_config(with_step(tmp_path, BAD)))
    assert current_revision(database) is None
    assert set(sa.inspect(database).get_table_names()) <= {"alembic_version"}


def test_a_failing_step_leaves_the_old_file_as_it_was_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "studio.db"
    engine = connect(f"sqlite:///{file}")
    migrate(engine)
    put_sound(engine)
    engine.dispose()
    before = file.read_bytes()
    engine = connect(f"sqlite:///{file}")
    with pytest.raises(RuntimeError, match="the step breaks"):
        migrate(engine, alembic_config(with_step(tmp_path, BAD)))
    engine.dispose()
    assert file.read_bytes() == before


def test_a_copy_with_everything_in_it_is_kept_first(tmp_path: Path) -> None:
    file = tmp_path / "studio.db"
    engine = connect(f"sqlite:///{file}")
    migrate(engine)
    put_sound(engine)  # stays in the write-ahead log: a plain copy of the file would miss it
    migrate(engine, alembic_config(with_step(tmp_path, GOOD)))
    copy = file.with_name("studio.db.before-next")
    assert count_sounds(copy) == 1
    kept = connect(f"sqlite:///{copy}")
    assert current_revision(kept) == HEAD
    kept.dispose()
    engine.dispose()


def test_a_copy_is_kept_also_when_the_step_fails(tmp_path: Path) -> None:
    file = tmp_path / "studio.db"
    engine = connect(f"sqlite:///{file}")
    migrate(engine)
    put_sound(engine)
    with pytest.raises(RuntimeError):
        migrate(engine, alembic_config(with_step(tmp_path, BAD)))
    engine.dispose()
    assert count_sounds(file.with_name("studio.db.before-next")) == 1


def test_no_copy_is_made_of_a_fresh_or_finished_database(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'studio.db'}")
    migrate(engine)
    migrate(engine)
    engine.dispose()
    assert [path.name for path in tmp_path.iterdir()] == ["studio.db"]


def test_a_copy_is_whole_while_others_write(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'studio.db'}")
    migrate(engine)
    put_sound(engine)
    with engine.begin() as connection:
        connection.execute(sa.delete(sounds))
        copy = keep_copy(sqlite_file(engine) or Path(), "now")
    engine.dispose()
    assert count_sounds(copy) == 1


@pytest.mark.parametrize("start", ["fresh", "old"])
def test_several_processes_may_migrate_at_once(
    database: sa.Engine, address: str, tmp_path: Path, start: str
) -> None:
    directory = own()
    if start == "old":
        migrate(database)
        put_sound(database)
        directory = with_step(tmp_path, GOOD)
    database.dispose()
    assert migrate_at_once(address, directory) == [(0, "")] * 2
    assert current_revision(database) == ("next" if start == "old" else HEAD)
    file = sqlite_file(database)
    if file is not None and start == "old":
        copy = connect(f"sqlite:///{file}.before-next")
        assert current_revision(copy) == HEAD
        copy.dispose()


def test_a_folder_with_percent_signs_is_no_trouble(tmp_path: Path) -> None:
    odd = tmp_path / "100%(here)s"
    odd.mkdir()
    engine = connect(f"sqlite:///{odd / 'studio.db'}")
    migrate(engine, alembic_config(with_step(odd, GOOD)))
    assert current_revision(engine) == "next"
    engine.dispose()
