"""How a task looks on the wire: the native shape, and the wrapped one a relay has used.

`Shape` holds the liberties the real service is known to take, so that a client can be
tried against each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lipsync.sandbox.refusals import new_request_id
from lipsync.sandbox.store import Task

_SYNONYMS: Final = {
    "succeed": "Succeeded",
    "failed": "FAILURE",
    "submitted": "QUEUED",
    "processing": "RUNNING",
}
_OUTER: Final = {
    "submitted": ("SUBMITTED", "0%"), "processing": ("IN_PROGRESS", "30%"),
    "succeed": ("SUCCESS", "100%"), "failed": ("FAILURE", "100%"),
}  # fmt: skip

LinkMaker = Callable[[Task], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """How to write answers."""

    wrapped: int = 0
    """0 native; 1 to 3: the task sits at `data`, `data.data`, `data.data.data` of the wrapped form."""
    synonyms: bool = False
    """Other words for the statuses."""
    time_in_seconds: bool = False
    number_durations: bool = False
    bare: bool = False
    """Leave out what may be missing: task_info, request_id, an empty task_result as null."""
    result_url: str = ""
    """Put the link at this key of the task (`result_url`, `video_url`) instead of `task_result`."""


def task_reply(task: Task, links: LinkMaker, shape: Shape, *, parent: Task | None = None,
               hide_url: bool = False) -> dict[str, Any]:  # fmt: skip
    """The body of a query's answer."""
    data = task_data(task, links, shape, parent=parent, hide_url=hide_url)
    native = {"code": 0, "message": "SUCCEED", "request_id": new_request_id(), "data": data}
    if shape.bare:
        del native["request_id"]
    return wrap(native, task, shape)


def create_reply(task: Task, shape: Shape) -> dict[str, Any]:
    """The body of a create's answer: the task without a result."""
    data = _head(task, shape)
    native = {"code": 0, "message": "SUCCEED", "request_id": new_request_id(), "data": data}
    return wrap(native, task, shape)


def list_reply(tasks: list[dict[str, Any]]) -> dict[str, Any]:
    """The body of a list's answer: `data` is an array."""
    return {"code": 0, "message": "SUCCEED", "request_id": new_request_id(), "data": tasks}


def wrap(native: dict[str, Any], task: Task, shape: Shape) -> dict[str, Any]:
    """The relay's wrapping around `native`, if the shape asks for it."""
    if not shape.wrapped:
        return native
    status, progress = _OUTER[task.status]
    outer: dict[str, Any] = {
        "task_id": task.task_id, "status": status, "fail_reason": task.reason, "progress": progress,
    }  # fmt: skip
    if shape.wrapped == 1:
        outer = {**native["data"], **outer}
    else:
        outer["data"] = native["data"] if shape.wrapped == 2 else native
    return {"code": "success", "message": "", "data": outer}


def task_data(task: Task, links: LinkMaker, shape: Shape, *, parent: Task | None = None,
              hide_url: bool = False) -> dict[str, Any]:  # fmt: skip
    """The task as it stands inside `data`, and in callbacks and lists."""
    data = _head(task, shape)
    data["task_status_msg"] = task.reason
    if parent is not None and not shape.bare:
        data["task_info"] = {"parent_video": _video(parent, links, shape)}
    if task.status != "succeed":
        data["task_result"] = None if shape.bare else {}
        return data
    video = _video(task, links, shape)
    if hide_url:
        data["task_result"] = {"videos": [{"id": video["id"], "duration": video["duration"]}]}
    elif shape.result_url:
        data["task_result"] = {"videos": []}
        data[shape.result_url] = video["url"]
    else:
        data["task_result"] = {"videos": [video]}
    return data


def relay_callback(task: Task, links: LinkMaker) -> dict[str, Any]:
    """The second form of a callback's body."""
    status, progress = _OUTER[task.status]
    result = {"video_url": links(task)} if task.status == "succeed" else {}
    return {"task_id": task.task_id, "status": status, "progress": progress, "result": result}


def _head(task: Task, shape: Shape) -> dict[str, Any]:
    divisor = 1000 if shape.time_in_seconds else 1
    head: dict[str, Any] = {
        "task_id": task.task_id,
        "task_status": _SYNONYMS[task.status] if shape.synonyms else task.status,
        "created_at": task.created_at // divisor,
        "updated_at": task.updated_at // divisor,
    }
    if task.external_task_id is not None:
        head["task_info"] = {"external_task_id": task.external_task_id}
    return head


def _video(task: Task, links: LinkMaker, shape: Shape) -> dict[str, Any]:
    duration = float(task.duration) if shape.number_durations else task.duration
    return {"id": task.video_id, "url": links(task), "duration": duration}
