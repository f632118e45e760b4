"""Videos are made by the same engine as lip syncs: sent once, found again, fetched, put on the shelf."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.send import AGAIN, DONE, Sender
from lipsync.jobs.store import utcnow
from lipsync.parents import eligibility
from lipsync.pictures import PictureShelf
from lipsync.upstream.replies import TaskKind
from tests.support.bench import Bench
from tests.support.replies_server import RepliesServer, reset
from tests.support.sandbox import RunningSandbox
from tests.support.studios import running_studio, submit, wait_for_state
from tests.support.videos import picture_bytes, video

pytestmark = pytest.mark.xdist_group("videos")
MakeBench = Callable[..., Bench]
CREATED = {"code": 0, "data": {"task_id": "t-1", "task_status": "submitted"}}
KINDS = (TaskKind.TEXT2VIDEO, TaskKind.IMAGE2VIDEO)


def asked(kind: TaskKind, **more: Any) -> dict[str, Any]:
    if kind is TaskKind.IMAGE2VIDEO:
        more = {"picture_url": "https://files.example/face.png"} | more
    return video(kind=kind, **more)


def add(bench: Bench, kind: TaskKind, **values: Any) -> Job:
    return bench.add(asked(kind), kind=kind, **values)


def in_doubt(bench: Bench, kind: TaskKind = TaskKind.TEXT2VIDEO) -> Job:
    return add(bench, kind, state=JobState.UNKNOWN, charge=Charge.UNKNOWN, armed_at=utcnow(), ticket="x")


# -- what is sent ------------------------------------------------------------------------------


def test_the_body_of_text2video_is_flat_and_carries_the_job_s_id(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url, public_url="https://studio.example")
        request = video(
            "A man.", negative_prompt="blur", cfg_scale=0.7, mode="pro", duration="10", aspect_ratio="9:16"
        )
        job = bench.add(request, kind=TaskKind.TEXT2VIDEO)
        assert bench.send(job) == DONE
        assert server.seen[0].path == "/kling/v1/videos/text2video"
        assert server.seen[0].json == {
            "model_name": "kling-v2-6", "prompt": "A man.", "negative_prompt": "blur", "cfg_scale": 0.7,
            "mode": "pro", "duration": "10", "aspect_ratio": "9:16", "external_task_id": job.id,
            "callback_url": f"https://studio.example/callbacks/{job.callback_token}",
        }  # fmt: skip
        now = bench.store.get(job.id)
        assert (now.state, now.charge, now.task_id) == (JobState.SUBMITTED, Charge.CHARGED, "t-1")


def test_a_picture_of_ours_is_sent_as_it_is_and_an_address_as_an_address(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url)
        shelf = PictureShelf(bench.folder, bench.database)
        given = picture_bytes()
        _, picture = shelf.add(io.BytesIO(given), name="me.png", workspace="local", owner="local")
        assert picture is not None
        bench.sender = Sender(
            bench.store, bench.clients, bench.sounds, bench.sender._patience, pictures=shelf
        )
        request = video(
            "", kind=TaskKind.IMAGE2VIDEO, picture_id=picture.id, tail_picture_url="https://x.example/t.png"
        )
        bench.send(bench.add(request, kind=TaskKind.IMAGE2VIDEO))
        body = server.seen[0].json
        assert base64.b64decode(body["image"]) == given
        assert body["image_tail"] == "https://x.example/t.png"
        assert "prompt" not in body


def test_a_picture_that_is_gone_is_said_before_anything_is_sent(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url)
        request = video(kind=TaskKind.IMAGE2VIDEO, picture_id="0" * 32)
        job = bench.add(request, kind=TaskKind.IMAGE2VIDEO)
        assert bench.send(job) == DONE
        now = bench.store.get(job.id)
        assert (now.problem, now.charge, server.seen) == ("picture_missing", Charge.NONE, [])


@pytest.mark.parametrize("kind", KINDS)
def test_an_execution_without_the_ticket_never_sends_a_video(make_bench: MakeBench, kind: TaskKind) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url)
        job = add(bench, kind)
        ticket = bench.sender.arm(job.id, "killed")
        assert bench.sender.send(job.id, ticket or "", "after the restart") == DONE
        assert (bench.store.get(job.id).state, server.seen) == (JobState.UNKNOWN, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_answer_leaves_a_video_in_doubt_and_is_not_sent_again(
    make_bench: MakeBench, kind: TaskKind
) -> None:
    with RepliesServer(lambda seen: reset()) as server:
        bench = make_bench(server.url)
        job = add(bench, kind)
        bench.send(job, "first")
        now = bench.store.get(job.id)
        assert (now.state, now.charge) == (JobState.UNKNOWN, Charge.UNKNOWN)
        bench.sender.send(job.id, bench.sender.arm(job.id, "second") or "", "second")
        assert len(server.seen) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_busy_service_keeps_a_video_in_the_queue(make_bench: MakeBench, kind: TaskKind) -> None:
    with RepliesServer(lambda seen: (429, {}, {"code": 1303, "message": "parallel"})) as server:
        bench = make_bench(server.url)
        job = add(bench, kind)
        assert bench.send(job) == AGAIN
        assert bench.store.get(job.id).state is JobState.QUEUED


# -- settling by the handle ----------------------------------------------------------------------


class Tasks:
    """Answers by handle and by list from `entries`, of which each has an `external_task_id` or none."""

    def __init__(self, *entries: dict[str, Any], lists: bool = True, handles: bool = True) -> None:
        self.entries, self.lists, self.handles = entries, lists, handles

    def __call__(self, seen: Any) -> Any:
        assert seen.method == "GET"
        if "?" in seen.path:
            if not self.lists:
                return 404, {}, {"code": 1202, "message": "no such route"}
            return 200, {}, {"code": 0, "data": list(self.entries)}
        name = seen.path.rpartition("/")[2]
        for one in self.entries:
            handle = one.get("task_info", {}).get("external_task_id")
            if name == one["task_id"] or (self.handles and name == handle):
                return 200, {}, {"code": 0, "data": one}
        return 404, {}, {"code": 1203, "message": "task not found"}


def entry(task_id: str, handle: str | None) -> dict[str, Any]:
    info = {"task_info": {"external_task_id": handle}} if handle else {}
    made = round(utcnow().timestamp() * 1000)
    return {"task_id": task_id, "task_status": "processing", "created_at": made} | info


def settled(make_bench: MakeBench, entries: Callable[[str], list[dict[str, Any]]], **more: Any) -> Job:
    tasks = Tasks(**more)
    with RepliesServer(tasks) as server:
        bench = make_bench(server.url)
        job = in_doubt(bench)
        tasks.entries = tuple(entries(job.id))
        bench.settler.settle(job.id)
        return bench.store.get(job.id)


@pytest.mark.parametrize("way", [{"lists": False}, {"handles": False}], ids=["by handle", "by list"])
def test_the_task_that_carries_the_job_s_id_is_adopted(make_bench: MakeBench, way: dict[str, bool]) -> None:
    others = [entry("t-1", "f" * 32), entry("t-2", None)]
    job = settled(make_bench, lambda mine: [*others, entry("t-9", mine)], **way)
    assert (job.state, job.task_id, job.charge) == (JobState.SUBMITTED, "t-9", Charge.CHARGED)


@pytest.mark.parametrize(
    "entries",
    [
        lambda mine: [],
        lambda mine: [entry("t-1", "f" * 32)],
        lambda mine: [entry("t-1", None)],
        lambda mine: [entry("t-1", mine), entry("t-2", mine)],
    ],
    ids=["nothing", "another's", "without a handle", "two that claim it"],
)
def test_without_exactly_one_such_task_nothing_is_adopted(make_bench: MakeBench, entries: Any) -> None:
    assert settled(make_bench, entries, handles=False).state is JobState.UNKNOWN


def test_two_videos_in_doubt_at_once_each_find_their_own(make_bench: MakeBench) -> None:
    tasks = Tasks(handles=False)
    with RepliesServer(tasks) as server:
        bench = make_bench(server.url)
        jobs = [in_doubt(bench), in_doubt(bench)]
        tasks.entries = tuple(entry(f"t-{n}", job.id) for n, job in enumerate(jobs))
        for job in jobs:
            bench.settler.settle(job.id)
        assert [bench.store.get(job.id).task_id for job in jobs] == ["t-0", "t-1"]


def test_a_callback_that_names_another_job_s_task_adopts_nothing(make_bench: MakeBench) -> None:
    with RepliesServer(Tasks(entry("t-1", "f" * 32), lists=False)) as server:
        bench = make_bench(server.url)
        job = in_doubt(bench)
        with bench.database.begin() as connection:
            bench.store.log(connection, job.id, "callback", {"task_id": "t-1"})
        bench.settler.settle(job.id)
        assert bench.store.get(job.id).state is JobState.UNKNOWN


# -- the whole way, with the sandbox ---------------------------------------------------------------


def test_a_video_becomes_a_parent_whose_file_is_here_already(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, video("A chef in his kitchen."), "k", kind=TaskKind.TEXT2VIDEO)
        job = wait_for_state(studio, job, JobState.READY)
        (made,) = studio.parents.made_by(job)
        parent = made.parent
        assert (parent.task_id, parent.prompt, parent.kind) == (
            job.task_id, "A chef in his kitchen.", TaskKind.TEXT2VIDEO,
        )  # fmt: skip
        assert (made.source, made.job_id, made.width) == ("made", job.id, job.result_width)
        assert eligibility(parent, accounts=studio.accounts).eligible
        downloads = sandbox.log()["calls"]["download"]
        assert studio.parents.video(made.id).samefile(studio.archive.result_path(job.id))
        assert sandbox.log()["calls"]["download"] == downloads


def test_a_picture_becomes_a_video(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        given = io.BytesIO(picture_bytes(300, 400, "JPEG"))
        _, picture = studio.pictures.add(given, name="me.jpg", workspace="local", owner="local")
        assert picture is not None
        request = video("", kind=TaskKind.IMAGE2VIDEO, picture_id=picture.id)
        job = submit(studio, request, "k", kind=TaskKind.IMAGE2VIDEO)
        job = wait_for_state(studio, job, JobState.READY)
        assert studio.parents.made_by(job)[0].parent.kind is TaskKind.IMAGE2VIDEO


@pytest.mark.parametrize("lists", [True, False], ids=["with lists", "without lists"])
def test_a_lost_answer_of_a_video_is_settled_and_billed_once(
    sandbox: RunningSandbox, tmp_path: Path, lists: bool
) -> None:
    sandbox.set_fault("reset", route="create-video", after=True, count=1)
    if not lists:
        sandbox.set_fault("no-lists")
    prompt = f"Lost {uuid4().hex}."
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, video(prompt), "k", kind=TaskKind.TEXT2VIDEO)
        job = wait_for_state(studio, job, JobState.READY)
        assert "adopted" in [e.event for e in studio.jobs.events(job.id)]
        assert sum(p["text"] == prompt for p in sandbox.log()["posts"]) == 1


def test_a_video_that_the_service_could_not_make_fails_and_is_no_parent(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, video("A crowd [fail]"), "k", kind=TaskKind.TEXT2VIDEO)
        job = wait_for_state(studio, job, JobState.FAILED)
        assert job.problem == "task_failed"
        assert studio.parents.made_by(job) == ()
