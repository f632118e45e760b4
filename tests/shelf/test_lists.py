"""The accounts' lists, read into the shelf."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lipsync.database.tables import account_lists, parents
from lipsync.jobs.store import utcnow
from lipsync.parents import eligibility
from lipsync.shelf.again import APART
from lipsync.shelf.lists import PAGE_SIZE, WHOLE_EVERY
from tests.shelf.conftest import BAD_KEY, Desk, Service
from tests.support.replies_server import RepliesServer, Seen


@pytest.mark.parametrize("page_size", [500, 30], ids=["as asked", "smaller pages than asked for"])
def test_a_first_look_reads_the_lists_to_their_end(
    make: Callable[..., Desk], service: Service, page_size: int
) -> None:
    service.page_size = page_size
    for number in range(PAGE_SIZE + 50):
        service.add(f"T{number:03}", days=number / 10)
    desk = make()
    lists = desk.shelf.sync("main")
    assert (lists.state, lists.problem, desk.shelf.lists()) == ("has_lists", None, {"main": lists})
    assert len(desk.ids()) == PAGE_SIZE + 50


def test_a_later_look_stops_at_what_is_known(make: Callable[..., Desk], service: Service) -> None:
    for number in range(3 * PAGE_SIZE):
        service.add(f"T{number:03}", days=1 + number / 100)
    desk = make()
    desk.shelf.sync("main")
    service.add("NEW", days=0.1)
    service.asked.clear()
    desk.shelf.sync("main")
    assert desk.ids()[0] == "NEW"
    assert len([path for path in service.asked if "text2video" in path]) <= 2


def test_a_service_that_knows_no_pages_ends_the_look(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1")
    full = service.__call__

    def always_first(seen: Seen) -> Any:
        return full(
            Seen(seen.method, seen.path.replace("pageNum=2", "pageNum=1"), seen.headers, seen.body, 1)
        )

    with RepliesServer(always_first) as server:
        desk = make(accounts={"main": server.url})
        assert desk.shelf.sync("main").state == "has_lists"
    assert len(service.asked) <= 4


def test_an_account_without_lists_and_one_in_trouble_are_remembered(
    make: Callable[..., Desk], service: Service
) -> None:
    service.has_lists = False
    desk = make()
    assert desk.shelf.sync("main").state == "no_lists"
    service.broken = BAD_KEY
    lists = desk.shelf.sync("main")
    assert (lists.state, lists.problem) == ("error", "key_refused")
    assert "sk-sandbox" not in str(desk.shelf.lists())


def test_a_video_of_a_removed_account_says_so(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1")
    make().shelf.sync("main")
    later = make(accounts={})
    (one,) = later.shelf.items("local")
    verdict = eligibility(one.parent, accounts=later.clients.accounts)
    assert not verdict.eligible
    assert "account main" in verdict.reasons[0]


def a_day_later(desk: Desk) -> None:
    """The lists were last read to their end a day ago."""
    with desk.database.begin() as connection:
        connection.execute(
            account_lists.update().values(swept_at=utcnow() - WHOLE_EVERY - timedelta(hours=1))
        )


def test_what_a_later_whole_list_leaves_out_is_asked_about_once_and_then_gone(
    make: Callable[..., Desk], service: Service
) -> None:
    for task_id in ("KEPT", "UNLISTED", "DELETED"):
        service.add(task_id, days=2)
    desk = make()
    desk.shelf.sync("main")
    service.hidden |= {"UNLISTED"}
    service.tasks = [one for one in service.tasks if one["task_id"] != "DELETED"]
    desk.shelf.sync("main")
    desk.wait(days=1)
    assert desk.ask() == 0, "only a list that was read to its end leaves something out"
    a_day_later(desk)
    desk.shelf.sync("main")
    assert not desk.one("DELETED").parent.gone
    desk.passed = APART + timedelta(minutes=1)
    assert desk.ask() == 2
    assert [desk.one(name).parent.gone for name in ("KEPT", "UNLISTED", "DELETED")] == [False, False, True]
    assert (service.queries("KEPT"), service.queries("UNLISTED"), service.queries("DELETED")) == (0, 1, 1)
    desk.wait(days=1)
    assert desk.ask() == 0


def test_what_a_list_has_again_is_back(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1", days=2)
    desk = make()
    desk.shelf.sync("main")
    desk.write(parents.c.task_id == "T1", gone_at=utcnow(), missing_at=utcnow(), copy_tries=5)
    assert desk.one("T1").parent.gone
    desk.shelf.sync("main")
    assert not desk.one("T1").parent.gone
    assert desk.work() == 1
