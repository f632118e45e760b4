"""Many ids looked up at once, beside the pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from lipsync.shelf.look_ups import AT_ONCE, Batch, LookUps
from tests.shelf.conftest import ME, MISSING, Desk, Service
from tests.support.replies_server import RepliesServer, Seen
from tests.support.waiting import wait_until


def batch_of(desk: Desk, *task_ids: str) -> tuple[LookUps, Batch]:
    """A finished batch."""
    look_ups = LookUps(desk.shelf)
    batch_id = look_ups.start(task_ids, **ME)
    done = look_ups.wait(batch_id, workspace="local", seconds=30)
    assert done is not None
    assert done.done
    return look_ups, done


def test_many_ids_are_looked_up_beside_the_page_and_each_is_answered(
    make: Callable[..., Desk], service: Service
) -> None:
    for number in range(8):
        service.add(f"T{number}")
    look_ups, batch = batch_of(make(), "T3", "nobody", "T3", *(f"T{n}" for n in range(8)))
    assert [one.task_id for one in batch.answers] == [
        "T3",
        "nobody",
        "T0",
        "T1",
        "T2",
        "T4",
        "T5",
        "T6",
        "T7",
    ]
    assert [bool(one.parents) for one in batch.answers] == [True, False] + [True] * 7
    assert [one.settled for one in batch.answers] == [False, True] + [False] * 7
    assert {one.source for one in batch.answers[0].parents} == {"looked_up"}
    assert look_ups.batch(batch.id, workspace="other") is None
    assert look_ups.batch("0" * 32, workspace="local") is None


def test_only_what_could_not_be_asked_is_asked_again(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1")
    down = True
    flaky = lambda seen: (500, {}, {"code": 5000}) if down else MISSING  # noqa: E731
    with RepliesServer(flaky) as broken:
        desk = make(accounts={"broken": broken.url, "main": service.url})
        look_ups, batch = batch_of(desk, "T1", "T2")
        known, unknown = batch.answers
        assert known.parents
        assert (unknown.parents, list(unknown.errors), unknown.without) == ((), ["broken"], ("main",))
        assert len(broken.seen) == 8  # two ids, two kinds, one more try each
        down = False
        look_ups.again(batch.id, workspace="other")
        assert look_ups.batch(batch.id, workspace="local") == batch
        look_ups.again(batch.id, workspace="local")
        now = look_ups.wait(batch.id, workspace="local", seconds=30)
        assert now is not None
        assert now.answers[1].without == ("broken", "main")
        assert len(broken.seen) == 10


def test_ids_that_wait_are_given_up_when_the_studio_stops(
    make: Callable[..., Desk], service: Service
) -> None:
    gate = threading.Event()

    def slow(seen: Seen) -> Any:
        gate.wait(30)
        return MISSING

    with RepliesServer(slow) as server:
        look_ups = LookUps(make(accounts={"main": server.url}).shelf)
        batch_id = look_ups.start([f"T{n}" for n in range(50)], **ME)
        wait_until(lambda: len(server.seen) == AT_ONCE, what="the first questions")
        look_ups.stop()
        gate.set()
        wait_until(lambda: look_ups._threads == 0, what="the threads' end")
        now = look_ups.batch(batch_id, workspace="local")
        assert now is not None
        assert len(now.answers) == AT_ONCE
