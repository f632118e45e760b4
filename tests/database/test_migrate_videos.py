"""Revision 0002 on a database with rows of 0001: nothing is lost, and the new columns are filled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from lipsync.database.migrate import migrate
from lipsync.database.tables import job_events, jobs, parents
from lipsync.shelf.rows import NEVER
from tests.database.steps import at_revision, table_of

MADE = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
JOB: dict[str, Any] = {
    "id": "j1", "workspace": "local", "owner": "local", "account": "main", "submit_key": "k", "run": 0,
    "kind": "lip-sync", "state": "ready", "charge": "charged", "sends": 1, "nudges": 0, "polls": 3,
    "callback_token": "t", "request": {"parent_task_id": "T", "video_id": "V"}, "created_at": MADE,
    "updated_at": MADE,
}  # fmt: skip
PARENT: dict[str, Any] = {
    "id": "p1", "workspace": "local", "owner": "local", "account": "main", "kind": "text2video",
    "task_id": "T", "video_id": "V", "status": "succeed", "reason": "", "seconds": 5.1, "prompt": "Ärztin",
    "seen_at": MADE,
}  # fmt: skip


def old_database(database: sa.Engine) -> None:
    with at_revision(database, "0001") as connection:
        connection.execute(sa.insert(table_of("jobs", JOB)).values(JOB))
        connection.execute(sa.insert(job_events).values(job_id="j1", at=MADE, event="ready"))
        old = table_of("parents", PARENT | {"made_at": MADE})
        connection.execute(sa.insert(old).values(PARENT | {"made_at": MADE}))
        connection.execute(sa.insert(old).values(PARENT | {"id": "p2", "task_id": "U", "made_at": None}))


def test_rows_of_the_first_revision_move_along_whole(database: sa.Engine) -> None:
    old_database(database)
    migrate(database)
    with database.connect() as connection:
        job = connection.execute(sa.select(jobs)).one()
        events = connection.execute(sa.select(job_events.c.event)).scalars().all()
        first, second = connection.execute(sa.select(parents).order_by(parents.c.id)).all()
    assert (job.parent_task_id, job.parent_video_id, job.then_request) == ("T", "V", None)
    assert events == ["ready"]
    assert (first.order_at, first.made_at, first.source, first.copy_tries) == (MADE, MADE, "listed", 0)
    assert first.words == "ärztin\nt\nv"
    assert (second.order_at, second.made_at) == (NEVER, None)
