"""Lists read in the background, many ids looked up at once, copies and pictures made one by one."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from lipsync.archive import Archive
from lipsync.clients import Clients
from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.database.tables import parents
from lipsync.jobs.store import utcnow
from lipsync.media import probe_video
from lipsync.parent_shelf import ParentQuery, ParentShelf
from lipsync.parents import eligibility
from lipsync.shelf.copies import MOST_TRIES, ParentCopies
from lipsync.shelf.keeper import ParentKeeper
from lipsync.shelf.lists import PAGE_SIZE
from lipsync.shelf.look_ups import AT_ONCE, Batch, LookUps
from lipsync.thumbnails import WIDTH
from lipsync.upstream.errors import NotFound
from tests.support.bench import account
from tests.support.replies_server import RepliesServer, Seen
from tests.support.waiting import wait_until

ME = {"workspace": "local", "owner": "ada"}
MISSING = (404, {}, {"code": 1203, "message": "task not found"})
NO_ROUTE = (404, {}, "<html>Not Found</html>")


@dataclass
class Service:
    """An account with text2video tasks, newest first; each has one video, which is `clip`."""

    clip: bytes
    tasks: list[dict[str, Any]] = field(default_factory=list)
    has_lists: bool = True
    page_size: int = 500
    asked: list[str] = field(default_factory=list)
    broken: bool = False
    url: str = ""

    def add(self, task_id: str, *, days: float = 1.0, status: str = "succeed") -> None:
        made = utcnow() - timedelta(days=days)
        self.tasks.append(
            {"task_id": task_id, "task_status": status, "created_at": round(made.timestamp() * 1000)}
        )
        self.tasks.sort(key=lambda one: -one["created_at"])

    def __call__(self, seen: Seen) -> Any:
        path, _, query = seen.path.partition("?")
        self.asked.append(seen.path)
        if path.startswith("/files/"):
            return 200, {"Content-Type": "video/mp4"}, self.clip
        if self.broken:
            return 401, {}, {"code": 1002, "message": "bad key sk-sandbox"}
        kind, _, task_id = path.removeprefix("/kling/v1/videos/").partition("/")
        mine = self.tasks if kind == "text2video" else []
        if not task_id:
            if not self.has_lists:
                return NO_ROUTE
            asked = dict(part.split("=") for part in query.split("&"))
            size = min(int(asked["pageSize"]), self.page_size)
            start = (int(asked["pageNum"]) - 1) * size
            return 200, {}, {"code": 0, "data": [self.full(one) for one in mine[start : start + size]]}
        found = next((one for one in mine if one["task_id"] == task_id), None)
        return MISSING if found is None else (200, {}, {"code": 0, "data": self.full(found)})

    def full(self, one: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.url}/files/{one['task_id']}.mp4?sig=SIGNED"
        videos = [{"id": "v-" + one["task_id"], "url": url, "duration": "5.1"}]
        return one | ({"task_result": {"videos": videos}} if one["task_status"] == "succeed" else {})

    def downloads(self) -> int:
        return sum(path.startswith("/files/") for path in self.asked)


@dataclass
class Desk:
    """A shelf, its copies and its keeper."""

    folder: Path
    database: sa.Engine
    clients: Clients
    room_bytes: int = 1_000_000_000

    def __post_init__(self) -> None:
        self.archive = Archive(self.folder)
        self.shelf = ParentShelf(self.database, self.clients, self.archive)
        self.copies = ParentCopies(self.database, self.shelf, self.archive, room_bytes=self.room_bytes)

    def ids(self) -> list[str]:
        return [one.parent.task_id for one in self.shelf.items("local", ParentQuery(limit=1000))]

    def work(self) -> int:
        return sum(1 for _ in iter(self.copies.work_one, False))

    def copied(self) -> set[str]:
        found = self.shelf.items("local", ParentQuery(limit=1000))
        files = {path.stem for path in self.folder.glob("parents/*.mp4")}
        assert files == {one.id for one in found if one.copy_bytes}
        return {one.parent.task_id for one in found if one.copy_bytes}


@pytest.fixture
def service(clip: Path) -> Iterator[Service]:
    one = Service(clip.read_bytes())
    with RepliesServer(one) as server:
        one.url = server.url
        yield one


@pytest.fixture
def make(tmp_path: Path, service: Service) -> Iterator[Callable[..., Desk]]:
    with ExitStack() as stack:

        def build(*, accounts: dict[str, str] | None = None, **more: Any) -> Desk:
            database = connect(f"sqlite:///{tmp_path / 'studio.db'}")
            stack.callback(database.dispose)
            migrate(database)
            urls = {"main": service.url} if accounts is None else accounts
            clients = Clients({name: account(url, name) for name, url in urls.items()})
            stack.callback(clients.close)
            return Desk(tmp_path, database, clients, **more)

        yield build


# -- lists ----------------------------------------------------------------------------------------


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
    service.broken = True
    lists = desk.shelf.sync("main")
    assert (lists.state, lists.problem) == ("error", "key_refused")
    assert "sk-sandbox" not in str(desk.shelf.lists())


def test_the_keeper_reads_every_account_s_lists_by_itself_and_when_asked(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    desk = make(room_bytes=0)
    keeper = ParentKeeper(desk.shelf, desk.copies, desk.clients, sync_minutes=60)
    keeper.start()
    try:
        wait_until(lambda: desk.ids() == ["T1"], what="the first look")
        service.add("T2", days=0.5)
        keeper.ask_sync()
        wait_until(lambda: desk.ids() == ["T2", "T1"], what="the look that was asked for")
        wait_until(lambda: not keeper.is_syncing(), what="its end")
    finally:
        keeper.stop()
    assert service.downloads() == 0


def test_a_keeper_that_may_only_look_when_asked_does_not_look(
    make: Callable[..., Desk], service: Service
) -> None:
    desk = make(room_bytes=0)
    keeper = ParentKeeper(desk.shelf, desk.copies, desk.clients, sync_minutes=0)
    assert keeper._due_accounts() == []
    keeper.ask_sync("main")
    assert keeper._due_accounts() == ["main"]
    assert keeper.is_syncing()


# -- many ids --------------------------------------------------------------------------------------


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


# -- what died upstream, and whose account is gone ----------------------------------------------------


def test_a_video_that_the_service_lost_says_so_until_it_is_back(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    desk = make()
    (one,) = desk.shelf.look_up("T1", **ME).parents
    path = desk.shelf.video(one.id)
    kept, service.tasks = service.tasks, []
    with pytest.raises(NotFound):
        desk.shelf.refresh(one, owner="ada")
    gone = desk.shelf.get(one.id)
    assert not eligibility(gone.parent).eligible
    assert "no longer has it" in eligibility(gone.parent).reasons[0]
    assert desk.shelf.video(one.id) == path
    assert desk.shelf.count("local", ParentQuery(eligible=True)) == 0
    service.tasks = kept
    assert eligibility(desk.shelf.refresh(gone, owner="ada").parent).eligible


def test_a_video_of_a_removed_account_says_so(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1")
    make().shelf.sync("main")
    later = make(accounts={})
    (one,) = later.shelf.items("local")
    verdict = eligibility(one.parent, accounts=later.clients.accounts)
    assert not verdict.eligible
    assert "account main" in verdict.reasons[0]


# -- copies and pictures --------------------------------------------------------------------------------


def test_every_living_video_is_copied_and_pictured_once(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1", days=2)
    service.add("T2", days=1)
    service.add("old", days=31)
    service.add("failed", status="failed")
    desk = make()
    desk.shelf.sync("main")
    assert desk.work() == 2
    assert desk.work() == 0
    assert desk.copied() == {"T1", "T2"}
    assert service.downloads() == 2
    (one,) = desk.shelf.find(workspace="local", account="main", task_id="T1")
    assert (one.width, one.height) == (64, 48)
    pictures = list(desk.folder.glob("thumbnails/*"))
    assert len(pictures) == 2
    with Image.open(pictures[0]) as picture:
        assert (picture.format, picture.width) == ("JPEG", WIDTH)


def test_the_newest_have_the_room_and_older_copies_make_place(
    make: Callable[..., Desk], service: Service
) -> None:
    for number in range(4):
        service.add(f"T{number}", days=10 - number)
    desk = make(room_bytes=2 * len(service.clip) - 1)
    desk.shelf.sync("main")
    assert desk.work() == 2
    assert desk.copied() == {"T3", "T2"}
    service.add("NEW", days=0.1)
    desk.shelf.sync("main")
    assert desk.work() == 0  # the others were fetched just now: somebody may be watching
    with desk.database.begin() as connection:
        connection.execute(sa.update(parents).values(copied_at=utcnow() - timedelta(days=2)).where(
            parents.c.copied_at.is_not(None)))  # fmt: skip
    desk.work()
    assert desk.copied() == {"NEW", "T3"}


def test_without_room_a_picture_is_made_when_somebody_looks_and_the_copy_goes(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    desk = make(room_bytes=0)
    desk.shelf.sync("main")
    assert desk.work() == 0
    (one,) = desk.shelf.items("local")
    keeper = ParentKeeper(desk.shelf, desk.copies, desk.clients, sync_minutes=0)
    assert keeper.thumbnail(one.id) is None
    assert desk.work() == 1
    assert keeper.thumbnail(one.id) == desk.archive.thumbnail_path(one.id)
    assert desk.copied() == set()
    with pytest.raises(ValueError, match="not an id"):
        keeper.thumbnail("../../etc/passwd")


def test_a_video_that_cannot_be_copied_is_left_alone_after_a_few_tries(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    service.clip = b"no video at all" * 100
    desk = make()
    desk.shelf.sync("main")
    for _ in range(MOST_TRIES + 3):
        desk.work()
        with desk.database.begin() as connection:
            connection.execute(sa.update(parents).values(copy_due=None))
    assert service.downloads() == MOST_TRIES
    assert desk.copied() == set()


def test_a_picture_is_taken_from_the_middle_of_the_video(make: Callable[..., Desk], tmp_path: Path) -> None:
    from lipsync.thumbnails import make_thumbnail
    from tests.support.clips import ffmpeg

    video = tmp_path / "v.mp4"
    halves = "color=red:s=64x48:d=0.3:r=25[a];color=blue:s=64x48:d=0.7:r=25[b];[a][b]concat=n=2:v=1:a=0"
    ffmpeg("-f", "lavfi", "-i", halves, "-pix_fmt", "yuv420p", "-c:v", "libx264", video)
    make_thumbnail(video, probe_video(video).seconds, tmp_path / "t.jpg")
    with Image.open(tmp_path / "t.jpg") as picture:
        red, _, blue = picture.convert("RGB").getpixel((100, 100))  # type: ignore[misc]
    assert blue > 200 > red


def test_a_copy_is_the_job_s_own_file_also_on_a_disk_without_second_names(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path)
    job, first, second = "a" * 32, "b" * 32, "c" * 32
    assert not archive.share_result(job, first)
    archive.keep_result(job, lambda to: shutil.copyfile(clip, to))
    assert archive.share_result(job, first)
    assert archive.share_result(job, first)
    assert archive.parent_path(first).samefile(archive.result_path(job))

    def refuses(*_: object) -> None:
        raise OSError(1, "not permitted")

    monkeypatch.setattr("os.link", refuses)
    assert archive.share_result(job, second)
    assert archive.parent_path(second).read_bytes() == clip.read_bytes()


def test_no_signed_address_is_kept(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1")
    desk = make()
    desk.shelf.sync("main")
    desk.work()
    desk.database.dispose()
    assert all(b"SIGNED" not in path.read_bytes() for path in desk.folder.glob("studio.db*"))
