"""The thread that removes what nobody needs."""

from __future__ import annotations

from datetime import datetime
from threading import Event
from threading import enumerate as enumerate_threads

from lipsync.cleaning import Cleaner


def test_it_cleans_as_soon_as_it_starts_and_stops_at_once() -> None:
    cleaned = Event()
    cleaner = Cleaner([lambda now: cleaned.set() if now.tzinfo else None])
    cleaner.start()
    assert cleaned.wait(30)
    cleaner.stop(30)
    assert "cleaner" not in {thread.name for thread in enumerate_threads()}


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
