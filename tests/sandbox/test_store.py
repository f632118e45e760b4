import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from lipsync.sandbox.store import ExternalIdTaken, InUse, Store, Task, account_of, now_ms


def task(task_id: str = "a", **changes: object) -> Task:
    one = Task(
        task_id=task_id, account="me", kind="lip-sync", status="submitted", reason="", spec={}, video_id="v",
        duration="5.041", file=f"results/{task_id}.mp4", parent_task_id=None, external_task_id=None,
        callback_url=None, price_usd=0.07, ready_at=0, created_at=now_ms(), updated_at=now_ms(),
    )  # fmt: skip
    return replace(one, **changes)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "s.db")


def test_a_task_is_found_again_as_it_was_stored(store: Store) -> None:
    one = task(spec={"prompt": "A chef", "seed": 5})
    store.add(one)
    assert store.find("me", "lip-sync", "a") == one


def test_a_task_is_not_found_by_another_account_or_kind(store: Store) -> None:
    store.add(task())
    assert store.find("you", "lip-sync", "a") is None
    assert store.find("me", "text2video", "a") is None


def test_an_external_id_finds_the_task_and_is_unique_in_the_account(store: Store) -> None:
    store.add(task("a", external_task_id="mine"))
    assert store.find("me", "lip-sync", "mine") == store.find("me", "lip-sync", "a")
    with pytest.raises(ExternalIdTaken):
        store.add(task("b", external_task_id="mine"))
    store.add(task("c", external_task_id="mine", account="you"))


def test_accepting_marks_the_post_in_the_same_transaction(store: Store) -> None:
    post = store.record_post("me", "create", b'{"input":{"text":"hi","task_id":"p"}}')
    store.add(task("a", external_task_id="x"), post_id=post)
    refused = store.record_post("me", "create", b"rubbish")
    with pytest.raises(ExternalIdTaken):
        store.add(task("b", external_task_id="x"), post_id=refused)
    first, second = store.posts()
    assert (first["accepted"], first["task_id"], first["text"], first["parent_task_id"]) == (
        True,
        "a",
        "hi",
        "p",
    )
    assert (second["accepted"], second["task_id"], second["text"]) == (False, None, None)


def test_failed_tasks_are_not_paid_for(store: Store) -> None:
    store.add(task("a"))
    store.add(task("b"))
    store.move(task("b"), "failed", "why")
    assert store.spent_usd("me") == (pytest.approx(0.07), 2)


def test_pages_hold_the_newest_first(store: Store) -> None:
    for number in range(5):
        store.add(task(str(number), created_at=1000 + number))
    assert [t.task_id for t in store.page("me", "lip-sync", number=1, size=2)] == ["4", "3"]
    assert [t.task_id for t in store.page("me", "lip-sync", number=3, size=2)] == ["0"]
    assert store.page("me", "lip-sync", number=4, size=2) == []


def test_a_second_sandbox_on_the_same_file_is_refused_until_the_first_ends(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(InUse):
        Store(tmp_path / "s.db")
    store.close()
    Store(tmp_path / "s.db").close()


def test_no_key_is_in_the_file(store: Store, tmp_path: Path) -> None:
    store.add(task(account=account_of("sk-very-secret")))
    store.record_post(account_of("sk-very-secret"), "create", b"{}")
    dump = "\n".join(sqlite3.connect(tmp_path / "s.db").iterdump())
    assert "INSERT" in dump
    assert "very-secret" not in dump
