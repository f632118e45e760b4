"""The New video page without a browser."""

from __future__ import annotations

import io
import wave
from random import randrange
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from components import draft
from components import video_form_draft as form
from components.person import person
from components.wording import plain
from lipsync.jobs.model import Job, JobState, ThenState
from lipsync.studio import Studio
from lipsync.upstream.replies import TaskKind
from tests.pages.conftest import Open, click, labels, words
from tests.support.bench import line
from tests.support.sandbox import RunningSandbox
from tests.support.studios import submit, wait_for_state
from tests.support.videos import picture_bytes, video

pytestmark = pytest.mark.xdist_group("pages")
SEND, SEND_BOTH = "Make the video", "Make it, then let it speak"


VIDEOS = (TaskKind.TEXT2VIDEO, TaskKind.IMAGE2VIDEO)


def count(studio: Studio) -> int:
    """How many videos were ordered; the line of an earlier test may be sent at any moment."""
    return studio.jobs.count(workspace="local", kinds=VIDEOS)


def ask(at: AppTest, prompt: str) -> AppTest:
    return at.text_area(key=form.PROMPT).set_value(prompt).run()


def from_picture(at: AppTest) -> AppTest:
    return at.segmented_control(key=form.KIND).set_value(TaskKind.IMAGE2VIDEO.value).run()


def upload(at: AppTest, name: str, data: bytes, nth: int = 0) -> AppTest:
    at.file_uploader[nth].upload(name, data)
    return at.run()


def test_an_example_is_a_video_in_two_clicks_with_every_default(studio: Studio, open_page: Open) -> None:
    at = open_page("new_video")
    assert "Free: this is the sandbox" in words(at)
    click(at, "Presenter")
    click(at, SEND)
    job = newest_video(studio)
    assert job.kind is TaskKind.TEXT2VIDEO
    assert job.request == video(at.session_state[form.PROMPT], mode="std", duration="5", aspect_ratio="16:9")
    assert job.then_state is None


def test_every_field_is_handed_over(studio: Studio, open_page: Open) -> None:
    at = from_picture(open_page("new_video"))
    upload(at, "me.png", picture_bytes(640, 480))
    upload(at, "end.jpg", picture_bytes(480, 640, "JPEG"), nth=1)
    at.text_area(key=form.PROMPT).set_value("  She smiles.\r\n")
    at.text_area(key=form.NEGATIVE).set_value("text")
    at.slider(key=form.SCALE).set_value(0.75)
    at.segmented_control(key=form.MODE).set_value("pro")
    at.segmented_control(key=form.DURATION).set_value("10")
    at.selectbox(key=form.model_field(TaskKind.IMAGE2VIDEO)).set_value("kling-v2-1")
    click(at, SEND)
    job = newest_video(studio)
    first, last = at.session_state["video_picture"], at.session_state["video_tail"]
    assert (studio.pictures.get(first).name, studio.pictures.get(last).name) == ("me.png", "end.jpg")
    assert job.request == {
        "account": "main", "kind": "image2video", "model_name": "kling-v2-1", "prompt": "She smiles.",
        "negative_prompt": "text", "cfg_scale": 0.75, "mode": "pro", "duration": "10",
        "picture_id": first, "tail_picture_id": last,
    }  # fmt: skip
    assert wait_for_state(studio, job, JobState.READY).result_bytes


def test_what_cannot_be_sent_stays_and_says_why(studio: Studio, open_page: Open) -> None:
    before = count(studio)
    at = open_page("new_video")
    click(at, SEND)
    assert "Say what should be seen." in words(at)
    ask(at, "é" * 500 + "😀")
    click(at, SEND)
    assert "The text has 501 characters; 500 is the most. Take out 1 more." in words(at)
    assert at.text_area(key=form.PROMPT).value == "é" * 500 + "😀"
    assert "Nothing was sent yet" in words(at)
    from_picture(at)
    click(at, SEND)
    assert "Add a picture to begin with, or one to end with." in words(at)
    assert count(studio) == before


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("me.heic", b"\x00\x00\x00\x18ftypheic" + b"\0" * 99, "Export it as a jpg"),
        ("a page.jpg", b"<html><svg/></html>", "no picture that can be used"),
        ("narrow.png", picture_bytes(299, 400), "299 × 400"),
    ],
)
def test_a_picture_that_may_not_be_sent_is_refused_at_once(
    studio: Studio, open_page: Open, name: str, data: bytes, why: str
) -> None:
    at = upload(from_picture(open_page("new_video")), name, data)
    said = at.error[0].value
    assert f"**{name}** was not taken." in said
    assert why in said
    assert "Nothing was charged." in said
    assert at.session_state["video_picture"] is None


def test_a_picture_of_another_kind_is_taken_as_what_the_studio_made_of_it(
    studio: Studio, open_page: Open
) -> None:
    at = upload(from_picture(open_page("new_video")), "a page.jpg", b"<html><svg/></html>")
    assert at.error
    upload(at, "me.webp", picture_bytes(640, 480, "WEBP"))
    assert not at.error
    assert plain("It was a webp, which the service does not take: the studio made it a jpg.") in words(at)
    assert studio.pictures.get(at.session_state["video_picture"]).format == "jpg"
    upload(at, "me.png", picture_bytes(640, 480))
    assert "It was a webp" not in words(at)
    upload(at, "words.txt", b"no picture")
    assert "**words.txt** was not taken." in at.error[0].value.replace("\\", "")
    click(at, "Remove this picture")
    assert not at.error


