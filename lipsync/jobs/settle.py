"""Finds out what became of a request whose answer never came.

A task is adopted only when exactly one fits: made after we sent, on the same parent video,
by the same account, and owned by no other job. Two jobs in doubt about the same parent at
the same time settle nothing by list. A task that makes a video carries our job's id
(`external_task_id`), which settles it exactly. A callback with the job's own token names
its task. Otherwise the person decides, with the facts before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lipsync.accounts import UnknownAccount
from lipsync.clients import Clients
from lipsync.jobs.model import Charge, Job, JobEvent, JobState
from lipsync.jobs.patience import Patience
from lipsync.jobs.store import JobStore, TaskTaken, utcnow
from lipsync.request import LipSyncRequest
from lipsync.upstream.client import UpstreamClient
from lipsync.upstream.errors import NotFound, RouteMissing, UpstreamError
from lipsync.upstream.replies import Task, TaskKind

LOOK_SHARES = (0.02, 0.03, 0.05, 0.1, 0.3, 0.5)
"""Waits between looks at the list, as shares of the whole search; the first ones soon."""
SEARCH_SECONDS = 120.0
"""How long to search. It should outlast the service's handling of a create and its list's lag."""
CLOCK_SKEW = timedelta(seconds=20)
"""How far the service's clock may be behind ours."""
LATEST_CREATION = timedelta(minutes=5)
"""A task made later than this after we sent is somebody else's."""
LIST_PAGES = 3
LIST_PAGE_SIZE = 100


SEARCH_ENDED = "search_ended"
BY_STUDIO = "studio"
"""Who adopted a task, when nobody did but the search."""


def may_be_of_then(job: Job, made: datetime) -> bool:
    """Whether a task made at that moment (the service's clock) can be what a job's request became."""
    sent = job.armed_at or job.created_at
    return sent - CLOCK_SKEW <= made <= sent + LATEST_CREATION


def named_by_person(events: Sequence[JobEvent]) -> bool:
    """Whether the task that a job follows is one that a person said, rather than one the service named."""
    last = next((e for e in reversed(events) if e.event in ("adopted", "sent")), None)
    return last is not None and last.event == "adopted" and last.facts.get("by") != BY_STUDIO


def callbacks_of(events: Sequence[JobEvent]) -> int:
    """How many callbacks have named a task for a job."""
    return sum(e.event == "callback" and bool(e.facts.get("task_id")) for e in events)


def heard_since_search(events: Sequence[JobEvent]) -> bool:
    """Whether a callback came that the last search, being over, did not know of."""
    last = next((e for e in reversed(events) if e.event == SEARCH_ENDED), None)
    return last is not None and callbacks_of(events) > int(last.facts.get("callbacks", 0))


