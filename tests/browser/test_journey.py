"""From the front page to a clip that plays, as people do it."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import wave
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from math import pi, sin
from pathlib import Path

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from lipsync.upstream.bodies import LipSyncSpec, encode, lip_sync_body
from tests.browser.conftest import picture, quiet
from tests.support.app_server import AppServer
from tests.support.sandbox import RunningSandbox
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LATER = 30_000.0


def write(page: Page, text: str) -> None:
    field = page.get_by_label("What should it say?")
    field.fill(text)


def send(page: Page) -> str:
    """Send the form; the id of the job that the page lands on."""
    page.get_by_role("button", name="Make it speak").click()
    return landed(page)


def landed(page: Page) -> str:
    page.wait_for_url(re.compile(r"/jobs\?job=[0-9a-f]{32}"))
    return page.url.rpartition("=")[2]


def plays(page: Page) -> None:
    """The clip is there and its pictures move."""
    video = page.locator("video")
    video.wait_for(timeout=LATER)
    video.evaluate("v => { v.muted = true; return v.play() }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")


def posts(sandbox: RunningSandbox, text: str) -> int:
    return int(sandbox.log()["by_text"].get(text, 0))


def a_sound(folder: Path, *, seconds: float = 3.0) -> Path:
    path = folder / "hello there.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        tone = (int(9000 * sin(2 * pi * 220 * n / 16_000)) for n in range(int(16_000 * seconds)))
        file.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in tone))
    return path


def test_a_newcomer_gets_a_clip_in_two_clicks(page: Page, app: AppServer, sandbox: RunningSandbox) -> None:
    expect(page.get_by_text("nothing costs anything")).to_be_visible()
    page.get_by_role("button", name="Use an example text").click()
    expect(page.get_by_text("53 of 120")).to_be_visible()
    picture(page, "create")
    job = send(page)
    plays(page)
    expect(page.get_by_text("Made in the sandbox, not by Kling")).to_be_visible()
    picture(page, "job-ready")
    download = page.get_by_role("link", name="Download").get_attribute("href") or ""
    answer = requests.get(app.url + download, timeout=10)
    assert answer.content[4:8] == b"ftyp"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert job in download


def test_every_field_of_a_text_arrives_as_it_was_set(page: Page, sandbox: RunningSandbox) -> None:
    page.get_by_role("radio", name="Mandarin Chinese").click()
    voice = page.get_by_role("combobox", name="Voice")
    # Each language has a field of its own; what is typed into the other one is not for this one.
    expect(voice).to_have_value(re.compile("[\u4e00-\u9fff]"))
    write(page, "今天天气真好。")
    voice.fill("a voice of mine")
    # As people do: Enter takes what is offered below the field, so it must be offered first.
    expect(page.get_by_role("option", name=re.compile("a voice of mine"))).to_be_visible()
    voice.press("Enter")
    expect(page.get_by_text("A text in the voice a voice of mine")).to_be_visible()
    slider = page.get_by_role("slider", name="Speed")
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    quiet(page)
    expect(page.get_by_text("A text in the voice a voice of mine at speed 1.2")).to_be_visible()
    send(page)
    name = sandbox.parents()["first"]
    spec = LipSyncSpec(
        task_id=name["task_id"], video_id=name["video_id"], mode="text2video", text="今天天气真好。",
        voice_id="a voice of mine", voice_language="zh", voice_speed=Decimal("1.2"),
    )  # fmt: skip
    expect(page.get_by_text("does not know this voice")).to_be_visible(timeout=LATER)
    arrived = sandbox.log()["posts"][-1]["digest"]
    assert arrived == sha256(encode(lip_sync_body(spec))).hexdigest()


def test_an_uploaded_sound_becomes_a_clip(page: Page, sandbox: RunningSandbox, tmp_path: Path) -> None:
    page.get_by_role("radio", name="Upload").click()
    page.locator('input[type="file"]').set_input_files(a_sound(tmp_path))
    expect(page.get_by_text("hello there.wav")).to_be_visible()
    expect(page.get_by_text("shorter than the video")).to_be_visible()
    page.wait_for_function("() => document.querySelector('audio')?.duration > 2.9")
    picture(page, "create-sound")
    send(page)
    plays(page)
    picture(page, "job-sound-ready")


def test_a_file_that_is_no_sound_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    page.get_by_role("radio", name="Upload").click()
    rubbish = tmp_path / "holiday.mp3"
    rubbish.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 4000)
    page.locator('input[type="file"]').set_input_files(rubbish)
    expect(page.get_by_text("was not taken")).to_be_visible()
    expect(page.get_by_text("PNG picture")).to_be_visible()
    picture(page, "create-sound-refused")


def test_many_fast_clicks_make_one_job(page: Page, sandbox: RunningSandbox) -> None:
    text = "Only once, however often it is clicked."
    write(page, text)
    page.get_by_label("What should it say?").blur()
    button = page.get_by_role("button", name="Make it speak")
    button.evaluate("b => { for (let i = 0; i < 5; i++) setTimeout(() => b.click(), i * 40) }")
    landed(page)
    plays(page)
    assert posts(sandbox, text) == 1


def test_a_reload_in_the_moment_of_sending_makes_one_job(page: Page, sandbox: RunningSandbox) -> None:
    text = "Loaded again in the very moment."
    write(page, text)
    form = page.url
    page.get_by_role("button", name="Make it speak").click()
    landed(page)
    page.reload()
    plays(page)
    page.goto(form)
    expect(page.get_by_text("This was already sent")).to_be_visible()
    picture(page, "create-already-sent")
    page.get_by_role("button", name="Open the job").click()
    landed(page)
    assert posts(sandbox, text) == 1


def test_the_same_form_in_a_second_tab_makes_no_second_job(page: Page, sandbox: RunningSandbox) -> None:
    text = "Two tabs, one job."
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_role("button", name="Make it speak").wait_for()
    quiet(second)
    write(page, text)
    write(second, text)
    job = send(page)
    assert send(second) == job
    plays(second)
    assert posts(sandbox, text) == 1


def test_121_code_points_are_refused_and_kept(page: Page, sandbox: RunningSandbox) -> None:
    text = "é" * 119 + "😀😀"
    write(page, text)
    expect(page.get_by_text("121 of 120")).to_be_visible()
    expect(page.get_by_text("Too long: take out 1 character.")).to_be_visible()
    page.get_by_role("button", name="Make it speak").click()
    expect(page.get_by_text("The text has 121 characters; 120 is the most.")).to_be_visible()
    expect(page.get_by_label("What should it say?")).to_have_value(text)
    picture(page, "create-too-long")
    write(page, text[:120])
    expect(page.get_by_text("120 of 120")).to_be_visible()
    send(page)
    plays(page)
    assert posts(sandbox, text[:120]) == 1


def test_a_text_that_the_service_refuses_can_be_changed_and_sent_again(
    page: Page, sandbox: RunningSandbox
) -> None:
    write(page, "Something [unsafe] to say.")
    slider = page.get_by_role("slider", name="Speed")
    slider.press("ArrowLeft")
    quiet(page)
    send(page)
    expect(page.get_by_text("The service refused the words")).to_be_visible(timeout=LATER)
    expect(page.get_by_text("Nothing was charged.")).to_be_visible()
    picture(page, "job-refused")
    page.get_by_role("button", name="Change and send again").click()
    expect(page.get_by_label("What should it say?")).to_have_value("Something [unsafe] to say.")
    expect(page.get_by_text("at speed 0.9")).to_be_visible()
    write(page, "Something kind to say.")
    send(page)
    plays(page)


def test_a_failed_clip_is_tried_again_once_however_often_it_is_clicked(
    page: Page, sandbox: RunningSandbox
) -> None:
    text = "This will [fail]."
    write(page, text)
    job = send(page)
    again = page.get_by_role("button", name="Try again")
    again.wait_for(timeout=LATER)
    again.evaluate("b => { b.click(); setTimeout(() => b.click(), 60) }")
    page.wait_for_url(lambda url: "job=" in url and job not in url)
    quiet(page)
    assert posts_settle(sandbox, text) == 2
    page.go_back()
    expect(page.get_by_role("button", name="Open the job that was sent instead")).to_be_visible(timeout=LATER)


def posts_settle(sandbox: RunningSandbox, text: str) -> int:
    wait_until(lambda: posts(sandbox, text) >= 2, what="the second request")
    return posts(sandbox, text)


def test_a_job_in_doubt_asks_and_leaves_the_choice(page: Page, sandbox: RunningSandbox) -> None:
    text = "Lost on the way."
    sandbox.set_fault("reset", route="create", count=1)
    write(page, text)
    first = send(page)
    expect(page.get_by_text("no answer arrived").first).to_be_visible(timeout=LATER)
    expect(page.get_by_text("It is not known whether this was charged.")).to_be_visible()
    picture(page, "job-in-doubt")
    page.get_by_label("Its task id").fill("typed and not lost")
    send_again = page.get_by_role("button", name="Send again", exact=True)
    expect(send_again).to_be_disabled()
    page.get_by_text("I accept to pay twice").click()
    expect(page.get_by_label("Its task id")).to_have_value("typed and not lost")
    expect(send_again).to_be_enabled()
    send_again.click()
    page.wait_for_url(lambda url: "job=" in url and first not in url)
    plays(page)


def test_a_page_that_refreshes_does_not_eat_what_is_being_typed(page: Page, sandbox: RunningSandbox) -> None:
    sandbox.set_fault("reset", route="create", count=1)
    write(page, "In doubt while somebody types.")
    send(page)
    page.get_by_label("Its task id").wait_for(timeout=LATER)
    frames: list[object] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: frames.append(data)))
    page.reload()
    field = page.get_by_label("Its task id")
    field.wait_for()
    quiet(page)
    field.press_sequentially("half of an")
    before = len(frames)
    while len(frames) < before + 4:  # two refreshes; the test's own time-out ends a wait in vain
        page.wait_for_timeout(100)
    expect(field).to_be_focused()
    expect(field).to_have_value("half of an")


def test_a_playing_video_goes_on_while_the_form_is_filled_in(page: Page) -> None:
    plays(page)
    page.evaluate("() => { window.first = document.querySelector('video'); window.first.loop = true }")
    page.get_by_role("slider", name="Speed").press("ArrowRight")
    expect(page.get_by_text("at speed 1.1")).to_be_visible()
    assert page.evaluate("() => document.querySelector('video') === window.first && !window.first.paused")


def test_a_slow_job_shows_its_steps_and_its_usual_time(page: Page) -> None:
    write(page, "A [slow] one, to look at.")
    send(page)
    expect(page.get_by_text("Usually about")).to_be_visible()
    expect(page.get_by_text("Step 3 of 5: the service is making the clip.")).to_be_visible()
    picture(page, "job-running")
    plays(page)


def test_a_closed_tab_finds_the_job_further_along(
    open_context: Callable[..., BrowserContext], page: Page, sandbox: RunningSandbox
) -> None:
    write(page, "Closed and opened again.")
    send(page)
    address = page.url
    page.close()
    later = open_context().new_page()
    later.goto(address)
    plays(later)


def test_a_stranger_id_is_answered_kindly(page: Page, app: AppServer) -> None:
    page.goto(f"{app.url}/jobs?job={'0' * 32}")
    expect(page.get_by_text("There is no such job here")).to_be_visible()
    page.goto(f"{app.url}/?from=nonsense&form=%3Cscript%3E&parent=../../etc")
    expect(page.get_by_role("button", name="Make it speak")).to_be_visible()
    expect(page.get_by_text("The job to start from is not here.")).to_be_visible()


def test_a_video_without_a_face_is_warned_of_while_somebody_types_and_can_be_sent_all_the_same(
    page: Page, app: AppServer, sandbox: RunningSandbox
) -> None:
    text = "Nobody is there to say this."
    page.goto(f"{app.url}/?parent={our_id(app, sandbox.parents()['fourth']['task_id'])}")
    write(page, text)
    expect(page.get_by_text("No face found", exact=True)).to_be_visible()
    expect(page.get_by_text("No face found: the clip may be charged")).to_be_visible()
    expect(page.get_by_label("What should it say?")).to_have_value(text)
    expect(page.locator('[class*="st-key-pulse-look"]')).to_have_count(0)  # nothing is asked for any more
    page.wait_for_function("() => document.querySelector('.st-key-face-frame img').naturalWidth > 0")
    picture(page, "create-no-face")
    send(page)
    plays(page)
    assert posts(sandbox, text) == 1


def our_id(app: AppServer, task_id: str) -> str:
    """Our id of a parent, once the list that brings it was read."""

    def found() -> str | None:
        with contextlib.closing(sqlite3.connect(app.folder / "data" / "studio.db")) as connection:
            row = connection.execute("SELECT id FROM parents WHERE task_id = ?", (task_id,)).fetchone()
        return None if row is None else str(row[0])

    one_id = wait_until(found, what="the parent")
    assert one_id is not None
    return one_id
