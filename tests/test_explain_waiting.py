"""What a person reads about a job that is simply slow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lipsync.explain import explain_waiting
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.upstream.replies import TaskKind

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def sent(seconds_ago: float, state: JobState = JobState.PROCESSING) -> Job:
    moment = NOW - timedelta(seconds=seconds_ago)
    return Job(
        id="a" * 32, workspace="local", owner="local", kind=TaskKind.LIP_SYNC, account="main", request={},
        state=state, charge=Charge.CHARGED, run=0, created_at=moment, updated_at=moment, callback_token="c",
        submit_key="s", sent_at=moment,
    )  # fmt: skip


def test_nothing_is_said_about_a_job_in_its_usual_time() -> None:
    assert explain_waiting(sent(449), NOW, 300.0) is None


@pytest.mark.parametrize(
    ("seconds", "words", "actions"),
    [
        (451, "longer than usual", ("look_now",)),
        (3_601, "over an hour", ("look_now",)),
        (86_401, "over a day", ("look_now", "leave")),
    ],
)
def test_the_longer_it_takes_the_more_is_said(seconds: float, words: str, actions: tuple[str, ...]) -> None:
    said = explain_waiting(sent(seconds), NOW, 300.0)
    assert said is not None
    assert words in said.what
    assert said.actions == actions
    assert "paid for once" in said.money


def test_an_hour_is_said_even_where_jobs_usually_take_longer() -> None:
    said = explain_waiting(sent(3_700), NOW, 7_200.0)
    assert said is not None
    assert "over an hour" in said.what


@pytest.mark.parametrize(
    "state", sorted(set(JobState) - {JobState.SUBMITTED, JobState.PROCESSING}), ids=lambda state: state.value
)
def test_only_jobs_that_the_service_works_on_are_called_slow(state: JobState) -> None:
    assert explain_waiting(sent(90_000, state), NOW, 300.0) is None


def test_a_job_that_was_never_sent_is_not_called_slow() -> None:
    assert explain_waiting(replace(sent(90_000), sent_at=None), NOW, 300.0) is None


def test_a_clock_set_back_calls_nothing_slow() -> None:
    assert explain_waiting(sent(-3_600), NOW, 300.0) is None
