"""From one page to another, while parts of the first one still draw themselves anew.

A part of the old page that is asked for when the server is already at the next one is answered with
an empty old page: the window goes white. So nothing may ask between a click and the page it leads to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocket, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.browser.conftest import quiet
from tests.browser.test_journey import plays, send, write
from tests.support.app_server import running_app
from tests.support.gate import Gate
from tests.support.sandbox import RunningSandbox
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
# As over a slow line: the browser hears of everything so much later, and may go on asking meanwhile.
LATE = """
const before = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage")
Object.defineProperty(WebSocket.prototype, "onmessage", {
  ...before,
  set(hear) {
    before.set.call(this, (event) => setTimeout(() => hear.call(this, event), window.lateMs ?? 0))
  },
})
"""
LATE_MS = 1700
"""Longer than the parts of Create wait before they ask again."""


def asked(page: Page) -> list[tuple[str, str]]:
    """What the page asks the server from now on: the page, and the part of it ("" for the whole)."""
    found: list[tuple[str, str]] = []

    def heard(payload: bytes | str) -> None:
        message = BackMsg()
        message.ParseFromString(payload if isinstance(payload, bytes) else payload.encode())
        if message.WhichOneof("type") == "rerun_script":
            found.append((message.rerun_script.page_script_hash, message.rerun_script.fragment_id))

    def opened(socket: WebSocket) -> None:
        socket.on("framesent", heard)

    page.on("websocket", opened)
    return found


@pytest.fixture
def looking(
    open_context: Callable[..., BrowserContext], sandbox: RunningSandbox, tmp_path: Path
) -> Iterator[tuple[Page, list[tuple[str, str]]]]:
    """Create, filled in, while the chosen video is being looked at and parts of the page ask again and
    again; and what they ask."""
    gate = Gate(tmp_path)
    settings = {"COMETAPI_KEY": sandbox.key, "COMETAPI_BASE_URL": sandbox.url}
    with running_app(tmp_path / "studio", FFMPEG_BINARY=str(gate.program), **settings) as app, gate.closed():
        context = open_context()
        context.add_init_script(LATE)
        page = context.new_page()
        questions = asked(page)
        page.goto(app.url)
        page.get_by_text("Looking for a face…").wait_for()
        write(page, "Nobody sees a white window.")
        page.get_by_label("What should it say?").blur()
        quiet(page)
        wait_until(lambda: page.evaluate("1") and questions[-1][1], what="a part that asks by itself")
        yield page, questions


def goes_on(page: Page) -> None:
    """The job's page came, and draws itself anew; its clip waits behind the gate."""
    page.wait_for_url("**/jobs?job=*")
    page.get_by_text("the clip is finished and being fetched").wait_for()


def test_nothing_asks_for_a_part_of_a_page_that_is_being_left(
    looking: tuple[Page, list[tuple[str, str]]],
) -> None:
    page, questions = looking
    create = questions[-1][0]
    page.evaluate(f"window.lateMs = {LATE_MS}")
    del questions[:]
    page.get_by_role("button", name="Make it speak").click()
    goes_on(page)
    asked_by_click = questions.index((create, ""))
    then, *later = questions[asked_by_click + 1 :]
    # The browser itself left for the next page, and asked for nothing of this one on the way.
    assert then[1] == ""
    assert create not in [one for one, _ in (then, *later)]


def test_a_click_while_the_browser_hangs_is_answered(looking: tuple[Page, list[tuple[str, str]]]) -> None:
    """Beats and clicks that come late, and all at once, are neither mixed up nor out of order."""
    page, _ = looking
    box = page.get_by_role("button", name="Make it speak").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.evaluate("setTimeout(() => { const end = Date.now() + 1800; while (Date.now() < end); })")
    page.mouse.down()
    page.mouse.up()
    goes_on(page)


def test_the_address_follows_from_all_jobs_to_one_and_back(page: Page) -> None:
    write(page, "Where am I?")
    job = send(page)
    plays(page)
    page.get_by_role("link", name="All jobs").click()
    row = page.get_by_role("link", name="Where am I?")
    row.wait_for()
    expect(page).to_have_url(re.compile(r"/jobs$"))
    row.click()
    expect(page).to_have_url(re.compile(rf"/jobs\?job={job}$"))
    page.reload()
    expect(page.get_by_role("heading", name="Where am I?")).to_be_visible()
    page.go_back()
    row.wait_for()
    expect(page).to_have_url(re.compile(r"/jobs$"))


def test_back_from_a_job_leads_to_the_form_at_once(page: Page) -> None:
    """Each step back is one that somebody made: there is none that only a page took."""
    write(page, "One step.")
    send(page)
    plays(page)
    page.go_back()
    expect(page.get_by_text("This was already sent")).to_be_visible()
    page.get_by_role("button", name="Open the job").click()
    page.wait_for_url("**/jobs?job=*")
