"""The Account page without a browser."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.asking import account_asker
from components.wording import plain
from lipsync.jobs.model import JobState
from lipsync.studio import Studio, use_studio
from tests.pages.conftest import Open, click, words
from tests.support.replies_server import RepliesServer, silence, unused_port
from tests.support.sandbox import RunningSandbox
from tests.support.studios import request_for, running_studio, submit, wait_for_state
from tests.support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("pages")


def figures(at: AppTest) -> dict[str, str]:
    """The account's figures by their labels."""
    return {one.label: one.value for one in at.metric}


def checked(at: AppTest, studio: Studio, name: str) -> AppTest:
    """Press the check of the only connection, and wait for what it finds."""
    click(at, "Check the connection")
    subject = ("connection", studio.settings.database_address, name, "en")
    wait_until(lambda: not account_asker().is_open(subject), what="the check of the connection")
    return at.run()


def test_the_account_page_shows_balance_host_and_work(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    at = open_page("account")
    assert figures(at)["Balance"].endswith("USD")
    assert figures(at)["With the service now"].endswith("of 3")
    assert plain(f"127.0.0.1:{sandbox.port}") in words(at)
    assert "Jobs are worked on here." in words(at)
    assert sandbox.key not in words(at)


def test_each_key_and_what_it_spent_is_shown(studio: Studio, open_page: Open) -> None:
    at = open_page("account")
    assert at.expander[0].label == "1 key of this account"
    assert "| sandbox | " in words(at)
    assert figures(at)["Spent"].endswith("USD")


def test_jobs_that_were_paid_from_here_are_counted(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    before = int(figures(open_page("account"))["Paid from here"].split()[0])
    wait_for_state(studio, submit(studio, request_for(sandbox), "paid-from-here"), JobState.READY)
    assert figures(open_page("account"))["Paid from here"].split()[0] == str(before + 1)


def test_a_balance_that_cannot_be_had_is_said_in_words(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    sandbox.set_fault("http", route="balance", status=403)
    account_asker().forget(("balance", studio.settings.database_address, "main"))
    at = open_page("account")
    assert "The balance could not be had." in words(at)
    sandbox.clear_faults()
    click(at, "Ask for the balance again")
    assert figures(at)["Balance"].endswith("USD")


def balances_asked(sandbox: RunningSandbox) -> int:
    return int(sandbox.log()["calls"]["balance"])


def test_a_balance_is_asked_for_once_a_minute_however_often_the_page_is_opened(
    studio: Studio, open_page: Open, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = ("balance", studio.settings.database_address, "main")
    now = [time.monotonic()]
    monkeypatch.setattr(account_asker(), "clock", lambda: now[0])
    account_asker().forget(subject)
    open_page("account")
    asked = balances_asked(sandbox)
    now[0] += 59
    open_page("account")
    assert balances_asked(sandbox) == asked
    now[0] += 2
    open_page("account")
    wait_until(lambda: not account_asker().is_open(subject), what="the balance")
    assert balances_asked(sandbox) == asked + 1


def test_a_balance_that_hangs_keeps_no_page_from_being_drawn(
    tmp_path: Path, open_page: Open, sandbox: RunningSandbox
) -> None:
    with RepliesServer(lambda seen: silence()) as hanging:
        quota = f"{hanging.url}/user/quota"
        with running_studio(sandbox, tmp_path, start=False, COMETAPI_QUOTA_URL=quota) as one:
            one.parents.sync("main")  # so that no page waits for the first look
            use_studio(one)
            try:
                assert figures(open_page("account"))["Balance"] == "Asking…"
                assert figures(open_page("account"))["Spent"] == "Asking…"
                for name in ("create", "new_video", "videos", "jobs", "voices"):
                    assert open_page(name).title
                assert account_asker().is_open(("balance", one.settings.database_address, "main"))
            finally:
                use_studio(None)


def test_a_connection_that_works_is_told_so(studio: Studio, open_page: Open) -> None:
    at = checked(open_page("account"), studio, "main")
    assert "takes the key" in words(at)
    assert "The service lists its tasks" in words(at)
    assert "nothing charged for this check" in words(at)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"COMETAPI_KEY": "sk-sandbox-1004"}, "does not accept this account's key"),
        ({"COMETAPI_BASE_URL": "http://127.0.0.1:{unused}"}, "did not accept a connection"),
        ({"COMETAPI_BASE_URL": "{sandbox}/elsewhere"}, "at this address"),
    ],
)
def test_a_connection_that_does_not_work_is_told_why(
    tmp_path: Path, open_page: Open, sandbox: RunningSandbox, settings: dict[str, str], said: str
) -> None:
    places = {"sandbox": sandbox.url, "unused": unused_port()}
    given = {name: value.format(**places) for name, value in settings.items()}
    with running_studio(sandbox, tmp_path, start=False, **given) as one:
        use_studio(one)
        try:
            assert said in words(checked(open_page("account"), one, "main"))
        finally:
            use_studio(None)
