"""Lines that wait for a video that is here, while the service has not said its id.

The specification lets a task succeed before its result says everything, and some answers never
name the video. Asking is free: the task is asked for after a few seconds, then ever more seldom,
and after some minutes the account's list, too. Whoever else brings the id to the shelf (a person
who asks again, the keeper that reads the lists) is as good. After a day without it the line is given up.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread

import sqlalchemy as sa

from lipsync.accounts import UnknownAccount
from lipsync.clients import Clients
from lipsync.database.tables import jobs
from lipsync.jobs.chain import WAITING, Chain
from lipsync.jobs.model import THEN_NO_VIDEO_ID, Job, JobState
from lipsync.jobs.send import LONGEST_PAUSE_SECONDS
from lipsync.jobs.settle import LIST_PAGE_SIZE, LIST_PAGES
from lipsync.jobs.store import JobStore, utcnow
from lipsync.shelf.rows import keep_task
from lipsync.upstream.client import UpstreamClient
from lipsync.upstream.errors import UpstreamError
from lipsync.upstream.replies import Task, TaskStatus

log = logging.getLogger(__name__)

LIST_AFTER = timedelta(minutes=3)
"""For so long only the task itself is asked for: about a dozen times."""
GIVE_UP_AFTER = timedelta(days=1)
"""So long after its video a line may still be sent by itself; then the person decides."""
WAIT_SHARE = 0.25
"""The next look comes after this share of the time that the video has been here."""
LONGEST_WAIT_SECONDS = 1_800.0
LONGEST_TICK_SECONDS = 5.0
"""How soon it is noticed that somebody else brought an id."""


class LateIds:
    """Asks for the ids, beside the jobs: waiting here takes none of the account's places."""

    def __init__(self, store: JobStore, clients: Clients, chain: Chain, *, first_seconds: float) -> None:
        self._store = store
        self._clients = clients
        self._chain = chain
        self._first_seconds = first_seconds
        self._left_alone: dict[str, float] = {}
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to look, in the background."""
        self._stop = Event()  # a thread that was left behind in a call keeps its own
        self._thread = Thread(target=self._run, args=(self._stop,), name="late-ids", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 0.5) -> None:
        """Look no more. A call that is under way is left behind; at worst it writes an id down."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(seconds)
            self._thread = None

    def look(self, now: datetime | None = None) -> None:
        """One round: what is known is sent on, what is due is asked for, what is too late is given up."""
        now = now or utcnow()
        for job in self._chain.waiting():
            if self._stop.is_set():
                return
            with self._store.engine.begin() as connection:
                if self._chain.go_on(connection, job):
                    continue
            age = now - (job.finished_at or job.updated_at)
            if age > GIVE_UP_AFTER:
                with self._store.engine.begin() as connection:
                    self._store.give_up_then(connection, job.id, THEN_NO_VIDEO_ID)
            elif self._due(job, now, age) and self._mine(job, now):
                self._ask(job, by_list=age >= LIST_AFTER)

    def _run(self, stop: Event) -> None:
        while not stop.wait(min(self._first_seconds, LONGEST_TICK_SECONDS)):
            try:
                self.look()
            except (sa.exc.SQLAlchemyError, OSError) as error:
                log.warning("looking for late ids failed, next time again: %s", type(error).__name__)

    def _due(self, job: Job, now: datetime, age: timedelta) -> bool:
        if time.monotonic() < self._left_alone.get(job.account, 0.0):
            return False
        wait = min(LONGEST_WAIT_SECONDS, max(self._first_seconds, age.total_seconds() * WAIT_SHARE))
        return job.polled_at is None or now - job.polled_at >= timedelta(seconds=wait)

    def _mine(self, job: Job, now: datetime) -> bool:
        """Whether this look is ours: with several processes only one makes it."""
        return self._store.change(
            job.id,
            frm=[JobState.READY],
            where=WAITING & (jobs.c.polls == job.polls),
            polls=job.polls + 1,
            polled_at=now,
        )

    def _ask(self, job: Job, *, by_list: bool) -> None:
        try:
            client = self._clients.client(job.account)
            task = client.query(job.kind, job.task_id or "")
            if not _names_a_video(task) and by_list:
                task = _listed(client, job) or task
        except UnknownAccount:
            return
        except UpstreamError as error:
            rest = min(LONGEST_PAUSE_SECONDS, error.retry_after_seconds or 0.0)
            self._left_alone[job.account] = time.monotonic() + rest
            return
        if not _names_a_video(task):
            return
        with self._store.engine.begin() as connection:
            keep_task(
                connection, replace(task, task_id=job.task_id or task.task_id),
                account=job.account, workspace=job.workspace, owner=job.owner, source="made",
            )  # fmt: skip
            self._chain.go_on(connection, job)


def _names_a_video(task: Task) -> bool:
    return task.status is TaskStatus.SUCCEED and any(video.id for video in task.videos)


def _listed(client: UpstreamClient, job: Job) -> Task | None:
    """The job's task as the account's list has it. Raises `UpstreamError`, also where there is no list."""
    for page in range(1, LIST_PAGES + 1):
        tasks = client.list_tasks(job.kind, page=page, page_size=LIST_PAGE_SIZE)
        for task in tasks:
            if task.task_id == job.task_id:
                return task
        if len(tasks) < LIST_PAGE_SIZE:
            break
    return None
