"""The one place from which anything that costs money is sent.

Rule for reviews: a POST is reached only by the execution whose own ticket stands on the
row, which `JobStore.arm` writes in the same breath as it turns queued into submitting.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from lipsync.accounts import UnknownAccount
from lipsync.clients import Clients
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.orders import order_of
from lipsync.jobs.patience import Patience
from lipsync.jobs.store import JobStore, TaskTaken, utcnow
from lipsync.pictures import PictureNotFound, PictureShelf
from lipsync.sounds import SoundNotFound, SoundShelf
from lipsync.upstream.errors import Busy, Interrupted, NotFound, NotSent, Refused, UpstreamError
from lipsync.upstream.replies import Task, TaskKind

ARM_TTL = timedelta(seconds=60)
"""A process that slept longer than this between gate and POST does not send any more."""
FIRST_RETRY_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 3_600.0
"""However long a service asks to be left alone (`Retry-After`), it is asked again after an hour."""
ACCOUNT_WAIT_SECONDS = 5.0
"""How soon a job that waits for its account notices that it was taken back."""
GIVE_UP_UNREACHABLE = timedelta(hours=1)
"""So long a job is offered to a service that cannot be reached; then it fails, unpaid."""
GIVE_UP_BUSY = timedelta(hours=24)
"""So long a job is offered to a service that says "too many"."""

ParentMissing = Callable[[Job], None]
"""Told of a lip sync that the service refused because it does not know the parent. Raises nothing."""

AGAIN = "again"
DONE = "done"


class Sender:
    """Passes jobs through the money gate."""

    def __init__(
        self,
        store: JobStore,
        clients: Clients,
        sounds: SoundShelf,
        patience: Patience,
        *,
        pictures: PictureShelf | None = None,
        public_url: str | None = None,
        parent_missing: ParentMissing | None = None,
    ) -> None:
        self._store = store
        self._clients = clients
        self._sounds = sounds
        self._pictures = pictures
        self._patience = patience
        self._public_url = public_url
        self._parent_missing = parent_missing

    def arm(self, job_id: str, execution: str) -> str | None:
        """Wait until the job's account is in the settings and its turn has come, then pass the gate.
        See `JobStore.arm`."""
        while self._patience.database(lambda: self._without_account(job_id)):
            self._patience.sleep(ACCOUNT_WAIT_SECONDS)
        due, end = None, 0.0
        while (moment := self._patience.database(lambda: self._due(job_id))) is not None:
            seconds = (moment - utcnow()).total_seconds()
            if moment != due:
                due, end = moment, time.monotonic() + seconds
            # Counted down as well: a clock that is set back must not make a short wait a long one.
            left = min(seconds, end - time.monotonic())
            if left <= 0:
                break
            self._patience.sleep(min(left, 5.0))
        return self._patience.database(lambda: self._store.arm(job_id, execution))

    def send(self, job_id: str, ticket: str, execution: str) -> str:
        """POST once, if this very execution holds the ticket. Returns `AGAIN` or `DONE`."""
        job = self._patience.database(lambda: self._store.get(job_id))
        if job.state is JobState.QUEUED:
            return AGAIN  # let go by an earlier execution that could not note it any more
        if job.state is not JobState.SUBMITTING:
            return DONE
        if ticket != execution or job.ticket != execution:
            self._give_up_knowing(job, "restarted", {})
            return DONE
        try:
            order = order_of(job, self._sounds, self._pictures, self.callback_url(job))
            client = self._clients.client(job.account)
        except (SoundNotFound, PictureNotFound) as error:
            slug = "sound_missing" if isinstance(error, SoundNotFound) else "picture_missing"
            self._fail(job, slug, {})
            return DONE
        except UnknownAccount:
            return self._back(job, "account_missing", {}, utcnow())
        if job.armed_at is None or utcnow() - job.armed_at > ARM_TTL:
            return self._later(job, NotSent("the computer slept"), 0.0)
        self._patience.check()
        try:
            task = order(client)
        except (NotSent, Busy) as error:
            return self._later(job, error, self._retry_seconds(job, error))
        except Interrupted as error:
            self._give_up_knowing(job, error.slug, facts_of(error))
        except Refused as error:
            self._fail(job, error.slug, facts_of(error))
            if isinstance(error, NotFound) and job.kind is TaskKind.LIP_SYNC and self._parent_missing:
                self._parent_missing(job)
        else:
            self._accepted(job, task)
        return DONE

    def callback_url(self, job: Job) -> str | None:
        """Where the service may report this job, if people outside can reach the studio."""
        return f"{self._public_url}/callbacks/{job.callback_token}" if self._public_url else None

    def _without_account(self, job_id: str) -> bool:
        """Whether a job waits to be sent to an account that is not in the settings. Nothing can be sent to
        it, and nothing is lost by waiting: a slip in the settings must not fail a whole queue."""
        job = self._store.get(job_id)
        return job.state is JobState.QUEUED and job.account not in self._clients.accounts

    def _due(self, job_id: str) -> datetime | None:
        """The moment before which a queued job must not be sent, if there is one."""
        job = self._store.get(job_id)
        if job.state is not JobState.QUEUED:
            return None
        moments = [m for m in (job.not_before, self._store.pause_until(job.account)) if m is not None]
        return max(moments, default=None)

    def _accepted(self, job: Job, task: Task) -> None:
        self._patience.database(lambda: self._store.set_pause(job.account, utcnow(), 0))
        try:
            # UNKNOWN as well: a worker that took this one for dead may have written it meanwhile.
            self._patience.database(
                lambda: self._store.change(
                    job.id,
                    frm=[JobState.SUBMITTING, JobState.UNKNOWN],
                    event="sent",
                    facts={"task_id": task.task_id},
                    state=JobState.SUBMITTED,
                    charge=Charge.CHARGED,
                    task_id=task.task_id,
                    request_id=task.request_id,
                    upstream_status=task.status,
                    sent_at=utcnow(),
                    problem=None,
                    problem_facts=None,
                )
            )
        except TaskTaken:
            self._give_up_knowing(job, "task_taken", {"task_id": task.task_id})

    def _give_up_knowing(self, job: Job, problem: str, facts: dict[str, Any]) -> None:
        self._over(job, "outcome_unknown", problem, facts, state=JobState.UNKNOWN, charge=Charge.UNKNOWN)

    def _fail(self, job: Job, problem: str, facts: dict[str, Any]) -> None:
        self._over(
            job, "failed", problem, facts, state=JobState.FAILED, charge=Charge.NONE, finished_at=utcnow()
        )

    def _over(self, job: Job, event: str, problem: str, facts: dict[str, Any], **values: Any) -> None:
        """Sending is over without a task: write down why, and what that means for the money."""
        self._patience.database(
            lambda: self._store.change(
                job.id,
                frm=[JobState.SUBMITTING],
                event=event,
                facts={"problem": problem} | facts,
                problem=problem,
                problem_facts=facts,
                **values,
            )
        )

    def _later(self, job: Job, error: NotSent | Busy, seconds: float) -> str:
        facts = facts_of(error)
        limit = GIVE_UP_BUSY if isinstance(error, Busy) else GIVE_UP_UNREACHABLE
        if utcnow() - self._first_offered(job) > limit and job.sends > 1:
            self._fail(job, error.slug, facts)
            return DONE
        due = utcnow() + timedelta(seconds=seconds)
        if isinstance(error, Busy):
            strikes = self._patience.database(lambda: self._store.strikes(job.account)) + 1
            self._patience.database(lambda: self._store.set_pause(job.account, due, strikes))
        return self._back(job, error.slug, facts, due)

    def _first_offered(self, job: Job) -> datetime:
        """When the job was sent for the first time: how long it waited before that does not count."""
        events = self._patience.database(lambda: self._store.events(job.id))
        return next((e.at for e in events if e.event == "sending"), job.created_at)

    def _back(self, job: Job, problem: str, facts: dict[str, Any], due: datetime) -> str:
        """Back through the gate, because surely nothing was accepted."""
        ticket = job.ticket or ""
        self._patience.database(
            lambda: self._store.release(job.id, ticket, problem=problem, facts=facts, not_before=due)
        )
        return AGAIN

    def _retry_seconds(self, job: Job, error: UpstreamError) -> float:
        tries = self._patience.database(lambda: self._store.strikes(job.account))
        if not isinstance(error, Busy):
            tries = job.sends - 1
        wait = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(tries, 10))
        return max(wait, min(LONGEST_PAUSE_SECONDS, error.retry_after_seconds or 0.0))


def facts_of(error: UpstreamError) -> dict[str, Any]:
    """What an error says, as plain data for the database: no key, no address."""
    facts = {
        "message": error.message[:500],
        "code": error.code,
        "http_status": error.http_status,
        "request_id": error.request_id,
        "cause": error.cause,
    }
    if getattr(error, "voice_not_found", False):
        facts["voice_not_found"] = True
    return {key: value for key, value in facts.items() if value not in (None, "")}
