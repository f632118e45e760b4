"""The queue of looks: what is asked for comes to a verdict that is kept, whatever goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from lipsync.accounts import UnknownAccount
from lipsync.database.tables import face_checks, parents
from lipsync.faces import FaceVerdict, checks
from lipsync.faces.checks import FaceCheck, FaceChecks
from lipsync.faces.checks_kept import KeptVerdicts
from lipsync.faces.verdict import nobody_looked
from lipsync.jobs.store import utcnow
from lipsync.media import MediaToolMissing, NotPlayable
from lipsync.parent_shelf import ParentNotFound
from lipsync.parents import MAX_AGE
from lipsync.pictures import PictureNotFound
from lipsync.upstream.errors import Busy, NotFound
from tests.support.waiting import wait_until

FINE = FaceVerdict("one_clear_face", None, 8, 1.0, 0.4, framed=b"jpeg")
FIRST, SECOND, THIRD = ("a" * 32, "b" * 32, "c" * 32)


@dataclass
class Sources:
    """Stands for the two shelves: where files are, or what happens when somebody asks."""

    trouble: dict[str, Exception] = field(default_factory=dict)

    def video(self, one_id: str) -> Path:
        if one_id in self.trouble:
            raise self.trouble[one_id]
        return Path(one_id)

    def get(self, one_id: str) -> Any:
        return SimpleNamespace(id=one_id)

    def path(self, picture: Any) -> Path:
        return self.video(picture.id)


@dataclass
class Looker:
    """Gives `verdict`, once `gate` is open."""

    verdict: FaceVerdict = FINE
    gate: threading.Event = field(default_factory=threading.Event)
    seen: list[str] = field(default_factory=list)

    def __call__(self, path: Path) -> FaceVerdict:
        self.seen.append(str(path))
        assert self.gate.wait(60)
        return self.verdict


@pytest.fixture
def kept(database: sa.Engine, tmp_path: Path) -> KeptVerdicts:
    return KeptVerdicts(tmp_path, database)


@pytest.fixture
def looker() -> Looker:
    one = Looker()
    one.gate.set()
    return one


@pytest.fixture
def sources() -> Sources:
    return Sources()


@pytest.fixture
def make(kept: KeptVerdicts, looker: Looker, sources: Sources) -> Iterator[Callable[..., FaceChecks]]:
    with ExitStack() as stack:

        def build(**more: Any) -> FaceChecks:
            pictures = more.pop("look_at_picture", looker)
            shelves: Any = (sources, sources)
            one = FaceChecks(kept, *shelves, look_at=looker, look_at_picture=pictures, **more)
            stack.callback(one.stop)
            return one

        yield build
        looker.gate.set()


def settled(faces: FaceChecks, one_id: str) -> FaceVerdict:
    """The verdict, when there is one."""

    def there() -> FaceCheck | None:
        state = faces.state(one_id)
        return state if state is not None and not state.waiting else None

    found = wait_until(there, what="the verdict")
    assert found is not None
    assert found.verdict is not None
    return found.verdict


def make_older(database: sa.Engine, by: timedelta) -> None:
    with database.begin() as connection:
        connection.execute(sa.update(face_checks).values(checked_at=utcnow() - by))


# -- asking ------------------------------------------------------------------------------------


def test_what_nobody_asked_for_has_no_state(make: Callable[..., FaceChecks]) -> None:
    assert make().state(FIRST) is None


def test_a_video_waits_and_then_has_its_verdict_and_its_frame(
    make: Callable[..., FaceChecks], looker: Looker
) -> None:
    looker.gate.clear()
    faces = make()
    faces.start()
    faces.look(FIRST)
    assert faces.state(FIRST) == FaceCheck(waiting=True)
    looker.gate.set()
    assert settled(faces, FIRST) == FINE
    state = faces.state(FIRST)
    assert state is not None
    assert state.frame
    assert state.checked_at is not None
    assert faces.frame_path(FIRST).read_bytes() == b"jpeg"


def test_what_has_a_verdict_is_looked_at_again_only_when_somebody_insists(
    make: Callable[..., FaceChecks], looker: Looker
) -> None:
    faces = make()
    faces.start()
    faces.look(FIRST)
    settled(faces, FIRST)
    faces.look(FIRST)
    assert settled(faces, FIRST) == FINE
    assert looker.seen == [FIRST]
    faces.look(FIRST, again=True)
    wait_until(lambda: looker.seen == [FIRST, FIRST], what="another look")


def test_the_one_asked_for_last_comes_first(
    make: Callable[..., FaceChecks], looker: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "WORKERS", 1)
    faces = make()
    for one_id in (FIRST, SECOND, THIRD, FIRST):
        faces.look(one_id)
    faces.start()
    settled(faces, SECOND)
    assert looker.seen == [FIRST, THIRD, SECOND]


def test_a_look_that_takes_long_does_not_keep_another_from_being_taken(
    make: Callable[..., FaceChecks], looker: Looker
) -> None:
    looker.gate.clear()
    faces = make(look_at_picture=lambda path: FINE)
    faces.start()
    faces.look(FIRST)
    wait_until(lambda: looker.seen, what="the slow look")
    faces.look_at_picture(SECOND)
    assert settled(faces, SECOND) == FINE
    assert faces.state(FIRST) == FaceCheck(waiting=True)


def test_too_many_wishes_forget_the_oldest(
    make: Callable[..., FaceChecks], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "MOST_WANTED", 2)
    faces = make()
    for one_id in (FIRST, SECOND, THIRD):
        faces.look(one_id)
    assert faces.state(FIRST) is None
    assert faces.state(SECOND) == faces.state(THIRD) == FaceCheck(waiting=True)


def test_where_it_is_switched_off_nothing_is_looked_at(make: Callable[..., FaceChecks]) -> None:
    faces = make(enabled=False)
    faces.start()
    faces.look(FIRST)
    assert faces.state(FIRST) is None


# -- keeping -------------------------------------------------------------------------------------


def test_verdicts_outlive_the_process_and_are_had_all_at_once(
    make: Callable[..., FaceChecks], kept: KeptVerdicts
) -> None:
    kept.put(FIRST, FINE)
    kept.put(SECOND, FaceVerdict("no_face"))
    assert make().verdicts([FIRST, SECOND, THIRD]) == {FIRST: FINE, SECOND: FaceVerdict("no_face")}
    state = make().state(SECOND)
    assert state is not None
    assert not state.frame


def test_a_verdict_of_an_older_judge_counts_as_none(
    make: Callable[..., FaceChecks], kept: KeptVerdicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.put(FIRST, FaceVerdict("no_face"))
    monkeypatch.setattr("lipsync.faces.checks_kept.JUDGE", 1000)
    faces = make()
    assert faces.verdicts([FIRST]) == {}
    faces.start()
    faces.look(FIRST)
    assert settled(faces, FIRST) == FINE


def test_a_disk_without_room_for_the_frame_keeps_the_words(
    make: Callable[..., FaceChecks], tmp_path: Path
) -> None:
    (tmp_path / "faces").write_text("a file where the folder should be")
    faces = make()
    faces.start()
    faces.look(FIRST)
    assert settled(faces, FIRST) == FINE
    state = faces.state(FIRST)
    assert state is not None
    assert not state.frame


@pytest.mark.parametrize("name", ["", "../studio.db", "A" * 32, FIRST + ".jpg"])
def test_a_frame_is_had_by_our_ids_only(make: Callable[..., FaceChecks], name: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        make().frame_path(name)


# -- trouble -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (NotFound("task not found"), "gone"),
        (ParentNotFound(FIRST), "gone"),
        (PictureNotFound(FIRST), "gone"),
        (Busy("later"), "not_fetched"),
        (UnknownAccount("main"), "not_fetched"),
        (NotPlayable("no video"), "not_playable"),
        (MediaToolMissing("no ffprobe"), "no_ffmpeg"),
        (OSError(28, "no space left"), "not_kept"),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else one,
)
def test_a_video_that_cannot_be_had_could_not_be_looked_at(
    make: Callable[..., FaceChecks], sources: Sources, error: Exception, trouble: Any
) -> None:
    sources.trouble[FIRST] = error
    faces = make()
    faces.start()
    faces.look(FIRST)
    assert settled(faces, FIRST) == nobody_looked(trouble)


def test_what_could_not_be_looked_at_is_tried_again_after_a_while(
    make: Callable[..., FaceChecks], kept: KeptVerdicts, database: sa.Engine
) -> None:
    kept.put(FIRST, nobody_looked("not_playable"))
    kept.put(SECOND, nobody_looked("not_fetched"))
    faces = make()
    make_older(database, timedelta(minutes=2))
    faces.look(FIRST)
    faces.look(SECOND)
    assert (faces.state(FIRST) or FaceCheck()).waiting is False
    assert (faces.state(SECOND) or FaceCheck()).waiting is True
    make_older(database, timedelta(minutes=11))
    faces.look(FIRST)
    assert (faces.state(FIRST) or FaceCheck()).waiting is True


# -- videos made here ------------------------------------------------------------------------------


def put_parent(database: sa.Engine, one_id: str, **more: Any) -> None:
    row: dict[str, Any] = {
        "id": one_id, "workspace": "local", "owner": "local", "account": "main", "kind": "text2video",
        "task_id": one_id, "video_id": "v", "status": "succeed", "reason": "", "prompt": "", "words": "",
        "seen_at": utcnow(), "order_at": utcnow(), "source": "made", "copy_tries": 0, "job_id": "j",
    }  # fmt: skip
    with database.begin() as connection:
        connection.execute(sa.insert(parents).values(row | more))


def test_a_video_made_here_is_looked_at_though_nobody_asked(
    make: Callable[..., FaceChecks], database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_parent(database, FIRST)
    monkeypatch.setattr(checks, "TICK_SECONDS", 0.01)
    faces = make()
    faces.start()
    assert wait_until(lambda: faces.verdicts([FIRST])) == {FIRST: FINE}


@pytest.mark.parametrize(
    "other",
    [
        {"job_id": None},
        {"video_id": ""},
        {"status": "processing"},
        {"gone_at": utcnow()},
        {"order_at": utcnow() - MAX_AGE},
    ],
    ids=lambda one: next(iter(one)),
)
def test_what_was_not_made_here_or_cannot_speak_is_left_alone(
    kept: KeptVerdicts, database: sa.Engine, other: dict[str, Any]
) -> None:
    put_parent(database, FIRST, **other)
    put_parent(database, SECOND)
    put_parent(database, THIRD)
    kept.put(THIRD, FINE)
    assert kept.newly_made(10) == [SECOND]
