"""Follows a job that the service has accepted, until its result is on our disk.

Looking and fetching cost nothing, so both may be repeated for as long as it takes. No
deadline here declares a paid job failed; only the service's own word does, or a result that
the service has deleted. Of a task that a person named even that word says nothing about our
own request: the job is in doubt again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lipsync.accounts import UnknownAccount
from lipsync.archive import MAX_VIDEO_BYTES, Archive
from lipsync.clients import Clients
from lipsync.jobs.model import LIVE, Charge, Job, JobState
from lipsync.jobs.patience import Patience
from lipsync.jobs.schedule import PollSchedule
from lipsync.jobs.send import LONGEST_PAUSE_SECONDS, facts_of
from lipsync.jobs.settle import named_by_person
from lipsync.jobs.store import JobStore, utcnow
from lipsync.media import MediaToolMissing, NotPlayable, VideoFacts
from lipsync.upstream.errors import DownloadExpired, NotFound, Refused, UpstreamError
from lipsync.upstream.replies import Task, TaskStatus, Video

YOUNG = timedelta(seconds=60)
"""In a job's first minute "no such task" means that the service has not caught up yet."""
GONE_AFTER = timedelta(minutes=30)
"""After that long of nothing but "no such task" the task is gone."""
GONE_LOOKS = 10
"""A job younger in looks than this is not gone, whatever the clock says: the clock may have jumped."""
KEPT_UPSTREAM = timedelta(days=30)
"""The service deletes results after 30 days (Kling)."""
REFUSED_WAIT_SECONDS = 60.0
"""A refused query (a revoked key, say) needs a person; asking often does not help."""
FIRST_FETCH_WAIT_SECONDS = 1.0
LONGEST_FETCH_WAIT_SECONDS = 300.0

Finish = Callable[[sa.Connection, Job, Task, Video, VideoFacts], None]
"""What belongs to a job's becoming ready, in the same transaction."""
_FOLLOWED = (JobState.SUBMITTED, JobState.PROCESSING, JobState.FETCHING)


