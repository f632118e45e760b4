"""Asking the service beside the pages."""

from __future__ import annotations

import threading

import pytest

from components.asking import Asker
from lipsync.upstream.errors import KeyRefused
from tests.support.waiting import wait_until


def test_an_answer_is_asked_for_once_while_it_is_fresh() -> None:
    asker, asked = Asker(), []
    for _ in range(3):
        assert asker.ask("s", lambda: asked.append(1) or "yes", fresh_seconds=60).value == "yes"
    assert len(asked) == 1


def test_an_answer_is_fresh_for_so_long_and_not_longer() -> None:
    now = [1000.0]
    asker, asked = Asker(clock=lambda: now[0]), []
    ask = lambda: asker.ask("s", lambda: asked.append(1) or len(asked), fresh_seconds=60)  # noqa: E731
    assert ask().value == 1
    now[0] += 60
    assert ask().value == 1
    now[0] += 0.1
    assert ask().value == 1  # the old answer, while a new one is fetched
    wait_until(lambda: not asker.is_open("s"))
    assert ask().value == 2


def test_a_slow_answer_keeps_nobody_waiting_and_comes_later() -> None:
    asker, gate = Asker(), threading.Event()
    first = asker.ask("s", lambda: gate.wait(20) and "late", fresh_seconds=60, patience_seconds=0.01)
    assert first.waiting
    assert asker.is_open("s")
    gate.set()
    wait_until(lambda: not asker.is_open("s"))
    assert asker.ask("s", lambda: "other", fresh_seconds=60).value == "late"


def test_an_old_answer_is_shown_while_a_new_one_is_fetched() -> None:
    asker, gate = Asker(), threading.Event()
    asker.ask("s", lambda: "old", fresh_seconds=0)
    again = asker.ask("s", lambda: gate.wait(20) and "new", fresh_seconds=0, patience_seconds=10)
    assert (again.value, again.waiting) == ("old", True)
    gate.set()
    wait_until(lambda: not asker.is_open("s"))
    assert asker.ask("s", lambda: "never", fresh_seconds=60).value == "new"


def test_an_error_of_the_service_comes_back_beside_the_last_good_answer() -> None:
    asker = Asker()
    asker.ask("s", lambda: "good", fresh_seconds=0)

    def refuse() -> str:
        raise KeyRefused("no")

    asker.ask("s", refuse, fresh_seconds=0)
    wait_until(lambda: not asker.is_open("s"))
    answer = asker.ask("s", refuse, fresh_seconds=60)
    assert answer.value == "good"
    assert isinstance(answer.error, KeyRefused)


def test_a_mistake_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        Asker().ask("s", lambda: 1 // 0, fresh_seconds=1)


def test_what_is_forgotten_is_asked_anew() -> None:
    asker = Asker()
    asker.ask("s", lambda: "one", fresh_seconds=60)
    asker.forget("s")
    assert asker.ask("s", lambda: "two", fresh_seconds=60).value == "two"
