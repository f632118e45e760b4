"""The durable workflow: one per job, three kinds of step, and nothing else.

The job engine replays it after a crash and gives back what finished steps returned. What
must not be replayed (the POST) is guarded by the jobs table, not by the engine. Steps must
keep their order: jobs that were started by an older version go on under this one.
"""

from __future__ import annotations

from typing import Protocol
from uuid import uuid4

from dbos import DBOS

from lipsync.jobs.send import AGAIN

WORKFLOW_NAME = "studio-job"


class Work(Protocol):
    """What the steps do; given by the engine of this process."""

    def arm(self, job_id: str, execution: str) -> str | None: ...
    def send(self, job_id: str, ticket: str, execution: str) -> str: ...
    def settle(self, job_id: str) -> str: ...
    def follow(self, job_id: str) -> str: ...


_work: list[Work] = []


def use_work(work: Work | None) -> None:
    """Say what the steps do in this process."""
    _work[:] = [] if work is None else [work]


# The default of 100 would give a job up after about a hundred restarts.
@DBOS.workflow(name=WORKFLOW_NAME, max_recovery_attempts=100_000)
def studio_job(job_id: str) -> str:
    """Take one job from queued to its end."""
    # On purpose not a recorded step: a replay is another execution, and must not send.
    execution = uuid4().hex
    outcome = AGAIN
    while outcome == AGAIN:
        ticket = _arm(job_id, execution)
        if ticket is None:
            return "nothing to do"
        outcome = _send(job_id, ticket, execution)
    _settle(job_id)
    return _follow(job_id)


@DBOS.step(name="arm")
def _arm(job_id: str, execution: str) -> str | None:
    return _work[0].arm(job_id, execution)


@DBOS.step(name="send", retries_allowed=False)
def _send(job_id: str, ticket: str, execution: str) -> str:
    return _work[0].send(job_id, ticket, execution)


@DBOS.step(name="settle")
def _settle(job_id: str) -> str:
    return _work[0].settle(job_id)


@DBOS.step(name="follow")
def _follow(job_id: str) -> str:
    return _work[0].follow(job_id)
