"""The thread that keeps the shelf fresh."""

from __future__ import annotations

from collections.abc import Callable

from lipsync.shelf.again import APART
from tests.shelf.conftest import BAD_KEY, Desk, Service
from tests.support.waiting import wait_until


def test_the_keeper_reads_every_account_s_lists_by_itself_and_when_asked(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    desk = make(room_bytes=0)
    keeper = desk.keeper(sync_minutes=60)
    keeper.start()
    try:
        wait_until(lambda: desk.ids() == ["T1"], what="the first look")
        service.add("T2", days=0.5)
        keeper.ask_sync()
        wait_until(lambda: desk.ids() == ["T2", "T1"], what="the look that was asked for")
        wait_until(lambda: not keeper.is_syncing(), what="its end")
    finally:
        keeper.stop()
    assert service.downloads() == 0


def test_a_keeper_that_may_only_look_when_asked_does_not_look(
    make: Callable[..., Desk], service: Service
) -> None:
    desk = make(room_bytes=0)
    keeper = desk.keeper()
    assert keeper._due_accounts() == []
    keeper.ask_sync("main")
    assert keeper._due_accounts() == ["main"]
    assert keeper.is_syncing()


def test_whoever_doubts_a_parent_has_it_asked_about(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1")
    desk = make(room_bytes=0)
    desk.shelf.sync("main")
    service.lost.add("T1")
    keeper = desk.keeper()
    keeper.ask_again("main", "no such task")
    keeper.ask_again("main", "T1")
    keeper.start()
    try:
        wait_until(lambda: service.queries("T1") == 1, what="the first question")
        assert not desk.one("T1").parent.gone
        desk.wait(seconds=2 * APART.total_seconds())
        keeper.ask_again("main", "T1")
        wait_until(lambda: desk.one("T1").parent.gone, what="the second answer")
    finally:
        keeper.stop()
    assert service.queries("T1") == 2


def test_an_account_that_is_well_again_is_copied_at_once(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1")
    desk = make()
    desk.shelf.sync("main")
    service.broken = BAD_KEY
    for _ in range(6):
        desk.work()
        desk.wait(hours=1)
    desk.passed -= desk.passed / 12  # so that it still rests
    assert desk.work() == 0
    service.broken = None
    keeper = desk.keeper()
    keeper.ask_sync("main")
    keeper._sync_due()
    desk.work()
    assert desk.copied() == {"T1"}
