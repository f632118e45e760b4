"""Revision 0004 on a database with rows of 0003: what outages made of them is taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from lipsync.database.migrate import migrate
from lipsync.database.tables import parents
from lipsync.shelf.rows import NEVER
from tests.database.steps import at_revision, table_of

MADE = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
PARENT: dict[str, Any] = {
    "workspace": "local", "owner": "local", "account": "main", "kind": "text2video", "video_id": "V",
    "status": "succeed", "reason": "", "seconds": 5.1, "prompt": "", "seen_at": MADE, "source": "listed",
    "order_at": MADE, "words": "", "copy_tries": 0,
}  # fmt: skip
OLD = {
    "fine": {},
    "given up": {"copy_tries": 5, "copy_due": MADE},
    "called gone": {"gone_at": MADE},
    "unfinished": {"status": "processing", "video_id": ""},
}


def test_what_was_given_up_begins_anew_and_what_is_doubtful_is_asked_about(database: sa.Engine) -> None:
    with at_revision(database, "0003") as connection:
        for name, more in OLD.items():
            values = PARENT | {"id": name, "task_id": name} | more
            connection.execute(sa.insert(table_of("parents", values)).values(values))
    migrate(database)
    with database.connect() as connection:
        rows = {row.id: row for row in connection.execute(sa.select(parents))}
    assert {name: row.ask_at for name, row in rows.items()} == {
        "fine": None, "given up": None, "called gone": NEVER, "unfinished": NEVER,
    }  # fmt: skip
    assert {(row.copy_tries, row.copy_waits, row.copy_due, row.asks) for row in rows.values()} == {
        (0, 0, None, 0)
    }
    assert rows["called gone"].gone_at == MADE
