"""Starting the built-in sandbox, and finding it again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from lipsync import local_sandbox
from lipsync.accounts import Account
from lipsync.local_sandbox import SANDBOX_KEY, LocalSandbox, SandboxNotStarted
from lipsync.settings import ROOT, load_settings
from tests.support.replies_server import RepliesServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("local sandbox")
HELLO = {"sandbox": True}


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., LocalSandbox]]:
    """Sandboxes of one data folder; what they start ends with the test."""
    with ExitStack() as stack:

        def make(folder: Path = tmp_path) -> LocalSandbox:
            one = LocalSandbox(load_settings(STUDIO_DATA_DIR=folder, STUDIO_SANDBOX_WORK_SECONDS=0))
            stack.callback(one.stop)
            return one

        yield make


def port_file(folder: Path) -> Path:
    (folder / "sandbox").mkdir(parents=True, exist_ok=True)
    return folder / "sandbox" / "port"


def answers(account: Account) -> bool:
    try:
        return requests.get(f"{account.base_url}/sandbox/", timeout=5).json()["sandbox"] is True
    except requests.RequestException:
        return False


def test_a_sandbox_is_started_found_again_and_ended(
    build: Callable[..., LocalSandbox], tmp_path: Path
) -> None:
    first, second = build(), build()
    account = first.start()
    assert account.on_this_machine
    assert (account.name, account.key, account.quota_url) == (
        "sandbox",
        SANDBOX_KEY,
        f"{account.base_url}/user/quota",
    )
    assert answers(account)
    port = port_file(tmp_path).read_text()
    assert account.base_url == f"http://127.0.0.1:{port}"

    assert second.start() == account
    assert second._process is None
    second.stop()
    assert answers(account), "who only found it does not end it"

    first.stop()
    assert not answers(account)

    # The same port again: addresses of videos and other processes still name it.
    assert second.start() == account


def test_the_sandbox_does_not_see_the_key(build: Callable[..., LocalSandbox], monkeypatch: Any) -> None:
    monkeypatch.setenv("COMETAPI_KEY", "sk-very-secret")
    one = build()
    one.start()
    assert one._process is not None
    environment = Path(f"/proc/{one._process.pid}/environ")
    if not environment.exists():
        pytest.skip("this system does not show the environment of processes")
    assert b"sk-very-secret" not in environment.read_bytes()


def test_the_sandbox_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = (
        "import sys, os\n"
        "from lipsync.local_sandbox import LocalSandbox\n"
        "from lipsync.settings import load_settings\n"
        "print(LocalSandbox(load_settings(STUDIO_DATA_DIR=sys.argv[1])).start().base_url, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    url = done.stdout.strip()

    def gone() -> bool:
        try:
            requests.get(f"{url}/sandbox/", timeout=5)
        except requests.RequestException:
            return True
        return False

    wait_until(gone, what="the sandbox to end")


@pytest.fixture
def no_launch(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Notes at which port a sandbox would be started."""
    ports: list[int] = []
    monkeypatch.setattr(LocalSandbox, "_launch", lambda self, port: ports.append(port))
    return ports


@pytest.mark.parametrize("content", ["", "x", "0", "-5", "99999", "1e3", "9" * 5000, "\x00"])
def test_a_port_that_cannot_be_one_is_passed_over(
    build: Callable[..., LocalSandbox], tmp_path: Path, no_launch: list[int], content: str
) -> None:
    port_file(tmp_path).write_text(content)
    build().start()
    (port,) = no_launch
    assert 0 < port < 65_536
    assert port_file(tmp_path).read_text() == str(port)


@pytest.mark.parametrize(
    "body", [b"hello", {"sandbox": False}, [], {"sandbox": "yes"}, HELLO | {"data": "/somewhere/else"}]
)
def test_another_server_on_the_old_port_is_left_alone(
    build: Callable[..., LocalSandbox], tmp_path: Path, no_launch: list[int], body: Any
) -> None:
    with RepliesServer(lambda seen: (200, {}, body)) as server:
        port_file(tmp_path).write_text(str(server.port))
        account = build().start()
        assert account.base_url != server.url
        assert no_launch
        assert no_launch[0] != server.port


def test_a_sandbox_of_this_folder_on_the_old_port_is_used(
    build: Callable[..., LocalSandbox], tmp_path: Path, no_launch: list[int]
) -> None:
    hello = HELLO | {"data": str((tmp_path / "sandbox").resolve())}
    with RepliesServer(lambda seen: (200, {}, hello)) as server:
        port_file(tmp_path).write_text(str(server.port))
        assert build().start().base_url == server.url
    assert no_launch == []


def test_a_sandbox_that_ends_at_once_is_told_with_where_its_log_is(
    build: Callable[..., LocalSandbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_sandbox.sys, "executable", "/bin/false")
    one = build()
    with pytest.raises(SandboxNotStarted, match=r"sandbox\.log"):
        one.start()
    assert one._process is None


def test_a_sandbox_that_never_answers_is_ended(
    build: Callable[..., LocalSandbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = tmp_path / "pid"
    sleeper = tmp_path / "sleeper"
    sleeper.write_text(f"#!/bin/sh\necho $$ > {pid}\nexec sleep 600\n")
    sleeper.chmod(0o755)
    monkeypatch.setattr(local_sandbox.sys, "executable", str(sleeper))
    monkeypatch.setattr(local_sandbox, "START_TIMEOUT_SECONDS", 0.5)
    with pytest.raises(SandboxNotStarted):
        build().start()
    assert pid.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
