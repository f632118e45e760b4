"""A person says which task of the service a job in doubt became. It is looked at before it is believed.

A mistyped id that was followed would end in "no such task", and the job, which may well have
been accepted, would look as if it could be sent again for nothing.
"""

from __future__ import annotations

from enum import StrEnum

from lipsync.accounts import UnknownAccount
from lipsync.clients import Clients
from lipsync.jobs.model import Job, JobState
from lipsync.jobs.settle import Settler, may_be_of_then
from lipsync.jobs.store import JobStore
from lipsync.request import LipSyncRequest
from lipsync.upstream.errors import NotFound
from lipsync.upstream.replies import MAX_TASK_ID, Task, TaskKind


class Adoption(StrEnum):
    """What came of a task id that a person gave. Only with the first one anything was changed."""

    ADOPTED = "adopted"
    NO_SUCH_TASK = "no_such_task"  # on this account, of this kind
    OTHER_KIND = "other_kind"
    OTHER_VIDEO = "other_video"  # a lip sync of another parent video
    OTHER_ORDER = "other_order"  # it carries the mark of somebody else's order
    OTHER_TIME = "other_time"  # made before our request left, or long after
    TAKEN = "taken"  # another job here owns it
    MOVED_ON = "moved_on"  # the job is not in doubt any more
    ACCOUNT_MISSING = "account_missing"


class Adopter:
    """Looks at a task and gives it to a job in doubt, if it can be the job's."""

    def __init__(self, store: JobStore, clients: Clients, settler: Settler) -> None:
        self._store = store
        self._clients = clients
        self._settler = settler

    def adopt(self, job: Job, task_id: str, *, by: str) -> Adoption:
        """Ask the service about the task, and adopt it if it fits. Takes seconds, so not for pages.

        Raises `UpstreamError` when the service could not be asked; then nothing was adopted.
        """
        if job.state is not JobState.UNKNOWN:
            return Adoption.MOVED_ON
        if "/" in task_id or len(task_id) > MAX_TASK_ID or not task_id.isprintable():
            return Adoption.NO_SUCH_TASK  # no route leads to such an id, so the service cannot say it
        if self._taken(job, task_id):
            return Adoption.TAKEN
        try:
            task = self._clients.client(job.account).query(job.kind, task_id)
        except UnknownAccount:
            return Adoption.ACCOUNT_MISSING
        except NotFound:
            return Adoption.NO_SUCH_TASK
        wrong = misfit(job, task)
        if wrong is not None:
            return wrong
        found = task.task_id or task_id
        if self._settler.adopt(job, found, by=by):
            return Adoption.ADOPTED
        return Adoption.TAKEN if self._taken(job, found) else Adoption.MOVED_ON

    def _taken(self, job: Job, task_id: str) -> bool:
        return self._store.owner_of_task(job.account, task_id) is not None


def misfit(job: Job, task: Task) -> Adoption | None:
    """Why a task cannot be what became of a job's request; None if it can, as far as is known."""
    if task.external_task_id == job.id:
        return None  # it says itself whose it is
    if task.external_task_id is not None:
        return Adoption.OTHER_ORDER
    if job.kind is not TaskKind.LIP_SYNC and task.parent_video is not None:
        return Adoption.OTHER_KIND
    spoken = task.parent_video.id if task.parent_video else ""
    if spoken and spoken != LipSyncRequest.from_dict(job.request).video_id:
        return Adoption.OTHER_VIDEO
    if task.created_at is not None and not may_be_of_then(job, task.created_at):
        return Adoption.OTHER_TIME
    return None
