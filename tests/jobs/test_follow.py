"""Following an accepted job: what each look means, and that the result ends on our disk."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lipsync.jobs.follow import GONE_LOOKS
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.patience import Stopping
from lipsync.jobs.send import LONGEST_PAUSE_SECONDS
from lipsync.jobs.store import utcnow
from lipsync.media import find_ffmpeg
from tests.support.bench import Bench
from tests.support.replies_server import RepliesServer, reset

MakeBench = Callable[..., Bench]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A real, short clip."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    subprocess.run(
        [
            str(find_ffmpeg()), "-v", "error", "-f", "lavfi", "-i", "testsrc=s=160x90:d=1", "-f", "lavfi",
            "-i", "sine=d=1", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-shortest", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path.read_bytes()


def status(word: str, **more: Any) -> tuple[int, dict[str, str], Any]:
    return 200, {}, {"code": 0, "message": "SUCCEED", "data": {"task_id": "t-1", "task_status": word, **more}}


class Service:
    """Answers queries from a list (the last one for ever) and downloads with `file`."""

    def __init__(self, answers: list[Any], file: Any = b"") -> None:
        self.answers = answers
        self.file = file
        self.queries = 0
        self.downloads: list[Any] = []
        self.url = ""

    def __call__(self, seen: Any) -> Any:
        if seen.path.startswith("/files/"):
            self.downloads.append(seen)
            file = self.file(len(self.downloads)) if callable(self.file) else self.file
            return (
                file
                if isinstance(file, tuple) or callable(file)
                else (200, {"Content-Type": "video/mp4"}, file)
            )
        answer = self.answers[min(self.queries, len(self.answers) - 1)]
        self.queries += 1
        return answer(self) if callable(answer) and getattr(answer, "ready", False) else answer


def ready(service: Service) -> Any:
    url = f"{service.url}/files/{service.queries}.mp4?sig=secret"
    return status("succeed", task_result={"videos": [{"id": "v-9", "url": url, "duration": "1.0"}]})


ready.ready = True  # type: ignore[attr-defined]


@pytest.fixture
def serve(make_bench: MakeBench) -> Iterator[Callable[..., tuple[Bench, Service]]]:
    """A bench that talks to a service with the given answers."""
    servers: list[RepliesServer] = []

    def start(answers: list[Any], file: Any = b"") -> tuple[Bench, Service]:
        service = Service(answers, file)
        server = RepliesServer(service)
        server.__enter__()
        servers.append(server)
        service.url = server.url
        return make_bench(server.url), service

    yield start
    for server in servers:
        server.__exit__()


def sent(bench: Bench, **values: Any) -> Job:
    defaults = {
        "state": JobState.SUBMITTED, "charge": Charge.CHARGED, "task_id": "t-1", "sent_at": utcnow(),
        "polls": 1,
    }  # fmt: skip
    return bench.add(**defaults | values)


def test_a_job_goes_from_submitted_to_ready(serve: Any, clip: bytes) -> None:
    bench, service = serve([status("submitted"), status("processing"), ready], clip)
    job = sent(bench)
    assert bench.follower.follow(job.id) == JobState.READY
    now = bench.store.get(job.id)
    assert bench.archive.result_path(job.id).read_bytes() == clip
    assert (now.result_bytes, now.result_width, now.charge) == (len(clip), 160, Charge.CHARGED)
    assert [e.event for e in bench.store.events(job.id)] == ["queued", "processing", "fetching", "ready"]
    assert service.queries == 3


def test_the_file_host_never_sees_the_key(serve: Any, clip: bytes) -> None:
    bench, service = serve([ready], clip)
    bench.follower.follow(sent(bench).id)
    assert "authorization" not in service.downloads[0].headers


def test_a_signed_address_never_reaches_the_database(serve: Any, clip: bytes) -> None:
    bench, _ = serve([ready], clip)
    bench.follower.follow(sent(bench).id)
    bench.database.dispose()
    assert b"sig=secret" not in b"".join(f.read_bytes() for f in bench.folder.glob("studio.db*"))


def test_a_failed_task_fails_the_job_with_the_service_s_reason(serve: Any) -> None:
    bench, _ = serve([status("failed", task_status_msg="There is no human in the video")])
    job = sent(bench)
    assert bench.follower.follow(job.id) == JobState.FAILED
    now = bench.store.get(job.id)
    assert (now.problem, now.problem_facts) == ("task_failed", {"message": "There is no human in the video"})
    assert now.charge is Charge.CHARGED


def test_success_without_a_link_is_waited_for(serve: Any, clip: bytes) -> None:
    bench, service = serve([status("succeed"), status("succeed", task_result={"videos": []}), ready], clip)
    assert bench.follower.follow(sent(bench).id) == JobState.READY
    assert service.queries == 3


def test_an_unknown_task_in_the_first_minute_is_waited_for(serve: Any, clip: bytes) -> None:
    missing = (404, {}, {"code": 1203, "message": "task_not_exist"})
    bench, _ = serve([missing, missing, ready], clip)
    job = sent(bench)
    assert bench.follower.follow(job.id) == JobState.READY
    assert "trouble" not in [e.event for e in bench.store.events(job.id)]


def test_a_task_that_stays_unknown_for_long_is_gone(serve: Any) -> None:
    bench, _ = serve([(404, {}, {"code": 1203, "message": "task_not_exist"})])
    job = sent(bench, sent_at=utcnow() - timedelta(hours=1), polls=GONE_LOOKS)
    assert bench.follower.follow(job.id) == JobState.FAILED
    assert bench.store.get(job.id).problem == "task_gone"


@pytest.mark.parametrize(
    "job",
    [{"sent_at": utcnow() - timedelta(hours=1)}, {"state": JobState.FETCHING, "polls": 99}],
    ids=["only the clock says that it is old", "one bad answer while it is fetched"],
)
def test_a_single_no_such_task_does_not_give_a_paid_job_up(serve: Any, clip: bytes, job: Any) -> None:
    bench, _ = serve([(404, {}, {"code": 1203, "message": "task_not_exist"}), ready], clip)
    bench.follower._wait = lambda one, seconds: None  # type: ignore[method-assign]
    assert bench.follower.follow(sent(bench, **job).id) == JobState.READY


def test_a_service_that_asks_for_a_year_of_peace_is_looked_at_after_an_hour(serve: Any, clip: bytes) -> None:
    bench, _ = serve([(429, {"Retry-After": "1e12"}, {"code": 1302, "message": "x"}), ready], clip)
    waits: list[float] = []
    bench.follower._wait = lambda one, seconds: waits.append(seconds)  # type: ignore[method-assign]
    assert bench.follower.follow(sent(bench).id) == JobState.READY
    assert waits[0] <= LONGEST_PAUSE_SECONDS


@pytest.mark.parametrize(
    "trouble",
    [
        reset(),
        (500, {}, {"code": 5000, "message": "internal"}),
        (502, {}, "<html>bad gateway</html>"),
        (503, {}, {"code": 5001, "message": "maintenance"}),
        (429, {}, {"code": 1302, "message": "too fast"}),
        (200, {}, "{broken"),
    ],
    ids=["reset", "5000", "502", "5001", "1302", "broken"],
)
def test_trouble_with_a_query_never_ends_a_paid_job(serve: Any, clip: bytes, trouble: Any) -> None:
    bench, _ = serve([trouble, ready], clip)
    job = sent(bench)
    assert bench.follower.follow(job.id) == JobState.READY
    assert bench.store.get(job.id).problem is None
    assert "trouble" in [e.event for e in bench.store.events(job.id)]


def test_a_refused_key_keeps_the_job_and_says_so(serve: Any, clip: bytes) -> None:
    bench, service = serve([(401, {}, {"code": 1002, "message": "invalid"}), ready], clip)
    job = sent(bench)
    seen: list[Job] = []

    def wait(one: Job, seconds: float) -> None:
        seen.append(bench.store.get(one.id))

    bench.follower._wait = wait  # type: ignore[method-assign]  # a minute, otherwise
    assert bench.follower.follow(job.id) == JobState.READY
    assert (seen[0].state, seen[0].problem) == (JobState.SUBMITTED, "key_refused")
    assert service.queries == 2


def test_an_expired_link_is_asked_for_anew(serve: Any, clip: bytes) -> None:
    bench, service = serve([ready], lambda n: (403, {}, "expired") if n == 1 else clip)
    job = sent(bench)
    assert bench.follower.follow(job.id) == JobState.READY
    assert service.downloads[0].path != service.downloads[1].path


def test_a_result_that_is_no_video_is_fetched_again(serve: Any, clip: bytes) -> None:
    bench, _ = serve([ready], lambda n: b"this is no video at all" if n == 1 else clip)
    job = sent(bench)
    assert bench.follower.follow(job.id) == JobState.READY
    assert bench.archive.result_path(job.id).read_bytes() == clip


def test_a_result_cut_short_is_never_kept(serve: Any, clip: bytes) -> None:
    half = clip[: len(clip) // 2]
    bench, _ = serve([ready], lambda n: half if n == 1 else clip)
    job = sent(bench)
    assert bench.follower.follow(job.id) == JobState.READY
    assert bench.archive.result_path(job.id).read_bytes() == clip


def test_a_disk_that_refuses_is_said_and_tried_again(serve: Any, clip: bytes) -> None:
    bench, _ = serve([ready], clip)
    job = sent(bench)
    # A file where the folder should be: writing fails as on a broken disk, also for root.
    blocked = bench.folder / "results"
    blocked.write_text("in the way")
    seen: list[str | None] = []

    def wait(one: Job, seconds: float) -> None:
        seen.append(bench.store.get(one.id).problem)
        blocked.unlink()

    bench.follower._wait = wait  # type: ignore[method-assign]
    assert bench.follower.follow(job.id) == JobState.READY
    assert seen == ["disk"]


def test_a_result_that_is_here_already_is_not_fetched_again(serve: Any, clip: bytes, tmp_path: Path) -> None:
    bench, service = serve([ready], clip)
    job = sent(bench)
    bench.follower.follow(job.id)
    bench.store.change(job.id, frm=[JobState.READY], state=JobState.FETCHING)
    assert bench.follower.follow(job.id) == JobState.READY
    assert len(service.downloads) == 1


def test_nothing_half_fetched_stays_behind(serve: Any, clip: bytes) -> None:
    bench, _ = serve([ready], lambda n: b"rubbish" if n == 1 else clip)
    job = sent(bench)
    bench.follower.follow(job.id)
    assert [f.name for f in (bench.folder / "results").iterdir()] == [f"{job.id}.mp4"]


def test_a_nudge_ends_a_wait(serve: Any, clip: bytes) -> None:
    bench, _ = serve([status("processing"), ready], clip)
    job = sent(bench)
    bench.store.nudge(job.id)  # as a callback does, while the first look is under way
    before = bench.store.get(job.id)
    bench.follower._wait(bench.store.get(job.id), 0.0)
    bench.store.nudge(job.id)
    bench.follower._wait(before, 3_600.0)  # comes back at once, or the test never ends


def test_stopping_the_process_leaves_the_job_as_it_is(serve: Any) -> None:
    bench, _ = serve([status("processing")])
    job = sent(bench)
    bench.stop.set()
    with pytest.raises(Stopping):
        bench.follower.follow(job.id)
    assert bench.store.get(job.id).state in (JobState.SUBMITTED, JobState.PROCESSING)


def test_a_result_deleted_after_30_days_is_said_to_be_gone(serve: Any) -> None:
    bench, _ = serve([ready], (404, {}, "gone"))
    job = sent(bench, sent_at=utcnow() - timedelta(days=31))
    assert bench.follower.follow(job.id) == JobState.FAILED
    assert bench.store.get(job.id).problem == "task_gone"
