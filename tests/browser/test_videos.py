"""The gallery in a real browser: addresses that keep, a page that never stands still, a narrow screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from lipsync.database.connect import connect
from lipsync.database.tables import parents
from lipsync.jobs.store import utcnow
from lipsync.parents import Parent
from lipsync.shelf.rows import keep_parent
from lipsync.upstream.replies import TaskKind, TaskStatus
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


@pytest.fixture
def sold(app: AppServer) -> Iterator[str]:
    """An account that was removed from the settings after it had made two pages of videos."""
    database = connect(f"sqlite:///{app.folder / 'data' / 'studio.db'}")
    with database.begin() as connection:
        for number in range(30):
            one = Parent(
                "sold", TaskKind.TEXT2VIDEO, f"sold-{number:02}", "v", TaskStatus.SUCCEED, "", 5.1,
                utcnow() - timedelta(hours=number),
            )  # fmt: skip
            keep_parent(connection, one, workspace="local", owner="local", source="listed")
    yield "sold"
    with database.begin() as connection:
        connection.execute(sa.delete(parents).where(parents.c.account == "sold"))
    database.dispose()


def query(page: Page) -> dict[str, str]:
    """What the address says after the question mark."""
    _, _, said = page.url.partition("?")
    return dict(part.split("=") for part in said.split("&") if part)


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


def test_back_and_forward_lead_through_what_was_chosen(sold: str, gallery: Page) -> None:
    page = gallery
    page.get_by_role("button", name="More filters").click()
    page.get_by_role("combobox", name="Account").click()
    page.get_by_role("option", name="sold (no longer in the settings)").click()
    expect(page.get_by_text(re.compile(r"^30 of \d+ videos$"))).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Order").click()
    page.get_by_role("option", name="Oldest first").click()
    expect(page.locator(CARD).first).to_contain_text("sold-29")
    page.get_by_role("button", name="Next page").click()
    expect(page.locator(CARD)).to_have_count(6)
    view = {"videos_account": sold, "videos_sort": "oldest", "videos_page": "2"}
    assert query(page) == view
    page.go_back()
    expect(page.locator(CARD)).to_have_count(24)
    expect(page.locator(CARD).first).to_contain_text("sold-29")
    page.go_back()
    expect(page.locator(CARD).first).to_contain_text("sold-00")
    page.go_forward()
    page.go_forward()
    expect(page.locator(CARD)).to_have_count(6)
    assert query(page) == view
    page.reload()
    expect(page.locator(CARD)).to_have_count(6)
    page.get_by_role("button", name="More filters").click()
    page.get_by_role("combobox", name="Account").click()
    assert page.get_by_role("option").all_inner_texts() == ["Sandbox", "sold (no longer in the settings)"]


def test_back_from_create_leads_to_the_gallery_as_it_was_left(gallery: Page) -> None:
    page = gallery
    page.get_by_role("radio", name="Can speak").click()
    shown = page.get_by_text(re.compile(r"^\d+ of \d+ videos$"))
    expect(shown).to_be_visible()
    count = shown.inner_text()
    page.locator(CARD).nth(1).click(position={"x": 40, "y": 40})
    one = opened(page)
    page.get_by_role("button", name="Use in Create").click()
    page.get_by_role("heading", name="Make a video speak").wait_for()
    quiet(page)
    create = page.url.partition("?")[0]
    while page.url.partition("?")[0] == create:  # Create may write its own address twice
        page.go_back()
        quiet(page)
    assert opened(page) == one
    expect(page.get_by_text(count)).to_be_visible()
    assert query(page) == {"videos_show": "usable", "video": one}
    page.get_by_role("link", name="Jobs", exact=True).first.click()
    page.get_by_role("heading", name="Jobs").wait_for()
    page.get_by_role("link", name="Videos", exact=True).first.click()
    expect(page.get_by_text(count)).to_be_visible()
    assert opened(page) == one


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
    card = page.locator(CARD).filter(has_text="Can speak").nth(4)
    card.wait_for()
    quiet(page)
    card.get_by_role("button", name="Open").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-video-details")).to_be_in_viewport(ratio=0.3)
    opened(page)
    quiet(page)
    picture(page, "videos-open-390-dark")
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
