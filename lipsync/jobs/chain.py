"""What happens when a video is ready: it goes on the shelf of parents, and its line is sent.

All of it in the transaction that makes the video's job ready: after a crash either nothing
of it has happened, or everything. Where the service has not said the video's id by then, the line
waits on (`late_ids`), and is sent in a transaction of its own as soon as the shelf knows the id,
whoever brought it there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from lipsync.database.tables import jobs, parents
from lipsync.jobs.model import LIVE, THEN_DROPPED, Job, JobState
from lipsync.jobs.store import JobStore
from lipsync.media import VideoFacts
from lipsync.shelf.rows import keep_task
from lipsync.upstream.replies import Task, TaskKind, Video

Enqueue = Callable[[sa.Connection, Job], None]
"""Puts a job into the engine's queue, in the caller's transaction."""

MOST_AT_ONCE = 200
WAITING = jobs.c.then_request.is_not(None) & jobs.c.then_job_id.is_(None) & jobs.c.then_problem.is_(None)
"""A line waits for this video, and was neither sent nor taken back nor given up."""


class Chain:
    """Videos made here, and the lip syncs that wait for them."""

    def __init__(self, store: JobStore, enqueue: Enqueue) -> None:
        self._store = store
        self._enqueue = enqueue

    def finish(
        self, connection: sa.Connection, job: Job, task: Task, video: Video, facts: VideoFacts
    ) -> None:
        """A job became ready in this transaction, with `video` of `task` as its result."""
        if job.kind is TaskKind.LIP_SYNC:
            return
        kept = keep_task(
            connection,
            # By the name under which it was asked for, whatever the answer calls it.
            replace(task, task_id=job.task_id or task.task_id),
            account=job.account,
            workspace=job.workspace,
            owner=job.owner,
            source="made",
            prompt=str(job.request.get("prompt") or ""),
        )
        made = next((one for one in kept if one.parent.video_id == video.id), kept[0])
        # Its file is here already, as the job's result: it is not fetched a second time.
        seen = {"job_id": job.id, "width": facts.width, "height": facts.height}
        connection.execute(sa.update(parents).where(parents.c.id == made.id).values(**seen))
        self.go_on(connection, job)

    def waiting(self) -> list[Job]:
        """Videos that are ready and whose lines still wait: the service has not said their ids."""
        return self._store.find(states=[JobState.READY], where=WAITING, limit=MOST_AT_ONCE)

    def go_on(self, connection: sa.Connection, job: Job) -> bool:
        """Send the line that waits for a video that is ready, if one does and the shelf knows the video's
        id. At most one caller ever sends it."""
        query = sa.select(parents.c.video_id).where(
            parents.c.workspace == job.workspace,
            parents.c.account == job.account,
            parents.c.task_id == job.task_id,
            parents.c.job_id == job.id,
            parents.c.video_id != "",
        )
        video_id = connection.execute(query).scalar()
        # Changing the row first holds it until the end of the transaction: nobody takes the line back
        # meanwhile, and nobody else sends it.
        if video_id is None or not self._store.change(
            job.id, frm=[JobState.READY], where=WAITING, connection=connection
        ):
            return False
        self._start(connection, self._store.read(connection, job.id), video_id)
        return True

    def drop(self, job_id: str) -> bool:
        """Take the waiting line back. False if it was sent meanwhile, or will not be anyhow."""
        return self._store.change(
            job_id,
            frm=[*LIVE, JobState.UNKNOWN, JobState.READY],
            where=WAITING,
            event="then_dropped",
            then_problem=THEN_DROPPED,
        )

    def _start(self, connection: sa.Connection, job: Job, video_id: str) -> None:
        request = (job.then_request or {}) | {
            "account": job.account,
            "parent_task_id": job.task_id,
            "video_id": video_id,
        }
        line = self._store.insert(
            connection,
            kind=TaskKind.LIP_SYNC,
            account=job.account,
            request=request,
            submit_key=f"then:{job.id}",  # unique: one video starts one line, whatever happens
            workspace=job.workspace,
            owner=job.owner,
            after_job_id=job.id,
        )
        self._store.change(
            job.id,
            frm=[JobState.READY],
            event="then_started",
            facts={"job_id": line.id},
            connection=connection,
            then_job_id=line.id,
        )
        self._enqueue(connection, line)
