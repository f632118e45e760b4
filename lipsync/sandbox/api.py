"""The routes of the service: create, query, list, files. The balance is in `account.py`."""

from __future__ import annotations

import hmac
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lipsync.sandbox import breakage
from lipsync.sandbox.accept import Desk
from lipsync.sandbox.callbacks import Callbacks, Manner
from lipsync.sandbox.faults import FaultBox
from lipsync.sandbox.files import Files, send_file
from lipsync.sandbox.options import Options
from lipsync.sandbox.orders import RenderFailed
from lipsync.sandbox.parents import ensure_parents
from lipsync.sandbox.refusals import Refusal, invalid, missing_task
from lipsync.sandbox.rehearsal import check_key
from lipsync.sandbox.replies import LinkMaker, Shape, create_reply, list_reply, task_data, task_reply
from lipsync.sandbox.rules import read_lip_sync
from lipsync.sandbox.store import Store, Task, account_of, now_ms
from lipsync.sandbox.video_rules import read_video
from lipsync.sandbox.work import Work

MAX_BODY_BYTES: Final = 30_000_000  # two pictures of 10 MB in Base64, and room
MAX_PAGE_SIZE: Final = 500
PARENTS_CHECKED_SECONDS: Final = 600.0
KINDS: Final = ("lip-sync", "text2video", "image2video")

Handler = Callable[[Request, bytes, int], Awaitable[Response]]


