"""A person names the task of a job in doubt: only what can be the job's own is followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lipsync.explain import explain_job
from lipsync.jobs.adopting import Adopter, Adoption
from lipsync.jobs.follow import GONE_LOOKS
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.settle import named_by_person
from lipsync.jobs.store import utcnow
from lipsync.upstream.errors import Interrupted, RouteMissing, UpstreamError
from lipsync.upstream.replies import TaskKind
from tests.support.bench import Bench, line
from tests.support.replies_server import RepliesServer, reset
from tests.support.sandbox import RunningSandbox
from tests.support.studios import request_for, running_studio, submit, wait_for_state
from tests.support.videos import video
from tests.support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("adopting")
MakeBench = Callable[..., Bench]
MISSING = (404, {}, {"code": 1203, "message": "task not found"})


def task(made: Any = None, *, video_id: str | None = "video", handle: str | None = None) -> Any:
    info: dict[str, Any] = {"parent_video": {"id": video_id}} if video_id else {}
    if handle:
        info["external_task_id"] = handle
    made = round((made or utcnow()).timestamp() * 1000)
    data = {"task_id": "t-7", "task_status": "processing", "task_info": info, "created_at": made}
    return 200, {}, {"code": 0, "data": data}


def in_doubt(bench: Bench, **values: Any) -> Job:
    defaults = {"state": JobState.UNKNOWN, "charge": Charge.UNKNOWN, "armed_at": utcnow(), "ticket": "x"}
    return bench.add(values.pop("request", line()), **defaults | values)


def adopted(
    make_bench: MakeBench, answer: Any, task_id: str = "t-7", **values: Any
) -> tuple[Adoption, Job, int]:
    """What came of it, the job afterwards, and how often the service was asked."""
    with RepliesServer(lambda seen: answer) as server:
        bench = make_bench(server.url)
        job = in_doubt(bench, **values)
        what = Adopter(bench.store, bench.clients, bench.settler).adopt(job, task_id, by="local")
        assert all(seen.method == "GET" for seen in server.seen)
        return what, bench.store.get(job.id), len(server.seen)


def test_the_task_that_fits_is_adopted(make_bench: MakeBench) -> None:
    what, job, _ = adopted(make_bench, task())
    assert (what, job.state, job.task_id, job.charge) == (
        Adoption.ADOPTED, JobState.SUBMITTED, "t-7", Charge.CHARGED,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (MISSING, Adoption.NO_SUCH_TASK),
        (task(video_id="another"), Adoption.OTHER_VIDEO),
        (task(handle="f" * 32), Adoption.OTHER_ORDER),
        (task(utcnow() - timedelta(minutes=2)), Adoption.OTHER_TIME),
        (task(utcnow() + timedelta(hours=1)), Adoption.OTHER_TIME),
    ],
    ids=["nobody knows it", "another video", "another order", "made before", "made long after"],
)
def test_what_cannot_be_the_jobs_task_is_refused_and_the_job_stays_in_doubt(
    make_bench: MakeBench, answer: Any, what: Adoption
) -> None:
    said, job, _ = adopted(make_bench, answer)
    assert (said, job.state, job.task_id, job.charge) == (what, JobState.UNKNOWN, None, Charge.UNKNOWN)


def test_a_lip_sync_is_no_answer_to_an_order_of_a_video(make_bench: MakeBench) -> None:
    what, job, _ = adopted(make_bench, task(), kind=TaskKind.TEXT2VIDEO, request=video())
    assert (what, job.state) == (Adoption.OTHER_KIND, JobState.UNKNOWN)


def test_what_the_service_leaves_out_speaks_against_no_task(make_bench: MakeBench) -> None:
    bare = 200, {}, {"code": 0, "data": {"task_id": "t-7", "task_status": "processing"}}
    assert adopted(make_bench, bare)[0] is Adoption.ADOPTED


def test_a_video_s_task_that_carries_the_job_s_id_is_its_own_whatever_the_clocks_say(
    make_bench: MakeBench,
) -> None:
    with RepliesServer(
        lambda seen: task(utcnow() - timedelta(hours=3), video_id=None, handle=job.id)
    ) as server:
        bench = make_bench(server.url)
        job = in_doubt(bench, kind=TaskKind.TEXT2VIDEO, request=video())
        adopter = Adopter(bench.store, bench.clients, bench.settler)
        assert adopter.adopt(job, "t-7", by="local") is Adoption.ADOPTED


def test_a_task_of_another_job_is_refused_without_asking(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: task()) as server:
        bench = make_bench(server.url)
        bench.add(state=JobState.PROCESSING, task_id="t-7")
        adopter = Adopter(bench.store, bench.clients, bench.settler)
        assert adopter.adopt(in_doubt(bench), "t-7", by="local") is Adoption.TAKEN
        assert server.seen == []


@pytest.mark.parametrize("task_id", ["a/b", "x" * 201, "t\n7"], ids=["a path", "too long", "two lines"])
def test_what_can_be_no_id_is_refused_without_asking(make_bench: MakeBench, task_id: str) -> None:
    what, job, asked = adopted(make_bench, task(), task_id)
    assert (what, job.state, asked) == (Adoption.NO_SUCH_TASK, JobState.UNKNOWN, 0)


def test_a_job_that_has_moved_on_or_lost_its_account_is_not_asked_about(make_bench: MakeBench) -> None:
    assert adopted(make_bench, task(), state=JobState.CLOSED)[::2] == (Adoption.MOVED_ON, 0)
    assert adopted(make_bench, task(), account="removed")[::2] == (Adoption.ACCOUNT_MISSING, 0)


@pytest.mark.parametrize(
    ("answer", "error"),
    [(reset(), Interrupted), ((404, {}, {"code": 1202, "message": "no route"}), RouteMissing)],
    ids=["the connection breaks", "no such route"],
)
def test_while_the_service_cannot_be_asked_nothing_is_adopted(
    make_bench: MakeBench, answer: Any, error: type[UpstreamError]
) -> None:
    with RepliesServer(lambda seen: answer) as server:
        bench = make_bench(server.url)
        job = in_doubt(bench)
        with pytest.raises(error):
            Adopter(bench.store, bench.clients, bench.settler).adopt(job, "t-7", by="local")
        assert bench.store.get(job.id).state is JobState.UNKNOWN


# -- a task that a person named, and that is not there later ------------------------------------------


def followed_in_vain(make_bench: MakeBench, **facts: Any) -> tuple[Bench, Job]:
    with RepliesServer(lambda seen: MISSING) as server:
        bench = make_bench(server.url)
        long_ago = utcnow() - timedelta(hours=1)
        job = bench.add(
            state=JobState.SUBMITTED, charge=Charge.CHARGED, task_id="t-7", armed_at=long_ago,
            sent_at=long_ago, polls=GONE_LOOKS,
        )  # fmt: skip
        with bench.database.begin() as connection:
            bench.store.log(connection, job.id, "adopted", {"task_id": "t-7"} | facts)
        bench.follower.follow(job.id)
        return bench, bench.store.get(job.id)


def test_a_task_that_a_person_named_and_that_is_not_there_puts_the_job_in_doubt_again(
    make_bench: MakeBench,
) -> None:
    bench, job = followed_in_vain(make_bench, by="local")
    assert (job.state, job.charge, job.task_id) == (JobState.UNKNOWN, Charge.UNKNOWN, None)
    said = explain_job(job)
    assert said is not None
    assert "does not know the task that was given" in said.what
    assert said.actions == ("look_now", "decide")
    assert bench.store.events(job.id)[-1].facts == {"task_id": "t-7"}


def test_a_task_that_the_search_found_and_that_is_not_there_later_is_gone(make_bench: MakeBench) -> None:
    _, job = followed_in_vain(make_bench, by="studio")
    assert (job.state, job.problem) == (JobState.FAILED, "task_gone")


def test_the_doubt_that_came_back_can_be_ended_by_the_right_task(make_bench: MakeBench) -> None:
    bench, job = followed_in_vain(make_bench, by="local")
    assert bench.settler.adopt(job, "t-8", by="local")
    now = bench.store.get(job.id)
    assert (now.state, now.task_id, now.polls) == (JobState.SUBMITTED, "t-8", 0)
    assert named_by_person(bench.store.events(job.id))


# -- the whole way, with the sandbox and its bill -------------------------------------------------------


def test_a_mistyped_id_changes_nothing_and_the_right_one_is_paid_for_once(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.set_fault("reset", route="create", after=True, count=1)
    sandbox.set_fault("no-lists")
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Mistyped."), "k")
        wait_for_state(studio, job, JobState.UNKNOWN)
        wait_until(lambda: not studio.engine.is_worked_on(studio.jobs.get(job.id)), what="the search to end")
        (sent,) = [p["task_id"] for p in sandbox.log()["posts"] if p["text"] == "Mistyped."]
        parents = sandbox.parents()
        for wrong in (sent + "x", "typo-123", parents["first"]["task_id"]):
            assert studio.engine.adopt(job.id, wrong, by="local") is Adoption.NO_SUCH_TASK
        assert studio.jobs.get(job.id).state is JobState.UNKNOWN
        assert studio.engine.adopt(job.id, sent, by="local") is Adoption.ADOPTED
        wait_for_state(studio, job, JobState.READY)
        assert sandbox.log()["accepted_by_text"]["Mistyped."] == 1
