"""From a video that will never speak again to another one like it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from components import video_form_draft as form
from components.wording import plain
from lipsync.database.tables import parents
from lipsync.jobs.model import JobState
from lipsync.parent_shelf import KnownParent
from lipsync.studio import Studio
from lipsync.upstream.replies import TaskKind, TaskStatus
from tests.pages.conftest import Open, click, labels, words
from tests.support.parents import mark_gone, put_parent
from tests.support.studios import submit, wait_for_state
from tests.support.videos import video

pytestmark = pytest.mark.xdist_group("pages")
AGAIN = "Make it again"


def seen(studio: Studio, known: KnownParent, width: int, height: int) -> None:
    """A copy of the video was here once, so its size in pixels is known."""
    with studio.database.begin() as connection:
        connection.execute(
            sa.update(parents).where(parents.c.id == known.id).values(width=width, height=height)
        )


def chosen(at: AppTest) -> tuple[Any, ...]:
    """What New video is filled with."""
    state = at.session_state
    return tuple(state[one] for one in (form.KIND, form.PROMPT, form.RATIO, form.DURATION))


@pytest.mark.parametrize(
    "dead",
    [
        {"days": 31},
        {"seconds": 15.1},
        {"account": "sold"},
        {"status": TaskStatus.FAILED, "video_id": ""},
    ],
    ids=["too old", "too long", "its account removed", "failed"],
)
def test_a_video_that_will_never_speak_offers_to_make_it_again(
    studio: Studio, open_page: Open, dead: dict[str, Any]
) -> None:
    known = put_parent(studio, uuid4().hex, prompt="A cook.", **dead)
    at = open_page("videos", video=known.id)
    assert "Use in Create" not in labels(at)
    click(at, AGAIN)
    assert at.title[0].value == "Make a new video"
    assert at.text_area(key=form.PROMPT).value == "A cook."
    assert AGAIN in labels(open_page(parent=known.id))


def test_the_form_is_filled_with_words_kind_shape_and_length(studio: Studio, open_page: Open) -> None:
    known = put_parent(studio, "tall", prompt="A cook sings.", days=31, seconds=10.04)
    seen(studio, known, 720, 1280)
    at = open_page("new_video", like=known.id)
    assert chosen(at) == ("text2video", "A cook sings.", "9:16", "10")
    assert not at.warning
    at.text_area(key=form.PROMPT).set_value("A cook is silent.").run()
    again = open_page("new_video", like=known.id, form=at.session_state[form.FORM])
    assert again.text_area(key=form.PROMPT).value == "A cook is silent."


def test_what_is_not_known_of_a_video_is_asked_for(studio: Studio, open_page: Open) -> None:
    wordless = put_parent(studio, "wordless", days=31)
    assert plain("The words that the video was made from are not known here.") in words(
        open_page("new_video", like=wordless.id)
    )
    pictured = put_parent(studio, "pictured", days=31, kind=TaskKind.IMAGE2VIDEO)
    at = open_page("new_video", like=pictured.id)
    assert chosen(at)[0] == "image2video"
    assert plain("Add it again.") in words(at)


def test_a_video_of_this_studio_is_made_again_from_its_job(studio: Studio, open_page: Open) -> None:
    job = submit(
        studio, video("A baker.", mode="pro", duration="10", negative_prompt="text"), uuid4().hex,
        kind=TaskKind.TEXT2VIDEO,
    )  # fmt: skip
    made = studio.parents.made_by(wait_for_state(studio, job, JobState.READY))[0]
    mark_gone(studio.database, made)
    at = click(open_page("videos", video=made.id), AGAIN)
    assert at.session_state[form.MODE] == "pro"
    assert at.session_state[form.NEGATIVE] == "text"
    assert at.session_state[form.PREVIOUS] == job.id


def test_a_video_that_may_still_come_is_not_made_again(studio: Studio, open_page: Open) -> None:
    coming = put_parent(studio, "coming", status=TaskStatus.PROCESSING, video_id="")
    at = open_page("videos", video=coming.id)
    assert AGAIN not in labels(at)
    assert next(one for one in at.button if one.label == "Use in Create").disabled


def test_an_address_of_no_video_is_answered_kindly(studio: Studio, open_page: Open) -> None:
    at = open_page("new_video", like="nonsense")
    assert plain("The video to make again is not here. The form is empty instead.") in words(at)
