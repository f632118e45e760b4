"""A video that came without its id: its line waits, is sent once when the id is there, or is given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from lipsync.explain_then import explain_then
from lipsync.jobs.chain import Chain
from lipsync.jobs.follow import Follower
from lipsync.jobs.late_ids import GIVE_UP_AFTER, LIST_AFTER, LateIds
from lipsync.jobs.model import Charge, Job, JobState, ThenState
from lipsync.jobs.store import utcnow
from lipsync.shelf.rows import keep_task
from lipsync.upstream.replies import Task, TaskKind, TaskStatus, Video
from tests.support.app_server import running_app
from tests.support.bench import Bench, line
from tests.support.replies_server import RepliesServer
from tests.support.sandbox import RunningSandbox
from tests.support.studios import running_studio, submit, wait_for_state
from tests.support.videos import video
from tests.support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("late-ids")
MakeBench = Callable[..., Bench]
A_MINUTE = timedelta(minutes=1)


class Service:
    """Has one finished video, whose id it says in answers to queries and lists only when told to."""

    def __init__(self, clip: bytes) -> None:
        self.clip = clip
        self.query_id = self.list_id = ""
        self.asked: list[str] = []
        self.answer: Any = None

    def __call__(self, seen: Any) -> Any:
        if seen.path.startswith("/files/"):
            return 200, {"Content-Type": "video/mp4"}, self.clip
        listed = "?" in seen.path
        self.asked.append("list" if listed else "query")
        if self.answer is not None:
            return self.answer
        video_id = self.list_id if listed else self.query_id
        url = f"http://{seen.headers['host']}/files/a.mp4"
        data: dict[str, Any] = {"task_id": "t-1", "task_status": "succeed", "result_url": url}
        if video_id:
            data["task_result"] = {"videos": [{"id": video_id, "url": url, "duration": "5.1"}]}
        return 200, {}, {"code": 0, "data": [data] if listed else data}


@dataclass
class Waiting:
    """A video that is here without its id, and its line."""

    bench: Bench
    service: Service
    job: Job
    queued: list[Job] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chain = Chain(self.bench.store, lambda _connection, one: self.queued.append(one))
        self.late = LateIds(self.bench.store, self.bench.clients, self.chain, first_seconds=5.0)

    def look(self, after: timedelta) -> Job:
        """A look so long after the video came; gives the job as it is then."""
        self.late.look(utcnow() + after)
        return self.now

    @property
    def now(self) -> Job:
        return self.bench.store.get(self.job.id)


@pytest.fixture
def waiting(make_bench: MakeBench, clip: Path) -> Any:
    service = Service(clip.read_bytes())
    with RepliesServer(service) as server:
        bench = make_bench(server.url)
        job = bench.add(
            video("A face."), kind=TaskKind.TEXT2VIDEO, state=JobState.PROCESSING, charge=Charge.CHARGED,
            task_id="t-1", sent_at=utcnow(), polls=1, then_request=line("Late.", parent=("", "")),
        )  # fmt: skip
        one = Waiting(bench, service, job)
        follower = Follower(
            bench.store, bench.clients, bench.archive, bench.sender._patience, poll_seconds=0.2,
            chance=lambda: 0.5, finish=one.chain.finish,
        )  # fmt: skip
        assert follower.follow(job.id) == JobState.READY
        service.asked.clear()
        yield one


def test_the_video_is_ready_at_once_and_its_line_waits_and_says_why(waiting: Waiting) -> None:
    assert (waiting.now.state, waiting.now.then_state) == (JobState.READY, ThenState.WAITING)
    assert waiting.queued == []
    explained = explain_then(waiting.now)
    assert explained is not None
    assert "has not said its id yet" in explained.what
    assert "keeps asking" in explained.todo


def test_the_line_is_sent_once_as_soon_as_the_service_says_the_id(waiting: Waiting) -> None:
    assert waiting.look(A_MINUTE).then_state is ThenState.WAITING
    waiting.service.query_id = "v-1"
    now = waiting.look(2 * A_MINUTE)
    waiting.look(2 * A_MINUTE)
    (sent,) = waiting.queued
    assert (now.then_state, now.then_job_id, sent.after_job_id) == (ThenState.STARTED, sent.id, now.id)
    assert (sent.state, sent.request["parent_task_id"], sent.request["video_id"]) == (
        JobState.QUEUED, "t-1", "v-1",
    )  # fmt: skip
    assert len(waiting.bench.store.find()) == 2
    assert waiting.service.asked == ["query", "query"]


def test_looks_come_ever_more_seldom_and_about_a_dozen_times_before_the_list_is_asked(
    waiting: Waiting,
) -> None:
    came = waiting.now.finished_at
    assert came is not None
    looks = []
    for seconds in range(0, round(LIST_AFTER.total_seconds()), 2):
        before = len(waiting.service.asked)
        waiting.late.look(came + timedelta(seconds=seconds))
        if len(waiting.service.asked) > before:
            looks.append(seconds)
    gaps = [later - earlier for earlier, later in pairwise(looks)]
    assert gaps == sorted(gaps)
    assert min(gaps) >= 5
    assert 8 <= len(looks) <= 16
    assert set(waiting.service.asked) == {"query"}


def test_after_some_minutes_the_list_is_asked_as_well(waiting: Waiting) -> None:
    waiting.service.list_id = "v-1"
    assert waiting.look(LIST_AFTER - timedelta(seconds=30)).then_state is ThenState.WAITING
    assert waiting.service.asked == ["query"]
    assert waiting.look(LIST_AFTER + A_MINUTE).then_state is ThenState.STARTED
    assert waiting.service.asked == ["query", "query", "list"]


def test_an_id_that_somebody_else_brought_sends_the_line_without_asking(waiting: Waiting) -> None:
    listed = Task("t-1", TaskKind.TEXT2VIDEO, TaskStatus.SUCCEED, videos=(Video("v-1", None, 5.1),))
    with waiting.bench.database.begin() as connection:
        keep_task(connection, listed, account="main", workspace="local", owner="local", source="listed")
    assert waiting.look(timedelta()).then_state is ThenState.STARTED
    assert len(waiting.queued) == 1
    assert waiting.service.asked == []


def test_an_id_that_was_listed_before_the_video_was_here_sends_the_line_at_once(
    make_bench: MakeBench, clip: Path
) -> None:
    with RepliesServer(Service(clip.read_bytes())) as server:
        bench = make_bench(server.url)
        job = bench.add(
            video("A face."), kind=TaskKind.TEXT2VIDEO, state=JobState.PROCESSING, charge=Charge.CHARGED,
            task_id="t-1", sent_at=utcnow(), polls=1, then_request=line("Late.", parent=("", "")),
        )  # fmt: skip
        listed = Task("t-1", TaskKind.TEXT2VIDEO, TaskStatus.SUCCEED, videos=(Video("v-1", None, 5.1),))
        with bench.database.begin() as connection:
            keep_task(connection, listed, account="main", workspace="local", owner="local", source="listed")
        finish = Chain(bench.store, lambda *_: None).finish
        follower = Follower(
            bench.store, bench.clients, bench.archive, bench.sender._patience, poll_seconds=0.2,
            finish=finish,
        )  # fmt: skip
        follower.follow(job.id)
        assert bench.store.get(job.id).then_state is ThenState.STARTED


def test_a_crash_while_the_line_is_put_into_the_queue_leaves_it_waiting(waiting: Waiting) -> None:
    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    waiting.service.query_id = "v-1"
    crashing = LateIds(
        waiting.bench.store, waiting.bench.clients, Chain(waiting.bench.store, crash), first_seconds=5.0
    )
    with pytest.raises(KeyboardInterrupt):
        crashing.look(utcnow() + A_MINUTE)
    assert waiting.now.then_state is ThenState.WAITING
    assert len(waiting.bench.store.find()) == 1
    assert waiting.look(2 * A_MINUTE).then_state is ThenState.STARTED
    assert len(waiting.queued) == 1


def test_a_line_that_was_taken_back_is_neither_asked_for_nor_sent(waiting: Waiting) -> None:
    stale = waiting.now
    assert waiting.chain.drop(waiting.job.id)
    waiting.service.query_id = "v-1"
    assert waiting.look(A_MINUTE).then_state is ThenState.DROPPED
    with waiting.bench.database.begin() as connection:
        assert not waiting.chain.go_on(connection, stale)
    assert (waiting.queued, waiting.service.asked) == ([], [])


def test_after_a_day_without_an_id_the_line_is_given_up_and_says_so(waiting: Waiting) -> None:
    now = waiting.look(GIVE_UP_AFTER + A_MINUTE)
    assert (now.then_state, now.then_problem) == (ThenState.NOT_STARTED, "no_video_id")
    explained = explain_then(now)
    assert explained is not None
    assert "“Make it speak” opens with your words" in explained.todo
    waiting.service.query_id = "v-1"
    assert waiting.look(GIVE_UP_AFTER + 2 * A_MINUTE).then_state is ThenState.NOT_STARTED
    assert (waiting.queued, waiting.service.asked) == ([], [])


@pytest.mark.parametrize(
    "answer",
    [(500, {}, "?"), (404, {}, {"code": 1203, "message": "x"}), (401, {}, {"code": 1002, "message": "x"})],
    ids=["trouble", "no such task", "a refused key"],
)
def test_trouble_with_asking_gives_nothing_up(waiting: Waiting, answer: Any) -> None:
    waiting.service.answer = answer
    assert waiting.look(A_MINUTE).then_state is ThenState.WAITING
    waiting.service.answer, waiting.service.query_id = None, "v-1"
    assert waiting.look(2 * A_MINUTE).then_state is ThenState.STARTED


def test_a_service_that_asks_to_be_left_alone_is_left_alone(waiting: Waiting) -> None:
    waiting.service.answer = (429, {"Retry-After": "600"}, {"code": 1302, "message": "too fast"})
    waiting.look(A_MINUTE)
    waiting.look(2 * A_MINUTE)
    assert waiting.service.asked == ["query"]


def test_without_its_account_the_line_waits_on(waiting: Waiting) -> None:
    away = waiting.bench.clients.accounts.pop("main")
    assert waiting.look(A_MINUTE).then_state is ThenState.WAITING
    waiting.bench.clients.accounts["main"], waiting.service.query_id = away, "v-1"
    assert waiting.look(2 * A_MINUTE).then_state is ThenState.STARTED


# -- the whole way, with the sandbox ----------------------------------------------------------------


def posts(sandbox: RunningSandbox, text: str) -> int:
    return sum(p["text"] == text for p in sandbox.log()["posts"])


def without_ids(sandbox: RunningSandbox) -> None:
    """Answers have the video's address, and not its id."""
    sandbox.set_fault("shape", route="query", result_url="result_url")


