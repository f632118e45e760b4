"""Work on sounds beside the pages: how much at once, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from threading import Event
from typing import Any

import pytest

from lipsync.sounds import SoundWork, TooMuchUnderWay
from tests.support.waiting import wait_until


class Bench:
    """Work that goes on until it is let go, by name; `at_work` says which has begun."""

    def __init__(self) -> None:
        self.work = SoundWork()
        self.futures: dict[str, Future[str]] = {}
        self._held: dict[str, Event] = {}

    def begin(self, name: str, *, page: str = "", person: str = "ada", link: bool = False) -> Future[str]:
        """Begin work; its page is the first letter of its name unless another is said."""
        held = self._held[name] = Event()

        def do() -> str:
            assert held.wait(30)
            return name

        begun = self.work.begin(do, page=page or name[0], person=person, link=link)
        self.futures[name] = begun
        return begun

    def at_work(self) -> set[str]:
        return {name for name, future in self.futures.items() if future.running()}

    def finish(self, name: str) -> None:
        self._held[name].set()
        assert self.futures[name].result(30) == name

    def let_all_go(self) -> None:
        for held in self._held.values():
            held.set()


@pytest.fixture
def bench() -> Iterator[Bench]:
    one = Bench()
    yield one
    one.let_all_go()


def test_four_are_worked_on_at_once_and_the_next_when_one_is_done(bench: Bench) -> None:
    for name in ("a", "b", "c", "d", "e", "f"):
        bench.begin(name)
    assert bench.at_work() == {"a", "b", "c", "d"}
    bench.finish("c")
    wait_until(lambda: bench.at_work() == {"a", "b", "d", "e"}, what="the fifth")


def test_a_page_that_wants_much_leaves_room_for_the_others(bench: Bench) -> None:
    for name in ("a1", "a2", "a3", "a4", "a5"):
        bench.begin(name)
    assert bench.at_work() == {"a1", "a2"}
    bench.begin("b1")
    assert bench.at_work() == {"a1", "a2", "b1"}
    bench.finish("a1")
    wait_until(lambda: bench.at_work() == {"a2", "a3", "b1"}, what="the page's next")


def test_the_next_is_of_the_page_with_the_least_at_work_though_others_came_before(bench: Bench) -> None:
    for name in ("a1", "a2", "b1", "c1", "b2", "d1"):
        bench.begin(name)
    assert bench.at_work() == {"a1", "a2", "b1", "c1"}
    bench.finish("c1")
    wait_until(lambda: bench.at_work() == {"a1", "a2", "b1", "d1"}, what="the page that had nothing")


def test_links_never_take_the_last_place_from_a_file(bench: Bench) -> None:
    for name in ("a", "b", "c", "d"):
        bench.begin(name, link=True)
    assert bench.at_work() == {"a", "b", "c"}
    bench.begin("e")
    assert bench.at_work() == {"a", "b", "c", "e"}
    bench.finish("a")
    wait_until(lambda: bench.at_work() == {"b", "c", "d", "e"}, what="the link that waited")


def test_one_person_may_have_only_so_much_under_way(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lipsync.sounds.work.MOST_UNDER_WAY", 3)
    for name in ("a1", "a2", "a3"):
        bench.begin(name)
    with pytest.raises(TooMuchUnderWay):
        bench.begin("b1")
    bench.begin("c1", person="bob")
    bench.finish("a1")
    wait_until(lambda: "a3" in bench.at_work(), what="the next")
    bench.begin("b2")


def test_what_still_waits_can_be_taken_back_and_makes_room(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lipsync.sounds.work.MOST_UNDER_WAY", 3)
    for name in ("a1", "a2", "a3"):
        bench.begin(name)
    assert not bench.futures["a1"].cancel()  # it has begun
    assert bench.futures["a3"].cancel()
    bench.begin("a4")
    bench.finish("a1")
    wait_until(lambda: bench.at_work() == {"a2", "a4"}, what="the one after")


def test_what_goes_wrong_is_handed_over_and_the_work_goes_on(bench: Bench) -> None:
    def fail() -> Any:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        bench.work.begin(fail, page="a", person="ada").result(30)
    bench.begin("a1")
    bench.finish("a1")
