"""What an answer of the upstream says about itself, whichever of the known bodies it came in.

Facts only: code, message and ids are looked for in every place where they have been seen.
What they mean is decided in `errors.py` and `replies.py`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

MESSAGE_LIMIT: Final = 500  # characters of upstream text that are kept
_DEPTH_LIMIT: Final = 5  # a relay wraps at most three times; more is not an answer but a puzzle

_SECRETS: Final = (
    (re.compile(r"\bsk-[\w*.…-]{2,}"), "sk-…"),
    (re.compile(r"(?i)\bbearer\s+[^\s\"',;]+"), "Bearer …"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s?#\"'<>\\]+)[?#][^\s\"'<>\\]*"), r"\1?…"),
)
_REQUEST_ID: Final = re.compile(r"request[ _]id\s*[:=]\s*([\w-]+)", re.IGNORECASE)


def clean(text: str, *, key: str = "") -> str:
    """`text` as one line without keys and without the signed part of an address."""
    if key:
        text = text.replace(key, "…")
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def parse_json(body: bytes | str) -> Any:
    """The JSON value in `body`, whatever its content type said. Raises ValueError."""
    text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def looks_like_html(body: bytes) -> bool:
    """Whether `body` is a page (or XML) instead of the JSON that was asked for."""
    return body[:256].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def text_of(value: object) -> str | None:
    """An opaque id or word as text: numeric ids can exceed 2^53 and must keep every digit."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def number_of(value: object) -> float | None:
    """A finite number that may have been written as a string, or None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def is_task(node: Mapping[str, Any]) -> bool:
    """Whether this object describes a task: below it, a code is the job's and not the call's."""
    if text_of(node.get("task_id")) is not None:
        return True
    return text_of(node.get("id")) is not None and ("status" in node or "task_status" in node)


@dataclass(frozen=True, slots=True)
class Findings:
    """What one answer says about the call: all None or empty where it says nothing."""

    code: int | str | None = None
    message: str = ""
    kind: str | None = None  # `error.type`, or a second code
    request_id: str | None = None
    task_id: str | None = None


def find(payload: object, headers: Mapping[str, str], *, key: str = "") -> Findings:
    """Collect code, message and ids from `payload` in any of the bodies of the API's errors.

    The innermost code wins, because a relay wraps the upstream's code in one of its own.
    """
    code: int | str | None = None
    message, kind, request_id, task_id = "", None, None, None
    for node in _nodes(payload):
        found = _code_of(node.get("code"))
        text = _message_of(node)
        if found is not None and not _is_success(found):
            code = found
            message = text or message
        elif text and not message:
            message = text
        kind = text_of(node.get("type")) or kind
        request_id = text_of(node.get("request_id")) or request_id
        if is_task(node):
            task_id = task_id or text_of(node.get("task_id")) or text_of(node.get("id"))
    if not message and isinstance(payload, str):
        message = payload
    if request_id is None:
        in_text = _REQUEST_ID.search(message)
        request_id = in_text.group(1) if in_text else _header_request_id(headers)
    if isinstance(code, str):
        code = clean(code, key=key)
    return Findings(
        code,
        clean(message, key=key),
        kind,
        request_id and clean(request_id, key=key),
        task_id and clean(task_id, key=key),
    )


def _nodes(value: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The objects that may speak about the call, from the outside in."""
    if depth > _DEPTH_LIMIT:
        return
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = parse_json(value)
        except ValueError:
            return
    if not isinstance(value, dict):
        return
    yield value
    if is_task(value):
        return
    for name in ("error", "data", "message"):
        inner = value.get(name)
        if name == "message" and not isinstance(inner, str):
            continue  # text that holds JSON; an object there is nothing we know
        if name == "error" and isinstance(inner, str) and not inner.lstrip().startswith("{"):
            continue
        yield from _nodes(inner, depth + 1)


def _message_of(node: Mapping[str, Any]) -> str:
    for name in ("message", "msg", "error"):
        value = node.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _code_of(value: object) -> int | str | None:
    """A business code: Kling's number (also written as text) or the relay's word."""
    text = text_of(value)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        return text


def _is_success(code: int | str) -> bool:
    return code in (0, 200) or (isinstance(code, str) and code.lower() in {"success", "succeed", "ok"})


def _header_request_id(headers: Mapping[str, str]) -> str | None:
    for name, value in headers.items():
        if name.lower() in {"x-request-id", "x-oneapi-request-id", "request-id"}:
            return value.strip() or None
    return None


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds of a `Retry-After` header (a number or an HTTP date), never negative; None without one.

    A date is measured against the answer's own `Date` where it has one: clocks differ.
    """
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    value = lower.get("retry-after")
    if not value:
        return None
    seconds = number_of(value)
    if seconds is None:
        when = _http_date(value)
        if when is None:
            return None
        start = now or _http_date(lower.get("date", "")) or datetime.now(UTC)
        seconds = (when - start).total_seconds()
    return max(0.0, seconds)


def _http_date(value: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
