"""The Jobs page without a browser, in every state a job can be in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lipsync.database.tables import jobs, parents
from lipsync.jobs.model import THEN_NO_VIDEO_ID, Charge, Job, JobState, ThenState
from lipsync.jobs.store import utcnow
from lipsync.studio import Studio
from lipsync.upstream.replies import TaskKind
from tests.pages.conftest import Open, click, labels, words
from tests.support.bench import line
from tests.support.sandbox import RunningSandbox
from tests.support.studios import request_for, submit, wait_for_state
from tests.support.videos import video

pytestmark = pytest.mark.xdist_group("pages")


def made(
    studio: Studio, request: dict[str, Any], state: JobState, kind: str = "lip-sync", **values: Any
) -> Job:
    """A job that stands in a state without anybody working on it."""
    with studio.database.begin() as connection:
        job = studio.jobs.insert(
            connection, kind=kind, account="main", request=request, submit_key=uuid4().hex,
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
        one = made(studio, video(), state, "text2video", then_request=line(parent=("", "")))
        assert open_page("jobs", job=job.id)
        assert "What it should say" in words(open_page("jobs", job=one.id))
        assert open_page("jobs")
    finally:
        with studio.database.begin() as connection:
            connection.execute(sa.delete(jobs).where(jobs.c.id.in_([job.id, one.id])))
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


def test_a_task_id_that_the_service_does_not_know_leaves_the_job_in_doubt_and_says_so(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    job = in_doubt(studio, sandbox)
    at = open_page("jobs", job=job.id)
    at.text_input(key="decide_task").set_value("typo-123")
    click(at, "Follow this task")
    assert "The service knows no such task" in words(at)
    assert "still in doubt" in words(at)
    assert studio.jobs.get(job.id).state is JobState.UNKNOWN
    assert {"Follow this task", "Send again"} <= set(labels(at))


def test_a_task_that_cannot_be_asked_about_is_not_followed_and_the_page_does_not_wait(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    job = in_doubt(studio, sandbox)
    at = open_page("jobs", job=job.id)
    sandbox.set_fault("error", route="query", code=1002)
    at.text_input(key="decide_task").set_value("t-1")
    click(at, "Follow this task")
    assert "could not be asked about this task, and nothing was changed" in words(at)
    sandbox.clear_faults()
    sandbox.set_fault("delay", route="query", seconds=20, count=1)
    click(at, "Follow this task")
    assert "Asking the service…" in words(at)
    assert studio.jobs.get(job.id).state is JobState.UNKNOWN


def test_leaving_a_job_in_doubt_ends_the_question_but_not_the_doubt_about_the_money(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    job = in_doubt(studio, sandbox)
    click(open_page("jobs", job=job.id), "Leave it as it is")
    assert studio.jobs.get(job.id).state is JobState.CLOSED
    at = open_page("jobs", job=job.id)
    assert "Sent again, it may be charged a second time" in words(at)
    assert next(b for b in at.button if b.label == "Try again").disabled
    at.checkbox[0].check().run()
    click(at, "Try again")
    assert studio.jobs.find(workspace="local", limit=1)[0].previous_job_id == job.id


def test_the_doubt_about_an_earlier_job_is_asked_about_on_the_page_of_its_repetition(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    first = made(studio, request_for(sandbox), JobState.CLOSED, charge=Charge.UNKNOWN, armed_at=utcnow())
    job = made(studio, request_for(sandbox), JobState.CANCELLED, previous_job_id=first.id)
    at = open_page("jobs", job=job.id)
    assert "It may be paid for twice" in words(at)
    assert next(b for b in at.button if b.label == "Try again").disabled
    links = [one.proto.query_string for one in at.get("page_link") if "doubt" in one.proto.label]
    assert links == [f"job={first.id}"]
    at.checkbox[0].check().run()
    click(at, "Try again")
    assert studio.jobs.find(workspace="local", limit=1)[0].previous_job_id == job.id


def test_a_yes_on_one_job_is_no_yes_on_another(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    one, other = in_doubt(studio, sandbox), in_doubt(studio, sandbox)
    at = open_page("jobs", job=one.id)
    at.checkbox[0].check().run()
    at.query_params["job"] = other.id
    at.run()
    assert not at.checkbox[0].value
    assert next(b for b in at.button if b.label == "Send again").disabled


@pytest.mark.parametrize("kind", ["lip-sync", "text2video"])
def test_the_form_of_a_job_in_doubt_asks_before_it_sends(
    studio: Studio, sandbox: RunningSandbox, open_page: Open, kind: str
) -> None:
    request = request_for(sandbox) if kind == "lip-sync" else video()
    job = made(
        studio, request, JobState.CLOSED, kind, charge=Charge.UNKNOWN, armed_at=utcnow(), sends=1
    )  # fmt: skip
    page, send = ("create", "Make it speak") if kind == "lip-sync" else ("new_video", "Make the video")
    at = open_page(page, from_=job.id)
    assert "It may be paid for twice" in words(at)
    assert next(b for b in at.button if b.label == send).disabled
    before = studio.jobs.count(workspace="local")
    at.checkbox[0].check().run()
    click(at, send)
    assert studio.jobs.count(workspace="local") == before + 1
    assert studio.jobs.find(workspace="local", limit=1)[0].previous_job_id == job.id


def test_a_waiting_job_can_be_taken_back(studio: Studio, sandbox: RunningSandbox, open_page: Open) -> None:
    job = made(studio, request_for(sandbox), JobState.QUEUED, not_before=utcnow() + timedelta(hours=1))
    at = open_page("jobs", job=job.id)
    click(at, "Take it back")
    assert studio.jobs.get(job.id).state is JobState.CANCELLED


def test_a_job_that_waits_for_its_account_says_so_and_can_be_taken_back(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    job = made(studio, request_for(sandbox), JobState.QUEUED, account="training")
    at = open_page("jobs", job=job.id)
    assert "its account “training” is not in the settings" in words(at)
    assert "Nothing was sent, and nothing was charged." in words(at)
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


# -- videos --------------------------------------------------------------------------------


def ordered(studio: Studio, prompt: str = "A woman looks into the camera.", **more: Any) -> Job:
    return submit(studio, video(prompt), uuid4().hex, kind=TaskKind.TEXT2VIDEO, **more)


def new_video(studio: Studio, prompt: str = "A woman looks into the camera.", **more: Any) -> Job:
    return wait_for_state(studio, ordered(studio, prompt, **more), JobState.READY, JobState.FAILED)


def test_a_video_that_is_ready_plays_and_leads_to_create_with_it_chosen(
    studio: Studio, open_page: Open
) -> None:
    job = new_video(studio, "Ready to speak.")
    at = open_page("jobs", job=job.id)
    assert at.get("video")[0].url == f"/app/static/media/results/{job.id}.mp4"
    assert "Ready to speak" in words(at)
    click(at, "Make it speak")
    assert at.title[0].value == "Make a video speak"
    chosen = studio.parents.get(at.session_state["draft_parent"])
    assert chosen.job_id == job.id


def test_a_line_that_waits_is_taken_back_and_only_the_video_is_made(studio: Studio, open_page: Open) -> None:
    waits = line("Never said.", parent=("", ""))
    studio.engine.stop()
    job = ordered(studio, then=waits)
    at = open_page("jobs", job=job.id)
    assert "your line is sent by itself" in words(at)
    click(at, "Take the line back")
    assert "You took the line back" in words(open_page("jobs", job=job.id))
    studio.engine.start()
    job = wait_for_state(studio, job, JobState.READY)
    assert job.then_state is ThenState.DROPPED
    assert "Make it speak" in labels(open_page("jobs", job=job.id))


def test_the_job_of_a_video_and_that_of_its_line_lead_to_each_other(studio: Studio, open_page: Open) -> None:
    job = new_video(studio, then=line("Both ways.", parent=("", "")))
    at = open_page("jobs", job=job.id)
    assert "Both ways" in words(at)
    spoken = studio.jobs.get(job.then_job_id or "")
    links = {one.proto.label: one.proto.query_string for one in at.get("page_link")}
    assert f"job={spoken.id}" in links.values()
    back = open_page("jobs", job=spoken.id).get("page_link")
    assert f"job={job.id}" in [one.proto.query_string for one in back]


def test_every_player_says_that_the_sandbox_made_its_clip(studio: Studio, open_page: Open) -> None:
    job = new_video(studio, then=line("Marked twice.", parent=("", "")))
    spoken = studio.jobs.get(wait_for_state(studio, job, JobState.READY).then_job_id or "")
    wait_for_state(studio, spoken, JobState.READY)
    at = open_page("jobs", job=job.id)
    assert len(at.get("video")) == 2
    assert words(at).count("Made in the sandbox, not by Kling") == 2


def test_a_video_that_failed_is_tried_again_once_with_its_line(studio: Studio, open_page: Open) -> None:
    job = new_video(studio, "It will [fail].", then=line("Waiting in vain.", parent=("", "")))
    at = open_page("jobs", job=job.id)
    assert "The service could not make this video." in words(at)
    assert "The line was not sent" in words(at)
    before = studio.jobs.count(workspace="local")
    for page in (at, open_page("jobs", job=job.id)):
        if "Try again" in labels(page):
            click(page, "Try again")
    assert studio.jobs.count(workspace="local") == before + 1
    again = studio.jobs.find(workspace="local", limit=1)[0]
    assert (again.kind, again.request, again.then_request) == (job.kind, job.request, job.then_request)
    changed = click(open_page("jobs", job=job.id), "Change and send again")
    assert changed.title[0].value == "Make a new video"


def test_a_video_that_came_without_its_id_says_what_to_do(studio: Studio, open_page: Open) -> None:
    job = new_video(studio)
    with studio.database.begin() as connection:
        connection.execute(sa.update(parents).where(parents.c.job_id == job.id).values(video_id=""))
    at = open_page("jobs", job=job.id)
    assert "did not say its id" in words(at)
    assert next(b for b in at.button if b.label == "Make it speak").disabled
    click(at, "Ask the service again")
    at = open_page("jobs", job=job.id)
    assert not next(b for b in at.button if b.label == "Make it speak").disabled


def came_without_its_id(studio: Studio, words_to_say: str, **values: Any) -> Job:
    """A video that is ready; its line waits for the id that the service did not say."""
    job = new_video(studio)
    with studio.database.begin() as connection:
        connection.execute(sa.update(parents).where(parents.c.job_id == job.id).values(video_id=""))
        late = {"then_request": line(words_to_say, parent=("", ""), voice_id="uk_man2", voice_speed="1.2")}
        connection.execute(sa.update(jobs).where(jobs.c.id == job.id).values(**late | values))
    return studio.jobs.get(job.id)


def test_a_line_that_waits_for_the_id_says_so_and_goes_on_when_the_service_is_asked_again(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    # Nothing but the button asks: the last look was just now.
    job = came_without_its_id(studio, "Asked for by hand.", polled_at=utcnow() + timedelta(hours=1))
    at = open_page("jobs", job=job.id)
    assert "has not said its id yet" in words(at)
    assert {"Take the line back", "Ask the service again"} <= set(labels(at))
    click(at, "Ask the service again")
    spoken = studio.jobs.get(job.id).then_job_id
    assert spoken is not None
    wait_for_state(studio, studio.jobs.get(spoken), JobState.READY)
    assert sandbox.log()["accepted_by_text"]["Asked for by hand."] == 1


def test_the_words_of_a_line_that_was_given_up_are_filled_in_where_the_video_speaks(
    studio: Studio, open_page: Open
) -> None:
    job = came_without_its_id(studio, "Said by hand.", then_problem=THEN_NO_VIDEO_ID)
    at = open_page("jobs", job=job.id)
    assert "within a day the service did not say" in words(at)
    click(at, "Ask the service again")
    at = open_page("jobs", job=job.id)
    assert studio.jobs.get(job.id).then_job_id is None
    click(at, "Make it speak")
    assert at.title[0].value == "Make a video speak"
    assert studio.parents.get(at.session_state["draft_parent"]).job_id == job.id
    filled = [at.session_state[name] for name in ("draft_text", "draft_voice_en", "draft_speed")]
    assert filled == ["Said by hand.", "uk_man2", 1.2]
    assert "Said by hand." in [area.value for area in at.text_area]


def test_with_one_account_no_job_names_it(studio: Studio, sandbox: RunningSandbox, open_page: Open) -> None:
    job = made(studio, request_for(sandbox), JobState.CLOSED)
    assert all("Sandbox" not in one.value for one in open_page("jobs", job=job.id).caption)


def test_the_page_of_a_job_and_the_list_name_the_account_where_there_are_several(
    studio: Studio, sandbox: RunningSandbox, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = studio.clients.accounts["main"]
    others = [
        replace(here, name="real", label="Marketing", base_url="https://api.example"),
        replace(here, name="try", label="Tryout"),
    ]
    for one in others:
        monkeypatch.setitem(studio.clients.accounts, one.name, one)
    shown = {"real": "Marketing", "try": "Tryout (sandbox)", "main": "Sandbox"}
    jobs_of = {name: made(studio, request_for(sandbox), JobState.CLOSED, account=name) for name in shown}
    for name, job in jobs_of.items():
        assert any(shown[name] in one.value for one in open_page("jobs", job=job.id).caption)
    listed = "\n".join(one.value for one in open_page("jobs").caption)
    assert all(label in listed for label in shown.values())


def test_an_account_that_is_gone_is_named_as_such_on_the_page_and_in_the_list(
    studio: Studio, sandbox: RunningSandbox, open_page: Open
) -> None:
    job = made(studio, request_for(sandbox), JobState.READY, account="training")
    for at in (open_page("jobs", job=job.id), open_page("jobs")):
        assert any(r"training \(no longer in the settings\)" in one.value for one in at.caption)


def test_the_list_is_narrowed_to_a_kind(studio: Studio, sandbox: RunningSandbox, open_page: Open) -> None:
    made(studio, request_for(sandbox, "A line of words."), JobState.CLOSED)
    made(studio, video("A video of words."), JobState.CLOSED, "text2video")
    at = open_page("jobs")
    at.segmented_control(key="jobs_kind").set_value("videos").run()
    shown = " ".join(one.proto.label for one in at.get("page_link"))
    assert "A video of words" in shown
    assert "A line of words" not in shown
