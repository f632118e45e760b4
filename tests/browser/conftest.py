"""A real Chromium before a real server before a real sandbox, once for all tests here.

`STUDIO_CHROMIUM` names the browser; without any these tests are skipped, or fail when
`STUDIO_BROWSER_REQUIRED=1` says that there should be one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.app_server import AppServer, running_app
from tests.support.gate import Gate
from tests.support.sandbox import ROOT, RunningSandbox, running_sandbox

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    # A microphone that beeps, and nobody who has to allow it.
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip
TIMEOUT_MS = 90_000.0
expect.set_options(timeout=60_000)
ARTIFACTS = ROOT / "artifacts" / "screenshots"


def chromium() -> str | None:
    """The browser to drive."""
    named = os.environ.get("STUDIO_CHROMIUM")
    if named:
        return named
    return "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else shutil.which("chromium")


# For one module only: while Playwright runs, its event loop is this thread's, and other tests that
# this process gets afterwards could not run one of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        words = "no Chromium was found: install it, or name one in STUDIO_CHROMIUM"
        if os.environ.get("STUDIO_BROWSER_REQUIRED") == "1":
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("service"), "--work-seconds", "1.5") as running:
        yield running


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """The studio's ffmpeg, which a test may hold."""
    return Gate(tmp_path_factory.mktemp("gate"))


@pytest.fixture(scope="session")
def app(sandbox: RunningSandbox, gate: Gate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    folder = tmp_path_factory.mktemp("studio")
    settings = {"COMETAPI_KEY": sandbox.key, "COMETAPI_BASE_URL": sandbox.url, "STUDIO_POLL_SECONDS": "0.5"}
    settings["FFMPEG_BINARY"] = str(gate.program)
    settings["STUDIO_SOUND_LINK_HOSTS"] = "127.0.0.1"  # for links to servers that a test starts
    with running_app(folder, **settings) as server:
        yield server
    assert "Traceback" not in server.log, server.log[-6000:]
    assert sandbox.key not in server.log


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser windows; at the end, none may have seen an error of a script."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(width: int = 1440, height: int = 1000, *, dark: bool = False) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
            permissions=["microphone"],
        )  # fmt: skip
        context.set_default_timeout(TIMEOUT_MS)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on(
            "console",
            lambda message: errors.append(message.text) if "Content Security" in message.text else None,
        )
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def page(
    open_context: Callable[..., BrowserContext], app: AppServer, sandbox: RunningSandbox
) -> Iterator[Page]:
    """A window at the front page, with a sandbox that makes no trouble."""
    sandbox.clear_faults()
    one = open_context().new_page()
    one.goto(app.url)
    one.get_by_role("button", name="Make it speak").wait_for()
    quiet(one)
    yield one
    sandbox.clear_faults()


def quiet(page: Page) -> None:
    """Wait until the page's script has run to its end."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page, for people to look at."""
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0)
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)
