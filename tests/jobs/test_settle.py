"""Ending the doubt about a request whose answer never came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.store import utcnow
from tests.support.bench import Bench, line
from tests.support.replies_server import RepliesServer, reset

MakeBench = Callable[..., Bench]


def entry(task_id: str, made: datetime, video_id: str = "video") -> dict[str, Any]:
    return {
        "task_id": task_id,
        "task_status": "processing",
        "task_info": {"parent_video": {"id": video_id}},
        "created_at": round(made.timestamp() * 1000),
    }


class Lists:
    """Answers list queries with `entries` and single queries from the same."""

    def __init__(self, *entries: dict[str, Any], has_lists: bool = True) -> None:
        self.entries = list(entries)
        self.has_lists = has_lists
        self.asked: list[str] = []

    def __call__(self, seen: Any) -> Any:
        self.asked.append(f"{seen.method} {seen.path}")
        if "?" in seen.path:
            if not self.has_lists:
                return 404, {}, {"code": 1202, "message": "no such route"}
            return 200, {}, {"code": 0, "data": self.entries}
        task_id = seen.path.rpartition("/")[2]
        found = next((e for e in self.entries if e["task_id"] == task_id), None)
        if found is None:
            return 404, {}, {"code": 1203, "message": "task not found"}
        return 200, {}, {"code": 0, "data": found}


def in_doubt(bench: Bench, video_id: str = "video", **values: Any) -> Job:
    defaults = {"state": JobState.UNKNOWN, "charge": Charge.UNKNOWN, "armed_at": utcnow(), "ticket": "x"}
    return bench.add(line(parent=("task", video_id)), **defaults | values)


def settle(make_bench: MakeBench, lists: Lists, prepare: Callable[[Bench], Job]) -> tuple[Bench, Job, Lists]:
    with RepliesServer(lists) as server:
        bench = make_bench(server.url)
        job = prepare(bench)
        bench.settler.settle(job.id)
        return bench, bench.store.get(job.id), lists


def test_the_one_task_that_fits_is_adopted(make_bench: MakeBench) -> None:
    _, job, _ = settle(make_bench, Lists(entry("t-7", utcnow())), in_doubt)
    assert (job.state, job.task_id, job.charge) == (JobState.SUBMITTED, "t-7", Charge.CHARGED)


def test_two_tasks_that_fit_are_left_to_the_person(make_bench: MakeBench) -> None:
    lists = Lists(entry("t-7", utcnow()), entry("t-8", utcnow()))
    _, job, _ = settle(make_bench, lists, in_doubt)
    assert (job.state, job.task_id) == (JobState.UNKNOWN, None)


@pytest.mark.parametrize(
    "other",
    [
        entry("t-7", utcnow() - timedelta(minutes=2)),
        entry("t-7", utcnow() + timedelta(hours=1)),
        entry("t-7", utcnow(), video_id="another"),
    ],
    ids=["made before", "made long after", "another parent"],
)
def test_a_task_that_does_not_fit_is_not_adopted(make_bench: MakeBench, other: dict[str, Any]) -> None:
    _, job, _ = settle(make_bench, Lists(other), in_doubt)
    assert job.state is JobState.UNKNOWN


def test_a_task_of_another_job_is_not_adopted(make_bench: MakeBench) -> None:
    def prepare(bench: Bench) -> Job:
        bench.add(state=JobState.PROCESSING, task_id="t-7")
        return in_doubt(bench)

    _, job, _ = settle(make_bench, Lists(entry("t-7", utcnow())), prepare)
    assert job.state is JobState.UNKNOWN


def test_two_jobs_in_doubt_about_one_parent_adopt_nothing(make_bench: MakeBench) -> None:
    def prepare(bench: Bench) -> Job:
        in_doubt(bench)
        return in_doubt(bench)

    _, job, _ = settle(make_bench, Lists(entry("t-7", utcnow())), prepare)
    assert job.state is JobState.UNKNOWN


def test_doubt_about_another_parent_does_not_matter(make_bench: MakeBench) -> None:
    def prepare(bench: Bench) -> Job:
        in_doubt(bench, "another")
        return in_doubt(bench)

    _, job, _ = settle(make_bench, Lists(entry("t-7", utcnow())), prepare)
    assert job.task_id == "t-7"


def test_without_lists_the_search_ends_at_once(make_bench: MakeBench) -> None:
    _, job, lists = settle(make_bench, Lists(has_lists=False), in_doubt)
    assert job.state is JobState.UNKNOWN
    assert len(lists.asked) == 1


def test_a_list_without_parents_is_filled_in_by_single_queries(make_bench: MakeBench) -> None:
    lists = Lists(entry("t-7", utcnow()))
    bare = {k: v for k, v in lists.entries[0].items() if k != "task_info"}

    def answer(seen: Any) -> Any:
        return (200, {}, {"code": 0, "data": [bare]}) if "?" in seen.path else lists(seen)

    with RepliesServer(answer) as server:
        bench = make_bench(server.url)
        job = in_doubt(bench)
        bench.settler.settle(job.id)
        assert bench.store.get(job.id).task_id == "t-7"


def test_a_callback_s_task_is_adopted_without_a_list(make_bench: MakeBench) -> None:
    def prepare(bench: Bench) -> Job:
        job = in_doubt(bench)
        with bench.database.begin() as connection:
            bench.store.log(connection, job.id, "callback", {"task_id": "t-7"})
        return job

    _, job, _ = settle(make_bench, Lists(entry("t-7", utcnow()), has_lists=False), prepare)
    assert job.task_id == "t-7"


def test_a_callback_that_names_a_task_nobody_knows_adopts_nothing(make_bench: MakeBench) -> None:
    def prepare(bench: Bench) -> Job:
        job = in_doubt(bench)
        with bench.database.begin() as connection:
            bench.store.log(connection, job.id, "callback", {"task_id": "made-up"})
        return job

    _, job, _ = settle(make_bench, Lists(has_lists=False), prepare)
    assert job.state is JobState.UNKNOWN


def test_trouble_with_the_list_is_no_answer(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: reset()) as server:
        bench = make_bench(server.url)
        job = in_doubt(bench)
        bench.settler.settle(job.id)
        assert bench.store.get(job.id).state is JobState.UNKNOWN


def test_searching_sends_nothing(make_bench: MakeBench) -> None:
    _, _, lists = settle(make_bench, Lists(entry("t-7", utcnow())), in_doubt)
    assert all(asked.startswith("GET ") for asked in lists.asked)


def test_a_job_that_is_not_in_doubt_is_not_searched_for(make_bench: MakeBench) -> None:
    _, job, lists = settle(make_bench, Lists(), lambda bench: bench.add(state=JobState.PROCESSING))
    assert (job.state, lists.asked) == (JobState.PROCESSING, [])


def test_the_person_s_word_adopts_a_task_only_once(make_bench: MakeBench) -> None:
    bench = make_bench()
    first, second = in_doubt(bench), in_doubt(bench)
    assert bench.settler.adopt(first, "t-7", by="local")
    assert not bench.settler.adopt(second, "t-7", by="local")
    assert bench.store.events(first.id)[-1].facts == {"task_id": "t-7", "by": "local"}
