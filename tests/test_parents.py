"""Whether a parent may be used, at the edges of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lipsync.parents import Parent, eligibility, parents_of
from lipsync.upstream.replies import Task, TaskKind, TaskStatus, Video

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = Parent(
    account="main",
    kind=TaskKind.TEXT2VIDEO,
    task_id="task",
    video_id="video",
    status=TaskStatus.SUCCEED,
    reason="",
    seconds=5.041,
    created_at=NOW - timedelta(days=2),
)


def aged(**age: float) -> Parent:
    return replace(GOOD, created_at=NOW - timedelta(**age))


@pytest.mark.parametrize(
    ("age", "left", "soon", "words"),
    [
        (timedelta(0), 30, False, "30 days left"),
        (timedelta(days=26, hours=23), 3, False, "3 days left"),
        (timedelta(days=27), 3, True, "3 days left"),
        (timedelta(days=28, hours=1), 1, True, "1 day left"),
        (timedelta(days=29, hours=23), 0, True, "Less than a day left"),
        (timedelta(days=30, microseconds=-1), 0, True, "Less than a day left"),
    ],
)
def test_a_parent_below_30_days_may_be_used(age: timedelta, left: int, soon: bool, words: str) -> None:
    found = eligibility(replace(GOOD, created_at=NOW - age), NOW)
    assert found.eligible
    assert found.reasons == ()
    assert (found.days_left, found.soon_too_old, found.days_left_in_words) == (left, soon, words)


@pytest.mark.parametrize(
    ("change", "helps"),
    [
        ({}, False),
        ({"created_at": NOW - timedelta(days=31)}, True),
        ({"gone": True}, True),
        ({"seconds": 15.1}, True),
        ({"status": TaskStatus.FAILED}, True),
        ({"account": "sold"}, True),
        ({"status": TaskStatus.PROCESSING, "video_id": ""}, False),
        ({"video_id": ""}, False),
        ({"status": TaskStatus.PROCESSING, "video_id": "", "gone": True}, True),
    ],
)
def test_making_it_again_helps_where_neither_time_nor_asking_does(
    change: dict[str, Any], helps: bool
) -> None:
    assert eligibility(replace(GOOD, **change), NOW, accounts={"main"}).make_again is helps


@pytest.mark.parametrize("age", [timedelta(days=30), timedelta(days=30, seconds=1), timedelta(days=400)])
def test_a_parent_of_30_days_is_too_old(age: timedelta) -> None:
    found = eligibility(replace(GOOD, created_at=NOW - age), NOW)
    assert not found.eligible
    assert f"It is {age.days} days old" in found.reasons[0]
    assert (found.days_left, found.soon_too_old, found.days_left_in_words) == (0, False, "No days left")


def test_a_parent_of_unknown_age_may_be_tried_and_says_so() -> None:
    found = eligibility(replace(GOOD, created_at=None), NOW)
    assert found.eligible
    assert found.days_left is None
    assert not found.soon_too_old
    assert "Age unknown" in found.days_left_in_words


def test_the_hours_left_of_a_parent_are_told_although_it_is_too_long() -> None:
    found = eligibility(replace(aged(days=29, hours=20), seconds=15.0), NOW)
    assert not found.eligible
    assert found.days_left_in_words == "Less than a day left"


@pytest.mark.parametrize("seconds", [4.5, 5.0, 5.041, 5.1, 5.5, 9.5, 10.0, 10.04, 10.5, None])
def test_lengths_around_5_and_10_seconds_may_be_used(seconds: float | None) -> None:
    assert eligibility(replace(GOOD, seconds=seconds), NOW).eligible


@pytest.mark.parametrize("seconds", [0.04, 4.4, 4.49, 5.51, 7.5, 9.4, 10.51, 15.08])
def test_other_lengths_may_not_be_used_and_the_length_is_told(seconds: float) -> None:
    found = eligibility(replace(GOOD, seconds=seconds), NOW)
    assert not found.eligible
    assert found.reasons == (f"It is {seconds:.1f} s long. The service takes videos of 5 s or 10 s only.",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": TaskStatus.FAILED, "reason": "no {face}"}, "Making it failed: no {face}"),
        ({"status": TaskStatus.FAILED}, "Making it failed."),
        ({"status": TaskStatus.PROCESSING, "video_id": ""}, "still being made"),
        ({"status": TaskStatus.SUBMITTED, "video_id": "", "seconds": None}, "still being made"),
        ({"video_id": ""}, "lists no video"),
    ],
)
def test_a_parent_that_is_not_ready_says_why(change: dict[str, object], said: str) -> None:
    found = eligibility(replace(GOOD, **change), NOW)
    assert not found.eligible
    assert len(found.reasons) == 1
    assert said in found.reasons[0]


def test_every_reason_is_told() -> None:
    found = eligibility(replace(aged(days=34), seconds=15.08), NOW)
    assert len(found.reasons) == 2


def test_each_video_of_a_task_is_a_parent() -> None:
    task = Task(
        "task",
        TaskKind.IMAGE2VIDEO,
        TaskStatus.SUCCEED,
        videos=(Video("a", seconds=5.1), Video("b"), Video("")),
    )
    found = parents_of(task, "main", prompt="A cat")
    assert [(p.video_id, p.seconds) for p in found] == [("a", 5.1), ("b", None)]
    assert {(p.account, p.kind, p.prompt) for p in found} == {("main", TaskKind.IMAGE2VIDEO, "A cat")}
    assert len({p.key for p in found}) == 2


def test_a_task_without_videos_is_one_parent_without_a_video() -> None:
    (found,) = parents_of(Task("task", TaskKind.TEXT2VIDEO, TaskStatus.PROCESSING), "main")
    assert (found.video_id, found.seconds) == ("", None)
