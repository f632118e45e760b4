"""A sandbox as a process of its own, for tests: `with running_sandbox(tmp_path) as sandbox: …`."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30.0
DEFAULT_ARGS = ("--renderer", "plain", "--work-seconds", "0.2")


@dataclass
class RunningSandbox:
    """A running sandbox. `url` stays the same over `restart()`, and so does the data."""

    data: Path
    args: tuple[str, ...]
    key: str = "sk-sandbox"
    url: str = ""
    process: subprocess.Popen[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self._start(port=0)

    @property
    def headers(self) -> dict[str, str]:
        """The Authorization header of `key`."""
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self.url.rpartition(":")[2])

    def get(self, path: str, **more: Any) -> requests.Response:
        """GET with the key."""
        return self.session.get(self.url + path, headers=self.headers, timeout=30, **more)

    def post(self, path: str, body: Any, **more: Any) -> requests.Response:
        """POST a JSON body with the key."""
        return self.session.post(self.url + path, json=body, headers=self.headers, timeout=30, **more)

    def parents(self) -> dict[str, dict[str, Any]]:
        """The shipped parents of the account by name: `task_id`, `video_id`, `why_not_usable`, …"""
        found: dict[str, dict[str, Any]] = self.get("/sandbox/parents").json()
        return found

    def log(self) -> dict[str, Any]:
        """The bill: `accepted`, `arrived`, `posts`, `by_text`, `by_callback`, `by_digest`, `calls`, …"""
        found: dict[str, Any] = self.get("/sandbox/log").json()
        return found

    def set_fault(self, kind: str, **settings: Any) -> int:
        """Switch a fault on (see docs/sandbox.md); gives its number."""
        answer = self.post("/sandbox/faults", {"kind": kind, **settings})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def clear_faults(self) -> None:
        """Switch every fault off."""
        self.session.delete(self.url + "/sandbox/faults", timeout=10).raise_for_status()

    def kill(self) -> None:
        """SIGKILL, as when the machine loses power."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Start again with the same data, at the same port."""
        if self.process.poll() is None:
            self.kill()
        self._start(port=self.port)

    def stop(self) -> None:
        """End it politely, and by force when that does not help."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.session.close()

    def _start(self, port: int) -> None:
        command = [
            sys.executable, "-m", "lipsync.sandbox", "--port", str(port), "--data", str(self.data),
            "--parent-pid", str(os.getpid()), *self.args,
        ]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        first = _first_line(self.process)
        if not first.startswith("ready "):
            self.kill()
            raise AssertionError(f"the sandbox did not start: {first!r}")
        self.url = first.split()[1]


@contextlib.contextmanager
def running_sandbox(tmp_path: Path, *args: str, key: str = "sk-sandbox") -> Iterator[RunningSandbox]:
    """A sandbox with its data below `tmp_path`.

    It draws plainly and works for 0.2 s, unless `args` (which come last, and win) say otherwise.
    """
    sandbox = RunningSandbox(tmp_path / "sandbox", (*DEFAULT_ARGS, *args), key=key)
    try:
        yield sandbox
    finally:
        sandbox.stop()


def _first_line(process: subprocess.Popen[str]) -> str:
    lines: queue.Queue[str] = queue.Queue()
    stdout = process.stdout
    assert stdout is not None
    threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
    try:
        return lines.get(timeout=START_SECONDS)
    except queue.Empty:
        return ""
