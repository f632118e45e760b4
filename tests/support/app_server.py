"""The whole studio as people start it: `streamlit run app.py`, in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.support.sandbox import ROOT
from tests.support.waiting import wait_until

START_SECONDS = 90.0
_OURS = ("COMETAPI_", "STUDIO_", "DATABASE_URL", "STREAMLIT_")


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class AppServer:
    """A server with its own data folder. `restart` keeps port and data."""

    folder: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] = field(init=False, repr=False)

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://localhost:{self.port}"

    @property
    def log_file(self) -> Path:
        """What the server printed, over all its starts."""
        return self.folder / "server.log"

    @property
    def log(self) -> str:
        """The text of `log_file`."""
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def spawn(self) -> None:
        """Start without waiting for anything."""
        self.folder.mkdir(parents=True, exist_ok=True)
        env = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        env |= {
            "STUDIO_DATA_DIR": str(self.folder / "data"),
            "STUDIO_SECRETS_FILE": str(self.folder / "no-secrets.toml"),
        }
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "streamlit", "run", "app.py",
                    "--server.port", str(self.port), "--server.headless", "true",
                ],
                cwd=ROOT, env=env | self.settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def start(self) -> None:
        """Start and wait until pages are served."""
        self.spawn()
        wait_until(self._is_up, timeout=START_SECONDS, what=f"the server\n{self.log[-2000:]}")

    def kill(self) -> None:
        """SIGKILL, as when the machine loses power."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Start again with the same data, at the same port."""
        if self.process.poll() is None:
            self.kill()
        self.start()

    def terminate(self, seconds: float = 20.0) -> int:
        """SIGTERM; the exit code. Raises `TimeoutExpired` if it does not end."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def stop(self) -> None:
        """End it, whatever it does."""
        if self.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.terminate(10)
            if self.process.poll() is None:
                self.kill()

    def _is_up(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}\n{self.log[-4000:]}")
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).json().get("ok") is True
        except (requests.RequestException, ValueError):
            return False


@contextlib.contextmanager
def running_app(folder: Path, **settings: str) -> Iterator[AppServer]:
    """A server with the given environment; without any it starts the built-in sandbox."""
    server = AppServer(folder, settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()
