"""The engine as pages use it, on a real database and the real sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from dbos import DBOS

from lipsync.jobs.adopting import Adoption
from lipsync.jobs.model import Charge, JobState
from lipsync.jobs.queue import queue_name
from lipsync.media import probe_video
from tests.support.sandbox import ROOT, RunningSandbox
from tests.support.studios import request_for, running_studio, submit, wait_for_state
from tests.support.waiting import wait_until


def accepted(sandbox: RunningSandbox, text: str) -> int:
    """How often the service accepted (and billed) a text."""
    return Counter(p["text"] for p in sandbox.log()["posts"] if p["accepted"])[text]


def test_a_job_becomes_a_clip_on_disk(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "One."), "k")
        job = wait_for_state(studio, job, JobState.READY)
        facts = probe_video(studio.archive.result_path(job.id))
        assert facts.has_sound
        assert facts.bytes == job.result_bytes


@pytest.mark.postgres
def test_the_same_on_postgresql_by_database_url_alone(
    sandbox: RunningSandbox, tmp_path: Path, postgres_url: str
) -> None:
    with running_studio(sandbox, tmp_path, DATABASE_URL=postgres_url) as studio:
        job = submit(studio, request_for(sandbox, "On the other database."), "k")
        wait_for_state(studio, job, JobState.READY)
        assert not list((tmp_path / "data").glob("*.db"))


def test_eight_clicks_at_once_are_one_job_and_one_bill(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        request = request_for(sandbox, "Eight clicks.")
        ids: list[str] = []
        start = threading.Barrier(8)

        def click() -> None:
            start.wait()
            ids.append(submit(studio, request, "one form").id)

        threads = [threading.Thread(target=click) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == 8
        assert len(set(ids)) == 1
        wait_for_state(studio, studio.jobs.get(ids[0]), JobState.READY)
        assert accepted(sandbox, "Eight clicks.") == 1


def test_row_and_queue_entry_are_one_transaction(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        with studio.database.begin() as connection:
            connection.execute(sa.text("DROP TABLE job_events"))
        with pytest.raises(sa.exc.OperationalError):
            submit(studio, request_for(sandbox), "k")
        with studio.database.connect() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM jobs")).scalar() == 0
            assert connection.execute(sa.text("SELECT count(*) FROM workflow_status")).scalar() == 0


def test_a_parent_that_the_service_does_not_know_is_asked_about_by_the_shelf(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.set_fault("error", code=1203, status=404, route="create")
    with running_studio(sandbox, tmp_path) as studio:
        studio.parents.sync("main")
        request = request_for(sandbox, "Unknown parent.")
        wait_for_state(studio, submit(studio, request, "k"), JobState.FAILED)
        asked = f"query {request['parent_task_id']}"
        wait_until(lambda: sandbox.log()["calls"].get(asked), what="the question about the parent")


def test_a_job_taken_back_in_time_is_never_sent(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        job = submit(studio, request_for(sandbox, "Never sent."), "k")
        assert studio.engine.cancel(job.id)
        studio.start()
        other = submit(studio, request_for(sandbox, "Sent."), "k2")
        wait_for_state(studio, other, JobState.READY)
        assert (accepted(sandbox, "Never sent."), accepted(sandbox, "Sent.")) == (0, 1)
        assert studio.jobs.get(job.id).charge is Charge.NONE


def test_a_sent_job_cannot_be_taken_back(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.set_fault("work", seconds=30.0, count=1)
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Too late."), "k")
        wait_for_state(studio, job, JobState.SUBMITTED, JobState.PROCESSING)
        assert not studio.engine.cancel(job.id)


def test_a_queue_whose_account_is_missing_waits_and_goes_on_when_the_account_is_back(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    second = {"accounts": {"second": {"key": sandbox.key, "base_url": sandbox.url, "max_in_flight": 1}}}
    texts = [f"Waits for its account {n}." for n in range(3)]
    with running_studio(sandbox, tmp_path, start=False, **second) as studio:
        waiting = [submit(studio, request_for(sandbox, text), text, account="second") for text in texts]
    with running_studio(sandbox, tmp_path) as studio:
        other = submit(studio, request_for(sandbox, "Meanwhile."), "other")
        wait_for_state(studio, other, JobState.READY)
        assert {studio.jobs.get(job.id).state for job in waiting} == {JobState.QUEUED}
        assert studio.engine.cancel(waiting[0].id)
        assert sum(accepted(sandbox, text) for text in texts) == 0
    with running_studio(sandbox, tmp_path, **second) as studio:
        for job in waiting[1:]:
            wait_for_state(studio, job, JobState.READY)
        assert [accepted(sandbox, text) for text in texts] == [0, 1, 1]


def test_no_more_than_the_account_s_limit_are_with_the_service(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.set_fault("max-parallel", limit=2)
    with running_studio(sandbox, tmp_path, STUDIO_MAX_IN_FLIGHT=2) as studio:
        jobs = [submit(studio, request_for(sandbox, f"Limit {n}."), f"k{n}") for n in range(5)]
        for job in jobs:
            wait_for_state(studio, job, JobState.READY)
            assert [e.event for e in studio.jobs.events(job.id)].count("not_sent") == 0


def test_one_person_s_many_jobs_do_not_keep_another_s_one_waiting(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    with running_studio(sandbox, tmp_path, start=False, STUDIO_MAX_IN_FLIGHT=1) as studio:
        many = [submit(studio, request_for(sandbox, f"Many {n}."), f"m{n}", owner="ann") for n in range(8)]
        single = submit(studio, request_for(sandbox, "Single."), "s", owner="bob")
        studio.start()
        wait_for_state(studio, single, JobState.READY, timeout=60)
        done = sum(studio.jobs.get(job.id).state is JobState.READY for job in many)
        assert done < len(many)


def test_parallel_limits_of_the_service_slow_the_queue_and_fail_nothing(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.set_fault("error", code=1303, status=429, route="create", count=2)
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Slowly."), "k")
        wait_for_state(studio, job, JobState.READY, timeout=40)
        assert accepted(sandbox, "Slowly.") == 1


def test_a_lost_answer_is_found_again_in_the_list(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.set_fault("reset", route="create", after=True, count=1)
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Lost answer.", "second"), "k")
        job = wait_for_state(studio, job, JobState.READY)
        assert "adopted" in [e.event for e in studio.jobs.events(job.id)]
        assert accepted(sandbox, "Lost answer.") == 1


def test_without_lists_a_lost_answer_waits_for_the_person_who_knows_the_task(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.set_fault("reset", route="create", after=True, count=1)
    sandbox.set_fault("no-lists")
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Doubtful."), "k")
        wait_for_state(studio, job, JobState.UNKNOWN)
        wait_until(lambda: not studio.engine.is_worked_on(studio.jobs.get(job.id)), what="the search to end")
        task_id = next(p["task_id"] for p in sandbox.log()["posts"] if p["text"] == "Doubtful.")
        assert studio.engine.adopt(job.id, task_id, by="local") is Adoption.ADOPTED
        wait_for_state(studio, job, JobState.READY)
        assert accepted(sandbox, "Doubtful.") == 1


def test_a_callback_ends_the_doubt_without_a_list(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.set_fault("reset", route="create", after=True, count=1)
    sandbox.set_fault("no-lists")
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Called back."), "k")
        wait_for_state(studio, job, JobState.UNKNOWN)
        task_id = next(p["task_id"] for p in sandbox.log()["posts"] if p["text"] == "Called back.")
        assert studio.engine.heard_of(job.callback_token, task_id)
        wait_for_state(studio, job, JobState.READY)


def test_a_callback_that_comes_as_the_search_ends_is_not_lost(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.set_fault("reset", route="create", after=True, count=1)
    sandbox.set_fault("no-lists")
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "At the last moment."), "k")
        wait_until(lambda: "search_ended" in [e.event for e in studio.jobs.events(job.id)], what="the end")
        wait_until(lambda: not studio.engine.is_worked_on(studio.jobs.get(job.id)), what="the workflow's end")
        assert studio.engine.sweep() == 0
        task_id = next(p["task_id"] for p in sandbox.log()["posts"] if p["text"] == "At the last moment.")
        with studio.database.begin() as connection:  # as if it had come while the workflow was ending
            studio.jobs.log(connection, job.id, "callback", {"task_id": task_id})
        assert studio.engine.sweep() == 1
        wait_for_state(studio, job, JobState.READY)


def test_a_callback_with_a_made_up_token_does_nothing(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        assert not studio.engine.heard_of("made-up", "t-1")


def test_a_job_left_alone_is_closed_and_logged(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.set_fault("reset", route="create", count=1)
    sandbox.set_fault("no-lists")
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Left."), "k")
        wait_for_state(studio, job, JobState.UNKNOWN)
        assert studio.engine.close(job.id, by="local")
        assert studio.jobs.get(job.id).state is JobState.CLOSED
        assert studio.jobs.events(job.id)[-1].facts == {"by": "local"}


def test_a_job_that_is_left_alone_while_it_is_waited_for_gives_its_place_free_at_once(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.set_fault("work", seconds=300.0, count=1)
    with running_studio(sandbox, tmp_path, STUDIO_POLL_SECONDS=60, STUDIO_MAX_IN_FLIGHT=1) as studio:
        job = submit(studio, request_for(sandbox, "Never ends."), "k")
        wait_until(lambda: studio.jobs.get(job.id).polls > 1, what="a long wait")
        other = submit(studio, request_for(sandbox, "Waits behind it."), "k2")
        assert studio.engine.close(job.id, by="local")
        wait_for_state(studio, other, JobState.READY)


def test_a_database_that_is_away_when_the_engine_starts_only_delays_it(
    sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch, failed = DBOS.launch, []

    def away_once() -> None:
        if not failed:
            failed.append(True)
            raise sa.exc.OperationalError("SELECT 1", {}, OSError("gone"))
        launch()

    monkeypatch.setattr(DBOS, "launch", away_once)
    with running_studio(sandbox, tmp_path) as studio:
        assert failed
        wait_for_state(studio, submit(studio, request_for(sandbox, "Late."), "k"), JobState.READY)


def test_a_second_process_on_the_same_file_takes_jobs_but_runs_no_engine(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    code = (
        "import json, sys; from pathlib import Path\n"
        "from tests.support.studios import *\n"
        "from tests.support.sandbox import RunningSandbox\n"
        "url, folder, request, key = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]\n"
        "studio = open_studio(load_settings(COMETAPI_KEY=key, COMETAPI_BASE_URL=url,"
        " STUDIO_DATA_DIR=folder / 'data'))\n"
        "studio.start()\n"
        "wait_until(lambda: studio.engine.status().holder, what='the other process to be seen')\n"
        "print(studio.engine.status().running, submit(studio, request, 'from outside').id)\n"
        "studio.stop()\n"
    )
    with running_studio(sandbox, tmp_path) as studio:
        request = json.dumps(request_for(sandbox, "From outside."))
        done = subprocess.run(
            [sys.executable, "-c", code, sandbox.url, str(tmp_path), request, sandbox.key],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        running, job_id = done.stdout.split()
        assert running == "False"
        wait_for_state(studio, studio.jobs.get(job_id), JobState.READY)


def test_jobs_go_on_after_the_studio_was_stopped(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.set_fault("work", seconds=3.0, count=1)
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Stopped."), "k")
        wait_for_state(studio, job, JobState.PROCESSING)
    with running_studio(sandbox, tmp_path) as studio:
        wait_for_state(studio, job, JobState.READY)
        assert accepted(sandbox, "Stopped.") == 1


def test_the_sweeper_continues_a_job_whose_workflow_died(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Swept."), "k")
        job = wait_for_state(studio, job, JobState.READY)
        # As after an error that the engine recorded as the workflow's end.
        studio.archive.result_path(job.id).unlink()
        studio.jobs.change(job.id, frm=[JobState.READY], state=JobState.FETCHING)
        wait_until(lambda: not studio.engine.is_worked_on(studio.jobs.get(job.id)), what="the workflow's end")
        assert studio.engine.sweep() == 1
        wait_for_state(studio, job, JobState.READY)
        assert studio.archive.result_path(job.id).exists()
        assert accepted(sandbox, "Swept.") == 1


def test_a_job_started_by_other_code_is_not_stranded(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        job = submit(studio, request_for(sandbox, "Older."), "k")
        with studio.database.connect() as connection:
            version = connection.execute(sa.text("SELECT application_version FROM workflow_status")).scalar()
        assert version == "jobs-1"
        studio.start()
        wait_for_state(studio, job, JobState.READY)


def test_each_account_has_a_queue_of_its_own() -> None:
    assert queue_name("main") != queue_name("marketing")


def test_a_database_that_is_away_for_a_while_loses_nothing(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.set_fault("work", seconds=3.0, count=1)
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Locked."), "k")
        # Once it is followed: the steps before would wait for the lock, and nobody would look.
        wait_until(lambda: studio.jobs.get(job.id).polls, what="the first look")
        job = studio.jobs.get(job.id)

        def looks() -> int:
            return int(sandbox.log()["calls"].get(f"query {job.task_id}", 0))

        with studio.database.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            # A look whose result cannot be written down for as long as the lock is held.
            wait_until(lambda: looks() > studio.jobs.get(job.id).polls, what="a look")
            connection.rollback()
        wait_for_state(studio, job, JobState.READY)
        assert accepted(sandbox, "Locked.") == 1


def test_the_engine_s_own_rows_go_and_the_job_stays(sandbox: RunningSandbox, tmp_path: Path) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        job = submit(studio, request_for(sandbox, "Tidied."), "k")
        wait_for_state(studio, job, JobState.READY)
        wait_until(lambda: not studio.engine.is_worked_on(studio.jobs.get(job.id)), what="the workflow's end")
        assert studio.engine.tidy() == 0
        assert studio.engine.tidy(older_than=timedelta(0)) == 1
        assert studio.engine.sweep() == 0
        assert studio.jobs.get(job.id).state is JobState.READY
