"""What a job is. The row in the database is the only truth; this is its typed shape.

    queued ──► submitting ──► submitted ──► processing ──► fetching ──► ready
      │  ▲         │ │             └────────────┴─► failed
      │  └─────────┘ └─► unknown ──► (adopted) submitted
      └─► cancelled       └────────► closed

`submitting` is the money gate: it is written before the POST, by exactly one execution.
`unknown` means that a POST may have gone through; it is never sent again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from lipsync.upstream.replies import TaskKind


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    PROCESSING = "processing"
    FETCHING = "fetching"
    READY = "ready"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    CLOSED = "closed"


LIVE = frozenset(
    {
        JobState.QUEUED,
        JobState.SUBMITTING,
        JobState.SUBMITTED,
        JobState.PROCESSING,
        JobState.FETCHING,
    }
)
"""States in which the studio works on the job by itself."""

AT_SERVICE = frozenset({JobState.SUBMITTING, JobState.SUBMITTED, JobState.PROCESSING, JobState.FETCHING})
"""States that take one of the account's places at the service."""


ENDED_WITHOUT = frozenset({JobState.FAILED, JobState.CANCELLED, JobState.CLOSED})
"""States from which nothing comes any more, and nothing came."""


class ThenState(StrEnum):
    """How the line stands that is to be sent when a video is ready."""

    WAITING = "waiting"  # for the video; or, when that is ready, for the service to say its id
    STARTED = "started"  # it is a job of its own now: `then_job_id`
    DROPPED = "dropped"  # taken back by the person
    NOT_STARTED = "not_started"  # there is no video that could speak it


class Charge(StrEnum):
    """What a job means for the money, as far as the studio can know."""

    NONE = "none"  # nothing was sent, or the service refused it
    CHARGED = "charged"  # the service accepted the job
    UNKNOWN = "unknown"  # the request went out and no answer came back


THEN_DROPPED = "dropped"
THEN_NO_VIDEO = "no_video"
THEN_NO_VIDEO_ID = "no_video_id"
"""`then_problem`: why a line is not sent. Taken back; the video job ended without a video; or the
service did not say, for a day, which video a lip sync could be about."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job as the database has it. Moments in UTC, lengths in seconds, sizes in bytes."""

    id: str
    workspace: str
    owner: str
    kind: TaskKind
    account: str
    request: dict[str, Any]
    state: JobState
    charge: Charge
    run: int
    created_at: datetime
    updated_at: datetime
    callback_token: str = field(repr=False)
    submit_key: str = field(repr=False)
    ticket: str | None = None
    armed_at: datetime | None = None
    sends: int = 0
    not_before: datetime | None = None
    task_id: str | None = None
    request_id: str | None = None
    upstream_status: str | None = None
    problem: str | None = None
    problem_facts: dict[str, Any] | None = None
    nudges: int = 0
    polls: int = 0
    polled_at: datetime | None = None
    sent_at: datetime | None = None
    fetching_at: datetime | None = None
    finished_at: datetime | None = None
    result_bytes: int | None = None
    result_seconds: float | None = None
    result_width: int | None = None
    result_height: int | None = None
    previous_job_id: str | None = None
    then_request: dict[str, Any] | None = None
    """The lip sync to send when this video is ready, without its parent."""
    then_problem: str | None = None
    then_job_id: str | None = None
    after_job_id: str | None = None
    """The video job that started this lip sync."""

    @property
    def then_state(self) -> ThenState | None:
        """How the line stands that waits for this video; None when none does."""
        if self.then_request is None:
            return None
        if self.then_job_id is not None:
            return ThenState.STARTED
        if self.then_problem is None:
            return ThenState.WAITING
        return ThenState.DROPPED if self.then_problem == THEN_DROPPED else ThenState.NOT_STARTED

    @property
    def is_live(self) -> bool:
        """Whether the studio still works on it by itself."""
        return self.state in LIVE

    def seconds_taken(self, now: datetime) -> float:
        """How long it has taken from the click until `now`, or until its end."""
        return max(0.0, ((self.finished_at or now) - self.created_at).total_seconds())


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One line of a job's log."""

    at: datetime
    event: str
    facts: dict[str, Any]
