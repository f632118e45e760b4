"""Waiting: for a due moment, for a nudge, for a database that is away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

import sqlalchemy as sa

T = TypeVar("T")
TICK_SECONDS = 0.5
"""How often a waiting job looks whether it was nudged."""
LONGEST_DATABASE_WAIT_SECONDS = 10.0


class Stopping(BaseException):
    """The process is going down; the job goes on after the next start.

    Not an `Exception`, so that the job engine does not record it as the step's result.
    """


def is_outage(error: sa.exc.DBAPIError) -> bool:
    """Whether the database was away, locked or full, rather than asked something wrong."""
    return isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError) or error.connection_invalidated


class Patience:
    """Waits that end at once, with `Stopping`, when the process goes down."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop

    def check(self) -> None:
        """Raise `Stopping` if the process goes down."""
        if self._stop.is_set():
            raise Stopping

    def sleep(self, seconds: float, woken: Callable[[], bool] = lambda: False) -> None:
        """Wait `seconds`, less if `woken` says so. Raises `Stopping`."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stop.wait(min(left, TICK_SECONDS)):
                raise Stopping
            if woken():
                return
        self.check()

    def database(self, work: Callable[[], T]) -> T:
        """Do `work`, again and again while the database is away. `work` must be repeatable."""
        wait = 0.1
        while True:
            try:
                return work()
            except sa.exc.DBAPIError as error:
                if not is_outage(error):
                    raise
            self.sleep(wait)
            wait = min(wait * 2, LONGEST_DATABASE_WAIT_SECONDS)