class Settler:
    """Looks for the tasks of jobs in doubt."""

    def __init__(
        self,
        store: JobStore,
        clients: Clients,
        patience: Patience,
        *,
        search_seconds: float = SEARCH_SECONDS,
    ) -> None:
        self._store = store
        self._clients = clients
        self._patience = patience
        self._looks = [share * search_seconds for share in LOOK_SHARES]

    def settle(self, job_id: str) -> str:
        """Try to end a job's doubt. Returns its state afterwards. Raises `Stopping`."""
        heard = 0
        for seconds in self._looks:
            job = self._patience.database(lambda: self._store.get(job_id))
            if job.state is not JobState.UNKNOWN:
                break
            self._patience.sleep(seconds, woken=lambda: self._hinted(job_id))
            heard = self._patience.database(lambda: callbacks_of(self._store.events(job_id)))
            try:
                task = self._named_by_callback(job) or self._by_handle(job) or self._found_in_list(job)
            except UnknownAccount:
                break
            except (RouteMissing, NotFound):
                if job.kind is TaskKind.LIP_SYNC and not self._hinted(job_id):
                    break  # no list here: waiting longer shows nothing new
                continue  # our handle, or a callback that came just now, may find it
            except UpstreamError:
                continue
            if task is not None and self.adopt(job, task.task_id, by=BY_STUDIO):
                break
        return self._patience.database(lambda: self._end_search(job_id, heard)).state

    def _end_search(self, job_id: str, heard: int) -> Job:
        job = self._store.get(job_id)
        if job.state is JobState.UNKNOWN:
            with self._store.engine.begin() as connection:
                self._store.log(connection, job_id, SEARCH_ENDED, {"callbacks": heard})
        return job

    def adopt(self, job: Job, task_id: str, *, by: str) -> bool:
        """Make a task of the service this job's own. False if another job owns it."""
        try:
            return self._patience.database(
                lambda: self._store.change(
                    job.id,
                    frm=[JobState.UNKNOWN],
                    event="adopted",
                    facts={"task_id": task_id, "by": by},
                    state=JobState.SUBMITTED,
                    charge=Charge.CHARGED,
                    task_id=task_id,
                    polls=0,
                    sent_at=job.armed_at or utcnow(),
                    problem=None,
                    problem_facts=None,
                )
            )
        except TaskTaken:
            return False

    def _hinted(self, job_id: str) -> bool:
        return self._patience.database(lambda: self._hint(job_id)) is not None

    def _hint(self, job_id: str) -> str | None:
        for event in reversed(self._store.events(job_id)):
            if event.event == "callback" and event.facts.get("task_id"):
                return str(event.facts["task_id"])
        return None

    def _named_by_callback(self, job: Job) -> Task | None:
        task_id = self._patience.database(lambda: self._hint(job.id))
        if task_id is None:
            return None
        try:
            task = self._clients.client(job.account).query(job.kind, task_id)
        except NotFound:
            return None  # whoever called back named a task that this account does not have
        foreign = task.external_task_id is not None and task.external_task_id != job.id
        return None if foreign else task

    def _by_handle(self, job: Job) -> Task | None:
        """The task that says itself that it carries our job's id, where the service finds tasks by it."""
        if job.kind is TaskKind.LIP_SYNC:
            return None
        try:
            task = self._clients.client(job.account).query(job.kind, job.id)
        except (NotFound, RouteMissing):
            return None
        mine = task.external_task_id == job.id and task.task_id not in ("", job.id)
        return task if mine and not self._owned(job, task) else None

    def _found_in_list(self, job: Job) -> Task | None:
        if job.kind is TaskKind.LIP_SYNC and self._rival_in_doubt(job):
            return None
        client = self._clients.client(job.account)
        fits: list[Task] = []
        for page in range(1, LIST_PAGES + 1):
            tasks = client.list_tasks(job.kind, page=page, page_size=LIST_PAGE_SIZE)
            fits += [task for task in tasks if self._fits(job, task, client) and not self._owned(job, task)]
            if len(tasks) < LIST_PAGE_SIZE:
                break
        return fits[0] if len(fits) == 1 else None

    def _fits(self, job: Job, task: Task, client: UpstreamClient) -> bool:
        if job.kind is not TaskKind.LIP_SYNC and task.external_task_id is not None:
            return task.external_task_id == job.id
        if task.created_at is None or not may_be_of_then(job, task.created_at):
            return False
        if job.kind is not TaskKind.LIP_SYNC:
            return client.query(job.kind, task.task_id).external_task_id == job.id
        parent = task.parent_video or client.query(job.kind, task.task_id).parent_video
        return parent is not None and parent.id == LipSyncRequest.from_dict(job.request).video_id

    def _owned(self, job: Job, task: Task) -> bool:
        return bool(self._patience.database(lambda: self._store.owner_of_task(job.account, task.task_id)))

    def _rival_in_doubt(self, job: Job) -> bool:
        others = self._patience.database(
            lambda: self._store.find(states=[JobState.SUBMITTING, JobState.UNKNOWN], limit=1000)
        )
        sent = job.armed_at or job.created_at
        return any(
            other.id != job.id
            and other.account == job.account
            and other.request.get("video_id") == job.request.get("video_id")
            and abs((other.armed_at or other.created_at) - sent) <= LATEST_CREATION
            for other in others
        )