class Follower:
    """Looks at jobs until they end."""

    def __init__(
        self,
        store: JobStore,
        clients: Clients,
        archive: Archive,
        patience: Patience,
        *,
        poll_seconds: float,
        chance: Callable[[], float] = random.random,
        finish: Finish | None = None,
    ) -> None:
        self._store = store
        self._clients = clients
        self._archive = archive
        self._patience = patience
        self._poll_seconds = poll_seconds
        self._chance = chance
        self._finish = finish

    def follow(self, job_id: str) -> str:
        """Follow one job to its end; returns its last state. Raises `Stopping`."""
        fetches = 0
        polls = 0
        job = self._get(job_id)
        schedule = self._schedule(job)
        if job.polls == 0:
            self._wait(job, schedule.start_seconds)
        while (job := self._get(job_id)).state in _FOLLOWED:
            wait = schedule.wait_seconds(polls, self._age(job), self._chance)
            polls += 1
            try:
                task = self._clients.client(job.account).query(job.kind, job.task_id or "")
            except UnknownAccount:
                self._note(job, "account_missing", {})
                wait = REFUSED_WAIT_SECONDS
            except UpstreamError as error:
                wait = self._looked_in_vain(job, error, wait)
            else:
                self._looked(job, task)
                video = _playable(task)
                if task.status is TaskStatus.SUCCEED and video is not None:
                    if self._fetch(job, task, video):
                        break
                    wait = min(LONGEST_FETCH_WAIT_SECONDS, FIRST_FETCH_WAIT_SECONDS * 2.0 ** min(fetches, 12))
                    fetches += 1
            if self._get(job_id).state in _FOLLOWED:
                self._wait(job, wait)
        return self._get(job_id).state

    # -- one look ----------------------------------------------------------------------

    def _looked(self, job: Job, task: Task) -> None:
        common: dict[str, Any] = {
            "polls": job.polls + 1,
            "polled_at": utcnow(),
            "upstream_status": task.status,
        }
        if task.status is TaskStatus.FAILED:
            self._change(
                job,
                event="failed",
                facts={"message": task.reason},
                state=JobState.FAILED,
                problem="task_failed",
                problem_facts={"message": task.reason},
                finished_at=utcnow(),
                **common,
            )
            return
        state, event = job.state, None
        if task.status is TaskStatus.SUCCEED and job.state is not JobState.FETCHING:
            state, event = JobState.FETCHING, "fetching"
            common["fetching_at"] = utcnow()
        elif task.status is TaskStatus.PROCESSING and job.state is JobState.SUBMITTED:
            state, event = JobState.PROCESSING, "processing"
        if task.status is not TaskStatus.SUCCEED:
            common |= {"problem": None, "problem_facts": None}
        self._change(job, event=event, state=state, **common)

    def _looked_in_vain(self, job: Job, error: UpstreamError, wait: float) -> float:
        age = utcnow() - (job.sent_at or job.created_at)
        if isinstance(error, NotFound):
            if age < YOUNG:
                self._note(job, None, {})
                return wait
            if age > GONE_AFTER and job.polls >= GONE_LOOKS:
                return self._gone(job, error)
        self._note(job, error.slug, facts_of(error))
        if isinstance(error, Refused):
            wait = max(wait, REFUSED_WAIT_SECONDS)
        return max(wait, min(LONGEST_PAUSE_SECONDS, error.retry_after_seconds or 0.0))

    def _gone(self, job: Job, error: UpstreamError) -> float:
        if isinstance(error, NotFound) and self._named_by_person(job):
            return self._back_in_doubt(job)
        self._change(
            job,
            event="failed",
            facts=facts_of(error),
            state=JobState.FAILED,
            problem="task_gone",
            problem_facts=facts_of(error),
            polls=job.polls + 1,
            polled_at=utcnow(),
            finished_at=utcnow(),
        )
        return 0.0

    def _back_in_doubt(self, job: Job) -> float:
        """The task that a person named is not there: what became of our own request is still open."""
        facts = {"task_id": job.task_id}
        self._change(
            job,
            event="in_doubt_again",
            facts=facts,
            state=JobState.UNKNOWN,
            charge=Charge.UNKNOWN,
            problem="named_task_gone",
            problem_facts=facts,
            task_id=None,
            upstream_status=None,
            sent_at=None,
            fetching_at=None,
            polled_at=utcnow(),
        )
        return 0.0

    def _named_by_person(self, job: Job) -> bool:
        return self._patience.database(lambda: named_by_person(self._store.events(job.id)))

    # -- fetching ----------------------------------------------------------------------

    def _fetch(self, job: Job, task: Task, video: Video) -> bool:
        url = video.url or ""
        client = self._clients.client(job.account)

        def fetch(to: Path) -> None:
            client.download(url, to, max_bytes=MAX_VIDEO_BYTES)

        try:
            facts = self._archive.keep_result(job.id, fetch)
        except NotPlayable as error:
            return self._not_fetched(job, "result_broken", {"message": str(error)})
        except MediaToolMissing as error:
            return self._not_fetched(job, "ffmpeg_missing", {"message": str(error)})
        except UpstreamError as error:
            if isinstance(error, DownloadExpired) and self._too_old(job):
                self._gone(job, error)
                return True
            return self._not_fetched(job, error.slug, facts_of(error))
        except OSError as error:
            # The name of the file would tell a visitor about this machine; the reason is enough.
            return self._not_fetched(job, "disk", {"message": error.strerror or "input/output error"})
        return self._patience.database(lambda: self._ready(job, task, video, facts))

    def _ready(self, job: Job, task: Task, video: Video, facts: VideoFacts) -> bool:
        with self._store.engine.begin() as connection:
            ready = self._store.change(
                job.id,
                frm=_FOLLOWED,
                event="ready",
                facts={"bytes": facts.bytes, "seconds": facts.seconds},
                connection=connection,
                state=JobState.READY,
                charge=Charge.CHARGED,
                problem=None,
                problem_facts=None,
                finished_at=utcnow(),
                result_bytes=facts.bytes,
                result_seconds=facts.seconds,
                result_width=facts.width,
                result_height=facts.height,
            )
            if ready and self._finish is not None:
                self._finish(connection, job, task, video, facts)
        return ready

    def _not_fetched(self, job: Job, problem: str, facts: dict[str, Any]) -> bool:
        self._note(job, problem, facts)
        return False

    def _too_old(self, job: Job) -> bool:
        return utcnow() - (job.sent_at or job.created_at) > KEPT_UPSTREAM

    # -- the row -----------------------------------------------------------------------

    def _get(self, job_id: str) -> Job:
        return self._patience.database(lambda: self._store.get(job_id))

    def _change(self, job: Job, **values: Any) -> bool:
        return self._patience.database(lambda: self._store.change(job.id, frm=_FOLLOWED, **values))

    def _note(self, job: Job, problem: str | None, facts: dict[str, Any]) -> None:
        """Say on the row why there is nothing new; into the log only when that is new, too."""
        event = "trouble" if problem and problem != job.problem else None
        self._patience.database(
            lambda: self._store.change(
                job.id,
                frm=LIVE,
                event=event,
                facts={"problem": problem} | facts,
                problem=problem,
                problem_facts=facts or None,
                polls=job.polls + 1,
                polled_at=utcnow(),
            )
        )

    def _age(self, job: Job) -> float:
        return max(0.0, (utcnow() - (job.sent_at or job.created_at)).total_seconds())

    def _schedule(self, job: Job) -> PollSchedule:
        usual = self._patience.database(lambda: self._store.usual_seconds(job.account, job.kind))
        if usual is None:
            known = self._clients.accounts.get(job.account)
            usual = known.usual_seconds if known else 300.0
        return PollSchedule(self._poll_seconds, usual)

    def _wait(self, job: Job, seconds: float) -> None:
        # Compared with the row as it was before the last look: a nudge during the look counts, too.
        self._patience.sleep(
            seconds, woken=lambda: self._patience.database(lambda: self._store.nudges(job.id)) != job.nudges
        )


def _playable(task: Task) -> Video | None:
    return next((video for video in task.videos if video.url), None)
