"""Sounds as people use them: uploaded in any form, recorded, trimmed by hand, made to fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import picture, quiet
from tests.browser.test_journey import plays, send
from tests.support.app_server import AppServer
from tests.support.clips import ffmpeg, make_tone
from tests.support.gate import Gate
from tests.support.sandbox import RunningSandbox
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LONG_TEXT = (
    "This text is rather long, and to say it aloud will certainly take anybody more than five whole seconds."
)


def upload(page: Page, path: Path) -> None:
    page.get_by_role("radio", name="Upload").click()
    page.locator('input[type="file"]').set_input_files(path)
    expect(page.locator(".st-key-sound-panel").get_by_text(path.name)).to_be_visible()
    quiet(page)


def handle(page: Page, which: str) -> Locator:
    return page.get_by_role("slider", name=f"{which} of the piece")


def value(page: Page, which: str) -> float:
    return float(handle(page, which).get_attribute("aria-valuenow") or "nan")


def shown_seconds(page: Page) -> float:
    """The length of the sound that would be sent, as its player says."""
    return float(page.wait_for_function("() => document.querySelector('audio')?.duration").json_value())


def player(page: Page) -> str:
    return page.locator("audio").first.get_attribute("src") or ""


def test_nothing_is_sent_while_the_sound_is_still_worked_on(
    page: Page, gate: Gate, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    page.get_by_role("radio", name="Upload").click()
    sound = make_tone(tmp_path / "unheard.flac", seconds=3.0)
    with gate.closed():
        page.locator('input[type="file"]').set_input_files(sound)
        page.get_by_text("Looking at unheard.flac").wait_for()
        page.get_by_role("button", name="Make it speak").click()
    expect(page.get_by_text("so nothing was sent")).to_be_visible()
    expect(page.locator(".st-key-sound-panel").get_by_text(sound.name)).to_be_visible()
    assert "/jobs" not in page.url
    send(page)


def trim(page: Page) -> None:
    before = player(page)
    page.get_by_role("button", name="Trim to this").click()
    expect(page.locator("audio").first).not_to_have_attribute("src", before)
    quiet(page)


def test_a_flac_is_converted_trimmed_with_the_keyboard_and_sent(page: Page, tmp_path: Path) -> None:
    upload(page, make_tone(tmp_path / "holiday.flac", seconds=8.0))
    expect(page.get_by_text("but FLAC; it was made into an mp3")).to_be_visible()
    assert shown_seconds(page) == pytest.approx(8.0, abs=0.15)
    end = handle(page, "End")
    end.press("Home")  # as far as a piece may be short
    assert value(page, "End") == pytest.approx(2.0)
    end.press("Shift+ArrowRight")
    end.press("ArrowRight")
    handle(page, "Start").press("ArrowRight")
    quiet(page)
    assert (value(page, "Start"), value(page, "End")) == pytest.approx((0.1, 3.1))
    trim(page)
    assert shown_seconds(page) == pytest.approx(3.0, abs=0.15)
    expect(page.get_by_role("button", name="Back to the original")).to_be_visible()
    send(page)
    plays(page)


def test_a_sound_is_trimmed_with_the_mouse_and_can_be_had_back(page: Page, tmp_path: Path) -> None:
    upload(page, make_tone(tmp_path / "speech.ogg", "-c:a", "libopus", seconds=6.0))
    wave = page.locator(".wave")
    wave.scroll_into_view_if_needed()
    box = wave.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40, steps=4)
    page.mouse.up()
    assert value(page, "End") == pytest.approx(3.0, abs=0.1)
    trim(page)
    assert shown_seconds(page) == pytest.approx(3.0, abs=0.2)
    page.get_by_role("button", name="Back to the original").click()
    page.wait_for_function("() => document.querySelector('audio')?.duration > 5.8")
    expect(handle(page, "End")).to_have_attribute("aria-valuenow", "6.00")


def test_a_slow_sound_is_seen_to_be_worked_on_and_neither_lost_nor_in_anybodys_way(
    page: Page, open_context: Callable[..., BrowserContext], app: AppServer, gate: Gate, tmp_path: Path
) -> None:
    other = open_context().new_page()
    other.goto(app.url)
    example = other.get_by_role("button", name="Use an example text")
    example.wait_for()
    page.get_by_role("radio", name="Upload").click()
    sound = make_tone(tmp_path / "slow.flac", seconds=3.0)
    working = page.get_by_text("Looking at slow.flac. This can take up to 15 seconds.")
    with gate.closed():
        page.locator('input[type="file"]').set_input_files(sound)
        working.wait_for()
        example.click()
        expect(other.get_by_text("53 of 120")).to_be_visible()
        expect(working).to_be_visible()
        picture(page, "create-sound-working")
        # A click somewhere else ends the run of the page as soon as the work is done.
        page.get_by_role("radio", name="Type a text").click()
    page.get_by_label("What should it say?").wait_for()
    page.get_by_role("radio", name="Upload").click()
    expect(page.locator(".st-key-sound-panel").get_by_text(sound.name)).to_be_visible()
    expect(working).to_have_count(0)


def test_the_piece_between_the_handles_is_played(page: Page, tmp_path: Path) -> None:
    upload(page, make_tone(tmp_path / "speech.mp3", seconds=6.0))
    start = handle(page, "Start")
    start.press("End")
    page.get_by_role("button", name="Play this piece").click()
    place = page.locator("audio.sound")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    assert place.evaluate("a => a.currentTime") >= 3.8
    expect(page.get_by_role("button", name="Play this piece")).to_be_visible()  # stops by itself at the end
    assert place.evaluate("a => a.paused")


def test_handles_follow_a_finger(
    open_context: Callable[..., BrowserContext], app: AppServer, tmp_path: Path
) -> None:
    page = open_context(390, 844).new_page()
    page.goto(app.url)
    page.get_by_role("button", name="Make it speak").wait_for()
    quiet(page)
    upload(page, make_tone(tmp_path / "speech.mp3", seconds=6.0))
    wave = page.locator(".wave")
    wave.scroll_into_view_if_needed()
    box = wave.bounding_box()
    assert box is not None
    touch = page.context.new_cdp_session(page)
    y = box["y"] + 40

    def finger(kind: str, *xs: float) -> None:
        points = [{"x": x, "y": y} for x in xs]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", box["x"] + 3)
    finger("touchMove", box["x"] + box["width"] / 4)
    finger("touchMove", box["x"] + box["width"] / 3)
    finger("touchEnd")
    assert value(page, "Start") == pytest.approx(2.0, abs=0.15)
    trim(page)
    assert shown_seconds(page) == pytest.approx(4.0, abs=0.2)


def test_a_sound_longer_than_the_clip_is_sped_up_after_listening(page: Page, tmp_path: Path) -> None:
    upload(page, make_tone(tmp_path / "long.wav", seconds=5.8))
    page.get_by_role("button", name="Fit to the clip").click()
    page.get_by_role("button", name="times as fast").click()
    take = page.get_by_role("button", name="Take it")
    take.wait_for()
    quiet(page)
    picture(page, "create-sound-fit")
    take.click()
    page.wait_for_function("() => document.querySelector('audio')?.duration < 5.1")
    expect(page.get_by_text("longer than the video")).to_have_count(0)
    send(page)
    plays(page)


def clicked(page: Page, stop: Locator) -> bool:
    if not stop.is_visible():
        page.get_by_role("button", name="Record", exact=True).click()
        page.wait_for_timeout(500)
    return stop.is_visible()


def test_a_recording_becomes_a_clip(page: Page, sandbox: RunningSandbox) -> None:
    page.get_by_role("radio", name="Record").click()
    quiet(page)
    stop = page.get_by_role("button", name="Stop recording")
    wait_until(lambda: clicked(page, stop), what="the recorder, which ignores clicks until it is loaded")
    # The fake microphone beeps; three seconds are a sound.
    expect(page.get_by_text("00:03")).to_be_visible()
    stop.click()
    panel = page.locator(".st-key-sound-panel")
    expect(panel.get_by_text("Recording.wav")).to_be_visible()
    quiet(page)
    assert 2.5 < shown_seconds(page) < 6
    picture(page, "create-recorded")
    send(page)
    plays(page)


def test_the_speed_that_fits_is_one_click_away(page: Page) -> None:
    field = page.get_by_label("What should it say?")
    field.fill(LONG_TEXT)
    button = page.get_by_role("button", name="that should fit")
    button.wait_for()
    speed = (button.get_attribute("data-speed") or "").strip()
    picture(page, "create-faster")
    button.click()
    expect(page.get_by_text(f"at speed {speed}")).to_be_visible()
    expect(button).to_be_hidden()
    expect(field).to_have_value(LONG_TEXT)


def test_the_next_estimate_is_learned_from_the_clip_before(page: Page) -> None:
    page.get_by_label("What should it say?").fill("This clip teaches how fast I am.")
    send(page)
    plays(page)
    page.get_by_role("link", name="Create").click()
    page.get_by_role("button", name="Make it speak").wait_for()
    quiet(page)
    page.get_by_label("What should it say?").fill("And this one knows it.")
    expect(page.get_by_text(re.compile(r"Learned from \d+ clips? in this voice"))).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)], ids=["wide", "narrow and dark"])
def test_the_sound_panel_fits_its_screen(
    open_context: Callable[..., BrowserContext], app: AppServer, tmp_path: Path, width: int, dark: bool
) -> None:
    page = open_context(width, 900, dark=dark).new_page()
    page.goto(app.url)
    page.get_by_role("button", name="Make it speak").wait_for()
    quiet(page)
    speech = tmp_path / "a long name of a recording from the holidays.ogg"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "aevalsrc=0.4*sin(600*t)*abs(sin(3*t))*(1-exp(-t)):d=9:s=16000",
        "-c:a",
        "libopus",
        speech,
    )
    upload(page, speech)
    handle(page, "End").press("Shift+ArrowLeft")
    quiet(page)
    picture(page, f"sound-{width}-{'dark' if dark else 'light'}")
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
