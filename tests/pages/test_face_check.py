"""What the look at the faces says on the pages. The verdicts are put there; nobody looks here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components import draft
from components import video_form_draft as form
from components.wording import plain
from lipsync.faces import FaceVerdict, meaning, short
from lipsync.faces.checks import FaceCheck
from lipsync.faces.checks_kept import KeptVerdicts
from lipsync.faces.verdict import nobody_looked
from lipsync.parent_shelf import KnownParent
from lipsync.parents import eligibility
from lipsync.studio import Studio
from lipsync.upstream.replies import TaskKind
from tests.pages.conftest import Open, click, labels, words
from tests.support.sandbox import RunningSandbox
from tests.support.videos import picture_bytes

pytestmark = pytest.mark.xdist_group("pages")
SMALL = FaceVerdict("too_small", None, 8, 1.0, 0.12, at_seconds=2.2, framed=b"jpeg")


@pytest.fixture
def parent(studio: Studio, sandbox: RunningSandbox) -> Iterator[KnownParent]:
    """A parent that may speak, in a studio that looks at faces, but only when the test says so."""
    studio.faces.enabled = True
    task = sandbox.parents()["first"]["task_id"]
    yield studio.parents.look_up(task, workspace="local", owner="local").parents[0]
    studio.faces.enabled = False
    studio.faces._wanted.clear()


def put(studio: Studio, parent: KnownParent, verdict: FaceVerdict) -> None:
    KeptVerdicts(studio.settings.data_path, studio.database).put(parent.id, verdict)


def test_while_nobody_looked_the_page_asks_for_a_look(
    studio: Studio, parent: KnownParent, open_page: Open
) -> None:
    at = open_page(parent=parent.id)
    assert "Looking for a face…" in words(at)
    assert studio.faces.state(parent.id) == FaceCheck(waiting=True)
    assert "Make it speak" in labels(at)


def test_one_clear_face_is_said_quietly(studio: Studio, parent: KnownParent, open_page: Open) -> None:
    put(studio, parent, FaceVerdict("one_clear_face", framed=b"jpeg"))
    at = open_page(parent=parent.id)
    assert ":green[:material/face: One clear face]" in words(at)
    assert "Make it speak" in labels(at)


def test_a_warning_is_told_twice_with_the_money_and_keeps_nobody_from_sending(
    studio: Studio, parent: KnownParent, open_page: Open
) -> None:
    put(studio, parent, SMALL)
    at = open_page(parent=parent.id)
    assert "only about 12 % of the picture’s height" in words(at)
    assert plain(short(SMALL)) in words(at)
    assert any(f"/faces/{parent.id}.jpg" in str(one.value) for one in at.get("image"))
    at.text_area(key=draft.TEXT).set_value("Anyway.")
    before = studio.jobs.count(workspace="local")
    click(at, "Make it speak anyway")
    assert studio.jobs.count(workspace="local") == before + 1


def test_what_could_not_be_looked_at_is_looked_at_again_on_a_click(
    studio: Studio, parent: KnownParent, open_page: Open
) -> None:
    put(studio, parent, nobody_looked("too_slow"))
    at = open_page(parent=parent.id)
    assert "Looking for faces took too long." in words(at)
    assert "Make it speak" in labels(at)
    click(at, "Look again")
    assert "Looking for a face…" in words(at)


def test_a_video_that_cannot_speak_is_not_looked_at(
    studio: Studio, parent: KnownParent, open_page: Open, sandbox: RunningSandbox
) -> None:
    task = sandbox.parents()["too-old"]["task_id"]
    (old,) = studio.parents.look_up(task, workspace="local", owner="local").parents
    assert not eligibility(old.parent).eligible
    at = open_page("videos", video=old.id)
    assert "Looking for a face…" not in words(at)
    assert studio.faces.state(old.id) is None


def test_the_gallery_marks_what_there_is_to_warn_of(
    studio: Studio, parent: KnownParent, open_page: Open
) -> None:
    put(studio, parent, SMALL)
    assert words(open_page("videos")).count(":orange[:material/warning: The face is small]") == 1
    put(studio, parent, FaceVerdict("one_clear_face"))
    assert "The face is small" not in words(open_page("videos"))


@pytest.mark.parametrize("field", ["picture", "tail_picture"])
def test_the_only_picture_is_warned_of_without_a_face_and_once_more_where_a_line_is_to_follow(
    studio: Studio, parent: KnownParent, open_page: Open, field: str
) -> None:
    at = open_page("new_video")
    at.segmented_control(key=form.KIND).set_value(TaskKind.IMAGE2VIDEO.value).run()
    at.file_uploader[0 if field == "picture" else 1].upload("room.png", picture_bytes(640, 480))
    at.run()
    assert "Looking for a face…" in words(at)
    nobody = FaceVerdict("no_face", None, 1, still=True, framed=b"jpeg")
    picture_id = at.session_state[form.PICTURES[field]]
    studio.faces._wanted.clear()
    KeptVerdicts(studio.settings.data_path, studio.database).put(picture_id, nobody)
    at.run()
    assert plain(meaning(nobody)) in words(at)
    assert plain(short(nobody)) not in words(at)
    at.toggle(key=form.SPEAKS).set_value(True).run()
    assert plain(short(nobody)) in words(at)
