import re
from typing import Any

import pytest

from lipsync.sandbox.replies import Shape, create_reply, relay_callback, task_reply
from lipsync.sandbox.store import Task

STATUSES = ("submitted", "processing", "succeed", "failed")


def task(status: str) -> Task:
    return Task(
        task_id="9007199254740993", account="me", kind="lip-sync", status=status, spec={"secret": "x"},
        reason="why" if status == "failed" else "", video_id="v", duration="5.1", file="results/a.mp4",
        parent_task_id=None, external_task_id=None, callback_url="http://127.0.0.1/token", price_usd=0.07,
        ready_at=0, created_at=1_777_385_361_501, updated_at=1_777_385_363_321,
    )  # fmt: skip


def link(_task: Task) -> str:
    return "http://127.0.0.1/files/a.mp4?sig=s&exp=1"


def test_the_native_shape_is_the_documented_one() -> None:
    reply = task_reply(task("succeed"), link, Shape(), parent=task("succeed"))
    assert re.fullmatch("[0-9a-f]{32}", reply.pop("request_id"))
    video = {"id": "v", "url": link(task("succeed")), "duration": "5.1"}
    assert reply == {
        "code": 0,
        "message": "SUCCEED",
        "data": {
            "task_id": "9007199254740993", "task_status": "succeed", "task_status_msg": "",
            "task_info": {"parent_video": video}, "task_result": {"videos": [video]},
            "created_at": 1_777_385_361_501, "updated_at": 1_777_385_363_321,
        },
    }  # fmt: skip


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("status", STATUSES)
def test_only_a_finished_task_has_a_link_in_any_shape(status: str, depth: int) -> None:
    text = str(task_reply(task(status), link, Shape(wrapped=depth)))
    assert ("http://" in text) is (status == "succeed")
    assert ("why" in text) is (status == "failed")


@pytest.mark.parametrize("status", STATUSES)
def test_what_is_private_to_the_sandbox_is_in_no_reply(status: str) -> None:
    replies: list[dict[str, Any]] = [
        task_reply(task(status), link, Shape(bare=True)),
        create_reply(task(status), Shape()),
        relay_callback(task(status), link),
    ]
    for reply in replies:
        for private in ("secret", "token", "account", "price"):
            assert private not in str(reply)
