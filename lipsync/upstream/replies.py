"""Every known shape of an answer, read into one type.

The upstream answers in its native shape or wrapped by the relay (the task at `data`,
`data.data` or `data.data.data`), with synonyms, strings for numbers and gaps. What cannot
be read as a task raises `Interrupted`: for a create that means the outcome is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from lipsync.upstream.errors import Interrupted
from lipsync.upstream.findings import clean, is_task, number_of, text_of

MAX_TASK_ID: Final = 200  # ids seen have 22 digits; what the jobs table keeps, and far above
_DEPTH_LIMIT: Final = 4
_MILLISECONDS_FROM: Final = 1e11  # as seconds this is the year 5138; smaller numbers are seconds


class TaskStatus(StrEnum):
    """Where a job stands. A word that is not known means that it still runs."""

    SUBMITTED = "submitted"
    PROCESSING = "processing"
    SUCCEED = "succeed"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self in (TaskStatus.SUCCEED, TaskStatus.FAILED)


class TaskKind(StrEnum):
    """What a task makes; the value is the last part of its route."""

    LIP_SYNC = "lip-sync"
    TEXT2VIDEO = "text2video"
    IMAGE2VIDEO = "image2video"


_STATUS_WORDS: Final = {
    **dict.fromkeys(("submitted", "not_start", "queued", "pending"), TaskStatus.SUBMITTED),
    **dict.fromkeys(("succeed", "succeeded", "success", "completed"), TaskStatus.SUCCEED),
    **dict.fromkeys(("failed", "fail", "failure", "error"), TaskStatus.FAILED),
}


@dataclass(frozen=True, slots=True)
class Video:
    """A video of a task. `id` is empty where none was given; `url` is signed and short-lived."""

    id: str
    url: str | None = field(default=None, repr=False)
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One task as the upstream last described it. `progress` is percent.

    `reason` is the upstream's own words. A task may have succeeded while its
    video has no `url` yet: ask again.
    """

    task_id: str
    kind: TaskKind
    status: TaskStatus
    reason: str = ""
    videos: tuple[Video, ...] = ()
    parent_video: Video | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    progress: int | None = None
    request_id: str | None = None
    external_task_id: str | None = None


@dataclass(frozen=True, slots=True)
class CallbackHint:
    """What an unsigned callback claims. Only ever a reason to query now."""

    task_id: str | None = None
    status: TaskStatus | None = None


def read_task(payload: object, kind: TaskKind) -> Task:
    """The task in the answer of a create or a query. Raises Interrupted when there is none."""
    nodes = list(_task_nodes(payload))
    request_id = _first_text([payload] if isinstance(payload, dict) else [], "request_id")
    if not nodes:
        bare = _bare_task_id(payload)
        if bare is None:
            raise Interrupted("the answer holds no task", request_id=request_id, cause="unreadable")
        task = Task(bare, kind, TaskStatus.SUBMITTED, request_id=request_id)
    else:
        task = _task_from(nodes, kind, request_id)
    if len(task.task_id) > MAX_TASK_ID or not task.task_id.isprintable():
        raise Interrupted("the answer's task id cannot be one", request_id=request_id, cause="unreadable")
    return task


def read_task_list(payload: object, kind: TaskKind) -> tuple[Task, ...]:
    """The tasks in the answer of a list query, in its order. Raises Interrupted when it is no list."""
    entries = _list_in(payload)
    if entries is None:
        raise Interrupted("the answer holds no list of tasks", cause="unreadable")
    tasks = (list(_task_nodes(entry)) for entry in entries)
    return tuple(_task_from(nodes, kind, None) for nodes in tasks if nodes)


def read_callback(payload: object) -> CallbackHint:
    """What a callback body says, in any of its forms; nothing at all for a body that is not known."""
    nodes = list(_task_nodes(payload))
    if not nodes and isinstance(payload, dict):
        nodes = [payload]
    return CallbackHint(_first_text(nodes, "task_id", "id"), _known_status(nodes))


def _task_nodes(payload: object) -> Iterator[Mapping[str, Any]]:
    """The objects that describe one task, the relay's first and the native one last."""
    node, inside = payload, False
    for _ in range(_DEPTH_LIMIT):
        if not isinstance(node, dict):
            return
        # Below the relay's task everything belongs to it, also a part without an id of its own.
        if inside or is_task(node):
            inside = True
            yield node
        node = node.get("data")


def _bare_task_id(payload: object) -> str | None:
    """The id in `{"code": "success", "data": "<task id>"}`, as some relays answer a create."""
    if not isinstance(payload, dict) or not isinstance(payload.get("data"), str | int):
        return None
    task_id = text_of(payload["data"])
    return task_id if task_id and not any(c.isspace() or c in "{<" for c in task_id) else None


