"""The server as people start it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import requests

from lipsync.jobs.model import JobState
from tests.support.app_server import AppServer, running_app
from tests.support.sandbox import running_sandbox
from tests.support.studios import request_for, running_studio, submit, wait_for_state
from tests.support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("app")


def test_without_a_key_the_studio_starts_its_own_sandbox_and_ends_it(tmp_path: Path) -> None:
    with running_app(tmp_path) as app:
        port = int((tmp_path / "data" / "sandbox" / "port").read_text())
        hello = requests.get(f"http://127.0.0.1:{port}/sandbox/", timeout=5).json()
        assert hello["sandbox"] is True
        assert requests.get(app.url, timeout=5).status_code == 200
        app.terminate()
        wait_until(lambda: not listens(port), what="the sandbox to end")


def test_with_a_key_no_sandbox_is_started(tmp_path: Path) -> None:
    # Nothing is sent at start, so an address where nobody listens is as good as any.
    with running_app(tmp_path, COMETAPI_KEY="sk-x", COMETAPI_BASE_URL="http://127.0.0.1:9"):
        assert not (tmp_path / "data" / "sandbox").exists()


def test_a_wrong_setting_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    app = AppServer(tmp_path, {"STUDIO_POLL_SECONDS": "soon"})
    app.spawn()
    assert app.process.wait(180) == 2
    lines = [line for line in app.log.splitlines() if "STUDIO_POLL_SECONDS" in line]
    assert len(lines) == 1
    assert "Traceback" not in app.log


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing"), ("STUDIO_DATA_DIR", "/proc/nowhere")],
)
def test_a_start_that_cannot_work_says_which_setting_to_change(tmp_path: Path, name: str, value: str) -> None:
    app = AppServer(
        tmp_path, {"COMETAPI_KEY": "sk-x", "COMETAPI_BASE_URL": "http://127.0.0.1:9"} | {name: value}
    )
    app.spawn()
    assert app.process.wait(180) == 2
    assert len([line for line in app.log.splitlines() if line.startswith(f"{name}:")]) == 1
    assert "Traceback" not in app.log


def test_sigterm_ends_the_server_although_somebody_downloads(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox, running_app(
        tmp_path, COMETAPI_KEY=sandbox.key, COMETAPI_BASE_URL=sandbox.url, STUDIO_POLL_SECONDS="0.3"
    ) as app, running_studio(sandbox, tmp_path, start=False) as studio:  # fmt: skip
        job = wait_for_state(studio, submit(studio, request_for(sandbox), "k"), JobState.READY)
        # A clip far too large for the socket's buffers, so that the reader holds the server up.
        studio.archive.result_path(job.id).write_bytes(bytes(60_000_000))
        reader = socket.create_connection(("localhost", app.port))
        path = f"/app/static/media/results/{job.id}.mp4"
        reader.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{app.port}\r\n\r\n".encode())
        assert reader.recv(12).endswith(b"200")
        app.terminate(seconds=30)  # without the studio's own end it would wait for the reader without one
        reader.close()


def test_a_job_under_way_survives_sigterm(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox, running_app(
        tmp_path, COMETAPI_KEY=sandbox.key, COMETAPI_BASE_URL=sandbox.url, STUDIO_POLL_SECONDS="0.3"
    ) as app, running_studio(sandbox, tmp_path, start=False) as studio:  # fmt: skip
        sandbox.set_fault("work", seconds=4.0, count=1)
        job = submit(studio, request_for(sandbox), "k")
        wait_for_state(studio, job, JobState.PROCESSING)
        app.terminate()
        app.restart()
        wait_for_state(studio, job, JobState.READY)
        assert len(sandbox.log()["posts"]) == 1


def test_answers_carry_security_headers(tmp_path: Path) -> None:
    with running_app(tmp_path, COMETAPI_KEY="sk-x", COMETAPI_BASE_URL="http://127.0.0.1:9") as app:
        headers = requests.get(app.url, timeout=5).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def listens(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0
