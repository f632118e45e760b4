"""Callbacks as a receiver on this machine gets them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.sandbox.bodies import create, finished, for_parent
from tests.support.sandbox import RunningSandbox
from tests.support.waiting import wait_until


class Receiver(ThreadingHTTPServer):
    """Remembers every callback, in order of arrival."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook/token"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def order(sandbox: RunningSandbox, url: str) -> str:
    return create(sandbox, for_parent(sandbox) | {"callback_url": url})


def statuses(receiver: Receiver, count: int) -> list[str]:
    wait_until(lambda: len(receiver.got) >= count, what="callbacks")
    return [body["task_status"] for body in receiver.got]


def test_every_change_of_status_is_told_in_order(sandbox: RunningSandbox, receiver: Receiver) -> None:
    task_id = order(sandbox, receiver.url)
    assert statuses(receiver, 3) == ["submitted", "processing", "succeed"]
    assert {body["task_id"] for body in receiver.got} == {task_id}
    link = receiver.got[-1]["task_result"]["videos"][0]["url"]
    assert sandbox.session.get(link).status_code == 200


def test_callbacks_can_be_doubled_or_reversed(sandbox: RunningSandbox, receiver: Receiver) -> None:
    sandbox.set_fault("callbacks", mode="duplicate", count=1)
    order(sandbox, receiver.url)
    assert statuses(receiver, 6) == ["submitted"] * 2 + ["processing"] * 2 + ["succeed"] * 2
    receiver.got.clear()
    sandbox.set_fault("callbacks", mode="reversed", count=1)
    order(sandbox, receiver.url)
    assert statuses(receiver, 3) == ["succeed", "processing", "submitted"]


def test_callbacks_can_have_the_other_form(sandbox: RunningSandbox, receiver: Receiver) -> None:
    sandbox.set_fault("callbacks", relay=True, count=1)
    order(sandbox, receiver.url)
    wait_until(lambda: len(receiver.got) == 3)
    last = receiver.got[-1]
    assert (last["status"], last["progress"]) == ("SUCCESS", "100%")
    assert last["result"]["video_url"].startswith("http")


def test_callbacks_can_be_off(sandbox: RunningSandbox, receiver: Receiver) -> None:
    sandbox.set_fault("callbacks", mode="off", count=1)
    silent = order(sandbox, receiver.url)
    finished(sandbox, silent)
    order(sandbox, receiver.url)  # told as usual, and after what the silent one might have told
    statuses(receiver, 3)
    assert silent not in {body["task_id"] for body in receiver.got}


def test_another_machine_is_never_called(sandbox: RunningSandbox, receiver: Receiver) -> None:
    away = order(sandbox, "http://192.0.2.1/hook")
    finished(sandbox, away)
    near = order(sandbox, receiver.url)
    statuses(receiver, 3)
    told = {entry["task_id"] for entry in sandbox.log()["callbacks"]}
    assert near in told
    assert away not in told
