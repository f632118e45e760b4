"""Parents that a test wants to be there, without a service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from lipsync.database.tables import parents
from lipsync.jobs.store import utcnow
from lipsync.parents import Parent
from lipsync.shelf.rows import KnownParent, keep_parent
from lipsync.studio import Studio
from lipsync.upstream.replies import TaskKind, TaskStatus


def put_parent(
    studio: Studio,
    task_id: str,
    *,
    days: float = 1.0,
    source: Any = "listed",
    owner: str = "local",
    **more: Any,
) -> KnownParent:
    """A usable 5 s video of the account "main", `days` old."""
    fields: dict[str, Any] = {
        "account": "main", "kind": TaskKind.TEXT2VIDEO, "task_id": task_id, "video_id": "v-" + task_id,
        "status": TaskStatus.SUCCEED, "reason": "", "seconds": 5.1,
        "created_at": utcnow() - timedelta(days=days),
    }  # fmt: skip
    with studio.database.begin() as connection:
        return keep_parent(connection, Parent(**fields | more), workspace="local", owner=owner, source=source)


def mark_gone(database: sa.Engine, one: KnownParent) -> None:
    """The service said long ago, and for sure, that it does not have it."""
    with database.begin() as connection:
        connection.execute(sa.update(parents).where(parents.c.id == one.id).values(gone_at=utcnow()))
