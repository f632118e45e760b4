"""What happens when a video is ready: it goes on the shelf of parents, and its line is sent.

All of it in the transaction that makes the video's job ready: after a crash either nothing
of it has happened, or everything.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from lipsync.database.tables import jobs, parents
from lipsync.jobs.model import LIVE, THEN_DROPPED, THEN_NO_VIDEO_ID, Job, JobState, ThenState
from lipsync.jobs.store import JobStore
from lipsync.media import VideoFacts
from lipsync.shelf.rows import keep_task
from lipsync.upstream.replies import Task, TaskKind, Video

Enqueue = Callable[[sa.Connection, Job], None]
"""Puts a job into the engine's queue, in the caller's transaction."""

_WAITING = jobs.c.then_request.is_not(None) & jobs.c.then_job_id.is_(None) & jobs.c.then_problem.is_(None)


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
            task,
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
        now = self._store.read(connection, job.id)  # as it is in here: the line may just have been taken back
        if now.then_state is not ThenState.WAITING:
            return
        if not video.id:
            self._store.give_up_then(connection, job.id, THEN_NO_VIDEO_ID)
            return
        self._start_then(connection, now, task, video)

    def drop(self, job_id: str) -> bool:
        """Take the waiting line back. False if it was sent meanwhile, or will not be anyhow."""
        return self._store.change(
            job_id,
            frm=[*LIVE, JobState.UNKNOWN],
            where=_WAITING,
            event="then_dropped",
            then_problem=THEN_DROPPED,
        )

    def _start_then(self, connection: sa.Connection, job: Job, task: Task, video: Video) -> None:
        request = (job.then_request or {}) | {
            "account": job.account,
            "parent_task_id": task.task_id,
            "video_id": video.id,
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
