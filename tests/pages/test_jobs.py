"""The Jobs page without a browser, in every state a job can be in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lipsync.database.tables import jobs
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.store import utcnow
from lipsync.studio import Studio
from tests.pages.conftest import Open, click, labels, words
from tests.support.sandbox import RunningSandbox
from tests.support.studios import request_for, submit, wait_for_state

pytestmark = pytest.mark.xdist_group("pages")


def made(studio: Studio, request: dict[str, Any], state: JobState, **values: Any) -> Job:
    """A job that stands in a state without anybody working on it."""
    with studio.database.begin() as connection:
        job = studio.jobs.insert(
            connection, kind="lip-sync", account="main", request=request, submit_key=uuid4().hex,
            workspace="local", owner="local",
        )  # fmt: skip
        connection.execute(sa.update(jobs).where(jobs.c.id == job.id).values(state=state, **values))
    return studio.jobs.get(job.id)


def finished(studio: Studio, sandbox: RunningSandbox, text: str = "Hello.") -> Job:
    job = submit(studio, request_for(sandbox, text), uuid4().hex)
    return wait_for_state(studio, job, JobState.READY, JobState.FAILED)


def test_a_ready_job_plays_and_can_be_kept(studio: Studio, sandbox: RunningSandbox, open_page: Open) -> None:
    job = finished(studio, sandbox)
    at = open_page("jobs", job=job.id)
    assert at.get("video")[0].url == f"/app/static/media/results/{job.id}.mp4"
    assert at.get("link_button")[0].proto.url.endswith(f"{job.id}.mp4?download=1")
    assert "Made in the sandbox, not by Kling" in words(at)
    assert job.task_id in words(at)


@pytest.mark.parametrize("state", list(JobState))
def test_every_state_is_shown_without_an_error(
    studio: Studio, sandbox: RunningSandbox, open_page: Open, state: JobState
) -> None:
    studio.engine.stop()  # nobody may move the job on while it is looked at
    try:
        job = made(studio, request_for(sandbox), state)
        assert open_page("jobs", job=job.id)
        assert open_page("jobs")
    finally:
        with studio.database.begin() as connection:
            connection.execute(sa.delete(jobs).where(jobs.c.id == job.id))
        studio.engine.start()


def test_a_refused_text_says_what_it_costs_and_leads_back(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    job = finished(studio, sandbox, "Oh [unsafe] words.")
    at = open_page("jobs", job=job.id)
    assert "The service refused the words" in words(at)
    assert "Nothing was charged." in words(at)
    assert "Change and send again" in labels(at)


def test_trying_again_twice_makes_one_new_job(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    job = finished(studio, sandbox, "It will [fail].")
    before = studio.jobs.count(workspace="local")
    first, second = open_page("jobs", job=job.id), open_page("jobs", job=job.id)
    click(first, "Try again")
    click(second, "Try again")
    assert studio.jobs.count(workspace="local") == before + 1
    newest = studio.jobs.find(workspace="local", limit=1)[0]
    assert newest.previous_job_id == job.id
    assert newest.request == job.request
    assert "Open the job that was sent instead" in labels(open_page("jobs", job=job.id))


def in_doubt(studio: Studio, sandbox: RunningSandbox) -> Job:
    now = utcnow()
    return made(
        studio, request_for(sandbox), JobState.UNKNOWN, problem="interrupted", problem_facts={},
        charge=Charge.UNKNOWN, armed_at=now, sends=1,
    )  # fmt: skip


def test_a_second_charge_needs_a_yes(studio: Studio, sandbox: RunningSandbox, open_page: Open) -> None:
    job = in_doubt(studio, sandbox)
    at = open_page("jobs", job=job.id)
    assert "It is not known whether this was charged" in words(at)
    again = next(b for b in at.button if b.label == "Send again")
    assert again.disabled
    at.checkbox[0].check().run()
    click(at, "Send again")
    assert studio.jobs.get(job.id).state is JobState.CLOSED
    assert studio.jobs.find(workspace="local", limit=1)[0].previous_job_id == job.id


def test_a_task_that_did_run_is_followed(studio: Studio, sandbox: RunningSandbox, open_page: Open) -> None:
    done = sandbox.post(
        "/kling/v1/videos/lip-sync",
        {"input": _input(sandbox)},
    ).json()["data"]["task_id"]
    job = in_doubt(studio, sandbox)
    at = open_page("jobs", job=job.id)
    at.text_input(key="decide_task").set_value(done)
    click(at, "Follow this task")
    assert wait_for_state(studio, job, JobState.READY).task_id == done


def _input(sandbox: RunningSandbox) -> dict[str, Any]:
    one = sandbox.parents()["first"]
    return {
        "task_id": one["task_id"], "video_id": one["video_id"], "mode": "text2video", "text": "Hi.",
        "voice_id": "oversea_male1", "voice_language": "en", "voice_speed": 1.0,
    }  # fmt: skip


def test_leaving_a_job_in_doubt_ends_the_question(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    job = in_doubt(studio, sandbox)
    click(open_page("jobs", job=job.id), "Leave it as it is")
    assert studio.jobs.get(job.id).state is JobState.CLOSED


def test_a_waiting_job_can_be_taken_back(studio: Studio, sandbox: RunningSandbox, open_page: Open) -> None:
    job = made(studio, request_for(sandbox), JobState.QUEUED, not_before=utcnow() + timedelta(hours=1))
    at = open_page("jobs", job=job.id)
    click(at, "Take it back")
    assert studio.jobs.get(job.id).state is JobState.CANCELLED


def test_a_job_of_a_day_asks_whether_to_go_on(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    studio.engine.stop()
    try:
        job = made(
            studio, request_for(sandbox), JobState.PROCESSING, task_id=uuid4().hex, charge=Charge.CHARGED,
            sent_at=utcnow() - timedelta(days=2),
        )  # fmt: skip
        at = open_page("jobs", job=job.id)
        assert "over a day" in words(at)
        assert {"Look now", "Leave it as it is"} <= set(labels(at))
        click(at, "Leave it as it is")
        assert studio.jobs.get(job.id).state is JobState.CLOSED
    finally:
        studio.engine.start()


def test_another_workspaces_job_does_not_exist_here(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    theirs = submit(studio, request_for(sandbox, "Their secret."), uuid4().hex, workspace="theirs")
    for query in ({"job": theirs.id}, {"job": "../../etc"}, {}):
        at = open_page("jobs", **query)
        assert "Their secret" not in words(at)
    assert "There is no such job here" in words(open_page("jobs", job=theirs.id))
    assert "is not here" in words(open_page(from_=theirs.id))


def test_other_peoples_words_are_shown_as_they_are(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    text = "[x](http://y) :red[z] $a$ <b>"
    job = made(studio, request_for(sandbox, text), JobState.CLOSED)
    shown = words(open_page("jobs", job=job.id))
    assert r"\[x\]\(http\:" + "\u2060" + r"//y\) \:red\[z\] \$a\$ \<b\>" in shown
    assert text not in shown
