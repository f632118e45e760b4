"""When to look at a running job again. Queries are free, but nobody likes to be asked too often.

From the first wait to four times as much, with jitter; a little closer around the time when
such jobs are usually ready; every few minutes after an hour. No deadline ever declares a
paid job failed. With the default first wait of 5 s, a job of 455 s costs at most 30 queries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

GROWTH = 1.5
LONGEST_FACTOR = 4.0
"""The wait grows to this many times the first one: 5 s to 20 s."""
JITTER = 0.1
"""Waits vary by up to ±10 %, so that jobs sent together are not asked for together."""
NEAR_USUAL = (0.97, 1.07)
"""Between these shares of the usual time a look comes twice as often."""
SLOW_AFTER_SECONDS = 3_600.0
SLOW_WAIT_SECONDS = 240.0
LATE_FACTOR = 1.5
"""From this share of its usual time on a job "takes longer than usual"."""
ASK_AFTER_SECONDS = 86_400.0
"""After a day the person is asked whether to go on looking."""


@dataclass(frozen=True, slots=True)
class PollSchedule:
    """Waits between looks, in seconds."""

    first_seconds: float
    usual_seconds: float

    @property
    def start_seconds(self) -> float:
        """The first wait: shorter than asked for where jobs are usually over sooner than that."""
        return max(0.2, min(self.first_seconds, self.usual_seconds / 10))

    def wait_seconds(self, polls: int, age_seconds: float, random: Callable[[], float]) -> float:
        """How long to wait after the `polls`-th look, at a job `age_seconds` after it was sent."""
        if age_seconds >= SLOW_AFTER_SECONDS:
            wait = SLOW_WAIT_SECONDS
        else:
            wait = min(self.start_seconds * GROWTH ** min(polls, 40), self.first_seconds * LONGEST_FACTOR)
            soonest, latest = (share * self.usual_seconds for share in NEAR_USUAL)
            if soonest <= age_seconds <= latest:
                wait = wait / 2
            elif age_seconds < soonest < age_seconds + wait:
                wait = max(self.start_seconds, soonest - age_seconds)
        return wait * (1 - JITTER + 2 * JITTER * random())

    def is_late(self, age_seconds: float) -> bool:
        """Whether a job takes longer than usual."""
        return age_seconds > LATE_FACTOR * self.usual_seconds
