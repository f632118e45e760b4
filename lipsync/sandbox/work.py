"""Tasks over time: submitted, processing, then a result or a reason. Goes on after a restart."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

from lipsync.sandbox.callbacks import Callbacks
from lipsync.sandbox.fetch import fetch
from lipsync.sandbox.files import Files
from lipsync.sandbox.options import Options
from lipsync.sandbox.orders import CANNOT_BE_MADE, RenderFailed, RenderOrder
from lipsync.sandbox.parents import CATALOGUE, DAY_MS, KEPT_DAYS, spec_of
from lipsync.sandbox.pictures import MAX_IMAGE_BYTES, check_picture, make_ready, picture_name
from lipsync.sandbox.refusals import Refusal
from lipsync.sandbox.render_pool import RenderPool
from lipsync.sandbox.rules import check_sound
from lipsync.sandbox.shipped import copy_clip
from lipsync.sandbox.sound import MAX_SOUND_BYTES
from lipsync.sandbox.store import Store, Task, now_ms

log = logging.getLogger(__name__)

NO_HUMAN: Final = "There is no human in the video"
_PROCESSING_AFTER: Final = 0.2  # of the time from acceptance to the result
_SWEEP_SECONDS: Final = 3600.0


class Work:
    """Carries tasks out. One asyncio task for each; the drawing is done elsewhere."""

    def __init__(
        self, options: Options, store: Store, files: Files, pool: RenderPool, callbacks: Callbacks
    ) -> None:
        self._options = options
        self._store = store
        self._files = files
        self._pool = pool
        self._callbacks = callbacks
        self._one_picture = asyncio.Lock()
        self._running: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Take up what a former process left, and begin with the shipped parents."""
        self._files.tidy()
        self._pool.start()
        for task in self._store.unfinished():
            self.begin(task)
        self._spawn(self._sweep())

    async def stop(self) -> None:
        """Let go of everything; unfinished tasks go on at the next start."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._pool.stop()

    def begin(self, task: Task) -> None:
        """Work on an accepted task."""
        self._spawn(self._carry_out(task))

    async def make_parent(self, name: str) -> None:
        """See to it that a shipped parent's file is there. Raises `RenderFailed`."""
        to = self._files.path(name)
        for parent in CATALOGUE:
            if name == f"parents/{parent.name}.mp4" and parent.status == "succeed" and not to.exists():
                drawn = self._options.renderer == "presenter" and copy_clip(parent, to)
                if not drawn:
                    await self._pool.render(self._order(spec_of(parent), name))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _carry_out(self, task: Task) -> None:
        if task.status == "submitted":
            self._spawn(self._callbacks.tell(task))
            await _until(task.created_at + int(_PROCESSING_AFTER * (task.ready_at - task.created_at)))
            task = self._store.move(task, "processing")
            self._spawn(self._callbacks.tell(task))
        reason = task.spec.get("will_fail") or await self._draw(task)
        await _until(task.ready_at)
        task = self._store.move(task, "failed" if reason else "succeed", reason or "")
        self._spawn(self._callbacks.tell(task))

    async def _draw(self, task: Task) -> str | None:
        """None when the result is there, otherwise why the task fails."""
        try:
            order = await self._order_of(task)
            await self._pool.render(order)
        except (RenderFailed, Refusal) as error:
            return str(error)
        except OSError:
            log.exception("what task %s needs could not be stored", task.task_id)
            return CANNOT_BE_MADE
        return None

    async def _order_of(self, task: Task) -> RenderOrder:
        spec = dict(task.spec)
        speech, sound, sound_format = (
            spec.pop("speech", None),
            spec.pop("sound", None),
            spec.pop("sound_format", None),
        )
        sound_url, image_url = spec.pop("sound_url", None), spec.pop("image_url", None)
        if sound_url:
            data = await self._fetch(sound_url, MAX_SOUND_BYTES)
            sound_format = check_sound(data)
            sound = f"sounds/{task.task_id}.{sound_format}"
            self._files.path(sound).write_bytes(data)
        if image_url:
            data = await self._fetch(image_url, MAX_IMAGE_BYTES)
            check_picture(data)
            spec["image"] = picture_name(task.task_id)
            self._files.path(spec["image"]).write_bytes(data)
        if spec.get("image"):
            async with self._one_picture:  # several large ones at once would take too much memory
                spec["orientation"] = await make_ready(self._files.path(spec["image"]))
        return self._order(spec, task.file, speech, sound and self._files.path(sound), sound_format)

    def _order(
        self, spec: dict[str, Any], file: str, speech: dict[str, Any] | None = None,
        sound: Path | None = None, sound_format: str | None = None,
    ) -> RenderOrder:  # fmt: skip
        if spec.get("image"):
            spec = {**spec, "image": str(self._files.path(spec["image"]))}
        to = self._files.path(file)
        return RenderOrder(self._options.renderer, spec, to, speech, sound, sound_format)

    async def _fetch(self, url: str, limit_bytes: int) -> bytes:
        return await asyncio.to_thread(
            fetch, url, limit_bytes=limit_bytes, anywhere=self._options.fetch_anywhere
        )

    async def _sweep(self) -> None:
        """Delete what is older than 30 days, as the service does."""
        while True:
            for task in self._store.older_than(now_ms() - KEPT_DAYS * DAY_MS):
                self._files.path(task.file).unlink(missing_ok=True)
                for folder in ("sounds", "pictures"):
                    for left in self._files.path(folder).glob(f"{task.task_id}.*"):
                        left.unlink(missing_ok=True)
            await asyncio.sleep(_SWEEP_SECONDS)


async def _until(at_ms: int) -> None:
    wait = at_ms / 1000 - time.time()
    if wait > 0:
        await asyncio.sleep(wait)
