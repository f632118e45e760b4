from dataclasses import replace
from pathlib import Path

import pytest

from lipsync.sandbox import parents
from lipsync.sandbox.parents import CATALOGUE, DAY_MS, ensure_parents, shipped_ids, why_not_usable
from lipsync.sandbox.store import Store, now_ms


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "s.db")
    ensure_parents(found, "me")
    return found


def test_an_account_gets_every_parent_once_however_often_it_is_seen(store: Store) -> None:
    ensure_parents(store, "me")
    assert sorted(t.shipped or "" for t in store.shipped("me")) == sorted(p.name for p in CATALOGUE)


def test_there_are_good_parents_of_both_lengths_and_orientations(store: Store) -> None:
    good = [t for t in store.shipped("me") if why_not_usable(t) is None]
    assert {round(float(t.duration)) for t in good} == {5, 10}
    assert {t.spec["orientation"] for t in good} == {"landscape", "portrait"}
    ages = [(now_ms() - t.created_at) / DAY_MS for t in good]
    assert min(ages) >= 0.9
    assert max(ages) <= 25.1


@pytest.mark.parametrize(
    ("name", "words"),
    [("too-old", "30 days"), ("too-long", "5 or 10 seconds"), ("failed", "not succeeded"),
     ("still-processing", "not succeeded")],
)  # fmt: skip
def test_each_ineligible_parent_says_why(store: Store, name: str, words: str) -> None:
    task = next(t for t in store.shipped("me") if t.shipped == name)
    assert words in (why_not_usable(task) or "")


def test_a_lip_sync_is_no_parent(store: Store) -> None:
    assert why_not_usable(replace(store.shipped("me")[0], kind="lip-sync")) is not None


def test_ids_follow_from_account_and_name() -> None:
    assert shipped_ids("me", "first") == shipped_ids("me", "first")
    assert (
        len({shipped_ids(a, n, g) for a in ("me", "you") for n in ("first", "second") for g in (0, 1)}) == 8
    )


def test_a_fresh_parent_takes_the_place_of_one_grown_too_old(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = now_ms() + 40 * DAY_MS
    monkeypatch.setattr(parents, "now_ms", lambda: later)
    ensure_parents(store, "me")
    young = {t.shipped for t in store.shipped("me") if later - t.created_at < 29 * DAY_MS}
    assert young == {p.name for p in CATALOGUE if not p.meant_to_be_too_old}
    assert sum(t.shipped == "too-old" for t in store.shipped("me")) == 1