def test_a_picture_to_end_with_is_enough(studio: Studio, open_page: Open) -> None:
    at = upload(from_picture(open_page("new_video")), "end.png", picture_bytes(480, 640), nth=1)
    assert "A video of 5 s that ends with your picture, standard quality" in words(at)
    assert at.file_uploader[0].label == "Picture to begin with (may stay empty)"
    click(at, SEND)
    job = wait_for_state(studio, newest_video(studio), JobState.READY)
    assert job.request == {
        "account": "main", "kind": "image2video", "model_name": "kling-v2-6", "prompt": "", "mode": "std",
        "duration": "5", "tail_picture_id": at.session_state["video_tail"],
    }  # fmt: skip
    at = open_page("new_video", from_=job.id)
    assert at.session_state["video_tail"] == job.request["tail_picture_id"]


def test_a_video_and_its_line_are_sent_as_one(studio: Studio, open_page: Open) -> None:
    before = count(studio)
    at = ask(open_page("new_video"), "A woman looks into the camera.")
    at.toggle(key=form.SPEAKS).set_value(True).run()
    click(at, SEND_BOTH)
    assert "Type what the face should say" in words(at)
    assert count(studio) == before
    at.text_area(key=draft.TEXT).set_value("I was made a moment ago.")
    click(at, SEND_BOTH)
    job = wait_for_state(studio, newest_video(studio), JobState.READY)
    assert job.then_state is ThenState.STARTED
    spoken = wait_for_state(studio, studio.jobs.get(job.then_job_id or ""), JobState.READY)
    assert spoken.request["text"] == "I was made a moment ago."
    assert spoken.after_job_id == job.id
    assert at.session_state[draft.TEXT] == ""


def test_a_line_may_be_a_sound(studio: Studio, open_page: Open) -> None:
    spoken = io.BytesIO()
    with wave.open(spoken, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(randrange(256) for _ in range(2 * 16_000 * 3)))
    at = ask(open_page("new_video"), "A woman looks into the camera.")
    at.toggle(key=form.SPEAKS).set_value(True).run()
    at.segmented_control(key=draft.SOURCE).set_value("sound").run()
    upload(at, "noise.wav", spoken.getvalue())
    click(at, SEND_BOTH)
    then = newest_video(studio).then_request or {}
    assert (then["source"], then["account"]) == ("sound", "main")
    assert studio.sounds.get(then["sound_id"]).name == "noise.wav"


def newest_video(studio: Studio) -> Job:
    return studio.jobs.find(workspace="local", kinds=VIDEOS, limit=1)[0]


def test_two_visitors_with_the_same_form_make_one_video(studio: Studio, open_page: Open) -> None:
    key, before = uuid4().hex, count(studio)
    visitors = [ask(open_page("new_video", form=key), "A man looks at us.") for _ in range(2)]
    for at in visitors:
        click(at, SEND)
    assert count(studio) == before + 1
    assert studio.jobs.by_submit_key(form.submit_key(person(), key)) is not None
    again = open_page("new_video", form=key)
    assert "This was already sent" in words(again)
    assert SEND not in labels(again)
    click(again, "Make another video")
    assert SEND in labels(again)
    assert again.query_params["form"] != key


def test_a_page_that_is_loaded_again_has_its_fields_back(studio: Studio, open_page: Open) -> None:
    at = upload(from_picture(open_page("new_video")), "me.png", picture_bytes())
    ask(at, "He nods.")
    at.segmented_control(key=form.DURATION).set_value("10").run()
    key = at.query_params["form"]
    later = open_page("new_video", form=key[0] if isinstance(key, list) else key)
    assert later.text_area(key=form.PROMPT).value == "He nods."
    assert later.segmented_control(key=form.DURATION).value == "10"
    assert later.session_state["video_picture"] == at.session_state["video_picture"]


def test_a_job_fills_the_form_exactly_as_it_was_with_its_line(studio: Studio, open_page: Open) -> None:
    _, picture = studio.pictures.add(
        io.BytesIO(picture_bytes()), name="me.png", workspace="local", owner="local"
    )
    assert picture is not None
    request = video(
        "He nods.", kind=TaskKind.IMAGE2VIDEO, model_name="a model of mine", negative_prompt="text",
        cfg_scale=0.2, mode="pro", duration="10", picture_id=picture.id,
    )  # fmt: skip
    then = line("And I speak.", parent=("", ""), voice_speed="1.4")
    kind = TaskKind.IMAGE2VIDEO
    job = submit(studio, request, uuid4().hex, kind=kind, then=then)
    # The service does not know the model and charges nothing; while it is asked, sending again asks first.
    wait_for_state(studio, job, JobState.FAILED)
    # From Create, too: whoever comes there with a video's job is sent on.
    at = open_page("create", from_=job.id)
    assert at.text_area(key=form.PROMPT).value == "He nods."
    assert at.text_area(key=draft.TEXT).value == "And I speak."
    click(at, SEND_BOTH)
    again = newest_video(studio)
    assert (again.request, again.then_request) == (job.request, job.then_request)
    assert again.previous_job_id == job.id


def test_a_stranger_from_is_answered_kindly(studio: Studio, open_page: Open) -> None:
    at = open_page("new_video", from_="nonsense", form="<script>")
    assert "The job to start from is not here." in words(at)
    assert SEND in labels(at)


def test_a_picture_behind_an_address_that_cannot_be_had_keeps_everything_from_being_sent(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    before = count(studio)
    at = from_picture(open_page("new_video"))
    at.text_input(key="video_picture_url").set_value(f"{sandbox.url}/me.png")
    click(at, SEND)
    assert "private network" in at.error[0].value
    assert "Nothing was sent yet" in words(at)
    assert count(studio) == before
