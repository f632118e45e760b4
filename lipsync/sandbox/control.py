"""The sandbox's own routes below `/sandbox`: what it is, its parents, its log, its faults. Loopback only."""

from __future__ import annotations

import ipaddress
import json
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lipsync.sandbox.api import Api
from lipsync.sandbox.fault_values import FaultError, whole_number
from lipsync.sandbox.faults import parse_mapping
from lipsync.sandbox.options import Options
from lipsync.sandbox.parent_process import ParentProcess
from lipsync.sandbox.parents import CATALOGUE, why_not_usable
from lipsync.sandbox.refusals import Refusal
from lipsync.sandbox.store import Task
from lipsync.sandbox.work import NO_HUMAN

VERSION = "1"
ABOUT = {
    "sandbox": True,
    "version": VERSION,
    "about": "A stand-in for a lip-sync service on this machine. Nothing leaves it and nothing costs money.",
    "docs": "docs/sandbox.md",
}


def control_routes(api: Api, parent: ParentProcess) -> list[Route]:
    """The routes below `/sandbox`."""

    async def about(_request: Request) -> Response:
        if parent.is_gone():  # it ends at once: nobody should begin to rely on it
            return JSONResponse({"error": "about to end"}, status_code=503)
        return JSONResponse({**ABOUT, **_facts(api.options), "pid": os.getpid()})

    async def parents(request: Request) -> Response:
        try:
            account = api.account(request)
        except Refusal as refusal:
            return refusal.response()
        newest = {task.shipped: task for task in reversed(api.store.shipped(account))}
        return JSONResponse({p.name: _parent(newest[p.name]) for p in CATALOGUE})

    async def log(request: Request) -> Response:
        after = request.query_params.get("after", "")
        posts = api.store.posts(int(after[:15]) if after.isascii() and after.isdecimal() else 0)
        return JSONResponse(
            {**_bill(posts), "calls": dict(api.counts), "callbacks": list(api.callbacks.sent)}
        )

    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            number = request.path_params.get("number")
            api.faults.clear(number)
        elif request.method == "POST":
            return await _add_fault(api, request)
        return JSONResponse([fault.describe() for fault in api.faults.all()])

    return [
        Route("/sandbox", _local(about), methods=["GET"]),
        Route("/sandbox/", _local(about), methods=["GET"]),
        Route("/sandbox/parents", _local(parents), methods=["GET"]),
        Route("/sandbox/log", _local(log), methods=["GET"]),
        Route("/sandbox/faults", _local(faults), methods=["GET", "POST", "DELETE"]),
        Route("/sandbox/faults/{number:int}", _local(faults), methods=["DELETE"]),
    ]


def _facts(options: Options) -> dict[str, Any]:
    return {"data": str(options.data), "renderer": options.renderer, "work_seconds": options.work_seconds}


def _parent(task: Task) -> dict[str, Any]:
    faceless = NO_HUMAN if task.spec["faceless"] else None
    return {
        "task_id": task.task_id, "video_id": task.video_id, "duration": task.duration, "status": task.status,
        "created_at": task.created_at, "about": task.spec["prompt"],
        "why_not_usable": why_not_usable(task) or faceless,
    }  # fmt: skip


async def _add_fault(api: Api, request: Request) -> Response:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return JSONResponse({"error": "send application/json"}, status_code=415)
    try:
        given = _json_object(await request.body())
        seed = whole_number(given.pop("seed"), "seed") if "seed" in given else None
        fault = parse_mapping(given)
    except FaultError as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    if seed is not None:
        api.faults.reseed(seed)
    return JSONResponse(api.faults.add(fault).describe(), status_code=201)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        given: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FaultError("the body is not valid JSON") from error
    if not isinstance(given, dict):
        raise FaultError("a fault is a JSON object")
    return given


def _local(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Only this machine may use the sandbox's own routes, and no web page on behalf of its reader."""

    async def guarded(request: Request) -> Response:
        try:
            local = request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
        except ValueError:
            local = False
        if not local or "origin" in request.headers:
            return JSONResponse({"error": "for this machine only"}, status_code=403)
        return await handler(request)

    return guarded


def _bill(posts: list[dict[str, Any]]) -> dict[str, Any]:
    """Every POST that arrived, and how many per text, callback token and body."""
    lip_syncs = [post for post in posts if post["route"] == "create"]
    return {
        "posts": posts,
        "arrived": len(lip_syncs),
        "accepted": sum(post["accepted"] for post in lip_syncs),
        "by_text": dict(Counter(post["text"] for post in lip_syncs if post["text"] is not None)),
        "by_callback": dict(Counter(_token(post) for post in lip_syncs if post["callback_url"])),
        "accepted_by_text": dict(
            Counter(p["text"] for p in lip_syncs if p["text"] is not None and p["accepted"])
        ),
        "by_digest": dict(Counter(post["digest"] for post in lip_syncs)),
    }


def _token(post: dict[str, Any]) -> str:
    """The last part of the callback's address, which tells jobs apart."""
    return str(post["callback_url"]).rstrip("/").rpartition("/")[2]