def _list_in(payload: object) -> list[object] | None:
    node = payload
    for _ in range(_DEPTH_LIMIT):
        if isinstance(node, list):
            return node
        if not isinstance(node, dict):
            return None
        if "data" in node and node["data"] is None:
            return []
        node = next((node[name] for name in ("data", "list", "items", "tasks") if name in node), None)
    return node if isinstance(node, list) else None


def _task_from(nodes: list[Mapping[str, Any]], kind: TaskKind, request_id: str | None) -> Task:
    inner_first = nodes[::-1]
    status = _known_status(nodes) or TaskStatus.PROCESSING
    reason = _reason(inner_first)
    if status is TaskStatus.FAILED and not reason:
        said = _first_text(inner_first, "message", "error") or ""
        reason = "" if said.lower() in _STATUS_WORDS else said  # a native body says "SUCCEED" of the call
    info = _child(inner_first, "task_info")
    parent = info.get("parent_video")
    return Task(
        task_id=_first_text(nodes, "task_id", "id") or "",
        kind=kind,
        status=status,
        reason=clean(reason),
        videos=_videos(inner_first, succeeded=status is TaskStatus.SUCCEED),
        parent_video=_video(parent) if isinstance(parent, dict) else None,
        created_at=_time(inner_first, "created_at", "submit_time"),
        updated_at=_time(inner_first, "updated_at", "finish_time"),
        progress=_progress(nodes),
        request_id=request_id or _first_text(nodes, "request_id"),
        external_task_id=_first_text([info, *inner_first], "external_task_id"),
    )


def _known_status(nodes: list[Mapping[str, Any]]) -> TaskStatus | None:
    """A final word wins, the native one before the relay's; None where no status is given at all."""
    found = []
    for node in reversed(nodes):
        word = text_of(node.get("task_status")) or text_of(node.get("status"))
        if word is not None:
            found.append(_STATUS_WORDS.get(word.lower(), TaskStatus.PROCESSING))
    return next((status for status in found if status.is_final), found[0] if found else None)


def _reason(nodes: list[Mapping[str, Any]]) -> str:
    """Why the job failed. Some relays put the result's address into `fail_reason`: that is no reason."""
    for node in nodes:
        for name in ("task_status_msg", "fail_reason"):
            text = text_of(node.get(name))
            if text and not _is_url(text):
                return text
    return ""


def _videos(nodes: list[Mapping[str, Any]], *, succeeded: bool) -> tuple[Video, ...]:
    result = _child(nodes, "task_result")
    listed = result.get("videos")
    if not isinstance(listed, list):
        listed = next((n["videos"] for n in nodes if isinstance(n.get("videos"), list)), [])
    videos = [_video(entry) for entry in listed if isinstance(entry, dict)]
    if succeeded and not any(video.url for video in videos):
        url = _loose_url([result, _child(nodes, "result"), *nodes])
        if url:
            first = videos[0] if videos else Video("")
            videos[:1] = [Video(first.id, url, first.seconds)]
    return tuple(videos)


def _loose_url(nodes: list[Mapping[str, Any]]) -> str | None:
    for node in nodes:
        for name in ("result_url", "video_url", "url", "fail_reason"):
            value = node.get(name)
            if isinstance(value, str) and _is_url(value):
                return value
    return None


def _video(entry: Mapping[str, Any]) -> Video:
    addresses = (entry.get(name) for name in ("url", "video_url", "result_url"))
    url = next((address for address in addresses if isinstance(address, str) and address), None)
    seconds = number_of(entry.get("duration"))
    video_id = text_of(entry.get("id")) or text_of(entry.get("video_id")) or ""
    return Video(video_id, url, seconds if seconds and seconds > 0 else None)


def _is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def _child(nodes: list[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return next((child for node in nodes if isinstance(child := node.get(name), dict) and child), {})


def _first_text(nodes: list[Any], *names: str) -> str | None:
    return next((text for node in nodes for name in names if (text := text_of(node.get(name)))), None)


def _time(nodes: list[Mapping[str, Any]], *names: str) -> datetime | None:
    for node in nodes:
        for name in names:
            number = number_of(node.get(name))
            if not number or number < 0:
                continue
            try:
                return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS_FROM else number, UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None


def _progress(nodes: list[Mapping[str, Any]]) -> int | None:
    for node in nodes:
        value = node.get("progress")
        number = number_of(value.strip().removesuffix("%") if isinstance(value, str) else value)
        if number is not None:
            return min(100, max(0, round(number)))
    return None
