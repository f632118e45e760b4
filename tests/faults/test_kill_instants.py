"""SIGKILL at chosen instants between the click and the clip: the job ends, one POST was sent.

The studio is the real server; jobs are handed in by this process, which shares its database
as a second one may, but works on nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from lipsync.jobs.model import Job, JobState
from lipsync.media import probe_video
from lipsync.studio import Studio
from tests.support.app_server import AppServer, running_app
from tests.support.sandbox import RunningSandbox, running_sandbox
from tests.support.studios import request_for, running_studio, submit, wait_for_state
from tests.support.waiting import wait_until

pytestmark = pytest.mark.kill

Instant = Callable[[RunningSandbox, Studio, Job], bool]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def app(sandbox: RunningSandbox, folder: Path) -> Iterator[AppServer]:
    with running_app(
        folder,
        COMETAPI_KEY=sandbox.key,
        COMETAPI_BASE_URL=sandbox.url,
        STUDIO_POLL_SECONDS="0.3",
        STUDIO_SEARCH_SECONDS="5",
    ) as server:
        yield server


@pytest.fixture(scope="module")
def studio(sandbox: RunningSandbox, folder: Path, app: AppServer) -> Iterator[Studio]:
    with running_studio(sandbox, folder, start=False) as one:
        yield one


@pytest.fixture(autouse=True)
def no_faults(sandbox: RunningSandbox) -> Iterator[None]:
    yield
    sandbox.clear_faults()


def state_is(*states: JobState) -> Instant:
    return lambda _sandbox, studio, job: studio.jobs.get(job.id).state in states


def arrived(sandbox: RunningSandbox, _studio: Studio, job: Job) -> bool:
    return posts(sandbox, job) > 0


def posts(sandbox: RunningSandbox, job: Job) -> int:
    """How many POSTs of a job the service has seen, accepted or not."""
    return sum(p["text"] == job.request["text"] for p in sandbox.log()["posts"])


def usable_parents(sandbox: RunningSandbox) -> list[str]:
    return [name for name, one in sandbox.parents().items() if not one["why_not_usable"]]


def fetching_has_begun(sandbox: RunningSandbox, studio: Studio, job: Job) -> bool:
    return studio.jobs.get(job.id).state is JobState.FETCHING


INSTANTS: list[tuple[str, dict[str, object] | None, Instant]] = [
    ("while it waits", None, state_is(JobState.QUEUED, JobState.SUBMITTING, JobState.SUBMITTED)),
    ("before the service has read it", {"kind": "delay", "seconds": 2.0}, state_is(JobState.SUBMITTING)),
    ("after the service accepted it", {"kind": "delay", "seconds": 2.0, "after": True}, arrived),
    ("when its answer is stored", {"kind": "work", "seconds": 2.0}, state_is(JobState.SUBMITTED)),
    ("while it is worked on", {"kind": "work", "seconds": 2.0}, state_is(JobState.PROCESSING)),
    (
        "while it is fetched",
        {"kind": "slow", "route": "download", "bytes_per_second": 4000},
        fetching_has_begun,
    ),
]


@pytest.mark.xdist_group("kill-instants")
@pytest.mark.parametrize(("name", "fault", "instant"), INSTANTS, ids=[i[0] for i in INSTANTS])
def test_a_kill_loses_nothing_and_sends_nothing_twice(
    app: AppServer, sandbox: RunningSandbox, studio: Studio, name: str, fault: dict[str, object] | None,
    instant: Instant,
) -> None:  # fmt: skip
    if fault is not None:
        settings = {"route": "create", "count": 1} | fault
        sandbox.set_fault(str(settings.pop("kind")), **settings)
    # A parent of its own: doubt about one job must not keep the next one from being found.
    parent = usable_parents(sandbox)[[i[0] for i in INSTANTS].index(name)]
    job = submit(studio, request_for(sandbox, f"Killed {name}.", parent), uuid4().hex)
    wait_until(lambda: instant(sandbox, studio, job), timeout=30, what=f"the instant {name!r}")
    app.kill()
    sandbox.clear_faults()
    app.restart()
    done = wait_for_state(studio, job, JobState.READY, JobState.UNKNOWN, JobState.FAILED, timeout=60)
    if done.state is JobState.UNKNOWN:  # it is still being searched for
        wait_until(
            lambda: not studio.engine.is_worked_on(studio.jobs.get(job.id)), timeout=180, what="the search"
        )
        done = studio.jobs.get(job.id)
    assert posts(sandbox, job) <= 1
    if posts(sandbox, job) == 1:
        done = wait_for_state(studio, job, JobState.READY, timeout=60)
        assert probe_video(studio.archive.result_path(job.id)).seconds > 0
    else:
        # Never sent, and nobody can know that for sure: the person is asked.
        assert done.state is JobState.UNKNOWN
    assert "Traceback" not in app.log
