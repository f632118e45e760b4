"""Carrying out the faults that spoil an answer, down to the socket."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping
from typing import Final

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from lipsync.sandbox.faults import Fault, FaultBox
from lipsync.sandbox.refusals import Refusal

_CHUNK_BYTES: Final = 65_536
_REPLACING: Final = ("error", "http", "html", "empty", "unreadable", "redirect", "oversized", "reset")
_SPOILING: Final = ("cut", "slow", "wrong-type", "no-video", "short-file")
_SLOW_STEP_SECONDS: Final = 0.1

_transports: dict[tuple[str, int] | None, asyncio.Transport] = {}


class Protocol(H11Protocol):
    """uvicorn's HTTP, remembering each connection's transport so that a fault can break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport by the caller's address."""
        super().connection_made(transport)
        _transports[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        _transports.pop(self.client, None)
        super().connection_lost(exc)


def transport_of(scope: Scope) -> asyncio.Transport | None:
    """The connection that a request came on."""
    client = scope.get("client")
    return _transports.get(tuple(client) if client else None)


async def _until_gone(receive: Receive) -> None:
    """Wait for the end of the connection, so that nobody complains of an answer left out."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Reset(Response):
    """No answer: the connection is reset (RST), as when a proxy dies."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Break the connection at once."""
        transport = transport_of(scope)
        if transport is not None:
            sock = transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
            await _until_gone(receive)


class Cut(Response):
    """Part of the answer under the length of the whole, then the connection is closed."""

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes, part: float) -> None:
        super().__init__(content, status, dict(headers))
        self._sent = content[: int(len(content) * part)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the part and hang up."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self._sent, "more_body": True})
        transport = transport_of(scope)
        if transport is not None:
            transport.close()  # after what was sent has left
            await _until_gone(receive)


class Slow(Response):
    """The whole answer, a few bytes at a time, for as long as the caller puts up with it."""

    def __init__(
        self, status: int, headers: Mapping[str, str], content: bytes, bytes_per_second: float
    ) -> None:
        super().__init__(content, status, dict(headers))
        self._step = max(1, int(bytes_per_second * _SLOW_STEP_SECONDS))
        self._pause = self._step / max(0.1, bytes_per_second)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Dribble."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        body = bytes(self.body)
        for start in range(0, len(body), self._step):
            transport = transport_of(scope)
            if transport is None or transport.is_closing():
                return
            more = start + self._step < len(body)
            await send(
                {"type": "http.response.body", "body": body[start : start + self._step], "more_body": more}
            )
            await asyncio.sleep(self._pause)


class Oversized(Response):
    """More bytes than anybody should read where JSON was expected."""

    media_type = "application/json"

    def __init__(self, total_bytes: int) -> None:
        super().__init__(b"", 200, {"content-length": str(total_bytes)})
        self._total = total_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send until the caller hangs up."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        left = self._total
        first = b'{"code":0,"data":"'
        while left > 0:
            transport = transport_of(scope)
            if transport is None or transport.is_closing():
                return
            chunk = (first or b"").ljust(min(left, _CHUNK_BYTES), b"x")[:left]
            first, left = b"", left - len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
            await asyncio.sleep(0)


async def before(box: FaultBox, route: str) -> tuple[Response | None, list[Fault]]:
    """Act before the request is looked at.

    Gives an answer that takes the place of the real one, or else the faults that were
    drawn now but act only after the request has been accepted.
    """
    later: list[Fault] = []
    for kinds in (("delay",), _REPLACING):
        fault = box.take(route, *kinds)
        if fault is None:
            continue
        if fault.settings["after"]:
            later.append(fault)
        elif fault.kind == "delay":
            await asyncio.sleep(fault.settings["seconds"])
        else:
            return replacement(fault), []
    return None, later


async def after(box: FaultBox, route: str, response: Response, later: list[Fault]) -> Response:
    """Act on the answer, once the request has been carried out."""
    for drawn in later:
        if drawn.kind != "delay":
            return replacement(drawn)
        await asyncio.sleep(drawn.settings["seconds"])
    fault = box.take(route, *_SPOILING)
    return response if fault is None else spoiled(fault, response)


def replacement(fault: Fault) -> Response:
    """The answer that stands in for the real one."""
    given = fault.settings
    match fault.kind:
        case "error":
            refusal = Refusal(given["code"], given["message"], given["status"], given["form"])
            refusal.retry_after = given["retry_after"] or None
            return refusal.response()
        case "http":
            refusal = Refusal(None, given["message"], given["status"], given["form"])
            refusal.retry_after = given["retry_after"] or None
            refusal.error_code = given["error_code"]
            return refusal.response()
        case "html":
            return HTMLResponse("<html><body><h1>Please wait</h1></body></html>", given["status"])
        case "empty":
            return Response(b"", given["status"])
        case "unreadable":
            return Response(
                b'{"code":0,"message":"SUCCEED","data":{"task_id":', 200, media_type="application/json"
            )
        case "redirect":
            return RedirectResponse(given["location"], given["status"])
        case "oversized":
            return Oversized(given["bytes"])
        case _:
            return Reset()


def spoiled(fault: Fault, response: Response) -> Response:
    """The real answer, damaged on its way."""
    path = getattr(response, "path", None)
    content = path.read_bytes() if path is not None else bytes(response.body)
    headers = {"content-type": response.headers.get("content-type", "application/json")}
    match fault.kind:
        case "cut":
            return Cut(response.status_code, headers, content, fault.settings["part"])
        case "slow":
            return Slow(response.status_code, headers, content, fault.settings["bytes_per_second"])
        case "wrong-type":
            return Response(content, response.status_code, media_type=fault.settings["type"])
        case "no-video":
            return Response(b"This is not a video.\n" * 200, 200, media_type=fault.settings["type"])
        case _:
            kept = content[: int(len(content) * fault.settings["part"])]
            return Response(kept, response.status_code, media_type="video/mp4")
