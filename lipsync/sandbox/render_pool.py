"""The two drawing processes, and which of them draws what."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections import deque
from pathlib import Path
from typing import Final

from lipsync.sandbox.orders import CANNOT_BE_MADE, RenderFailed, RenderOrder

log = logging.getLogger(__name__)

NICENESS: Final = 3  # answering comes before drawing
IDLE_SECONDS: Final = 120.0
LONGEST_RENDER_SECONDS: Final = 300.0
ONE_HEAP: Final = {"MALLOC_ARENA_MAX": "1"}
"""For drawing processes on Linux: a heap for each thread would take 30 MB more, and save no time."""
_ROOT: Final = Path(__file__).resolve().parent.parent.parent


class RenderPool:
    """Makes clips, each once: asking twice for the same file is one piece of work.

    The first drawing process gets what people wait for as long as it is free, because its
    drawings are warm. With `ready` it is started at once, before anybody asks, and kept.
    """

    def __init__(self, *, ready: bool = False) -> None:
        self._ready = ready
        self._first_is_busy = False
        self._orders: deque[RenderOrder] = deque()
        self._results: dict[Path, asyncio.Future[None]] = {}
        self._changed = asyncio.Condition()
        self._workers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to take orders (other processes are started when there is something to draw)."""
        self._workers = [asyncio.create_task(self._work(first=first)) for first in (True, False)]

    async def stop(self) -> None:
        """Stop the processes; what they were drawing is given up."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def render(self, order: RenderOrder) -> None:
        """Make the clip, or wait for it if it is being made. Raises `RenderFailed`."""
        if order.to.exists():
            return
        async with self._changed:
            result = self._results.get(order.to)
            if result is None:
                result = self._results[order.to] = asyncio.get_running_loop().create_future()
                self._orders.append(order)
                self._changed.notify_all()
        await asyncio.shield(result)

    async def _next(self, first: bool) -> RenderOrder:
        async with self._changed:
            if first:
                self._first_is_busy = False
            while True:
                if self._orders and (first or self._first_is_busy):
                    if first:
                        self._first_is_busy = True
                        self._changed.notify_all()  # what is left is for the second one
                    return self._orders.popleft()
                await self._changed.wait()

    async def _work(self, *, first: bool) -> None:
        process: asyncio.subprocess.Process | None = None
        keep = first and self._ready
        try:
            if keep:
                with contextlib.suppress(OSError):  # the first order tries again, and says what is wrong
                    process = await _begin(NICENESS, ready=True)
            while True:
                idle = IDLE_SECONDS if process and not keep else None
                try:
                    order = await asyncio.wait_for(self._next(first), idle)
                except TimeoutError:
                    assert process is not None
                    await _end(process)
                    process = None
                    continue
                try:
                    if process is None or process.returncode is not None:
                        process = await _begin(NICENESS)
                    reason = await _ask(process, order)
                except OSError:
                    log.exception("the drawing process could not be used")
                    reason = CANNOT_BE_MADE
                await self._answer(order, reason)
        finally:
            if process is not None:
                await _end(process)

    async def _answer(self, order: RenderOrder, reason: str | None) -> None:
        async with self._changed:
            result = self._results.pop(order.to)
        if reason is None:
            result.set_result(None)
        else:
            result.set_exception(RenderFailed(reason))
            result.exception()  # nobody may be waiting: that is no error


async def _begin(niceness: int, *, ready: bool = False) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "lipsync.sandbox.render", str(niceness), *(["ready"] if ready else []),
        cwd=_ROOT,
        env={**os.environ, **ONE_HEAP},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def _ask(process: asyncio.subprocess.Process, order: RenderOrder) -> str | None:
    """None when the clip is there, otherwise why not."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(order.to_line())
        await process.stdin.drain()
        line = await asyncio.wait_for(process.stdout.readline(), LONGEST_RENDER_SECONDS)
        answer = json.loads(line)
    except (ConnectionError, TimeoutError, json.JSONDecodeError):
        await _end(process)
        return "The drawing process broke off"
    return None if answer["ok"] else str(answer["reason"])


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()
