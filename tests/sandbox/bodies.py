"""Create bodies that are right, for tests to spoil."""

from __future__ import annotations

import base64
import io
import wave
from typing import Any

from PIL import Image

from tests.support.sandbox import RunningSandbox
from tests.support.waiting import wait_until

LIP_SYNC = "/kling/v1/videos/lip-sync"
TEXT2VIDEO = "/kling/v1/videos/text2video"
IMAGE2VIDEO = "/kling/v1/videos/image2video"


def wav_bytes(seconds: float = 0.5) -> bytes:
    """A quiet WAV file: 8 kHz, 16 bit, mono."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x10\x00\xf0\xff" * int(4000 * seconds))
    return target.getvalue()


def png_bytes(width: int = 400, height: int = 300, kind: str = "PNG") -> bytes:
    """A picture of one colour."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), "#446688").save(target, kind)
    return target.getvalue()


def text_body(task_id: str = "t", video_id: str = "v", **changes: Any) -> dict[str, Any]:
    """A text2video body; a change to None leaves the key out."""
    given = {
        "task_id": task_id, "video_id": video_id, "mode": "text2video", "text": "Hello there.",
        "voice_id": "girlfriend_4_speech02", "voice_language": "en", "voice_speed": 1.0,
    } | changes  # fmt: skip
    return {"input": {key: value for key, value in given.items() if value is not None}}


def sound_body(task_id: str = "t", video_id: str = "v", **changes: Any) -> dict[str, Any]:
    """An audio2video body with a short WAV; a change to None leaves the key out."""
    given = {
        "task_id": task_id, "video_id": video_id, "mode": "audio2video", "audio_type": "file",
        "audio_file": base64.b64encode(wav_bytes()).decode(),
    } | changes  # fmt: skip
    return {"input": {key: value for key, value in given.items() if value is not None}}


def for_parent(sandbox: RunningSandbox, name: str = "first", **changes: Any) -> dict[str, Any]:
    """A text2video body for one of the account's shipped parents."""
    parent = sandbox.parents()[name]
    return text_body(parent["task_id"], parent["video_id"], **changes)


def create(sandbox: RunningSandbox, body: dict[str, Any] | None = None, path: str = LIP_SYNC) -> str:
    """Have a task accepted; its id."""
    answer = sandbox.post(path, body if body is not None else for_parent(sandbox))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["data"]["task_id"])


def query(sandbox: RunningSandbox, task_id: str, path: str = LIP_SYNC) -> dict[str, Any]:
    """The task as a query shows it."""
    found: dict[str, Any] = sandbox.get(f"{path}/{task_id}").json()["data"]
    return found


def finished(sandbox: RunningSandbox, task_id: str, path: str = LIP_SYNC) -> dict[str, Any]:
    """The task once it has succeeded or failed."""

    def end() -> dict[str, Any] | None:
        task = query(sandbox, task_id, path)
        return task if task["task_status"] in ("succeed", "failed") else None

    found = wait_until(end, timeout=150, what="the end of the task")
    assert found is not None
    return found
