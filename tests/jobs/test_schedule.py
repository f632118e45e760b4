"""When a running job is looked at."""

from __future__ import annotations

import random

import pytest

from lipsync.jobs.schedule import PollSchedule


def looks(schedule: PollSchedule, seconds: float, chance: random.Random) -> int:
    """How many looks a job of that length costs."""
    age, polls = schedule.start_seconds, 0
    while age < seconds:
        age += schedule.wait_seconds(polls, age, chance.random)
        polls += 1
    return polls + 1


@pytest.mark.parametrize("usual", [180.0, 300.0, 455.0])
def test_a_job_of_455_seconds_costs_at_most_30_looks(usual: float) -> None:
    chance = random.Random(7)
    assert max(looks(PollSchedule(5.0, usual), 455.0, chance) for _ in range(300)) <= 30


def test_waits_grow_to_four_times_the_first_one() -> None:
    schedule = PollSchedule(5.0, 600.0)
    waits = [schedule.wait_seconds(n, 60.0, lambda: 0.5) for n in range(12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (5.0, 20.0)


def test_looks_come_closer_around_the_usual_time() -> None:
    schedule = PollSchedule(5.0, 300.0)
    assert schedule.wait_seconds(20, 300.0, lambda: 0.5) < schedule.wait_seconds(20, 200.0, lambda: 0.5)


def test_a_wait_does_not_sleep_through_the_usual_time() -> None:
    schedule = PollSchedule(5.0, 300.0)
    assert schedule.wait_seconds(20, 283.0, lambda: 0.5) == pytest.approx(291.0 - 283.0)


def test_after_an_hour_looks_come_every_few_minutes() -> None:
    assert 120 <= PollSchedule(5.0, 300.0).wait_seconds(99, 3_700.0, lambda: 0.5) <= 300


def test_where_jobs_are_quick_the_first_look_is_early() -> None:
    assert PollSchedule(5.0, 8.0).start_seconds == pytest.approx(0.8)


def test_jitter_keeps_jobs_apart() -> None:
    schedule = PollSchedule(5.0, 300.0)
    assert schedule.wait_seconds(0, 10.0, lambda: 0.0) != schedule.wait_seconds(0, 10.0, lambda: 1.0)


def test_a_job_is_late_only_well_after_its_usual_time() -> None:
    schedule = PollSchedule(5.0, 300.0)
    assert not schedule.is_late(400.0)
    assert schedule.is_late(460.0)
