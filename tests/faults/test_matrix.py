"""Every fault times every call: observed now, held against what was written down, and against the promise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import table
from tests.faults.matrix import CASES, PLACES, Outcome
from tests.faults.service import make_clip
from tests.support.bench import Bench
from tests.upstream import faults
from tests.upstream.faults import FAULTS

CALLED = {"search": "list", "videos page": "list"}
Case = tuple[str, str]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("bench"), "http://127.0.0.1:9")
    yield one
    one.close()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_clip(tmp_path_factory.mktemp("clip"))


@pytest.mark.parametrize("case", table.EVERY, ids=table.key_of)
def test_a_fault_has_the_outcome_that_is_written_down(case: Case, bench: Bench, clip: bytes) -> None:
    assert table.observe(case, bench, clip) == table.recorded()[table.key_of(case)]


@pytest.mark.parametrize("case", CASES, ids=table.key_of)
def test_what_is_written_down_keeps_the_promise(case: Case) -> None:
    place, name = case
    one = table.recorded()[table.key_of(case)]
    slug = (
        faults.expected(name, CALLED.get(place, place)).slug
        if name in FAULTS
        else "not_sent"  # the network faults: no connection came about
    )
    {"create": _create, "search": _search}.get(place, _look if place in PLACES[4:] else _follow)(one, slug)


def _create(one: Outcome, slug: str) -> None:
    assert one.problem == slug
    if slug == "interrupted":  # nobody knows: one POST, never a second one, found again in the list
        assert (one.state, one.charge, one.later) == ("unknown", "unknown", "submitted")
        assert one.posts == one.posts_in_all == 1
    elif slug in ("busy", "not_sent"):  # surely without effect: sent again
        assert (one.state, one.charge, one.later) == ("queued", "none", "submitted")
        assert one.posts == (slug == "busy")
        assert one.posts_in_all == one.posts + 1
    else:  # a clear no: it ends, unpaid, and is not tried again
        assert (one.state, one.charge, one.later) == ("failed", "none", "failed")
        assert one.posts == one.posts_in_all == 1


def _follow(one: Outcome, slug: str) -> None:
    """A look or a download in vain never ends a paid job, and never sends anything."""
    assert one.problem == slug
    assert one.state in ("submitted", "processing", "fetching")
    assert (one.charge, one.later, one.posts_in_all) == ("charged", "ready", 0)


def _search(one: Outcome, slug: str) -> None:
    """Without a list the doubt is the person's; after any other trouble the search goes on."""
    assert (one.state, one.charge, one.posts_in_all) == ("unknown", "unknown", 0)
    assert one.later == ("unknown" if slug in ("route_missing", "not_found") else "submitted")


def _look(one: Outcome, slug: str) -> None:
    assert (one.later, one.posts_in_all, one.money) == ("", 0, "Looking costs nothing.")


@pytest.mark.parametrize("key", table.recorded())
def test_nobody_is_left_without_words_for_what_happened_the_money_and_what_to_do(key: str) -> None:
    one = table.recorded()[key]
    if one.problem or not one.state:
        assert one.what
        assert one.money
        assert one.todo


@pytest.mark.parametrize("key", table.recorded())
def test_no_fault_makes_a_second_charge_possible(key: str) -> None:
    one = table.recorded()[key]
    # A second POST only after the service, or the missing connection, said that the first had no effect.
    assert one.posts_in_all <= 1 + (one.charge == "none" and one.problem == "busy")


def test_every_fault_of_every_call_is_written_down() -> None:
    assert list(table.recorded()) == [table.key_of(case) for case in table.EVERY]


def test_the_table_in_the_document_is_made_from_what_is_written_down() -> None:
    page = Path(table.PAGE).read_text(encoding="utf-8")
    assert page == table.written(page, table.table(table.recorded())), "python -m tests.faults.table --render"


def test_the_table_stays_readable() -> None:
    assert len(table.table(table.recorded()).splitlines()) <= 105
