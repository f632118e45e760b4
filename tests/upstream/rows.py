"""The rows of the API's error table and the bodies they arrive in, for tests that cross them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from lipsync.upstream import errors


class ErrorRow(NamedTuple):
    http_status: int
    code: int
    error: type[errors.UpstreamError]
    message: str


ERROR_ROWS = (
    ErrorRow(401, 1000, errors.KeyRefused, "Authentication failed"),
    ErrorRow(401, 1001, errors.KeyRefused, "Authorization is empty"),
    ErrorRow(401, 1002, errors.KeyRefused, "Authorization is invalid"),
    ErrorRow(401, 1003, errors.KeyRefused, "Authorization is not yet valid"),
    ErrorRow(401, 1004, errors.KeyRefused, "Authorization has expired"),
    ErrorRow(429, 1100, errors.AccountSuspended, "Account exception"),
    ErrorRow(429, 1101, errors.InArrears, "Account in arrears"),
    ErrorRow(429, 1102, errors.PackUsedUp, "Resource pack depleted"),
    ErrorRow(403, 1103, errors.NotPermitted, "Unauthorized access to requested resource"),
    ErrorRow(400, 1200, errors.InvalidRequest, "Invalid request parameters"),
    ErrorRow(400, 1201, errors.InvalidRequest, "Voice id not found"),
    ErrorRow(404, 1202, errors.RouteMissing, "The requested method is invalid"),
    ErrorRow(404, 1203, errors.NotFound, "The requested resource does not exist"),
    ErrorRow(400, 1300, errors.TextRefused, "Trigger the strategy of the platform"),
    ErrorRow(400, 1301, errors.TextRefused, "Trigger the content security policy"),
    ErrorRow(429, 1302, errors.Busy, "The API request is too fast"),
    ErrorRow(429, 1303, errors.Busy, "Parallel task over resource pack limit"),
    ErrorRow(429, 1304, errors.AddressNotAllowed, "IP whitelisting policy"),
    ErrorRow(500, 5000, errors.Interrupted, "Server internal error"),
    ErrorRow(503, 5001, errors.Busy, "Server temporarily unavailable"),
    ErrorRow(504, 5002, errors.Interrupted, "Server internal timeout"),
)

# Each makes one of the bodies that have been seen, from a code and a message.
SHAPES: dict[str, Callable[[int, str], Any]] = {
    "kling": lambda code, text: {"code": code, "message": text, "request_id": "req-1"},
    "code as text": lambda code, text: {"code": str(code), "message": text, "request_id": "req-1"},
    "comet": lambda code, text: {
        "error": {
            "message": f"{text} (request id: req-1)",
            "type": "comet_api_error",
            "param": "",
            "code": code,
        }
    },
    "nested": lambda code, text: {
        "message": "upstream said no",
        "request_id": "req-1",
        "data": {"data": {"code": code, "message": text}, "message": "inner"},
    },
    "json in text": lambda code, text: {
        "code": "fail_to_fetch_task",
        "message": json.dumps({"code": code, "message": text, "request_id": "req-1"}),
        "data": None,
    },
    "comet with json in text": lambda code, text: {
        "error": {
            "message": json.dumps({"code": code, "message": text, "request_id": "req-1"}),
            "type": "upstream_error",
            "code": "bad_response_status_code",
        }
    },
}

PAGE = b"<!DOCTYPE html><html><head><title>Bad gateway</title></head></html>"

NATIVE_TASK: dict[str, Any] = {
    "task_id": "T1",
    "task_status": "succeed",
    "task_status_msg": "",
    "task_info": {"parent_video": {"id": "P1", "url": "https://cdn.example/p.mp4?sig=1", "duration": "5.1"}},
    "task_result": {"videos": [{"id": "V1", "url": "https://cdn.example/v.mp4?sig=2", "duration": "5.041"}]},
    "created_at": 1777385361501,
    "updated_at": 1777385363321,
}


def native(**changes: Any) -> dict[str, Any]:
    """A native answer, with fields of its task replaced."""
    return {"code": 0, "message": "SUCCEED", "request_id": "req-1", "data": NATIVE_TASK | changes}


def wrapped(status: str, inner: Any = None, **changes: Any) -> dict[str, Any]:
    """A relay's answer around `inner`."""
    outer = {"task_id": "T1", "status": status, "fail_reason": "", "progress": "30%", "data": inner}
    return {"code": "success", "message": "", "data": outer | changes}
