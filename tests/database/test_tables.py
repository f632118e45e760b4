"""Moments and data come back from both databases as they went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from lipsync.database.migrate import migrate
from lipsync.database.tables import account_pauses, metadata, sounds
from lipsync.jobs.model import JobState
from lipsync.jobs.store import JobStore
from lipsync.upstream.replies import TaskKind


def test_a_moment_comes_back_in_utc_to_the_microsecond(database: sa.Engine) -> None:
    migrate(database)
    given = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    with database.begin() as connection:
        connection.execute(sa.insert(account_pauses).values(account="a", until=given, strikes=1))
        found = connection.execute(sa.select(account_pauses.c.until)).scalar_one()
    assert found == given
    assert found.utcoffset() == timedelta(0)


def test_moments_are_compared_and_sorted_by_time(database: sa.Engine) -> None:
    migrate(database)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    moments = [start + timedelta(seconds=s) for s in (0, 0.5, 1, 60, 86_400, 40_000_000)]
    with database.begin() as connection:
        for number, moment in enumerate(reversed(moments)):
            values = {"account": str(number), "until": moment, "strikes": 1}
            connection.execute(sa.insert(account_pauses).values(**values))
        column = account_pauses.c.until
        assert connection.execute(sa.select(column).order_by(column)).scalars().all() == moments
        later = sa.select(column).where(column > start + timedelta(seconds=1)).order_by(column)
        assert connection.execute(later).scalars().all() == moments[3:]


def test_a_moment_without_a_time_zone_is_refused(database: sa.Engine) -> None:
    migrate(database)
    with pytest.raises(sa.exc.StatementError, match="time zone"), database.begin() as connection:
        naive = datetime(2026, 3, 1)
        connection.execute(sa.insert(account_pauses).values(account="a", until=naive, strikes=1))


def test_data_comes_back_as_it_was(database: sa.Engine) -> None:
    migrate(database)
    given: list[Any] = [
        {},
        {"a": [1, 2.5, None, True]},
        {"你": "👋\x00\\"},
        {"deep": {"er": {"x": "y"}}},
        [],
        "text",
    ]
    with database.begin() as connection:
        for number, data in enumerate(given):
            connection.execute(
                sa.insert(sounds).values(
                    id=str(number), workspace="local", owner="local", name="x", format="mp3", bytes=1,
                    sha256="", report=data, created_at=datetime.now(UTC),
                )
            )  # fmt: skip
        assert connection.execute(sa.select(sounds.c.report).order_by(sounds.c.id)).scalars().all() == given


@pytest.mark.parametrize(
    ("given", "kept"), [("r" * 300, "r" * 200), ("a\x00b", "ab"), ("你" * 201, "你" * 200), (None, None)]
)
def test_an_odd_request_id_does_not_keep_a_paid_job_from_being_written(
    database: sa.Engine, given: str | None, kept: str | None
) -> None:
    migrate(database)
    store = JobStore(database)
    with database.begin() as connection:
        job = store.insert(
            connection, workspace="local", owner="local", kind=TaskKind.LIP_SYNC, account="main", request={},
            submit_key="k",
        )  # fmt: skip
    assert store.change(job.id, frm=[JobState.QUEUED], state=JobState.SUBMITTED, request_id=given)
    assert store.get(job.id).request_id == kept


@pytest.mark.parametrize("table", ["jobs", "sounds", "parents"])
def test_everything_that_belongs_to_somebody_knows_whom(table: str) -> None:
    columns = metadata.tables[table].c
    assert not columns.workspace.nullable
    assert not columns.owner.nullable
