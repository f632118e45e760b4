"""Whether sending once more may be paid for twice.

A repetition names the job that it repeats (`previous_job_id`). While a request on that way has
gone out and nobody knows whether it was accepted, only a person may say that the same is sent again.
"""

from __future__ import annotations

import sqlalchemy as sa

from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.store import JobNotFound, JobStore


class MayBePaidTwice(Exception):
    """Nothing was sent: `doubtful`, on the way of what is to be repeated, may have been accepted."""

    def __init__(self, doubtful: Job) -> None:
        super().__init__(f"job {doubtful.id} may have been accepted")
        self.doubtful = doubtful


def doubt_behind(store: JobStore, connection: sa.Connection, job_id: str | None) -> Job | None:
    """The job whose request may have been accepted, from `job_id` back to what it repeats; None if there
    is none.

    A job that is ready ends the way: what was asked for before it has come, and more of it is a new wish.
    """
    while job_id is not None:
        try:
            job = store.read(connection, job_id)
        except JobNotFound:
            return None
        if job.state is JobState.READY:
            return None
        if job.charge is Charge.UNKNOWN:
            return job
        job_id = job.previous_job_id
    return None
