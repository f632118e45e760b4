"""The bar of a running job."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from components.job_panel import progress
from components.job_states import look_of, step_of, steps
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.upstream.replies import TaskKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JOB = Job(
    id="1", workspace="local", owner="local", kind=TaskKind.LIP_SYNC, account="main", request={},
    state=JobState.PROCESSING, charge=Charge.CHARGED, run=0, created_at=NOW, updated_at=NOW,
    callback_token="", submit_key="",
)  # fmt: skip


def test_the_bar_is_never_full_before_the_clip_is_there() -> None:
    assert all(progress(JOB, waited, 10.0) < 1 for waited in (0, 9, 10, 11, 10_000))
    assert progress(replace(JOB, state=JobState.READY), 1, 10.0) == 1


def test_the_bar_never_goes_back() -> None:
    shown = [progress(replace(JOB, state=JobState.QUEUED), 0, 10.0)]
    shown += [progress(JOB, waited, 10.0) for waited in range(40)]
    shown += [progress(replace(JOB, state=JobState.FETCHING), 41, 10.0)]
    assert shown == sorted(shown)


def test_nothing_moves_while_a_job_waits_to_be_sent() -> None:
    assert progress(replace(JOB, state=JobState.QUEUED), 500, 10.0) == 0


@pytest.mark.parametrize("state", list(JobState))
def test_every_state_has_a_look_and_a_step(state: JobState) -> None:
    assert look_of(state).words
    assert 0 <= step_of(replace(JOB, state=state)) < len(steps())
