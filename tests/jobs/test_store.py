"""Jobs in a database: compare and set, and the money gate. On SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from lipsync.jobs.model import Charge, JobState
from lipsync.jobs.store import JobNotFound, TaskTaken, utcnow
from lipsync.upstream.replies import TaskKind
from tests.support.bench import Bench


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bench(request: pytest.FixtureRequest, make_bench: Callable[..., Bench]) -> Bench:
    if request.param == "sqlite":
        return make_bench()
    url: str = request.getfixturevalue("postgres_url")
    return make_bench(address="postgresql+psycopg://" + url.removeprefix("postgresql://"))


def test_a_job_comes_back_as_it_was_put_in(bench: Bench) -> None:
    job = bench.add(owner="mia")
    again = bench.store.get(job.id)
    assert again == job
    assert (again.state, again.charge, again.owner) == (JobState.QUEUED, Charge.NONE, "mia")
    assert again.created_at.utcoffset() == timedelta(0)


def test_a_job_of_another_workspace_is_not_found(bench: Bench) -> None:
    job = bench.add(workspace="theirs")
    with pytest.raises(JobNotFound):
        bench.store.get(job.id, workspace="ours")


def test_the_gate_lets_one_of_many_through(bench: Bench) -> None:
    job = bench.add()
    tickets: list[str | None] = []
    start = threading.Barrier(8)

    def try_gate(name: str) -> None:
        start.wait()
        tickets.append(bench.store.arm(job.id, name))

    threads = [threading.Thread(target=try_gate, args=(f"execution-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tickets)) == 1
    assert bench.store.get(job.id).sends == 1


def test_a_passed_gate_says_that_the_charge_is_unknown(bench: Bench) -> None:
    job = bench.add()
    bench.store.arm(job.id, "me")
    after = bench.store.get(job.id)
    assert (after.state, after.charge) == (JobState.SUBMITTING, Charge.UNKNOWN)


def test_a_cancelled_job_cannot_pass_the_gate(bench: Bench) -> None:
    job = bench.add()
    bench.store.change(job.id, frm=[JobState.QUEUED], state=JobState.CANCELLED)
    assert bench.store.arm(job.id, "me") is None


def test_a_release_needs_the_ticket(bench: Bench) -> None:
    job = bench.add()
    bench.store.arm(job.id, "me")
    later = utcnow() + timedelta(seconds=5)
    assert not bench.store.release(job.id, "another", problem="busy", facts={}, not_before=later)
    assert bench.store.release(job.id, "me", problem="busy", facts={}, not_before=later)
    after = bench.store.get(job.id)
    assert (after.state, after.ticket, after.charge) == (JobState.QUEUED, None, Charge.NONE)


def test_a_change_from_another_state_does_nothing(bench: Bench) -> None:
    job = bench.add()
    assert not bench.store.change(job.id, frm=[JobState.PROCESSING], event="ready", state=JobState.READY)
    assert bench.store.get(job.id).state is JobState.QUEUED
    assert [e.event for e in bench.store.events(job.id)] == ["queued"]


def test_two_jobs_cannot_own_one_task(bench: Bench) -> None:
    first, second = bench.add(), bench.add()
    bench.store.change(first.id, frm=[JobState.QUEUED], task_id="t1")
    with pytest.raises(TaskTaken):
        bench.store.change(second.id, frm=[JobState.QUEUED], task_id="t1")
    assert bench.store.owner_of_task("main", "t1") == bench.store.get(first.id)


def test_jobs_are_listed_newest_first_and_by_state(bench: Bench) -> None:
    jobs = [bench.add() for _ in range(3)]
    bench.store.change(jobs[0].id, frm=[JobState.QUEUED], state=JobState.READY)
    assert [j.id for j in bench.store.find(workspace="local")] == [j.id for j in reversed(jobs)]
    assert [j.id for j in bench.store.find(states=[JobState.READY])] == [jobs[0].id]
    assert bench.store.count(workspace="local") == 3


def test_the_usual_time_is_the_median_of_finished_jobs(bench: Bench) -> None:
    sent = utcnow()
    for seconds in (10, 20, 200):
        bench.add(state=JobState.READY, sent_at=sent, fetching_at=sent + timedelta(seconds=seconds))
    assert bench.store.usual_seconds("main", TaskKind.LIP_SYNC) == pytest.approx(20)
    assert bench.store.usual_seconds("main", TaskKind.TEXT2VIDEO) is None


def test_a_pause_ends_by_itself_and_by_success(bench: Bench) -> None:
    assert bench.store.pause_until("main") is None
    bench.store.set_pause("main", utcnow() + timedelta(minutes=1), 2)
    assert bench.store.pause_until("main") is not None
    assert bench.store.strikes("main") == 2
    bench.store.set_pause("main", utcnow(), 0)
    assert bench.store.pause_until("main") is None


def test_the_place_in_the_queue_counts_earlier_jobs_of_the_account(bench: Bench) -> None:
    first, _, third = bench.add(), bench.add(account="other"), bench.add()
    assert bench.store.waiting_before(third) == 1
    assert bench.store.waiting_before(first) == 0
