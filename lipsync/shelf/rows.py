"""One parent as a row: how it is written down, and how it comes back.

What an answer of the service leaves out is known from an earlier one, so a row only ever
gains. Addresses of videos are signed and short-lived: they are never part of a row.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa

from lipsync.database.tables import jobs, parents
from lipsync.jobs.model import JobState
from lipsync.jobs.store import utcnow
from lipsync.parents import Parent, parents_of
from lipsync.upstream.replies import Task, TaskKind, TaskStatus

Source = Literal["listed", "looked_up", "made"]
"""How a parent came here first: an account's list, its task id, or a job of ours."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""`order_at` of a parent whose age is unknown: it comes after all others."""


@dataclass(frozen=True, slots=True)
class KnownParent:
    """A parent as it is kept here; `id` names it in addresses of ours.

    `width` and `height` (pixels) were seen in the file itself; `copy_bytes` is the size of the copy
    on our disk, None without one; `pictured` tells whether a small picture of it was made,
    `picture_coming` whether one is made as soon as somebody looks.
    `job_id` is the job that made it here. `used_count` is how many lip syncs of the workspace
    speak with it, those that were taken back or failed left out.
    """

    id: str
    parent: Parent
    seen_at: datetime
    workspace: str
    owner: str = ""
    source: Source = "listed"
    width: int | None = None
    height: int | None = None
    copy_bytes: int | None = None
    pictured: bool = False
    picture_coming: bool = False
    job_id: str | None = None
    used_count: int = 0


MOST_TRIES = 5
"""To copy a video whose file turns out to be no use; trouble with anything else does not count."""
FIRST_ASK = timedelta(seconds=20)
"""So soon the service is asked again about a video that is still being made."""
NO_USES = (JobState.CANCELLED, JobState.FAILED)
"""A lip sync that came to nothing does not count as a use."""

_uses = (
    sa.select(sa.func.count())
    .where(
        jobs.c.account == parents.c.account,
        jobs.c.parent_task_id == parents.c.task_id,
        jobs.c.parent_video_id == parents.c.video_id,
        jobs.c.workspace == parents.c.workspace,
        jobs.c.state.not_in(NO_USES),
    )
    .correlate(parents)
    .scalar_subquery()
)
USED_COUNT = _uses.label("used_count")


def select_parents() -> sa.Select[Any]:
    """What `known` reads a parent from."""
    return sa.select(parents, USED_COUNT)


def known(row: sa.Row[Any]) -> KnownParent:
    """A row of `select_parents`."""
    return KnownParent(
        id=row.id,
        workspace=row.workspace,
        owner=row.owner,
        seen_at=row.seen_at,
        source=row.source,
        width=row.width,
        height=row.height,
        copy_bytes=row.copy_bytes,
        pictured=row.pictured_at is not None,
        picture_coming=_picture_coming(row),
        job_id=row.job_id,
        used_count=int(row.used_count),
        parent=Parent(
            account=row.account,
            kind=TaskKind(row.kind),
            task_id=row.task_id,
            video_id=row.video_id,
            status=TaskStatus(row.status),
            reason=row.reason,
            seconds=row.seconds,
            created_at=row.made_at,
            prompt=row.prompt,
            gone=row.gone_at is not None,
        ),
    )


def _picture_coming(row: sa.Row[Any]) -> bool:
    if row.pictured_at is not None or row.status != TaskStatus.SUCCEED or not row.video_id:
        return False
    if row.gone_at is not None and row.copied_at is None and row.job_id is None:
        return False
    return row.copy_tries < MOST_TRIES and (row.copy_due is None or row.copy_due <= utcnow())


def keep_task(
    connection: sa.Connection,
    task: Task,
    *,
    account: str,
    workspace: str,
    owner: str,
    source: Source,
    prompt: str = "",
) -> tuple[KnownParent, ...]:
    """Write down every video of a task, in the caller's transaction."""
    return tuple(
        keep_parent(connection, one, workspace=workspace, owner=owner, source=source)
        for one in parents_of(task, account, prompt=prompt)
    )


def keep_parent(
    connection: sa.Connection, one: Parent, *, workspace: str, owner: str, source: Source
) -> KnownParent:
    """Write one parent down, new or known, in the caller's transaction."""
    found = _row(connection, one, workspace)
    if found is None:
        new = _values(one) | {
            "id": uuid4().hex,
            "workspace": workspace,
            "owner": owner,
            "account": one.account,
            "task_id": one.task_id,
            "video_id": one.video_id,
            "prompt": one.prompt,
            "source": source,
            "words": _words(one, one.prompt),
            "order_at": one.created_at or NEVER,
            "copy_tries": 0,
            "ask_at": utcnow() + FIRST_ASK if is_unfinished(one) else None,
        }
        with contextlib.suppress(sa.exc.IntegrityError), connection.begin_nested():
            # Suppressed: somebody else looked the same parent up in this moment.
            connection.execute(sa.insert(parents).values(**new))
        found = _row(connection, one, workspace)
        assert found is not None
    else:
        values = _changes(found, one, source)
        connection.execute(sa.update(parents).where(parents.c.id == found.id).values(**values))
    return known(connection.execute(select_parents().where(parents.c.id == found.id)).one())


def _changes(found: sa.Row[Any], one: Parent, source: Source) -> dict[str, Any]:
    """What an answer about a known parent changes in its row."""
    values: dict[str, Any] = {"missing_at": None, "gone_at": None, "ask_at": None}
    if found.missing_at is not None or found.gone_at is not None:
        values |= {"copy_tries": 0, "copy_waits": 0, "copy_due": None}  # it is back
    if not one.video_id and found.video_id:
        return values  # less than is known, but the service has it
    values |= _values(one) | {"video_id": one.video_id, "words": _words(one, one.prompt or found.prompt)}
    if source == "made":
        values["source"] = source
    if is_unfinished(one):
        values["ask_at"] = found.ask_at
        if found.ask_at is None and source != "listed":
            # Looked up once more: followed once more.
            values |= {"ask_at": utcnow() + FIRST_ASK, "asks": 0}
    return values


def is_unfinished(one: Parent) -> bool:
    """Whether the service may yet say more: it is being made, or its video's id has not come."""
    return not one.status.is_final or (one.status is TaskStatus.SUCCEED and not one.video_id)


def _values(one: Parent) -> dict[str, Any]:
    given: dict[str, Any] = {
        "kind": one.kind,
        "status": one.status,
        "reason": one.reason,
        "seconds": one.seconds,
        "made_at": one.created_at,
        "order_at": one.created_at,
        "prompt": one.prompt or None,
        "seen_at": utcnow(),
    }
    # What an answer leaves out is known from an earlier one: a video without an age would seem usable.
    return {name: value for name, value in given.items() if value is not None}


def _words(one: Parent, prompt: str) -> str:
    return f"{prompt}\n{one.task_id}\n{one.video_id}".casefold()


def _row(connection: sa.Connection, one: Parent, workspace: str) -> sa.Row[Any] | None:
    """The row of a parent. A task seen before its video existed becomes its first video; once its
    videos are known, an answer without them is about the first of these."""
    query = (
        sa.select(parents)
        .where(
            parents.c.workspace == workspace,
            parents.c.account == one.account,
            parents.c.task_id == one.task_id,
        )
        .order_by(parents.c.video_id.desc())
    )
    rows = connection.execute(query).all()
    same = next((row for row in rows if row.video_id == one.video_id), None)
    placeholder = next((row for row in rows if not row.video_id), None)
    if one.video_id:
        return same or placeholder
    return next(iter(rows), None)
