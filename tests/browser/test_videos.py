"""The gallery in a real browser: addresses that keep, a page that never stands still, a narrow screen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import picture, quiet
from tests.support.app_server import AppServer
from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CARD = '[class*="st-key-card-"][class*="-videos-"]'


@pytest.fixture
def gallery(page: Page, app: AppServer) -> Page:
    """The Videos page with its cards."""
    page.goto(f"{app.url}/videos")
    page.locator(CARD).first.wait_for()
    quiet(page)
    return page


def opened(page: Page) -> str:
    """The id of the video that is open."""
    expect(page.get_by_role("button", name="Use in Create")).to_be_visible()
    return re.findall(r"video=([0-9a-f]{32})", page.url)[0]


def test_what_is_looked_for_and_opened_is_kept_in_the_address(gallery: Page) -> None:
    page = gallery
    page.get_by_role("radio", name="Can speak").click()
    expect(page.get_by_text(re.compile(r"^\d+ of \d+ videos$"))).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill("Video")
    quiet(page)
    page.get_by_role("searchbox", name="Search").fill("")
    expect(page.get_by_text(re.compile(r"^\d+ of \d+ videos$"))).to_be_visible()
    count = page.get_by_text(re.compile(r"^\d+ of \d+ videos$")).inner_text()
    page.locator(CARD).nth(1).click(position={"x": 40, "y": 40})  # the whole card is its button
    one = opened(page)
    picture(page, "videos-open")
    page.reload()
    assert opened(page) == one
    expect(page.get_by_text(count)).to_be_visible()
    page.get_by_role("button", name="Use in Create").click()
    expect(page.get_by_role("heading", name="Make a video speak")).to_be_visible()
    assert f"parent={one}" in page.url


def test_new_videos_are_offered_and_nothing_that_is_typed_is_lost(
    gallery: Page, sandbox: RunningSandbox
) -> None:
    page = gallery
    made = sandbox.post("/kling/v1/videos/text2video", {"prompt": "A man waves", "duration": "5"})
    assert made.json()["code"] == 0
    page.get_by_text("Add videos by their ids").click()
    field = page.get_by_role("textbox", name="Task ids")
    field.press_sequentially("half of an")
    page.get_by_role("button", name="Look again").click()
    news = page.get_by_role("button", name="1 new video: show it")
    news.wait_for()
    expect(field).to_have_value("half of an")
    before = page.locator(CARD).count()
    news.click()
    expect(news).to_have_count(0)
    expect(page.locator(CARD)).to_have_count(before + 1)


def test_a_hundred_ids_at_a_slow_service_hold_nobody_up(gallery: Page, sandbox: RunningSandbox) -> None:
    page = gallery
    sandbox.set_fault("delay", route="query", seconds=0.5)
    page.get_by_text("Add videos by their ids").click()
    page.get_by_role("textbox", name="Task ids").fill("\n".join(f"no-such-task-{n:04}" for n in range(100)))
    page.get_by_role("button", name="Look them up").click()
    expect(page.get_by_text(re.compile(r"Asking the service: \d+ of 100 ids"))).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill("no such words")
    expect(page.get_by_text("No video fits")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Asking the service: \d+ of 100 ids"))).to_be_visible()
    sandbox.clear_faults()
    expect(page.get_by_text("100 ids. Asked:")).to_be_visible()
    picture(page, "videos-looked-up")


def test_on_a_narrow_screen_the_opened_video_comes_into_view(
    open_context: Callable[..., BrowserContext], app: AppServer
) -> None:
    page = open_context(390, 844, dark=True).new_page()
    page.goto(f"{app.url}/videos")
    card = page.locator(CARD).nth(6)
    card.wait_for()
    quiet(page)
    card.get_by_role("button", name="Open").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-video-details")).to_be_in_viewport(ratio=0.3)
    opened(page)
    quiet(page)
    picture(page, "videos-open-390-dark")
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
