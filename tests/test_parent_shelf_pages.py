"""Ten thousand parents, searched, filtered and sorted in the database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from lipsync.archive import Archive
from lipsync.clients import Clients
from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.jobs.model import JobState
from lipsync.jobs.store import JobStore
from lipsync.parent_shelf import ParentQuery, ParentShelf
from lipsync.parents import MAX_AGE, Parent, eligibility
from lipsync.settings import load_settings
from lipsync.shelf.pages import SORTS, page_statement
from lipsync.shelf.rows import KnownParent, keep_parent
from lipsync.upstream.replies import TaskKind, TaskStatus
from tests.support.bench import account, line
from tests.support.parents import mark_gone

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Shelf(ParentShelf):
    """A shelf that asks nobody, with a short way to fill it."""

    def __init__(self, database: sa.Engine, folder: Path) -> None:
        clients = Clients({name: account("http://127.0.0.1:9", name) for name in ("main", "other")})
        super().__init__(database, clients, Archive(folder))
        self.database = database

    def put(self, task_id: str = "T", source: Any = "listed", **more: Any) -> KnownParent:
        fields: dict[str, Any] = {
            "account": "main", "kind": TaskKind.TEXT2VIDEO, "task_id": task_id, "video_id": "v-" + task_id,
            "status": TaskStatus.SUCCEED, "reason": "", "seconds": 5.1, "created_at": NOW,
        }  # fmt: skip
        with self.database.begin() as connection:
            return keep_parent(
                connection, Parent(**fields | more), workspace="local", owner="ada", source=source
            )

    def ids(self, **query: Any) -> list[str]:
        found = self.items("local", ParentQuery(**query), NOW)
        assert self.count("local", ParentQuery(**query), NOW) >= len(found)
        return [one.parent.task_id for one in found]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    address = f"sqlite:///{tmp_path / 'studio.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        address = load_settings(DATABASE_URL=url).database_address
    database = connect(address)
    migrate(database)
    yield Shelf(database, tmp_path)
    database.dispose()


def days(number: float) -> datetime:
    return NOW - timedelta(days=number)


def test_pages_follow_each_other_and_the_total_is_of_all(shelf: Shelf) -> None:
    for number in range(7):
        shelf.put(f"T{number}", created_at=days(number))
    assert shelf.ids(limit=4) + shelf.ids(limit=4, offset=4) == [f"T{n}" for n in range(7)]
    assert shelf.count("local", ParentQuery(limit=4, offset=4)) == 7
    assert shelf.count("elsewhere") == 0


def test_words_of_the_prompt_and_parts_of_an_id_find_a_video(shelf: Shelf) -> None:
    shelf.put("AbC-9", prompt="Eine ältere Frau, 100% freundlich")
    shelf.put("XyZ-1", prompt="A cook in_the kitchen")
    for words, found in {
        "ÄLTERE": ["AbC-9"], "frau freundlich": ["AbC-9"], "frau cook": [], "xyz": ["XyZ-1"],
        "v-xyz": ["XyZ-1"], "100%": ["AbC-9"], "%": ["AbC-9"], "in_the": ["XyZ-1"], "in%the": [],
        "": ["XyZ-1", "AbC-9"],
    }.items():  # fmt: skip
        assert sorted(shelf.ids(search=words)) == sorted(found), words


def test_filters_narrow_the_shelf(shelf: Shelf) -> None:
    shelf.put("good")
    shelf.put("made", source="made", account="other")
    shelf.put("image", kind=TaskKind.IMAGE2VIDEO, source="looked_up")
    shelf.put("old", created_at=days(31))
    shelf.put("soon", created_at=days(28))
    assert shelf.ids(account="other") == ["made"]
    assert shelf.ids(kind=TaskKind.IMAGE2VIDEO) == ["image"]
    assert shelf.ids(source="made") == ["made"]
    assert sorted(shelf.ids(eligible=True)) == ["good", "image", "made", "soon"]
    assert shelf.ids(soon_too_old=True) == ["soon"]


def test_the_database_and_the_words_agree_on_what_may_be_used(shelf: Shelf) -> None:
    chance = random.Random(7)
    for number in range(300):
        one = shelf.put(
            f"T{number}",
            account=chance.choice(["main", "other", "removed"]),
            video_id=chance.choice(["v", "v", "v", ""]),
            status=chance.choice([TaskStatus.SUCCEED, TaskStatus.SUCCEED, *TaskStatus]),
            seconds=chance.choice([None, 4.49, 4.5, 5.041, 5.5, 5.51, 7.0, 9.5, 10.04, 10.51, 15.0]),
            created_at=chance.choice([None, NOW, days(29.9), NOW - MAX_AGE, days(30.1)]),
        )
        if chance.random() < 0.1:
            mark_gone(shelf.database, one)
    everything = shelf.items("local", ParentQuery(limit=1000), NOW)
    usable = shelf.items("local", ParentQuery(limit=1000, eligible=True), NOW)
    accounts = ("main", "other")
    assert {k.id for k in usable} == {
        k.id for k in everything if eligibility(k.parent, NOW, accounts=accounts).eligible
    }
    assert shelf.count("local", ParentQuery(eligible=True), NOW) == len(usable)
    assert 10 < len(usable) < 140


def test_each_sort_is_what_it_says_and_unknown_ages_come_last(shelf: Shelf) -> None:
    shelf.put("middle", created_at=days(5), seconds=10.04)
    shelf.put("unknown", created_at=None, seconds=None)
    shelf.put("young", created_at=days(1), seconds=5.1)
    shelf.put("youngest", created_at=NOW, seconds=3.0)
    use(shelf, "middle", 2)
    use(shelf, "unknown", 1)
    assert {sort: shelf.ids(sort=sort) for sort in SORTS} == {
        "newest": ["youngest", "young", "middle", "unknown"],
        "oldest": ["middle", "young", "youngest", "unknown"],
        "most_used": ["middle", "unknown", "youngest", "young"],
        "longest": ["middle", "young", "youngest", "unknown"],
        "usable_first": ["young", "middle", "unknown", "youngest"],
    }


def test_the_accounts_of_a_workspace_are_those_that_made_its_videos(shelf: Shelf) -> None:
    shelf.put("A")
    shelf.put("B", account="removed")
    shelf.put("C", account="removed")
    assert shelf.accounts_of("local") == ("main", "removed")
    assert shelf.accounts_of("elsewhere") == ()


def use(shelf: Shelf, task_id: str, times: int, state: JobState = JobState.READY, **more: Any) -> None:
    with shelf.database.begin() as connection:
        for number in range(times):
            values = {
                "kind": TaskKind.LIP_SYNC, "account": "main", "workspace": "local", "owner": "ada",
                "submit_key": f"{task_id}-{state}-{number}-{more}", "state": state,
                "request": line(parent=(task_id, "v-" + task_id)),
            }  # fmt: skip
            JobStore(shelf.database).insert(connection, **values | more)


def test_uses_are_counted_without_those_that_came_to_nothing(shelf: Shelf) -> None:
    one = shelf.put("T")
    use(shelf, "T", 2)
    use(shelf, "T", 1, JobState.QUEUED)
    for state in (JobState.CANCELLED, JobState.FAILED):
        use(shelf, "T", 1, state)
    use(shelf, "other", 1)
    use(shelf, "T", 1, account="other")
    use(shelf, "T", 1, workspace="elsewhere")
    assert shelf.get(one.id).used_count == 3
    assert shelf.items("local")[0].used_count == 3


def test_the_default_page_is_read_in_order_without_sorting(shelf: Shelf) -> None:
    with shelf.database.begin() as connection:
        for number in range(2000):
            one = Parent(
                "main", TaskKind.TEXT2VIDEO, f"T{number}", "v", TaskStatus.SUCCEED, "", 5.1, days(number)
            )
            keep_parent(connection, one, workspace="local", owner="ada", source="listed")
    with shelf.database.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("ANALYZE"))
        for query in (ParentQuery(), ParentQuery(account="main")):
            statement = page_statement("local", query, ["main"], NOW)
            text = str(statement.compile(shelf.database, compile_kwargs={"literal_binds": True}))
            explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
            plan = "\n".join(str(row) for row in connection.exec_driver_sql(explain + text))
            assert "TEMP B-TREE" not in plan
            assert "Sort" not in plan
            assert "ix_parents_" in plan
