"""Which error an answer means: the business code first, the HTTP status second, the body last."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from lipsync.upstream.errors import (
    AccountSuspended,
    AddressNotAllowed,
    Busy,
    Cause,
    InArrears,
    Interrupted,
    InvalidRequest,
    KeyRefused,
    ModelUnavailable,
    NotFound,
    NotPermitted,
    PackUsedUp,
    RouteMissing,
    TextRefused,
    UpstreamError,
)
from lipsync.upstream.findings import Findings, find, looks_like_html, parse_json, retry_after


class Route(StrEnum):
    """What a call was for: the same answer can mean different things."""

    CREATE = "create"
    QUERY = "query"
    LIST = "list"
    BALANCE = "balance"
    DOWNLOAD = "download"


_BY_CODE: Final[dict[int | str, type[UpstreamError]]] = {
    **dict.fromkeys(range(1000, 1005), KeyRefused),
    1100: AccountSuspended,
    1101: InArrears,
    1102: PackUsedUp,
    1103: NotPermitted,
    1200: InvalidRequest,
    1201: InvalidRequest,
    1202: RouteMissing,
    1203: NotFound,
    1300: TextRefused,
    1301: TextRefused,
    1302: Busy,
    1303: Busy,
    1304: AddressNotAllowed,
    5000: Interrupted,
    5001: Busy,
    5002: Interrupted,
    # Words of the relay
    "invalid_api_key": KeyRefused,
    "model_not_found": ModelUnavailable,
    "task_not_exist": NotFound,
    "insufficient_user_quota": InArrears,
    "insufficient_quota": InArrears,
    "pre_consume_token_quota_failed": InArrears,
}

# Numbers that may be added to a known family later on. Not 13xx and 5xxx: there, the status says more.
_FAMILIES: Final = (
    (1000, 1099, KeyRefused),
    (1104, 1199, NotPermitted),
    (1204, 1299, InvalidRequest),
)

_BY_STATUS: Final[dict[int, type[UpstreamError]]] = {
    401: KeyRefused,
    402: InArrears,
    403: NotPermitted,
    405: RouteMissing,
    408: Interrupted,  # the server gave up waiting for us: it may have read the body all the same
    429: Busy,
    503: Busy,
}


def classify(
    http_status: int, headers: Mapping[str, str], body: bytes, *, route: Route, key: str = ""
) -> UpstreamError | None:
    """The error that an answer means, or None when it is an answer to be read.

    `key` is cut out of whatever the upstream says. A body that cannot be read is an error
    here; a readable one without a task in it is found by `replies.py`.
    """
    payload: object = None
    unreadable = False
    try:
        payload = parse_json(body)
    except ValueError:
        unreadable = True
        if body and not looks_like_html(body):
            payload = body[:4000].decode("utf-8", "replace")
    found = find(payload, headers, key=key)
    error = _class_for(http_status, found, body, route, unreadable=unreadable)
    if error is None and isinstance(payload, dict) and payload.get("error") and not payload.get("data"):
        error = Interrupted  # "success" with nothing but an error text in it
    if error is None:
        return None
    cause: Cause | None = None
    if error is Interrupted:
        cause = "unreadable" if http_status < 300 and found.code is None else "server"
    return error(
        found.message,
        code=found.code,
        http_status=http_status,
        request_id=found.request_id,
        task_id=found.task_id,
        retry_after_seconds=retry_after(headers),
        cause=cause,
    )


def _class_for(
    status: int, found: Findings, body: bytes, route: Route, *, unreadable: bool
) -> type[UpstreamError] | None:
    """The class for one answer: the business code first, the HTTP status second, the body last."""
    by_code = _class_for_code(found)
    if by_code is not None:
        return by_code
    if found.code == "invalid_request" and (status < 300 or status in (400, 413, 422, 500)):
        return InvalidRequest  # with other statuses the relay's stock word says less than they do
    page = unreadable and looks_like_html(body)
    if 300 <= status < 400:
        return RouteMissing
    if status == 404:
        return NotFound if route is Route.QUERY and not page else RouteMissing
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return Interrupted
    if status >= 400:
        return InvalidRequest
    if page and route is Route.CREATE:
        return RouteMissing
    # A success that carries an unknown code, or nothing readable: nobody can say what happened.
    return Interrupted if unreadable or found.code is not None or status not in range(200, 300) else None


def _class_for_code(found: Findings) -> type[UpstreamError] | None:
    code = found.code
    if isinstance(code, str):
        code = code.lower()
    for word in (code, found.kind):
        if word is not None and word in _BY_CODE:
            return _BY_CODE[word]
    if isinstance(code, int):
        return next((error for first, last, error in _FAMILIES if first <= code <= last), None)
    return None
