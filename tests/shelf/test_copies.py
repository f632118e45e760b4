"""Copies of videos and pictures of them, made one by one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from lipsync.archive import Archive
from lipsync.database.tables import parents
from lipsync.jobs.model import JobState
from lipsync.jobs.store import JobStore, utcnow
from lipsync.media import probe_video
from lipsync.parents import MAX_AGE, Parent
from lipsync.shelf.copies import ParentCopies
from lipsync.shelf.rows import MOST_TRIES, keep_parent
from lipsync.thumbnails import WIDTH
from lipsync.upstream.replies import TaskKind, TaskStatus
from tests.shelf.conftest import BAD_KEY, Desk, Service
from tests.support.bench import line


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
    keeper = desk.keeper()
    assert keeper.thumbnail(one.id) is None
    assert desk.work() == 1
    assert keeper.thumbnail(one.id) == desk.archive.thumbnail_path(one.id)
    assert desk.copied() == set()
    with pytest.raises(ValueError, match="not an id"):
        keeper.thumbnail("../../etc/passwd")


def test_only_a_file_that_is_no_use_is_given_up_after_a_few_tries(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    service.clip = b"no video at all" * 100
    desk = make()
    desk.shelf.sync("main")
    for _ in range(MOST_TRIES + 3):
        desk.work()
        desk.wait(days=1)
    assert service.downloads() == MOST_TRIES
    assert desk.copied() == set()


UNREACHABLE = (503, {}, {"code": 5001})
CUT_OFF = (500, {}, {"code": 5000})


@pytest.mark.parametrize("answer", [BAD_KEY, UNREACHABLE, CUT_OFF], ids=["bad key", "maintenance", "errors"])
def test_after_long_trouble_copies_and_pictures_are_made(
    make: Callable[..., Desk], service: Service, answer: Any
) -> None:
    for number in range(3):
        service.add(f"T{number}", days=number / 10)
    desk = make()
    desk.shelf.sync("main")
    service.broken = answer
    service.asked.clear()
    for _ in range(24 * 12):  # a day, in steps of five minutes
        desk.work()
        desk.wait(minutes=5)
    assert 20 < len(service.asked) < 120, "its waits grow, and end growing"
    assert desk.copied() == set()
    service.broken = None
    desk.wait(hours=1)
    desk.work()
    assert desk.copied() == {"T0", "T1", "T2"}
    assert all(one.pictured for one in desk.shelf.items("local"))


def test_pictures_that_were_asked_for_in_bad_times_are_made_in_good_ones(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    desk = make(room_bytes=0)
    desk.shelf.sync("main")
    service.broken = BAD_KEY
    keeper = desk.keeper()
    assert keeper.thumbnail(desk.one("T1").id) is None
    for _ in range(50):
        desk.work()
        desk.wait(hours=1)
    service.broken = None
    desk.work()
    assert keeper.thumbnail(desk.one("T1").id) is not None


def test_a_healthy_account_need_not_wait_for_one_in_trouble(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1", days=2)
    desk = make(accounts={"main": service.url, "other": "http://127.0.0.1:9"})
    desk.shelf.sync("main")
    newer = Parent("other", TaskKind.TEXT2VIDEO, "O1", "v", TaskStatus.SUCCEED, "", 5.1, utcnow())
    with desk.database.begin() as connection:
        keep_parent(connection, newer, workspace="local", owner="ada", source="listed")
    desk.work()
    assert desk.copied() == {"T1"}


def test_a_video_whose_link_is_dead_is_tried_ever_more_seldom_and_does_not_hold_up_the_others(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("NEW", days=1)
    service.add("OLD", days=2)
    service.dead_links.add("NEW.mp4")
    desk = make()
    desk.shelf.sync("main")
    for _ in range(24):
        desk.work()
        desk.wait(hours=1)
    assert desk.copied() == {"OLD"}
    assert MOST_TRIES < service.downloads() - 1 < 26
    assert not desk.one("NEW").parent.gone, "a link that is dead is not a video that is gone"
    service.dead_links.clear()
    desk.wait(hours=1)
    desk.work()
    assert desk.copied() == {"OLD", "NEW"}


def test_a_full_disk_is_no_video_s_fault(make: Callable[..., Desk], service: Service) -> None:
    service.add("T1")
    desk = make()
    desk.shelf.sync("main")
    (desk.folder / "parents").write_text("a file where a folder should be")
    for _ in range(2 * MOST_TRIES):
        desk.work()
        desk.wait(hours=1)
    (desk.folder / "parents").unlink()
    desk.work()
    assert desk.copied() == {"T1"}


def test_a_removed_account_that_returns_is_copied_at_once(
    make: Callable[..., Desk], service: Service
) -> None:
    service.add("T1")
    make().shelf.sync("main")
    without = make(accounts={})
    assert without.work() == 0
    without.copies.want(without.one("T1").id)
    for _ in range(2 * MOST_TRIES):
        without.work()
        without.wait(hours=1)
    assert not without.one("T1").picture_coming
    again = make()
    again.copies.begin_anew()
    again.work()
    assert again.copied() == {"T1"}


def test_what_can_never_be_fetched_again_makes_no_place(make: Callable[..., Desk], service: Service) -> None:
    for task_id, days in {"GONE": 9, "DOUBTFUL": 8, "OLD": 29, "MADE": 6, "USED": 5, "ALIVE": 4}.items():
        service.add(task_id, days=days)
    desk = make()
    desk.shelf.sync("main")
    desk.work()
    everything = desk.copied()
    service.add("NEW", days=0.5)
    service.add("NEWEST", days=0.1)
    desk.shelf.sync("main")
    yesterday = utcnow() - timedelta(days=2)
    desk.write(parents.c.task_id.in_(everything), copied_at=yesterday)
    desk.write(parents.c.task_id == "GONE", gone_at=yesterday, missing_at=yesterday)
    desk.write(parents.c.task_id == "DOUBTFUL", missing_at=yesterday)
    desk.write(parents.c.task_id == "OLD", made_at=utcnow() - MAX_AGE)
    desk.write(parents.c.task_id == "MADE", source="made")
    use(desk, "USED")
    small = ParentCopies(desk.database, desk.shelf, desk.archive, room_bytes=6 * len(service.clip) - 1)
    assert not small.room_used_up
    while small.work_one():
        pass
    assert desk.copied() == everything - {"ALIVE"} | {"NEWEST"}
    assert small.room_used_up
    assert len(desk.copied()) == 6


def use(desk: Desk, task_id: str) -> None:
    with desk.database.begin() as connection:
        JobStore(desk.database).insert(
            connection, kind=TaskKind.LIP_SYNC, account="main", workspace="local", owner="ada",
            submit_key=task_id, state=JobState.READY, request=line(parent=(task_id, "v-" + task_id)),
        )  # fmt: skip


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
