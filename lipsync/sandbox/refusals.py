"""How the sandbox says no: the business codes, their HTTP status and the bodies they come in.

From the API's table of errors (Kling's business codes, CometAPI's bodies around them).
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from starlette.responses import HTMLResponse, JSONResponse, Response

# code → (HTTP status, message)
CODES: Final[dict[int, tuple[int, str]]] = {
    1000: (401, "Authentication failed"),
    1001: (401, "Authorization is empty"),
    1002: (401, "Authorization is invalid"),
    1003: (401, "Authorization is not yet valid"),
    1004: (401, "Authorization has expired"),
    1100: (429, "Account exception"),
    1101: (429, "Account in arrears"),
    1102: (429, "Resource pack depleted or expired"),
    1103: (403, "Unauthorized access to requested resource, such as API/model"),
    1200: (400, "Invalid request parameters"),
    1201: (400, "Invalid parameters, such as incorrect key or illegal value"),
    1202: (404, "The requested method is invalid"),
    1203: (404, "The requested resource does not exist"),
    1300: (400, "Trigger the platform strategy"),
    1301: (400, "Trigger the content security policy of the platform"),
    1302: (429, "The API request is too fast, exceeding the platform rate limit"),
    1303: (429, "Parallel task over resource pack limit"),
    1304: (429, "Trigger the platform's IP whitelisting policy"),
    5000: (500, "Server internal error"),
    5001: (503, "Server temporarily unavailable, usually due to maintenance"),
    5002: (504, "Server internal timeout, usually due to a backlog"),
}

PLAIN_MESSAGES: Final[dict[int, str]] = {
    401: "Invalid token",
    403: "Request blocked",
    404: "Invalid URL",
    413: "Request entity too large",
    429: "Too many requests",
    500: "Internal error",
    502: "Bad gateway",
    503: "Service unavailable",
    504: "Gateway timeout",
    524: "A timeout occurred",
}

BodyForm = Literal["native", "error", "text", "nested", "fetch", "html", "empty"]
BODY_FORMS: Final[tuple[BodyForm, ...]] = ("native", "error", "text", "nested", "fetch", "html", "empty")


def new_request_id() -> str:
    """An id for one answer."""
    return uuid.uuid4().hex


@dataclass(eq=False)
class Refusal(Exception):
    """The call is refused. `code` is a business code, or None for a plain HTTP error."""

    code: int | None
    message: str = ""
    http_status: int = 0
    form: BodyForm = "native"
    retry_after: str | None = None
    error_code: str = "invalid_request"
    """The word in `error.code` of CometAPI's own body."""
    request_id: str = field(default_factory=new_request_id)

    def __post_init__(self) -> None:
        known = CODES.get(self.code) if self.code is not None else None
        if not self.http_status:
            self.http_status = known[0] if known else 500
        if not self.message:
            self.message = known[1] if known else PLAIN_MESSAGES.get(self.http_status, "Error")
        super().__init__(self.message)

    def response(self) -> Response:
        """The HTTP answer."""
        headers = {"Retry-After": self.retry_after} if self.retry_after is not None else None
        if self.form == "html":
            head = f"<head><title>{self.http_status}</title></head>"
            page = f"<html>{head}<body><h1>{self.message}</h1></body></html>"
            return HTMLResponse(page, status_code=self.http_status, headers=headers)
        if self.form == "empty":
            return Response(b"", status_code=self.http_status, headers=headers)
        return JSONResponse(self.body(), status_code=self.http_status, headers=headers)

    def body(self) -> dict[str, Any]:
        """The JSON body in the chosen form."""
        native = {"code": self.code, "message": self.message, "request_id": self.request_id}
        if self.form == "text":
            return {"error": self.message}
        if self.form == "error" or self.code is None:
            return {
                "error": {
                    "message": f"{self.message} (request id: {self.request_id})",
                    "type": "comet_api_error",
                    "param": "",
                    "code": self.error_code if self.code is None else str(self.code),
                }
            }
        if self.form == "nested":
            inner = {"code": self.code, "message": self.message}
            return {"message": self.message, "data": {"data": inner, "message": self.message}}
        if self.form == "fetch":
            return {"code": "fail_to_fetch_task", "message": json.dumps(native), "data": None}
        return native


def invalid(message: str, code: int = 1201) -> Refusal:
    """A key or value that the API does not take."""
    return Refusal(code, message)


def missing_task(task_id: str) -> Refusal:
    """No such task in this account."""
    return Refusal(1203, f"Task not exist: {task_id[:80]}")
