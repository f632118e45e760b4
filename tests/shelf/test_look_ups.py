"""Many ids looked up at once, beside the pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from lipsync.jobs.model import JobState
from lipsync.jobs.store import JobStore, utcnow
from lipsync.parents import Parent
from lipsync.shelf.look_ups import AT_ONCE, Batch, LookUps
from lipsync.shelf.rows import keep_parent
from lipsync.upstream.replies import TaskKind, TaskStatus
from tests.shelf.conftest import ME, MISSING, Desk, Service
from tests.support.bench import line
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


def put(desk: Desk, task_id: str, video_id: str) -> None:
    one = Parent("main", TaskKind.TEXT2VIDEO, task_id, video_id, TaskStatus.SUCCEED, "", 5.1, utcnow())
    with desk.database.begin() as connection:
        keep_parent(connection, one, source="listed", **ME)


def job(desk: Desk, kind: TaskKind, **more: Any) -> str:
    with desk.database.begin() as connection:
        made = JobStore(desk.database).insert(
            connection, kind=kind, account="main", workspace="local", owner="ada", submit_key=uuid4().hex,
            state=JobState.READY, **more,
        )  # fmt: skip
    return made.id


def test_our_own_ids_lead_to_their_task_and_nobody_is_asked_for_what_is_known(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    service.add("T2")
    desk = make()
    (known,) = desk.shelf.look_up("T1", **ME).parents
    speaks = job(desk, TaskKind.LIP_SYNC, request=line(parent=("T1", "v-T1")))
    makes = job(desk, TaskKind.TEXT2VIDEO, request={}, task_id="T2")
    service.asked.clear()
    _, batch = batch_of(desk, known.id, speaks)
    assert [[one.id for one in answer.parents] for answer in batch.answers] == [[known.id], [known.id]]
    assert service.asked == []
    _, batch = batch_of(desk, makes)
    assert [one.parent.task_id for one in batch.answers[0].parents] == ["T2"]


def test_of_the_videos_of_one_task_the_one_whose_id_was_given_comes_first(make: Callable[..., Desk]) -> None:
    desk = make()
    for name in ("a", "b"):
        put(desk, "T1", name)
    (first, second) = desk.shelf.find(workspace="local", account="main", task_id="T1")
    assert desk.shelf.look_up(second.id, **ME).parents == (second, first)


def test_an_id_of_another_workspace_is_only_a_word(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1")
    desk = make()
    (known,) = desk.shelf.look_up("T1", **ME).parents
    assert desk.shelf.look_up(known.id, workspace="theirs", owner="bob").settled