def speaking(studio: Any, text: str, prompt: str = "Somebody.") -> Job:
    return submit(studio, video(prompt), text, kind=TaskKind.TEXT2VIDEO, then=line(text, parent=("", "")))


def is_spoken(sandbox: RunningSandbox, studio: Any, job: Job, text: str) -> None:
    spoken = wait_until(lambda: studio.jobs.get(job.id).then_job_id, what="the line's job")
    wait_for_state(studio, studio.jobs.get(spoken), JobState.READY)
    assert posts(sandbox, text) == 1


def test_an_id_that_comes_later_makes_the_line_speak(sandbox: RunningSandbox, tmp_path: Path) -> None:
    without_ids(sandbox)
    with running_studio(sandbox, tmp_path) as studio:
        job = wait_for_state(studio, speaking(studio, "Late id."), JobState.READY)
        assert job.then_state is ThenState.WAITING
        sandbox.clear_faults()
        is_spoken(sandbox, studio, job, "Late id.")


@pytest.mark.postgres
def test_an_id_that_comes_later_makes_the_line_speak_on_postgresql_too(
    sandbox: RunningSandbox, tmp_path: Path, postgres_url: str
) -> None:
    without_ids(sandbox)
    with running_studio(sandbox, tmp_path, DATABASE_URL=postgres_url) as studio:
        job = wait_for_state(studio, speaking(studio, "Late, elsewhere."), JobState.READY)
        sandbox.clear_faults()
        is_spoken(sandbox, studio, job, "Late, elsewhere.")


