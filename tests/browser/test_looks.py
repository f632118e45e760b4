"""Every page on a wide and on a narrow screen, by day and by night."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from lipsync.request import code_points
from lipsync.speech import estimate
from tests.browser.conftest import picture, quiet
from tests.support.app_server import AppServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PAGES = {
    "": "Make a video speak",
    "jobs": "Jobs",
    "new-video": "Make a new video",
    "videos": "Videos",
    "voices": "Voices",
    "account": "Account",
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_its_screen(
    open_context: Callable[..., BrowserContext], app: AppServer, width: int, dark: bool
) -> None:
    page = open_context(width, 900, dark=dark).new_page()
    for path, heading in PAGES.items():
        page.goto(f"{app.url}/{path}")
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        quiet(page)
        page.wait_for_function("() => [...document.images].every(i => i.complete)")
        picture(page, f"{path or 'front'}-{width}-{'dark' if dark else 'light'}")
        wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path}: {wide} pixels too wide"
        assert not page.evaluate("() => [...document.images].filter(i => !i.naturalWidth).map(i => i.src)")


def test_nothing_is_fetched_from_another_host(
    open_context: Callable[..., BrowserContext], app: AppServer
) -> None:
    context = open_context()
    hosts: set[str] = set()
    context.on("request", lambda request: hosts.add(request.url.split("/")[2] if "//" in request.url else ""))
    page = context.new_page()
    for path, heading in PAGES.items():
        page.goto(f"{app.url}/{path}")
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        quiet(page)
    assert {host for host in hosts if host} == {app.url.split("/")[2]}


TEXTS = (
    "Hello.",
    "It's a beautiful day, and I can finally speak!",
    "I paid 1,250.75 euros – at 10:30; NASA liked the roses.",
    "  spaces around,  and\ttabs  ",
    "你好！今天天气真好，我们一起去公园散步吧。",
    "Naïve café, 2026… 😀😀 voilà",
    "……",
)


def test_the_counter_in_the_browser_agrees_with_python(
    open_context: Callable[..., BrowserContext], app: AppServer
) -> None:
    page = open_context().new_page()
    page.goto(app.url)
    page.get_by_role("button", name="Make it speak").wait_for()
    quiet(page)
    factors: list[float] = []
    for text in TEXTS:
        page.get_by_label("What should it say?").fill(text)
        expect(page.get_by_text(f"{code_points(text.replace(chr(9), ' ').strip())} of 120")).to_be_visible()
        shown = float(page.locator(".time").get_attribute("data-seconds") or "nan")
        # Clips that other tests made may have taught a pace: the same factor for every text.
        guessed = estimate(text, "en", 1.0).likely_seconds
        factors += [shown / guessed] if guessed else []
        assert shown == pytest.approx(guessed * factors[0], abs=0.01), text


def test_the_counter_speaks_politely_to_screen_readers(
    open_context: Callable[..., BrowserContext], app: AppServer
) -> None:
    page = open_context().new_page()
    page.goto(app.url)
    expect(page.locator('[aria-live="polite"]', has_text="of 120")).to_be_visible()
