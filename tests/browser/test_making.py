"""From an idea to a clip that speaks, without an id ever seen."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from lipsync.prompt_hints import hints_in_words, prompt_hint
from tests.browser.conftest import picture, quiet
from tests.browser.test_journey import LATER, landed, plays, posts
from tests.support.app_server import AppServer
from tests.support.sandbox import RunningSandbox
from tests.support.videos import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PROMPTS = (
    "A quiet beach in the evening light",
    "A woman looks into the camera.",
    "Two men talk – in a café",
    "The manual of the house",
    "SEEN from behind: a knight!",
    "安静的海滩",
    "一位老师",
    "😀😀 [slow]",
)


@pytest.fixture
def form(open_context: Callable[..., BrowserContext], app: AppServer, sandbox: RunningSandbox) -> Page:
    """A window at the form, with a sandbox that makes no trouble."""
    sandbox.clear_faults()
    page = open_context(1440, 1200).new_page()
    page.goto(f"{app.url}/new-video")
    page.get_by_role("button", name="Make the video").wait_for()
    quiet(page)
    return page


def test_an_idea_becomes_a_clip_that_speaks_although_the_studio_is_killed_on_the_way(
    form: Page, app: AppServer, sandbox: RunningSandbox
) -> None:
    text = "From an idea to a clip."
    form.get_by_role("button", name="Presenter").click()
    form.get_by_text("When the video is ready, let it say this").click()
    form.get_by_label("What should it say?").fill(text)
    form.get_by_label("What should it say?").blur()
    button = form.get_by_role("button", name="Make it, then let it speak")
    picture(form, "new-video-filled")
    button.evaluate("b => { for (let i = 0; i < 4; i++) setTimeout(() => b.click(), i * 40) }")
    job = landed(form)
    expect(form.get_by_text("your line is sent by itself")).to_be_visible()
    picture(form, "job-video-waiting")
    app.restart()  # kills it first
    form.goto(f"{app.url}/jobs?job={job}")
    form.get_by_role("link", name="Open the clip's own page").click(timeout=LATER * 2)
    form.get_by_role("link", name="The job that made its video").wait_for()
    plays(form)
    assert posts(sandbox, text) == 1
    form.get_by_role("link", name="The job that made its video").click()
    expect(form.get_by_role("button", name="Let it say something else")).to_be_visible()
    quiet(form)
    picture(form, "job-video-spoken")


def test_a_picture_is_judged_at_once_and_survives_a_reload(form: Page, tmp_path: Path) -> None:
    form.get_by_role("radio", name="From a picture").click()
    quiet(form)
    upload = form.locator('input[type="file"]').first
    upload.set_input_files({"name": "words.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    refused = form.get_by_text("This file is no picture that can be used here.")
    expect(refused).to_be_visible()
    upload = form.locator('input[type="file"]').first
    webp = picture_bytes(640, 480, "WEBP")
    upload.set_input_files({"name": "me.webp", "mimeType": "image/webp", "buffer": webp})
    expect(form.get_by_text("the studio made it a jpg")).to_be_visible()
    expect(refused).to_be_hidden()
    expect(form.get_by_text("640 × 480")).to_be_visible()
    happens = form.get_by_role("textbox", name="What should happen?")
    happens.fill("She smiles.")
    happens.blur()
    expect(form.get_by_text("11 of 500")).to_be_visible()
    quiet(form)
    form.reload()
    expect(form.get_by_text("640 × 480")).to_be_visible()
    expect(form.get_by_text("the studio made it a jpg")).to_be_visible()
    expect(happens).to_have_value("She smiles.")
    form.wait_for_function("() => [...document.images].every(i => i.complete && i.naturalWidth)")
    picture(form, "new-video-picture")


def test_a_large_picture_is_not_lost_to_a_click_while_it_is_made_smaller(form: Page) -> None:
    form.get_by_role("radio", name="From a picture").click()
    quiet(form)
    large = io.BytesIO()
    noise = random.Random(3).randbytes(2000 * 2000 * 3)
    Image.frombytes("RGB", (2000, 2000), noise).save(large, "PNG", compress_level=1)
    upload = form.locator('input[type="file"]').first
    upload.set_input_files({"name": "large.png", "mimeType": "image/png", "buffer": large.getvalue()})
    # The file has arrived and the studio works on it.
    form.locator('[data-testid="stApp"][data-test-script-state="running"]').wait_for()
    ten = form.get_by_role("radio", name="10 s")
    ten.click()
    expect(form.get_by_text("the studio saved it smaller")).to_be_visible()
    expect(ten).to_be_checked()


def test_the_hint_below_the_prompt_agrees_with_python(form: Page) -> None:
    field, hint = form.get_by_role("textbox", name="What should be seen?"), form.locator(".hint").first
    for prompt in PROMPTS:
        field.fill(prompt)
        expect(form.get_by_text(f"{len(prompt)} of 500")).to_be_visible()
        found = prompt_hint(prompt)
        expect(hint).to_have_text(hints_in_words()[found] if found else "")
