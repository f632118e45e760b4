"""Putting the sandbox together and serving it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lipsync.sandbox.accept import Desk
from lipsync.sandbox.account import account_routes
from lipsync.sandbox.api import Api
from lipsync.sandbox.breakage import Protocol
from lipsync.sandbox.callbacks import Callbacks
from lipsync.sandbox.control import control_routes
from lipsync.sandbox.faults import FaultBox, parse_words
from lipsync.sandbox.files import Files
from lipsync.sandbox.options import Options
from lipsync.sandbox.parent_process import ParentProcess
from lipsync.sandbox.refusals import Refusal
from lipsync.sandbox.render_pool import RenderPool
from lipsync.sandbox.store import Store
from lipsync.sandbox.work import Work

_PARENT_CHECK_SECONDS = 0.25
_BACKLOG = 256


class NotLoopback(ValueError):
    """The address to listen at can be reached from other machines."""


def build_app(
    options: Options, own_url: str, parent: ParentProcess, on_ready: Callable[[], None] = lambda: None
) -> Starlette:
    """The ASGI app of one sandbox."""
    options.data.mkdir(parents=True, exist_ok=True)
    store = Store(options.data / "sandbox.db")
    files = Files(options.data, options.link_seconds)
    faults = FaultBox()
    for words in options.faults:
        faults.add(parse_words(words))
    callbacks = Callbacks(lambda task: files.link(task, options.public_url or own_url))
    work = Work(options, store, files, RenderPool(ready=options.renderer == "presenter"), callbacks)
    api = Api(options, store, files, work, faults, callbacks, Desk(options, store, files, faults))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        work.start()
        on_ready()
        try:
            yield
        finally:
            await work.stop()
            store.close()

    middleware = [Middleware(_KnownHost)] if _is_loopback(options.host) else []
    return Starlette(
        routes=[*api.routes(), *account_routes(api), *control_routes(api, parent)],
        exception_handlers={404: _no_such_route, 405: _no_such_route},
        middleware=middleware,
        lifespan=lifespan,
    )


def serve(options: Options, *, allow_other_machines: bool = False) -> None:
    """Serve until told to stop. Raises `NotLoopback` and `OSError`."""
    if not _is_loopback(options.host) and not allow_other_machines:
        raise NotLoopback(f"{options.host} can be reached from other machines")
    with _listen(options.host, options.port) as sock:
        host = f"[{options.host}]" if ":" in options.host else options.host
        own_url = f"http://{host}:{sock.getsockname()[1]}"
        parent = ParentProcess(options.parent_pid)
        app = build_app(options, own_url, parent, lambda: print(f"ready {own_url}", flush=True))
        config = uvicorn.Config(
            app, http=Protocol, ws="none", loop="asyncio", log_level="error", access_log=False,
            timeout_graceful_shutdown=1, server_header=False,
        )  # fmt: skip
        asyncio.run(_run(uvicorn.Server(config), sock, parent))


async def _run(server: uvicorn.Server, sock: socket.socket, parent: ParentProcess) -> None:
    watcher = asyncio.create_task(_end_with_parent(server, parent))
    await server.serve(sockets=[sock])
    watcher.cancel()


async def _end_with_parent(server: uvicorn.Server, parent: ParentProcess) -> None:
    while not parent.is_gone():
        await asyncio.sleep(_PARENT_CHECK_SECONDS)
    server.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches off Nagle's delay (40 ms an answer) only for sockets that name their protocol.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    sock.listen(_BACKLOG)
    return sock


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _no_such_route(_request: Request, _error: Exception) -> Response:
    return Refusal(1202).response()


class _KnownHost:
    """Refuses names that are not this machine's, so that no web page can reach in by a name of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = urlsplit("//" + Request(scope).headers.get("host", "")).hostname or ""
            if not _is_loopback(host):
                await JSONResponse({"error": "unknown host"}, status_code=421)(scope, receive, send)
                return
        await self._app(scope, receive, send)
