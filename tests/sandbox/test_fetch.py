import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lipsync.sandbox.fetch import fetch, is_loopback_url
from lipsync.sandbox.orders import RenderFailed
from tests.sandbox.bodies import IMAGE2VIDEO, create, finished, png_bytes, sound_body, text_body, wav_bytes
from tests.support.sandbox import RunningSandbox

FILES = {"/a.wav": wav_bytes(), "/a.png": png_bytes(), "/page.html": b"<html></html>"}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/a.wav")
            self.end_headers()
            return
        self.send_response(200 if self.path in FILES else 404)
        self.end_headers()
        self.wfile.write(FILES.get(self.path, b""))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_file_on_this_machine_is_fetched(files: str) -> None:
    assert fetch(files + "/a.wav", limit_bytes=100_000, anywhere=False) == FILES["/a.wav"]


@pytest.mark.parametrize(("path", "words"), [("/none", "404"), ("/moved", "302"), ("/a.wav", "too large")])
def test_what_cannot_be_fetched_says_why(files: str, path: str, words: str) -> None:
    with pytest.raises(RenderFailed, match=words):
        fetch(files + path, limit_bytes=100, anywhere=False)


def test_a_server_that_is_not_there_says_so() -> None:
    with pytest.raises(RenderFailed, match="server does not answer properly"):
        fetch("http://127.0.0.1:9/a.wav", limit_bytes=100, anywhere=False)


@pytest.mark.parametrize(
    ("url", "near"),
    [("http://127.0.0.1:1/", True), ("http://[::1]/", True), ("http://localhost/", True),
     ("http://127.0.0.1.example.org/", False), ("http://10.0.0.1/", False),
     ("http://169.254.169.254/", False)],
)  # fmt: skip
def test_only_this_machine_is_near(url: str, near: bool) -> None:
    assert is_loopback_url(url) is near


def test_a_linked_sound_becomes_a_clip(sandbox: RunningSandbox, files: str) -> None:
    parent = sandbox.parents()["first"]
    link = {"audio_type": "url", "audio_file": None}
    good = sound_body(parent["task_id"], parent["video_id"], **link, audio_url=files + "/a.wav")
    assert finished(sandbox, create(sandbox, good))["task_status"] == "succeed"
    bad = sound_body(parent["task_id"], parent["video_id"], **link, audio_url=files + "/page.html")
    task = finished(sandbox, create(sandbox, bad))
    assert task["task_status"] == "failed"
    assert "mp3, wav, m4a or aac" in task["task_status_msg"]


def test_a_linked_picture_becomes_a_video_and_a_parent(sandbox: RunningSandbox, files: str) -> None:
    task_id = create(sandbox, {"image": files + "/a.png"}, IMAGE2VIDEO)
    video = finished(sandbox, task_id, IMAGE2VIDEO)["task_result"]["videos"][0]
    assert finished(sandbox, create(sandbox, text_body(task_id, video["id"])))["task_status"] == "succeed"
