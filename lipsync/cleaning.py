"""Removing what nobody needs any more, when the studio starts and every hour."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import sqlalchemy as sa

from lipsync.jobs.store import utcnow

log = logging.getLogger(__name__)

EVERY_SECONDS = 3_600.0
KEPT_UNUSED = timedelta(days=1)
"""So long somebody may still want what no job uses."""

Round = Callable[[datetime], object]
"""Removes what is too old at a moment. May run in several processes at once, and end anywhere."""


class Cleaner:
    """Makes its rounds in the background between `start` and `stop`."""

    def __init__(self, rounds: Sequence[Round]) -> None:
        self._rounds = tuple(rounds)
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Start cleaning."""
        if self._thread is None:
            self._stop.clear()
            self._thread = Thread(target=self._run, name="cleaner", daemon=True)
            self._thread.start()

    def stop(self, seconds: float = 0.5) -> None:
        """Stop after the round at hand, or leave it behind after `seconds`."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(seconds)
            self._thread = None

    def _run(self) -> None:
        while not self._stop.is_set():
            for one in self._rounds:
                try:
                    one(utcnow())
                except (OSError, sa.exc.SQLAlchemyError) as error:
                    # The disk or the database is away for a while; nothing hangs on this round.
                    log.warning("not everything was cleaned up this time: %s", type(error).__name__)
            self._stop.wait(EVERY_SECONDS)


def changed_at(path: Path) -> datetime:
    """When a file or folder was last changed; now, where it has just been renamed or removed."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.now(UTC)
