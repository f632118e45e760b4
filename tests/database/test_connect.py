"""Connections: settings that safety rests on."""

from __future__ import annotations

import threading
from pathlib import Path

import sqlalchemy as sa

from lipsync.database.connect import BUSY_TIMEOUT_MS, connect, sqlite_file
from lipsync.database.migrate import migrate
from lipsync.database.tables import account_pauses
from lipsync.jobs.store import utcnow


def test_every_sqlite_connection_is_safe_against_power_cuts_and_keeps_foreign_keys(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'deep' / 'down' / 'studio.db'}")
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            assert found == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "busy_timeout": BUSY_TIMEOUT_MS,
            }
    engine.dispose()


def test_sqlite_writers_queue_up_instead_of_failing(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'studio.db'}")
    migrate(engine)
    query = sa.select(sa.func.count()).select_from(account_pauses)
    failed: list[Exception] = []

    def write(number: int) -> None:
        for turn in range(10):
            try:
                with engine.begin() as connection:
                    values = {"account": f"{number}-{turn}", "until": utcnow(), "strikes": 1}
                    connection.execute(sa.insert(account_pauses).values(**values))
                    connection.execute(query)
            except sa.exc.DBAPIError as error:
                failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.execute(query).scalar() == 40
    assert failed == []
    engine.dispose()


def test_only_sqlite_has_a_file(tmp_path: Path) -> None:
    assert sqlite_file(connect(f"sqlite:///{tmp_path / 'studio.db'}")) == tmp_path / "studio.db"
    assert sqlite_file(connect("postgresql+psycopg://nobody@127.0.0.1:1/none")) is None
