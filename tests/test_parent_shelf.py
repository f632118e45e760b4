"""The parents that were ever seen, against the sandbox and against hand-written answers."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from lipsync.archive import Archive
from lipsync.clients import Clients, UnknownAccount
from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.database.tables import parents
from lipsync.explain import explain_lists
from lipsync.parent_shelf import KnownParent, ParentNotFound, ParentShelf
from lipsync.parents import eligibility
from lipsync.settings import load_settings
from lipsync.upstream.errors import Interrupted, KeyRefused, NotSent, RouteMissing
from lipsync.upstream.replies import TaskKind
from tests.support.bench import account
from tests.support.replies_server import RepliesServer, Seen, unused_port
from tests.support.sandbox import RunningSandbox, running_sandbox

pytestmark = pytest.mark.xdist_group("parent shelf")
ME = {"workspace": "local", "owner": "ada"}
MISSING = (404, {}, {"code": 1203, "message": "task not found"})
NOW_MS = int(datetime.now(UTC).timestamp() * 1000)


@dataclass
class Shelf:
    shelf: ParentShelf
    database: sa.Engine
    archive: Archive

    def rows(self) -> list[tuple[str, str, str]]:
        with self.database.connect() as connection:
            found = connection.execute(sa.select(parents).order_by(parents.c.task_id, parents.c.video_id))
            return [(row.task_id, row.video_id, row.status) for row in found]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Shelf]]:
    """A shelf whose accounts are at these addresses: `make(main="http://…")`."""
    with ExitStack() as stack:

        def build(*, address: str = "", **urls: str) -> Shelf:
            database = connect(address or f"sqlite:///{tmp_path / 'studio.db'}")
            stack.callback(database.dispose)
            migrate(database)
            clients = Clients({name: account(url, name) for name, url in urls.items()})
            stack.callback(clients.close)
            archive = Archive(tmp_path)
            return Shelf(ParentShelf(database, clients, archive), database, archive)

        yield build


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as one:
        yield one


@pytest.fixture(autouse=True)
def _no_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "sandbox" in request.fixturenames:
        request.getfixturevalue("sandbox").clear_faults()


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """A service that answers by path: `serve({"text2video/T": {...}})`; everything else is missing."""
    with ExitStack() as stack:

        def start(answers: dict[str, Any]) -> str:
            def answer(seen: Seen) -> Any:
                name = seen.path.removeprefix("/kling/v1/videos/").partition("?")[0]
                found = answers.get(name, MISSING)
                return (200, {}, {"code": 0, "data": found}) if isinstance(found, dict | list) else found

            return stack.enter_context(RepliesServer(answer)).url

        yield start


def task(task_id: str = "T", *videos: str, **more: Any) -> dict[str, Any]:
    listed = [
        {"id": v, "url": f"https://files.example/{v}.mp4?sig=SIGNED", "duration": "5.1"} for v in videos
    ]
    status = "succeed" if videos else "processing"
    return {
        "task_id": task_id, "task_status": status, "task_result": {"videos": listed}, "created_at": NOW_MS,
    } | more  # fmt: skip


def test_the_parents_of_an_account_are_listed_and_remembered_and_judged_as_the_service_does(
    make: Callable[..., Shelf], sandbox: RunningSandbox
) -> None:
    it = make(main=sandbox.url)
    assert it.shelf.sync("main").problem is None
    listed, shipped = it.shelf.items("local"), sandbox.parents()
    found = {p.parent.task_id: p.parent for p in listed}
    assert it.shelf.count("local") == len(listed) == len(found) == len(shipped)
    for name, one in shipped.items():
        if name != "faceless":  # which nobody can know before the clip was looked at
            assert eligibility(found[one["task_id"]]).eligible is (one["why_not_usable"] is None), name
    it.shelf.sync("main")
    assert {p.id for p in it.shelf.items("local")} == {p.id for p in listed}


def test_known_parents_stay_when_an_account_has_no_lists_or_cannot_be_asked(
    make: Callable[..., Shelf], sandbox: RunningSandbox
) -> None:
    it = make(main=sandbox.url, gone=f"http://127.0.0.1:{unused_port()}")
    it.shelf.sync("main")
    before = it.shelf.count("local")
    sandbox.set_fault("no-lists")
    assert it.shelf.sync("main").state == "no_lists"
    assert it.shelf.sync("gone").problem == NotSent.slug
    assert it.shelf.count("local") == before
    said = {name: explain_lists(lists) for name, lists in it.shelf.lists().items()}
    assert "gives no list" in said["main"].what  # type: ignore[union-attr]
    assert "did not accept a connection" in said["gone"].what  # type: ignore[union-attr]


def test_every_workspace_gets_what_is_listed_and_nothing_more(
    make: Callable[..., Shelf], serve: Callable[..., str]
) -> None:
    answers = {"text2video": [task("L", "A")], "text2video/T": task("T", "B")}
    it = make(main=serve(answers))
    it.shelf.look_up("T", workspace="theirs", owner="bob")
    it.shelf.sync("main", workspaces=["new"])
    tasks = {
        name: {p.parent.task_id for p in it.shelf.items(name)}
        for name in ("local", "theirs", "new", "nobody")
    }
    assert tasks == {"local": {"L"}, "theirs": {"L", "T"}, "new": {"L"}, "nobody": set()}


@pytest.mark.parametrize("kind", list(TaskKind)[1:])
def test_a_task_is_looked_up_in_both_kinds(
    make: Callable[..., Shelf], serve: Callable[..., str], kind: TaskKind
) -> None:
    it = make(main=serve({f"{kind}/T": task("T", "V")}))
    (found,) = it.shelf.look_up(" T\n", **ME).parents
    assert (found.parent.kind, found.parent.video_id, found.parent.account) == (kind, "V", "main")
    assert it.shelf.get(found.id, workspace="local").parent == found.parent


def test_every_account_is_asked(make: Callable[..., Shelf], serve: Callable[..., str]) -> None:
    it = make(one=serve({}), two=serve({"image2video/T": task("T", "V")}))
    (found,) = it.shelf.look_up("T", **ME).parents
    assert found.parent.account == "two"


@pytest.mark.parametrize("task_id", ["nobody", "", "  ", "../text2video", "a/b?c=d", "x" * 3000])
def test_a_task_that_nobody_has_is_not_found(
    make: Callable[..., Shelf], sandbox: RunningSandbox, task_id: str
) -> None:
    found = make(main=sandbox.url).shelf.look_up(task_id, **ME)
    assert (found.parents, found.without, found.errors) == ((), ("main",), {})
    assert found.settled


NO_ROUTE = (404, {}, "<html>Not Found</html>")
NO_KEY = (401, {}, {"code": 1002, "message": "bad key"})
BROKEN = (500, {}, {"code": 5000})


@pytest.mark.parametrize(
    ("text", "image", "said"),
    [
        (NO_ROUTE, NO_ROUTE, RouteMissing),
        (NO_KEY, NO_KEY, KeyRefused),
        (BROKEN, MISSING, Interrupted),
        (MISSING, BROKEN, Interrupted),
        (NO_ROUTE, MISSING, None),
        (MISSING, NO_ROUTE, None),
        (NO_ROUTE, BROKEN, Interrupted),
    ],
)
def test_cannot_be_asked_is_told_apart_from_not_found(
    make: Callable[..., Shelf], serve: Callable[..., str], text: Any, image: Any, said: type[Exception] | None
) -> None:
    it = make(main=serve({"text2video/T": text, "image2video/T": image}))
    found = it.shelf.look_up("T", **ME)
    assert found.settled is (said is None)
    assert {name: type(error) for name, error in found.errors.items()} == ({"main": said} if said else {})


@pytest.mark.parametrize("first", [NO_ROUTE, BROKEN, MISSING], ids=["no route", "broken", "missing"])
def test_trouble_with_one_kind_does_not_keep_the_other_from_being_found(
    make: Callable[..., Shelf], serve: Callable[..., str], first: Any
) -> None:
    it = make(main=serve({"text2video/T": first, "image2video/T": task("T", "V")}))
    assert it.shelf.look_up("T", **ME).parents[0].parent.video_id == "V"


def test_trouble_on_one_account_is_told_only_when_no_other_has_the_task(
    make: Callable[..., Shelf], serve: Callable[..., str]
) -> None:
    broken = serve({"text2video/T": BROKEN, "image2video/T": BROKEN})
    it = make(one=broken, two=serve({"text2video/T": task("T", "V")}))
    assert it.shelf.look_up("T", **ME).parents[0].parent.account == "two"
    found = make(one=broken, two=serve({})).shelf.look_up("T", **ME)
    assert (found.parents, found.without, list(found.errors)) == ((), ("two",), ["one"])


def test_a_task_with_two_videos_is_two_parents(make: Callable[..., Shelf], serve: Callable[..., str]) -> None:
    it = make(main=serve({"text2video/T": task("T", "A", "B")}))
    assert [p.parent.video_id for p in it.shelf.look_up("T", **ME).parents] == ["A", "B"]
    assert len({p.id for p in it.shelf.look_up("T", **ME).parents}) == 2
    assert it.rows() == [("T", "A", "succeed"), ("T", "B", "succeed")]


def one_after_another(serve: Callable[..., str], answers: dict[str, Any]) -> str:
    return serve(answers)


def test_a_task_that_gets_its_video_keeps_its_id(
    make: Callable[..., Shelf], serve: Callable[..., str]
) -> None:
    answers = {"text2video/T": task("T")}
    it = make(main=serve(answers))
    (young,) = it.shelf.look_up("T", **ME).parents
    assert young.parent.video_id == ""
    answers["text2video/T"] = task("T", "A", "B")
    fresh = it.shelf.refresh(young, owner="ada")
    assert (fresh.id, fresh.parent.video_id) == (young.id, "A")
    assert it.rows() == [("T", "A", "succeed"), ("T", "B", "succeed")]


def test_an_answer_without_videos_adds_no_second_parent(
    make: Callable[..., Shelf], serve: Callable[..., str]
) -> None:
    answers = {"text2video/T": task("T", "A")}
    it = make(main=serve(answers))
    (known,) = it.shelf.look_up("T", **ME).parents
    answers["text2video/T"] = task("T")
    assert it.shelf.refresh(known, owner="ada").id == known.id
    assert it.rows() == [("T", "A", "succeed")]


def test_an_answer_without_an_age_or_a_length_does_not_make_them_unknown(
    make: Callable[..., Shelf], serve: Callable[..., str]
) -> None:
    old = int((datetime.now(UTC) - timedelta(days=31)).timestamp() * 1000)
    answers = {"text2video/T": task("T", "A", created_at=old)}
    it = make(main=serve(answers))
    (known,) = it.shelf.look_up("T", **ME).parents
    bare = task("T", "A", task_result={"videos": [{"id": "A"}]})
    del bare["created_at"]
    answers["text2video/T"] = bare
    fresh = it.shelf.refresh(known, owner="ada")
    assert (fresh.parent.created_at, fresh.parent.seconds) == (known.parent.created_at, 5.1)
    assert not eligibility(fresh.parent).eligible


def test_a_parent_of_another_workspace_is_not_found(
    make: Callable[..., Shelf], serve: Callable[..., str]
) -> None:
    it = make(main=serve({"text2video/T": task("T", "A")}))
    (mine,) = it.shelf.look_up("T", **ME).parents
    (theirs,) = it.shelf.look_up("T", workspace="other", owner="bob").parents
    assert mine.id != theirs.id
    assert [p.id for p in it.shelf.items("local")] == [mine.id]
    assert it.shelf.ids("local", [mine.parent.key]) == {mine.parent.key: mine.id}
    assert it.shelf.ids("other", [mine.parent.key, ("main", "T", "no such video")]) == {
        mine.parent.key: theirs.id
    }
    with pytest.raises(ParentNotFound):
        it.shelf.get(theirs.id, workspace="local")


def test_two_who_look_the_same_task_up_at_once_find_the_same_parent(
    make: Callable[..., Shelf], serve: Callable[..., str]
) -> None:
    it = make(main=serve({"text2video/T": task("T", "A")}))
    found: list[KnownParent] = []
    barrier = threading.Barrier(4)

    def look() -> None:
        barrier.wait(20)
        found.extend(it.shelf.look_up("T", **ME).parents)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({one.id for one in found}) == 1


def orders(it: Shelf) -> list[str]:
    return [p.parent.task_id for p in it.shelf.items("local")]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_parents_of_unknown_age_come_last_on_either_database(
    make: Callable[..., Shelf], serve: Callable[..., str], kind: str, request: pytest.FixtureRequest
) -> None:
    address = ""
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
        address = load_settings(DATABASE_URL=url).database_address
    ages = {"OLD": NOW_MS - 9_000_000, "NONE": None, "NEW": NOW_MS}
    url = serve({f"text2video/{name}": task(name, "V", created_at=age) for name, age in ages.items()})
    it = make(address=address, main=url)
    for name in ages:
        it.shelf.look_up(name, **ME)
    assert orders(it) == ["NEW", "OLD", "NONE"]


def test_a_parents_video_is_fetched_once_also_for_many_at_once(
    make: Callable[..., Shelf], sandbox: RunningSandbox
) -> None:
    it = make(main=sandbox.url)
    (known,) = it.shelf.look_up(sandbox.parents()["first"]["task_id"], **ME).parents
    before = sandbox.log()["calls"].get("download", 0)
    threads = [threading.Thread(target=it.shelf.video, args=(known.id,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert it.shelf.video(known.id) == it.archive.parent_path(known.id)
    assert sandbox.log()["calls"]["download"] == before + 1


def test_a_copy_stays_when_the_account_is_gone(make: Callable[..., Shelf], sandbox: RunningSandbox) -> None:
    it = make(main=sandbox.url)
    (kept, gone) = (
        it.shelf.look_up(sandbox.parents()[n]["task_id"], **ME).parents[0] for n in ("first", "second")
    )
    it.shelf.video(kept.id)
    later = make()
    assert later.shelf.video(kept.id).is_file()
    with pytest.raises(UnknownAccount):
        later.shelf.video(gone.id)


def test_asking_for_parents_that_do_not_exist_leaves_nothing_in_memory(make: Callable[..., Shelf]) -> None:
    it = make()
    for number in range(50):
        with pytest.raises(ParentNotFound):
            it.shelf.video(f"{number:032x}")
    assert it.shelf._locks == {}


def test_no_signature_and_no_key_reaches_the_disk(
    make: Callable[..., Shelf], tmp_path: Path, serve: Callable[..., str]
) -> None:
    reason = "see https://files.example/a.mp4?sig=SIGNED and sk-sandbox"
    it = make(
        main=serve(
            {
                "text2video": [task("L", "A"), task("M", task_status="failed", task_status_msg=reason)],
                "text2video/T": task("T", "V", result_url="https://files.example/b.mp4?sig=SIGNED"),
            }
        )
    )
    it.shelf.sync("main")
    it.shelf.look_up("T", **ME)
    assert {row[0] for row in it.rows()} == {"L", "M", "T"}
    with sqlite3.connect(tmp_path / "studio.db") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    for path in tmp_path.rglob("studio.db*"):
        dump += path.read_bytes().decode("latin-1")
    assert "files.example/a.mp4" in dump
    assert "SIGNED" not in dump
    assert "sk-sandbox" not in dump
    assert json.dumps(reason) not in dump
