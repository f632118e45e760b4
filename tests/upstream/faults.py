"""What can go wrong on the way, times what each call makes of it: one table for tests and documents.

`FAULTS[name].answer` is what the server does; `expected(name, call)` the error that the call
raises. Calls: create, query, list, download, balance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lipsync.upstream import errors
from tests.support.replies_server import Behaviour, Reply, cut, drip, endless, hang_up, raw, reset, silence
from tests.upstream.rows import ERROR_ROWS, PAGE, SHAPES, native

CALLS = ("create", "query", "list", "download", "balance")

Error = type[errors.UpstreamError]


@dataclass(frozen=True)
class Fault:
    """`error` is what calls raise, `but` what some raise instead; `slow` ones need short time-outs."""

    answer: Reply | Behaviour
    error: Error
    but: dict[str, Error] = field(default_factory=dict)
    slow: bool = False


def _status(status: int, body: Any = b"", **headers: str) -> Reply:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, body


_EXPIRED: dict[str, Error] = {"download": errors.DownloadExpired}
_HOST_FAILED: dict[str, Error] = {"download": errors.Interrupted}
_NO_VIDEO: dict[str, Error] = {"download": errors.DownloadNotVideo}

FAULTS: dict[str, Fault] = {
    "reset before the answer": Fault(reset(), errors.Interrupted),
    "closed before the answer": Fault(hang_up(), errors.Interrupted),
    "silence": Fault(silence(), errors.Interrupted, slow=True),
    "answer drips": Fault(drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 5000), errors.Interrupted, slow=True),
    "answer cut in the middle": Fault(cut(b"\x00" * 5000, keep=700), errors.Interrupted),
    "gigabytes": Fault(
        endless(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536)),
        errors.Interrupted,
        {"download": errors.DownloadTooLarge},
    ),
    "no HTTP": Fault(raw(b"SSH-2.0-OpenSSH_9.2\r\n"), errors.Interrupted),
    "empty 200": Fault(_status(200), errors.Interrupted),
    "a page with 200": Fault(
        _status(200, PAGE), errors.Interrupted, _NO_VIDEO | {"create": errors.RouteMissing}
    ),
    "JSON of nothing we know": Fault(_status(200, {"hello": 1}), errors.Interrupted, _NO_VIDEO),
    "an error text with 200": Fault(_status(200, {"error": "no"}), errors.Interrupted, _NO_VIDEO),
    "a redirect in circles": Fault(_status(301, Location="/elsewhere"), errors.RouteMissing, _EXPIRED),
    "400": Fault(_status(400), errors.InvalidRequest, _EXPIRED),
    "401": Fault(_status(401), errors.KeyRefused, _EXPIRED),
    "403": Fault(_status(403), errors.NotPermitted, _EXPIRED),
    "404": Fault(_status(404), errors.RouteMissing, _EXPIRED | {"query": errors.NotFound}),
    "405": Fault(_status(405), errors.RouteMissing, _EXPIRED),
    "413": Fault(_status(413), errors.InvalidRequest, _EXPIRED),
    "429 with Retry-After": Fault(_status(429, Retry_After="3"), errors.Busy),
    "500": Fault(_status(500), errors.Interrupted),
    "500 invalid_request": Fault(
        _status(500, {"error": {"message": "x", "code": "invalid_request"}}),
        errors.InvalidRequest,
        _HOST_FAILED,
    ),
    "502": Fault(_status(502, PAGE), errors.Interrupted),
    "503": Fault(_status(503), errors.Busy),
    "503 model_not_found": Fault(
        _status(503, {"error": {"message": "x", "code": "model_not_found"}}),
        errors.ModelUnavailable,
        {"download": errors.Busy},
    ),
    "504": Fault(_status(504), errors.Interrupted),
    "524": Fault(_status(524, PAGE), errors.Interrupted),
}

# The file host is a foreign one: for it, only the status counts.
_DOWNLOAD_BY_STATUS: dict[int, Error] = {
    429: errors.Busy,
    500: errors.Interrupted,
    503: errors.Busy,
    504: errors.Interrupted,
}
FAULTS |= {
    f"code {row.code}": Fault(
        _status(row.http_status, SHAPES["kling"](row.code, row.message)),
        row.error,
        {"download": _DOWNLOAD_BY_STATUS.get(row.http_status, errors.DownloadExpired)},
    )
    for row in ERROR_ROWS
}

GOOD: Reply = (200, {}, native())


def expected(name: str, call: str) -> Error:
    """The error that `call` raises when this fault meets it."""
    fault = FAULTS[name]
    return fault.but.get(call, fault.error)
