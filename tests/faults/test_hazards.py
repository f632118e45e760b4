"""The job engine's known hazards, each shown to be closed. docs/reliability.md names each one's test."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lipsync.database.tables import metadata
from lipsync.jobs.model import LIVE, Job, JobState
from lipsync.studio import Studio, open_studio
from tests.support.sandbox import ROOT, RunningSandbox, running_sandbox
from tests.support.studios import request_for, running_studio, settings_for, submit, wait_for_state
from tests.support.waiting import wait_until

AT_WORK = (JobState.SUBMITTED, JobState.PROCESSING)


def posts(sandbox: RunningSandbox) -> Counter[str]:
    """How many creates arrived for each text."""
    return Counter(p["text"] for p in sandbox.log()["posts"])


def worker(sandbox: RunningSandbox, folder: Path, *more: str) -> subprocess.Popen[str]:
    """A second process of the studio, without pages."""
    command = [
        sys.executable, "-m", "tests.faults.worker", "--url", sandbox.url, "--data", str(folder / "data"),
        "--parents", "none/none", "--prefix", "w", "--acked", str(folder / "acked"), *more,
    ]  # fmt: skip
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> int:
    """The exit code of a process that ends by itself."""
    try:
        return process.wait(90)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def submit_many(studio: Studio, sandbox: RunningSandbox, count: int) -> list[Job]:
    request = request_for(sandbox)
    return [submit(studio, request | {"text": f"{uuid4().hex}."}, uuid4().hex) for _ in range(count)]


def assert_each_was_sent_once(studio: Studio, sandbox: RunningSandbox, jobs: list[Job]) -> None:
    arrived = posts(sandbox)
    assert [studio.jobs.get(job.id).state for job in jobs] == [JobState.READY] * len(jobs)
    assert [arrived[job.request["text"]] for job in jobs] == [1] * len(jobs)


@pytest.mark.kill
def test_a_process_that_starts_while_another_still_works_strands_nothing(tmp_path: Path) -> None:
    with running_sandbox(tmp_path / "service", "--work-seconds", "1") as service:
        with running_studio(service, tmp_path, STUDIO_MAX_IN_FLIGHT=5) as studio:
            jobs = submit_many(studio, service, 8)
            wait_for_state(studio, jobs[0], *AT_WORK)
            second = worker(service, tmp_path, "--until-done")
            wait_for_state(studio, jobs[0], JobState.READY)
        # The first one has stopped with jobs under way; the second takes the place and ends them all.
        assert ended(second) == 0
        with running_studio(service, tmp_path, start=False) as studio:
            assert_each_was_sent_once(studio, service, jobs)


@pytest.mark.kill
@pytest.mark.postgres
def test_a_dead_worker_s_jobs_are_taken_over_by_another(tmp_path: Path, postgres_url: str) -> None:
    with running_sandbox(tmp_path / "service", "--work-seconds", "3") as service:
        given = ("--database", postgres_url)
        with running_studio(service, tmp_path, start=False, DATABASE_URL=postgres_url) as studio:
            jobs = submit_many(studio, service, 4)
            doomed = worker(service, tmp_path, *given)
            wait_for_state(studio, jobs[0], *AT_WORK, timeout=60)
            heir = worker(service, tmp_path, *given, "--until-done")
            assert heir.stdout is not None
            assert heir.stdout.readline() == "ready\n"
            doomed.send_signal(signal.SIGKILL)
            ended(doomed)
            assert ended(heir) == 0
            assert_each_was_sent_once(studio, service, jobs)


def test_taking_back_races_sending_a_hundred_times_and_never_pays_for_what_was_taken_back(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.set_fault("work", seconds=300.0)
    # Half of them cannot be sent before others end, so something is left to take back on any machine.
    more = {"STUDIO_MAX_IN_FLIGHT": 50, "STUDIO_POLL_SECONDS": 60}
    with running_studio(sandbox, tmp_path, start=False, **more) as studio:
        jobs = submit_many(studio, sandbox, 100)
        studio.start()
        wait_until(lambda: studio.jobs.find(states=[JobState.SUBMITTING, *AT_WORK]), what="the first one")
        # From both ends, so that some are sure to meet the sender.
        order = [job for pair in zip(jobs[:50], reversed(jobs[50:]), strict=True) for job in pair]
        taken_back = {job.id for job in order if studio.engine.cancel(job.id)}
        kept = [job for job in jobs if job.id not in taken_back]
        for job in kept:
            wait_for_state(studio, job, *AT_WORK, timeout=60)
        arrived = posts(sandbox)
        assert taken_back
        assert kept
        assert [arrived[job.request["text"]] for job in jobs] == [int(job in kept) for job in jobs]


def test_an_error_that_the_engine_records_as_the_end_is_continued(
    sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        failed: list[str] = []
        query = studio.clients.client("main").query

        def fails_once(*given: Any) -> Any:
            if not failed:
                failed.append("yes")
                raise RuntimeError("a bug")
            return query(*given)

        monkeypatch.setattr(studio.clients.client("main"), "query", fails_once)
        (job,) = submit_many(studio, sandbox, 1)
        wait_until(lambda: failed, what="the error")
        wait_until(lambda: not studio.engine.is_worked_on(studio.jobs.get(job.id)), what="the workflow's end")
        assert studio.jobs.get(job.id).state in LIVE
        assert studio.engine.sweep() == 1
        wait_for_state(studio, job, JobState.READY)
        assert_each_was_sent_once(studio, sandbox, [job])


def test_stopping_in_the_middle_of_a_long_wait_ends_the_engine(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.set_fault("work", seconds=300.0, count=1)
    with running_studio(sandbox, tmp_path, STUDIO_POLL_SECONDS=60) as studio:
        (job,) = submit_many(studio, sandbox, 1)
        wait_until(lambda: studio.jobs.get(job.id).polls > 1, what="a long wait")
        thread = studio.engine._thread
        assert thread is not None
        # Its limit is far below the wait: a wait that could not be broken off would outlive it.
        studio.engine.stop(seconds=10.0)
        assert not thread.is_alive()
        wait_until(lambda: not _threads_of_jobs(), timeout=10, what="the job's thread to end")
        assert studio.jobs.get(job.id).state in AT_WORK


def _threads_of_jobs() -> list[str]:
    """The threads in which a job waits now."""
    frames = sys._current_frames()
    names = []
    for thread in threading.enumerate():
        frame = frames.get(thread.ident or 0)
        while frame is not None:
            if frame.f_code.co_filename.endswith("follow.py"):
                names.append(thread.name)
            frame = frame.f_back
    return names


def test_neither_a_second_start_nor_a_second_studio_makes_a_second_engine(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        studio.start()
        assert [t.name for t in threading.enumerate()].count("job-engine") == 1
        # As when a page's code is loaded anew and puts a studio together again.
        again = open_studio(settings_for(sandbox, tmp_path))
        again.start()
        wait_until(lambda: again.engine.status().holder, what="the place to be seen as taken")
        assert not again.engine.status().running
        (job,) = submit_many(again, sandbox, 1)
        wait_for_state(studio, job, JobState.READY)
        again.engine.stop()
        again.clients.close()
        again.database.dispose()
        assert studio.engine.status().running


def test_the_engine_s_own_tables_hold_the_job_s_id_and_neither_words_nor_keys(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        (job,) = submit_many(studio, sandbox, 1)
        job = wait_for_state(studio, job, JobState.READY)
        theirs = set(sa.inspect(studio.database).get_table_names()) - set(metadata.tables)
        with studio.database.connect() as connection:
            rows = {name: connection.execute(sa.text(f'SELECT * FROM "{name}"')).all() for name in theirs}
        kept = {name: str(found) for name, found in rows.items()}
        assert job.id in kept["workflow_status"]
        everything = " ".join(kept.values())
        for secret in (job.request["text"], sandbox.key, job.callback_token, job.request["video_id"]):
            assert secret not in everything
        assert "\\x80" not in everything  # the first byte of a pickle
        assert re.search(rf'"positionalArgs": ?\["{job.id}"\]', everything)


def test_what_was_written_survives_a_power_cut(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path) as studio, studio.database.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_the_engine_s_version_is_pinned() -> None:
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.fullmatch(r"dbos==\d+\.\d+\.\d+", line)]


def test_resuming_a_live_job_s_workflow_is_harmless(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.set_fault("work", seconds=1.5, count=1)
    with running_studio(sandbox, tmp_path) as studio:
        (job,) = submit_many(studio, sandbox, 1)
        wait_for_state(studio, job, *AT_WORK)
        studio.engine._queue.client().resume_workflow(job.id)
        wait_for_state(studio, job, JobState.READY)
        assert_each_was_sent_once(studio, sandbox, [job])


def test_nothing_is_connected_to_but_the_service(sandbox: RunningSandbox, tmp_path: Path) -> None:
    code = (
        "import json, sys; from pathlib import Path\n"
        "seen = set()\n"
        "def hook(event, given):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.bind'):\n"
        "        address = given[1] if event != 'socket.getaddrinfo' else given[:2]\n"
        "        seen.add((event, str(address[0]), str(address[1])))\n"
        "sys.addaudithook(hook)\n"
        "from tests.support.studios import *\n"
        "url, folder, request, key = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]\n"
        "studio = open_studio(load_settings(COMETAPI_KEY=key, COMETAPI_BASE_URL=url,"
        " STUDIO_DATA_DIR=folder / 'data', STUDIO_POLL_SECONDS=0.2))\n"
        "studio.start()\n"
        "job = submit(studio, request, 'k')\n"
        "wait_for_state(studio, job, JobState.READY)\n"
        "studio.stop()\n"
        "print(json.dumps(sorted(seen)))\n"
    )
    request = json.dumps(request_for(sandbox, "Who is asked?"))
    done = subprocess.run(
        [sys.executable, "-c", code, sandbox.url, str(tmp_path), request, sandbox.key],
        cwd=ROOT, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # The HTTP library tries once whether there is IPv6, by binding to no port in particular.
    asked = {(address, port) for _, address, port in json.loads(done.stdout)} - {("::1", "0")}
    assert asked == {("127.0.0.1", str(sandbox.port))}


def test_every_test_that_the_document_names_is_there() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page)
    assert len(named) >= 15
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"