def test_the_keepers_list_brings_the_id_too(sandbox: RunningSandbox, tmp_path: Path) -> None:
    without_ids(sandbox)
    with running_studio(sandbox, tmp_path) as studio:
        job = wait_for_state(studio, speaking(studio, "From the list."), JobState.READY)
        studio.keeper.ask_sync("main")
        is_spoken(sandbox, studio, job, "From the list.")


@pytest.mark.kill
def test_a_line_that_waits_for_an_id_survives_a_kill(sandbox: RunningSandbox, tmp_path: Path) -> None:
    without_ids(sandbox)
    settings = {
        "COMETAPI_KEY": sandbox.key, "COMETAPI_BASE_URL": sandbox.url, "STUDIO_POLL_SECONDS": "0.3",
        "STUDIO_SYNC_MINUTES": "0", "STUDIO_PARENT_COPIES_MB": "0", "STUDIO_FACE_CHECK": "off",
    }  # fmt: skip
    with running_app(tmp_path, **settings) as app, running_studio(sandbox, tmp_path, start=False) as studio:
        job = speaking(studio, "Killed while it waits.")
        wait_for_state(studio, job, JobState.READY, timeout=60)
        app.kill()
        sandbox.clear_faults()
        app.restart()
        wait_until(lambda: studio.jobs.get(job.id).then_job_id, timeout=60, what="the line's job")
        is_spoken(sandbox, studio, job, "Killed while it waits.")