@dataclass
class Api:
    """Everything that a route needs."""

    options: Options
    store: Store
    files: Files
    work: Work
    faults: FaultBox
    callbacks: Callbacks
    desk: Desk
    counts: Counter[str] = field(default_factory=Counter)
    """Calls since the start: "query <task id>", "list", "download", "balance"."""
    _parents_checked: dict[str, float] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        """The service's routes."""
        found = [Route("/files/{name:path}", self.endpoint("download", self._file), methods=["GET", "HEAD"])]
        for kind in KINDS:
            path = f"/kling/v1/videos/{kind}"
            create = "create" if kind == "lip-sync" else "create-video"
            found += [
                Route(path, self.endpoint(create, self._create), methods=["POST"]),
                Route(path, self.endpoint("list", self._list), methods=["GET"]),
                Route(path + "/{task_id}", self.endpoint("query", self._query), methods=["GET"]),
            ]
        return found

    def account(self, request: Request) -> str:
        """The account of the Bearer key. Raises `Refusal` (1001, 1002)."""
        header = request.headers.get("authorization", "")
        if not header:
            raise Refusal(1001)
        scheme, _, key = header.partition(" ")
        if scheme.lower() != "bearer":
            raise Refusal(1002)
        return self.account_of_key(key.strip(), is_create=request.method == "POST")

    def account_of_key(self, key: str, *, is_create: bool = False) -> str:
        """The account of a key, with its shipped parents in place. Raises `Refusal`."""
        if self.options.keys:
            known = any(hmac.compare_digest(key.encode(), each.encode()) for each in self.options.keys)
        else:
            known = key.startswith("sk-") and len(key) > 3
        if not known:
            raise Refusal(1002)
        check_key(key, is_create=is_create)
        account = account_of(key)
        if time.monotonic() > self._parents_checked.get(account, -math.inf) + PARENTS_CHECKED_SECONDS:
            ensure_parents(self.store, account)
            self._parents_checked[account] = time.monotonic()
        return account

    def links(self, request: Request, route: str) -> LinkMaker:
        """Makes links under the address that the caller used."""
        base = self.options.public_url or f"{request.url.scheme}://{request.url.netloc}"
        expired = self.faults.take(route, "expired-links") is not None
        return lambda task: self.files.link(task, base, expired=expired)

    def endpoint(self, route: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """`handler` with the faults of `route` around it, and every POST written down first."""

        async def answer(request: Request) -> Response:
            body, post_id = b"", 0
            try:
                if request.method == "POST":
                    body = await _read(request)
                    post_id = self.store.record_post(_claimed_account(request), route, body)
                response, later = await breakage.before(self.faults, route)
                if response is None:
                    response = await _refusable(handler, request, body, post_id)
                    response = await breakage.after(self.faults, route, response, later)
            except ClientDisconnect:
                return Response(status_code=499)
            except Refusal as refusal:
                response = refusal.response()
            if post_id:
                broken = isinstance(response, breakage.Reset | breakage.Cut)
                kind = type(response).__name__.lower() if broken else f"HTTP {response.status_code}"
                self.store.record_answer(post_id, kind)
            return response

        return answer

    async def _create(self, request: Request, body: bytes, post_id: int) -> Response:
        account = self.account(request)
        kind = request.url.path.rsplit("/", 1)[1]
        if kind == "lip-sync":
            task, trouble = self.desk.lip_sync(account, read_lip_sync(body), post_id)
        else:
            task, trouble = self.desk.video(account, read_video(kind, body), post_id)
        route = "create" if kind == "lip-sync" else "create-video"
        self._choose_callbacks(task, route)
        self.work.begin(task)
        if trouble.lost:
            return breakage.Reset()
        return JSONResponse(create_reply(task, self._shape(route)))

    async def _query(self, request: Request, _body: bytes, _post: int) -> Response:
        account = self.account(request)
        kind, task_id = request.url.path.split("/")[4], request.path_params["task_id"]
        self.counts[f"query {task_id}"] += 1
        task = self.store.find(account, kind, task_id)
        if task is None or (not task.shipped and self.faults.polls_left("first-polls-404", task.task_id)):
            raise missing_task(task_id)
        hide_url = task.status == "succeed" and not task.shipped
        hide_url = hide_url and self.faults.polls_left("missing-url", task.task_id)
        reply = task_reply(
            task,
            self.links(request, "query"),
            self._shape("query"),
            parent=self._parent(task),
            hide_url=hide_url,
        )
        return JSONResponse(reply)

    async def _list(self, request: Request, _body: bytes, _post: int) -> Response:
        account = self.account(request)
        self.counts["list"] += 1
        if not self.options.lists or self.faults.take("list", "no-lists"):
            raise Refusal(None, f"Invalid URL (GET {request.url.path})", 404)
        kind = request.url.path.rsplit("/", 1)[1]
        number, size = _number(request, "pageNum", 1, 1000), _number(request, "pageSize", 30, MAX_PAGE_SIZE)
        links = self.links(request, "list")
        tasks = self.store.page(account, kind, number=number, size=size)
        if lag := self.faults.take("list", "list-lag"):
            tasks = [task for task in tasks if task.created_at < now_ms() - lag.settings["seconds"] * 1000]
        return JSONResponse(list_reply([task_data(t, links, Shape(), parent=self._parent(t)) for t in tasks]))

    async def _file(self, request: Request, _body: bytes, _post: int) -> Response:
        name = request.path_params["name"]
        self.counts["download"] += 1
        query = request.query_params
        refused = self.files.check(name, query.get("sig", ""), query.get("exp", ""))
        if refused is not None:
            return refused
        if name.startswith("parents/"):
            try:
                await self.work.make_parent(name)
            except RenderFailed as error:
                return PlainTextResponse(str(error), status_code=500)
        return send_file(self.files.path(name))

    def _parent(self, task: Task) -> Task | None:
        return self.store.find_any(task.account, task.parent_task_id) if task.parent_task_id else None

    def _shape(self, route: str) -> Shape:
        wrapped, other = self.faults.take(route, "wrapped"), self.faults.take(route, "shape")
        return Shape(wrapped=wrapped.settings["depth"] if wrapped else 0, **(other.settings if other else {}))

    def _choose_callbacks(self, task: Task, route: str) -> None:
        fault = self.faults.take(route, "callbacks")
        if fault is not None:
            self.callbacks.manners[task.task_id] = Manner(fault.settings["mode"], fault.settings["relay"])


async def _refusable(handler: Handler, request: Request, body: bytes, post_id: int) -> Response:
    try:
        return await handler(request, body, post_id)
    except Refusal as refusal:
        return refusal.response()


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Refusal(None, "Request entity too large", 413)
    return bytes(body)


def _claimed_account(request: Request) -> str:
    return account_of(request.headers.get("authorization", "").partition(" ")[2].strip())


def _number(request: Request, key: str, default: int, largest: int) -> int:
    text = request.query_params.get(key, str(default))
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= largest:
        raise invalid(f"{key} must be a number from 1 to {largest}")
    return int(text)
