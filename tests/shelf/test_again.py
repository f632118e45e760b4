"""Young parents are followed; a parent is gone only when the service said so twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lipsync.parent_shelf import ParentQuery
from lipsync.parents import eligibility
from lipsync.shelf.again import APART, MOST_ASKS, ask_again, wait_after
from lipsync.upstream.errors import NotFound
from tests.shelf.conftest import BAD_KEY, ME, Desk, Service


def test_an_unfinished_video_is_asked_about_until_it_is_ready_also_without_lists(
    make: Callable[..., Desk], service: Service
) -> None:
    service.has_lists = False
    service.add("T1", days=0, status="processing")
    desk = make()
    desk.shelf.look_up("T1", **ME)
    desk.shelf.look_up("T1", workspace="theirs", owner="bob")
    service.asked.clear()
    assert desk.ask() == 0, "not at once"
    desk.wait(minutes=1)
    assert desk.ask() == 1
    service.finish("T1")
    desk.wait(minutes=1)
    assert desk.ask() == 1
    for workspace in ("local", "theirs"):
        (one,) = desk.shelf.find(workspace=workspace, account="main", task_id="T1")
        assert eligibility(one.parent).eligible
    desk.wait(days=1)
    assert desk.ask() == 0
    assert len(service.asked) == 2


def test_the_waits_grow_and_the_questions_end(make: Callable[..., Desk], service: Service) -> None:
    waits = [wait_after(asks) for asks in range(MOST_ASKS)]
    assert waits == sorted(waits)
    service.add("T1", days=0, status="processing")
    desk = make()
    desk.shelf.look_up("T1", **ME)
    for _ in range(3 * MOST_ASKS):
        desk.wait(seconds=waits[-1].total_seconds())
        desk.ask()
    # The first question is the look-up itself.
    assert service.queries("T1") == MOST_ASKS + 1
    desk.shelf.look_up("T1", **ME)
    desk.wait(minutes=1)
    assert desk.ask() == 1, "whoever looks it up once more has it followed once more"


def test_an_account_in_trouble_is_asked_later_and_no_question_is_lost(
    make: Callable[..., Desk], service: Service
) -> None:
    for number in range(5):
        service.add(f"T{number}", days=0, status="processing")
    desk = make()
    for number in range(5):
        desk.shelf.look_up(f"T{number}", **ME)
    service.broken = BAD_KEY
    service.asked.clear()
    for _ in range(MOST_ASKS * 2):
        desk.wait(minutes=10)
        desk.ask()
    assert len(service.asked) == MOST_ASKS * 2, "one question at a time shows that it is still in trouble"
    service.broken = None
    for number in range(5):
        service.finish(f"T{number}")
    desk.wait(minutes=10)
    desk.ask()
    assert desk.shelf.count("local", ParentQuery(eligible=True)) == 5


def test_one_lost_answer_makes_no_video_gone(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1")
    desk = make()
    desk.shelf.sync("main")
    service.lost.add("T1")
    desk.work()
    assert service.queries("T1") == 1
    assert not desk.one("T1").parent.gone
    service.lost.clear()
    desk.wait(seconds=2 * APART.total_seconds())
    assert desk.ask() == 1
    desk.wait(days=1)
    assert desk.ask() == 0
    assert not desk.one("T1").parent.gone


def test_two_answers_apart_in_time_make_it_gone_until_it_is_seen_again(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    desk = make()
    (one,) = desk.shelf.look_up("T1", **ME).parents
    path = desk.shelf.video(one.id)
    service.lost.add("T1")
    for _ in range(3):  # somebody presses the button again and again
        with pytest.raises(NotFound):
            desk.shelf.refresh(one, owner="ada")
    assert not desk.one("T1").parent.gone
    desk.wait(seconds=2 * APART.total_seconds())
    assert desk.ask() == 1
    gone = desk.one("T1")
    assert not eligibility(gone.parent).eligible
    assert "no longer has it" in eligibility(gone.parent).reasons[0]
    assert not gone.picture_coming or gone.copy_bytes
    assert desk.shelf.video(one.id) == path
    assert desk.shelf.count("local", ParentQuery(eligible=True)) == 0
    desk.wait(days=1)
    assert desk.ask() == 0
    service.lost.clear()
    assert eligibility(desk.shelf.refresh(gone, owner="ada").parent).eligible


def test_what_somebody_doubts_in_a_transaction_is_asked_about(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    desk = make()
    desk.shelf.sync("main")
    with desk.database.begin() as connection:
        ask_again(connection, account="main", task_id="T1")
    assert desk.ask() == 1
    assert service.queries("T1") == 1
    assert desk.ask() == 0


def test_of_a_removed_account_nothing_is_asked(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1", days=0, status="processing")
    make().shelf.look_up("T1", **ME)
    without = make(accounts={})
    without.wait(hours=1)
    assert without.ask() == 0
