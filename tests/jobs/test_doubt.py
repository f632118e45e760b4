"""Nothing that may have been accepted is sent once more without a yes to paying twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lipsync.database.tables import jobs
from lipsync.jobs.doubt import MayBePaidTwice
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.studio import Studio
from tests.support.sandbox import RunningSandbox
from tests.support.studios import request_for, running_studio, submit, wait_for_state

pytestmark = pytest.mark.xdist_group("doubt")


def repeated(studio: Studio, job: Job, *, accept: bool = False) -> Job:
    return submit(studio, job.request, uuid4().hex, previous_job_id=job.id, second_charge_accepted=accept)


def became(studio: Studio, job: Job, state: JobState, charge: Charge, **values: Any) -> Job:
    with studio.database.begin() as connection:
        connection.execute(
            sa.update(jobs).where(jobs.c.id == job.id).values(state=state, charge=charge, **values)
        )
    return studio.jobs.get(job.id)


def bill(sandbox: RunningSandbox, text: str) -> int:
    return int(sandbox.log()["accepted_by_text"].get(text, 0))


def test_what_was_left_in_doubt_is_sent_and_paid_again_only_with_a_yes(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.set_fault("reset", route="create", after=True, count=1)
    sandbox.set_fault("no-lists")
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Left in doubt."), "k")
        wait_for_state(studio, job, JobState.UNKNOWN)
        assert studio.engine.close(job.id, by="local")
        with pytest.raises(MayBePaidTwice) as refused:
            repeated(studio, job)
        assert refused.value.doubtful.id == job.id
        assert studio.jobs.count(workspace="local") == 1
        assert bill(sandbox, "Left in doubt.") == 1
        wait_for_state(studio, repeated(studio, job, accept=True), JobState.READY)
        assert bill(sandbox, "Left in doubt.") == 2


@pytest.mark.parametrize("state", [JobState.UNKNOWN, JobState.CLOSED, JobState.SUBMITTING])
def test_a_request_without_an_answer_is_asked_about_in_whatever_state_its_job_is(
    sandbox: RunningSandbox, tmp_path: Path, state: JobState
) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        job = became(studio, submit(studio, request_for(sandbox), "k"), state, Charge.UNKNOWN)
        with pytest.raises(MayBePaidTwice):
            repeated(studio, job)


def test_the_doubt_about_an_earlier_one_is_asked_about_along_the_whole_way(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        first = became(studio, submit(studio, request_for(sandbox), "k"), JobState.CLOSED, Charge.UNKNOWN)
        second = became(studio, repeated(studio, first, accept=True), JobState.FAILED, Charge.NONE)
        third = became(studio, repeated(studio, second, accept=True), JobState.CANCELLED, Charge.NONE)
        assert (studio.engine.doubt_behind(third.id) or third).id == first.id
        with pytest.raises(MayBePaidTwice):
            repeated(studio, third)


@pytest.mark.parametrize(
    ("state", "charge"),
    [
        (JobState.FAILED, Charge.NONE),
        (JobState.FAILED, Charge.CHARGED),
        (JobState.CANCELLED, Charge.NONE),
        (JobState.CLOSED, Charge.CHARGED),
        (JobState.READY, Charge.CHARGED),
    ],
)
def test_what_was_answered_needs_no_yes(
    sandbox: RunningSandbox, tmp_path: Path, state: JobState, charge: Charge
) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        job = became(studio, submit(studio, request_for(sandbox), "k"), state, charge)
        assert repeated(studio, job).previous_job_id == job.id


def test_more_of_a_clip_that_came_is_a_new_wish(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        first = became(studio, submit(studio, request_for(sandbox), "k"), JobState.CLOSED, Charge.UNKNOWN)
        came = became(studio, repeated(studio, first, accept=True), JobState.READY, Charge.CHARGED)
        assert repeated(studio, came).previous_job_id == came.id


def test_a_form_that_was_sent_already_is_its_job_whatever_is_in_doubt(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        first = became(studio, submit(studio, request_for(sandbox), "k"), JobState.CLOSED, Charge.UNKNOWN)
        again = {"previous_job_id": first.id, "second_charge_accepted": True}
        sent = submit(studio, first.request, "one form", **again)
        assert submit(studio, first.request, "one form", previous_job_id=first.id).id == sent.id
