"""Starts the built-in sandbox as a process of its own, and finds it again.

The sandbox is a server like any other to the rest of the program; only this file knows
that it is started from here, and it does so by command line, not by import.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import requests

from lipsync.accounts import Account, usual_seconds
from lipsync.settings import ROOT, SANDBOX_ACCOUNT, Settings

SANDBOX_KEY = "sk-sandbox"
START_TIMEOUT_SECONDS = 30.0
_HELLO = "/sandbox/"


class SandboxNotStarted(RuntimeError):
    """The sandbox did not come up; its log says why."""


class LocalSandbox:
    """The sandbox of one data folder. One per folder, whoever started it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._data = settings.data_path / "sandbox"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> Account:
        """Find a running sandbox of this folder or start one. Raises `SandboxNotStarted`."""
        self._data.mkdir(parents=True, exist_ok=True)
        port = self._last_port()
        if not (port and _answers(port, self._data)):
            # The same port again if it is free: links and other processes still know it.
            port = port if port and _is_free(port) else _free_port()
            self._launch(port)
            self._remember(port)
        self.url = f"http://127.0.0.1:{port}"
        return sandbox_account(self._settings, self.url)

    def running(self) -> Account | None:
        """The sandbox of this folder if one runs, whoever started it. Starts and writes nothing."""
        port = self._last_port()
        if not port or not _answers(port, self._data):
            return None
        return sandbox_account(self._settings, f"http://127.0.0.1:{port}")

    def stop(self) -> None:
        """End the sandbox if this process started it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(2)
            self._process = None

    def _launch(self, port: int) -> None:
        with (self._data / "sandbox.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "lipsync.sandbox",
                    "--port",
                    str(port),
                    "--data",
                    str(self._data),
                    "--work-seconds",
                    f"{self._settings.sandbox_work_seconds:g}",
                    "--parent-pid",
                    str(os.getpid()),
                ],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={k: v for k, v in os.environ.items() if k != "COMETAPI_KEY"},
            )
        end = time.monotonic() + START_TIMEOUT_SECONDS
        while not _answers(port, self._data):
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise SandboxNotStarted(f"the sandbox did not start; see {self._data / 'sandbox.log'}")
            time.sleep(0.05)

    @property
    def _port_file(self) -> Path:
        return self._data / "port"

    def _last_port(self) -> int | None:
        try:
            port = int(self._port_file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        return port if 0 < port < 65_536 else None

    def _remember(self, port: int) -> None:
        self._port_file.write_text(str(port), encoding="ascii")


def sandbox_account(settings: Settings, url: str) -> Account:
    """The built-in sandbox as an account."""
    return Account(
        name=SANDBOX_ACCOUNT,
        label="Sandbox",
        key=SANDBOX_KEY,
        base_url=url,
        quota_url=f"{url}/user/quota",
        max_in_flight=settings.max_in_flight,
        price_per_5_seconds_usd=settings.price_per_5_seconds_usd,
        usual_seconds=usual_seconds(settings, url, 300.0),
    )


def _answers(port: int, data: Path) -> bool:
    try:
        with requests.Session() as session:
            session.trust_env = False
            hello = session.get(f"http://127.0.0.1:{port}{_HELLO}", timeout=2).json()
    except (requests.RequestException, ValueError):
        return False
    if not isinstance(hello, dict) or hello.get("sandbox") is not True:
        return False
    # Another installation's sandbox on the same port has other tasks.
    return hello.get("data") in (None, str(data.resolve()))


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
