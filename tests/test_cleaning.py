"""The thread that removes what nobody needs."""

from __future__ import annotations

from datetime import datetime
from queue import Queue
from threading import Event, Thread, current_thread

from lipsync.cleaning import Cleaner


def test_it_cleans_as_soon_as_it_starts_and_stops_at_once() -> None:
    seen: Queue[Thread] = Queue()
    cleaner = Cleaner([lambda _now: seen.put(current_thread())])
    cleaner.start()
    thread = seen.get(timeout=30)
    cleaner.stop(30)
    assert not thread.is_alive()


def test_a_round_that_fails_keeps_no_other_from_being_made() -> None:
    cleaned = Event()

    def full(_now: datetime) -> None:
        raise OSError("disk full")

    cleaner = Cleaner([full, lambda _now: cleaned.set()])
    cleaner.start()
    try:
        assert cleaned.wait(30)
    finally:
        cleaner.stop(30)
