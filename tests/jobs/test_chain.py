"""When the video is ready, send this line: one chain, that survives everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lipsync.explain_then import explain_then
from lipsync.jobs.chain import Chain
from lipsync.jobs.follow import Follower
from lipsync.jobs.model import Charge, Job, JobState, ThenState
from lipsync.jobs.store import utcnow
from lipsync.upstream.replies import TaskKind
from tests.support.app_server import running_app
from tests.support.bench import Bench, line
from tests.support.replies_server import RepliesServer
from tests.support.sandbox import RunningSandbox
from tests.support.studios import running_studio, submit, wait_for_state
from tests.support.videos import video
from tests.support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("chain")
MakeBench = Callable[..., Bench]


def then(text: str = "Then I speak.") -> dict[str, Any]:
    """A line without a parent."""
    return line(text, parent=("", ""))


def chained(studio: Any, text: str, prompt: str = "Somebody.", key: str = "k") -> Job:
    return studio.engine.submit(  # type: ignore[no-any-return]
        kind=TaskKind.TEXT2VIDEO, account="main", request=video(prompt), submit_key=key, workspace="local",
        owner="ada", then=then(text),
    )  # fmt: skip


def posts(sandbox: RunningSandbox, text: str) -> int:
    return sum(p["text"] == text for p in sandbox.log()["posts"])


def next_job(studio: Any, job: Job) -> Job:
    job_id = wait_until(lambda: studio.jobs.get(job.id).then_job_id, what="the line's job")
    return studio.jobs.get(job_id)  # type: ignore[no-any-return]


def test_the_line_is_sent_when_the_video_is_ready_and_both_know_each_other(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        job = chained(studio, "Both at once.")
        assert job.then_state is ThenState.WAITING
        job = wait_for_state(studio, job, JobState.READY)
        spoken = wait_for_state(studio, next_job(studio, job), JobState.READY)
        (made,) = studio.parents.made_by(job)
        assert job.then_state is ThenState.STARTED
        assert (spoken.after_job_id, spoken.owner, spoken.kind) == (job.id, "ada", TaskKind.LIP_SYNC)
        assert spoken.request["parent_task_id"] == job.task_id
        assert spoken.request["video_id"] == made.parent.video_id
        assert made.used_count == 1
        assert posts(sandbox, "Both at once.") == 1


@pytest.mark.postgres
def test_the_line_is_sent_on_postgresql_too(
    sandbox: RunningSandbox, tmp_path: Path, postgres_url: str
) -> None:
    with running_studio(sandbox, tmp_path, DATABASE_URL=postgres_url) as studio:
        job = wait_for_state(studio, chained(studio, "On the other database."), JobState.READY)
        wait_for_state(studio, next_job(studio, job), JobState.READY)
        assert studio.parents.made_by(job)[0].used_count == 1


def test_a_video_that_fails_starts_no_line_and_says_so(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        job = wait_for_state(studio, chained(studio, "Unsaid.", "Nobody [fail]"), JobState.FAILED)
        assert job.then_state is ThenState.NOT_STARTED
        assert "then_not_started" in [e.event for e in studio.jobs.events(job.id)]
        explained = explain_then(job)
        assert explained is not None
        assert explained.money == "Nothing was charged for the line."
        assert posts(sandbox, "Unsaid.") == 0


def test_a_video_taken_back_takes_its_line_along(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        job = chained(studio, "Never.")
        assert studio.engine.cancel(job.id)
        assert studio.jobs.get(job.id).then_state is ThenState.NOT_STARTED
        assert not studio.engine.drop_then(job.id)


def test_a_line_taken_back_in_time_is_not_sent(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.set_fault("work", route="create-video", seconds=1.0, count=1)
    with running_studio(sandbox, tmp_path) as studio:
        job = chained(studio, "Taken back.")
        wait_for_state(studio, job, JobState.SUBMITTED, JobState.PROCESSING)
        assert studio.engine.drop_then(job.id)
        assert not studio.engine.drop_then(job.id)
        job = wait_for_state(studio, job, JobState.READY)
        assert (job.then_state, job.then_job_id) == (ThenState.DROPPED, None)
        assert studio.parents.made_by(job)
        assert posts(sandbox, "Taken back.") == 0


def test_a_line_that_was_sent_cannot_be_taken_back_here(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        job = wait_for_state(studio, chained(studio, "Gone."), JobState.READY)
        assert not studio.engine.drop_then(job.id)
        wait_for_state(studio, next_job(studio, job), JobState.READY)


def test_a_lip_sync_is_followed_by_nothing(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with (
        running_studio(sandbox, tmp_path, start=False) as studio,
        pytest.raises(ValueError, match="only a video"),
    ):
        submit(studio, line(), "k", then=then())


# -- all or nothing --------------------------------------------------------------------------------


def ready_service(clip: bytes, *, video_id: str = "v-1") -> Any:
    def answer(seen: Any) -> Any:
        if seen.path.startswith("/files/"):
            return 200, {"Content-Type": "video/mp4"}, clip
        url = f"http://{seen.headers['host']}/files/a.mp4"
        videos = [
            {"id": video_id, "url": url, "duration": "5.1"},
            {"id": "v-2", "url": url, "duration": "5.1"},
        ]
        data = {"task_id": "t-1", "task_status": "succeed", "task_result": {"videos": videos}}
        return 200, {}, {"code": 0, "data": data}

    return answer


def follower(bench: Bench, enqueue: Callable[..., None]) -> Follower:
    return Follower(
        bench.store, bench.clients, bench.archive, bench.sender._patience, poll_seconds=0.2,
        chance=lambda: 0.5, finish=Chain(bench.store, enqueue).finish,
    )  # fmt: skip


def at_service(bench: Bench, **values: Any) -> Job:
    return bench.add(
        video("A face."), kind=TaskKind.TEXT2VIDEO, state=JobState.PROCESSING, charge=Charge.CHARGED,
        task_id="t-1", sent_at=utcnow(), polls=1, then_request=then(), **values,
    )  # fmt: skip


def test_a_crash_while_the_line_is_put_into_the_queue_leaves_the_video_not_ready_either(
    make_bench: MakeBench, clip: Path
) -> None:
    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with RepliesServer(ready_service(clip.read_bytes())) as server:
        bench = make_bench(server.url)
        job = at_service(bench)
        with pytest.raises(KeyboardInterrupt):
            follower(bench, crash).follow(job.id)
        now = bench.store.get(job.id)
        assert (now.state, now.then_state) == (JobState.FETCHING, ThenState.WAITING)
        assert len(bench.store.find()) == 1
        queued: list[Job] = []
        assert follower(bench, lambda _c, one: queued.append(one)).follow(job.id) == JobState.READY
        now = bench.store.get(job.id)
        assert [one.id for one in queued] == [now.then_job_id]
        assert len(bench.store.find()) == 2


def test_every_video_of_the_task_is_put_on_the_shelf(make_bench: MakeBench, clip: Path) -> None:
    with RepliesServer(ready_service(clip.read_bytes())) as server:
        bench = make_bench(server.url)
        follower(bench, lambda *_: None).follow(at_service(bench).id)
        with bench.database.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT video_id, prompt, source, width, job_id IS NOT NULL FROM parents ORDER BY video_id"
            ).all()
        assert [tuple(row) for row in rows] == [
            ("v-1", "A face.", "made", 64, 1), ("v-2", "A face.", "made", None, 0)
        ]  # fmt: skip


@pytest.mark.kill
def test_the_chain_survives_kills_of_the_server(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.set_fault("work", route="create-video", seconds=1.5, count=1)
    settings = {
        "COMETAPI_KEY": sandbox.key, "COMETAPI_BASE_URL": sandbox.url, "STUDIO_POLL_SECONDS": "0.3",
        "STUDIO_SYNC_MINUTES": "0", "STUDIO_PARENT_COPIES_MB": "0", "STUDIO_FACE_CHECK": "off",
    }  # fmt: skip
    with running_app(tmp_path, **settings) as app, running_studio(sandbox, tmp_path, start=False) as studio:
        job = chained(studio, "Through two kills.", "Killed twice.")
        wait_for_state(studio, job, JobState.PROCESSING, timeout=60)
        app.kill()
        app.restart()
        spoken_id = wait_until(lambda: studio.jobs.get(job.id).then_job_id, timeout=60, what="the line's job")
        app.kill()
        app.restart()
        spoken = wait_for_state(
            studio, studio.jobs.get(spoken_id), JobState.READY, JobState.UNKNOWN, timeout=60
        )
        assert posts(sandbox, "Killed twice.") == 1
        assert posts(sandbox, "Through two kills.") <= 1
        if posts(sandbox, "Through two kills."):
            wait_for_state(studio, spoken, JobState.READY, timeout=60)
