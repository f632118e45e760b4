"""The Create page without a browser."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from components import draft
from components.person import person
from lipsync.jobs.model import Job
from lipsync.settings import load_settings
from lipsync.studio import Studio, open_studio, use_studio
from lipsync.upstream.replies import TaskStatus
from tests.pages.conftest import Open, click, labels, words
from tests.support.parents import mark_gone, put_parent
from tests.support.sandbox import RunningSandbox
from tests.support.studios import request_for, submit
from tests.support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("pages")


def newest(studio: Studio) -> Job:
    return studio.jobs.find(workspace="local", limit=1)[0]


def test_a_newcomer_sees_a_video_that_may_speak_and_that_nothing_costs(
    studio: Studio, open_page: Open
) -> None:
    at = open_page()
    assert "nothing costs anything" in words(at)
    assert "Free: this is the sandbox" in words(at)
    # Fetched beside the page when it is first asked for.
    wait_until(lambda: at.run().get("video"), what="the player")
    assert at.get("video")[0].url.startswith("/app/static/media/parents/")


def test_the_form_is_handed_over_with_every_field(studio: Studio, open_page: Open) -> None:
    at = open_page()
    at.segmented_control(key=draft.LANGUAGE).set_value("zh").run()
    at.text_area(key=draft.TEXT).set_value("  你好。\t ")
    at.slider(key=draft.SPEED).set_value(1.3)
    at.selectbox(key=draft.voice_field("zh")).set_value("genshin_kirara")
    click(at, "Make it speak")
    request = newest(studio).request
    assert request["text"] == "你好。"
    assert request["voice_id"] == "genshin_kirara"
    assert request["voice_language"] == "zh"
    assert request["voice_speed"] == "1.3"
    assert request["source"] == "text"
    assert request["account"] == "main"


def test_an_empty_text_is_not_sent_and_says_why(studio: Studio, open_page: Open) -> None:
    at = open_page()
    before = studio.jobs.count(workspace="local")
    click(at, "Make it speak")
    assert "Type what the face should say" in words(at)
    assert "Nothing was sent yet" in words(at)
    assert studio.jobs.count(workspace="local") == before


def test_a_text_of_121_code_points_is_refused_and_kept(studio: Studio, open_page: Open) -> None:
    at = open_page()
    before = studio.jobs.count(workspace="local")
    at.text_area(key=draft.TEXT).set_value("ß" * 121)
    click(at, "Make it speak")
    assert "The text has 121 characters" in words(at)
    assert at.text_area(key=draft.TEXT).value == "ß" * 121
    assert studio.jobs.count(workspace="local") == before


def test_a_form_that_was_sent_offers_its_job_instead_of_a_second_one(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    form = uuid4().hex
    submit(studio, request_for(sandbox), draft.submit_key(person(), form))
    at = open_page(form=form)
    assert "This was already sent" in words(at)
    assert "Make it speak" not in labels(at)
    click(at, "Make another clip")
    assert "Make it speak" in labels(at)
    assert at.query_params["form"] != form


def test_two_visitors_with_the_same_form_make_one_job(studio: Studio, open_page: Open) -> None:
    form = uuid4().hex
    before = studio.jobs.count(workspace="local")
    visitors = [open_page(form=form), open_page(form=form)]
    for at in visitors:
        at.text_area(key=draft.TEXT).set_value("Twice?")
    for at in visitors:
        click(at, "Make it speak")
    assert studio.jobs.count(workspace="local") == before + 1


def test_a_job_fills_the_form_exactly_as_it_was(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    request = request_for(sandbox, "Once more, with feeling.", "second") | {
        "voice_id": "a voice of mine", "voice_language": "zh", "voice_speed": "1.7",
    }  # fmt: skip
    open_page()  # so that the video is known here
    job = submit(studio, request, uuid4().hex)
    at = open_page(from_=job.id)
    assert at.text_area(key=draft.TEXT).value == "Once more, with feeling."
    assert at.selectbox(key=draft.voice_field("zh")).value == "a voice of mine"
    assert at.slider(key=draft.SPEED).value == 1.7
    click(at, "Make it speak")
    again = newest(studio)
    assert again.request == job.request
    assert again.previous_job_id == job.id


def send_button(at: AppTest) -> Button:
    return next(button for button in at.button if button.label == "Make it speak")


def test_a_video_that_dies_while_the_page_is_open_is_not_sent(studio: Studio, open_page: Open) -> None:
    known = put_parent(studio, "dies")
    before = studio.jobs.count(workspace="local")
    at = open_page(parent=known.id)
    assert not send_button(at).disabled
    mark_gone(studio.database, known)
    at.text_area(key=draft.TEXT).set_value("Too late.")
    click(at, "Make it speak")
    assert "This video cannot speak" in words(at)
    assert send_button(at).disabled
    assert studio.jobs.count(workspace="local") == before


@pytest.mark.parametrize(
    ("video", "why", "todo"),
    [
        ({"days": 31}, "This video cannot speak: Too old.", "make it again"),
        ({"account": "sold"}, "This video cannot speak: Its account was removed.", "put the account back"),
        ({"status": TaskStatus.PROCESSING, "video_id": ""}, "This video cannot speak yet.", "Come back"),
    ],
)
def test_beside_a_button_that_is_off_stands_why_and_what_to_do(
    studio: Studio, open_page: Open, video: dict[str, Any], why: str, todo: str
) -> None:
    known = put_parent(studio, f"off {why}", **video)
    at = open_page(parent=known.id)
    assert send_button(at).disabled
    said = words(at).replace("\\", "")
    assert why in said
    assert todo in said
    assert "Goes to" not in words(at)


def test_another_video_is_chosen_from_the_cards(studio: Studio, open_page: Open) -> None:
    at = open_page()
    before = at.session_state[draft.PARENT]
    at.session_state["picker_open"] = True
    at.run()
    assert not at.exception, at.exception
    assert labels(at).count("Choose") == 5
    click(at, "Choose")
    assert not at.exception, at.exception
    assert at.session_state[draft.PARENT] != before
    assert at.query_params["parent"] == at.session_state[draft.PARENT]


def test_a_task_id_that_is_found_at_once_is_chosen(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    at = open_page()
    task_id = sandbox.parents()["upright"]["task_id"]
    at.text_area(key="picker_ids").set_value(task_id)
    click(at, "Look them up")
    wait_until(lambda: "Found 1 video" in words(at.run()), what="the answer")
    chosen = studio.parents.get(at.session_state[draft.PARENT])
    assert chosen.parent.task_id == task_id


@pytest.mark.parametrize("pasted", ["no-such-task", "[x](y) :red[z]"])
def test_a_task_id_that_nobody_knows_is_answered_in_words(
    studio: Studio, open_page: Open, pasted: str
) -> None:
    at = open_page()
    before = at.session_state[draft.PARENT]
    at.text_area(key="picker_ids").set_value(pasted)
    click(at, "Look them up")
    wait_until(lambda: "**Not found:**" in words(at.run()), what="the answer")
    assert at.session_state[draft.PARENT] == before


def test_a_voice_of_another_page_is_chosen(studio: Studio, open_page: Open) -> None:
    at = open_page(voice="genshin_vindi2", language="zh")
    assert at.segmented_control(key=draft.LANGUAGE).value == "zh"
    assert at.selectbox(key=draft.voice_field("zh")).value == "genshin_vindi2"


def a_sound(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes([0, 40, 0, 216] * int(4000 * seconds)))
    return file.getvalue()


def test_an_upload_is_kept_by_its_id_and_sent(studio: Studio, open_page: Open) -> None:
    at = open_page()
    at.segmented_control(key=draft.SOURCE).set_value("sound").run()
    at.file_uploader[0].upload("my [x](y) :red[sound].wav", a_sound(6)).run()
    assert "longer than the video" in words(at)
    sound_id = at.session_state[draft.SOUND]
    assert at.get("audio")[0].url == f"/app/static/media/sounds/{sound_id}"
    assert at.file_uploader[0].value is None  # its bytes are given back at once
    click(at, "Make it speak")
    assert newest(studio).request["sound_id"] == sound_id


def test_rubbish_is_refused_with_its_reason(studio: Studio, open_page: Open) -> None:
    at = open_page()
    at.segmented_control(key=draft.SOURCE).set_value("sound").run()
    at.file_uploader[0].upload("song.mp3", b"%PDF-1.7 not a song at all").run()
    assert "was not taken" in words(at)
    assert at.session_state[draft.SOUND] is None
    click(at, "Make it speak")
    assert "Add a sound" in words(at)


@pytest.mark.parametrize("link", ["ftp://a", ""])
def test_what_is_no_link_is_not_sent(studio: Studio, open_page: Open, link: str) -> None:
    at = open_page()
    before = studio.jobs.count(workspace="local")
    at.segmented_control(key=draft.SOURCE).set_value("link").run()
    at.text_input(key=draft.LINK).set_value(link)
    click(at, "Make it speak")
    assert studio.jobs.count(workspace="local") == before
    assert "Give a link" in words(at)


def test_a_draft_survives_a_look_at_another_page(studio: Studio, open_page: Open) -> None:
    at = open_page()
    at.text_area(key=draft.TEXT).set_value("Half a thought").run()
    at.slider(key=draft.SPEED).set_value(0.9).run()
    at.switch_page("../pages/voices.py").run()
    at.switch_page("../pages/create.py").run()
    assert at.text_area(key=draft.TEXT).value == "Half a thought"
    assert at.slider(key=draft.SPEED).value == 0.9


def test_without_any_account_the_page_says_how_to_get_one(tmp_path: Path, open_page: Open) -> None:
    settings = load_settings(STUDIO_DATA_DIR=tmp_path / "data", STUDIO_SANDBOX="off")
    nobody = open_studio(settings)
    use_studio(nobody)
    try:
        assert "COMETAPI_KEY" in words(open_page())
        for name in ("jobs", "videos", "voices", "account"):
            assert "No account yet" in words(open_page(name))
    finally:
        use_studio(None)
        nobody.stop()
