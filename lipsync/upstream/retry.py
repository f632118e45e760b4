"""When a failed call may be made again, and after how long.

The errors know whether (`retry_query`, `retry_create`); a policy knows how often and how long.
"""

from __future__ import annotations

import random as _random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from lipsync.upstream.errors import UpstreamError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`attempts` counts the first one too. All waits are seconds.

    The wait before attempt n+1 is drawn from zero to `first_wait * 2^(n-1)`, at most
    `longest_wait` (full jitter). A `Retry-After` is waited out first, up to `longest_retry_after`.
    `total_wait` bounds all waits together.
    """

    attempts: int
    first_wait: float
    longest_wait: float
    longest_retry_after: float
    total_wait: float

    def wait_seconds(self, attempt: int, error: UpstreamError, draw: float) -> float:
        """How long to wait after failed attempt number `attempt`, with `draw` from 0 to 1."""
        ceiling = min(self.longest_wait, self.first_wait * 2.0 ** min(attempt - 1, 30))
        asked = min(error.retry_after_seconds or 0.0, self.longest_retry_after)
        return asked + draw * ceiling


PAGE: Final = RetryPolicy(2, first_wait=0.3, longest_wait=0.5, longest_retry_after=0.5, total_wait=1)
"""Somebody is looking at the page: one more try, at once."""

QUERY: Final = RetryPolicy(5, first_wait=1, longest_wait=20, longest_retry_after=60, total_wait=120)
"""Polling in the background; the next poll comes anyway."""

CREATE: Final = RetryPolicy(8, first_wait=2, longest_wait=60, longest_retry_after=120, total_wait=600)
"""Sending a job: the queue waits for it, so it may take minutes. Only ever after NotSent and Busy."""

DOWNLOAD: Final = RetryPolicy(4, first_wait=1, longest_wait=15, longest_retry_after=60, total_wait=120)
"""Fetching a result file."""


def call(
    operation: Callable[[], T],
    policy: RetryPolicy,
    *,
    is_create: bool,
    sleep: Callable[[float], object] = time.sleep,
    random: Callable[[], float] = _random.random,
    stop: Callable[[], bool] = lambda: False,
) -> T:
    """The result of `operation`, repeated as the retry table of the API allows.

    A create is repeated only after an error that proves it had no effect. Once `stop` says
    true there is no further attempt; give `Event.wait` as `sleep` and `Event.is_set` as
    `stop` to end a wait early. Raises the last error.
    """
    waited = 0.0
    attempt = 1
    while True:
        try:
            return operation()
        except UpstreamError as error:
            allowed = error.retry_create if is_create else error.retry_query
            if not allowed or attempt >= policy.attempts or stop():
                raise
            wait = policy.wait_seconds(attempt, error, random())
            if waited + wait > policy.total_wait:
                raise
            sleep(wait)
            waited += wait
            if stop():
                raise
        attempt += 1
