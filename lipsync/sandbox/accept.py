"""From an order that was read without complaint to an accepted task: parent, price, what to draw."""

from __future__ import annotations

import base64
import math
import secrets
import uuid
from dataclasses import dataclass, replace
from typing import Any, Final

from lipsync.sandbox.faults import FaultBox
from lipsync.sandbox.files import Files
from lipsync.sandbox.options import Options
from lipsync.sandbox.parents import why_not_usable
from lipsync.sandbox.pictures import picture_name
from lipsync.sandbox.refusals import Refusal, invalid, missing_task
from lipsync.sandbox.rehearsal import SLOW_FACTOR, Trouble, trouble_in
from lipsync.sandbox.rules import LipSyncOrder, Sound, Words
from lipsync.sandbox.store import ExternalIdTaken, Store, Task, now_ms
from lipsync.sandbox.video_rules import VideoOrder
from lipsync.sandbox.work import NO_HUMAN

_VIDEO_PRICE_FACTOR: Final = 4
_MAX_SEED: Final = 2**31


@dataclass(frozen=True, slots=True)
class Desk:
    """Where orders are accepted. Everything is written down before the answer is sent."""

    options: Options
    store: Store
    files: Files
    faults: FaultBox

    def lip_sync(self, account: str, order: LipSyncOrder, post_id: int) -> tuple[Task, Trouble]:
        """Accept a lip sync. Raises `Refusal`."""
        parent = self._parent(account, order)
        trouble = trouble_in(order.content.text) if isinstance(order.content, Words) else Trouble()
        task_id = new_task_id()
        spec = {**parent.spec, **self._content(task_id, order.content)}
        for left_over in ("image_url", "will_fail"):
            spec.pop(left_over, None)
        if self.files.path(picture_name(parent.task_id)).exists():
            spec["image"] = picture_name(parent.task_id)
        spec["will_fail"] = trouble.will_fail or (NO_HUMAN if parent.spec.get("faceless") else "")
        price = self.options.price_usd * math.ceil(round(float(parent.duration)) / 5)
        task = self._task(account, "lip-sync", task_id, spec, parent.duration, price, trouble)
        task = replace(task, parent_task_id=parent.task_id, callback_url=order.callback_url)
        return self._accept(task, post_id), trouble

    def video(self, account: str, order: VideoOrder, post_id: int) -> tuple[Task, Trouble]:
        """Accept a text2video or image2video. Raises `Refusal`."""
        trouble = trouble_in(order.prompt)
        task_id = new_task_id()
        spec: dict[str, Any] = {
            "prompt": order.prompt, "presenter": None, "seconds": float(order.duration),
            "orientation": order.orientation, "seed": secrets.randbelow(_MAX_SEED),
            "will_fail": trouble.will_fail, "faceless": trouble.nobody,
        }  # fmt: skip
        if order.picture is not None and order.picture.data is not None:
            spec["image"] = picture_name(task_id)
            self.files.path(spec["image"]).write_bytes(order.picture.data)
        elif order.picture is not None:
            spec["image_url"] = order.picture.url
        price = self.options.price_usd * _VIDEO_PRICE_FACTOR * math.ceil(round(float(order.duration)) / 5)
        task = self._task(account, order.kind, task_id, spec, order.duration, price, trouble)
        task = replace(task, external_task_id=order.external_task_id, callback_url=order.callback_url)
        return self._accept(task, post_id), trouble

    def _parent(self, account: str, order: LipSyncOrder) -> Task:
        parent = self.store.find_any(account, order.task_id)
        if parent is None:
            raise missing_task(order.task_id)
        why_not = why_not_usable(parent)
        if why_not:
            raise invalid(why_not)
        if parent.video_id != order.video_id:
            raise invalid("video_id is not a video of this task")
        return parent

    def _content(self, task_id: str, content: Words | Sound) -> dict[str, Any]:
        if isinstance(content, Words):
            speech = {
                "text": content.text, "language": content.language, "voice_id": content.voice_id,
                "speed": content.speed,
            }  # fmt: skip
            return {"speech": speech}
        if content.data is None:
            return {"sound_url": content.url}
        name = f"sounds/{task_id}.{content.format}"
        self.files.path(name).write_bytes(content.data)
        return {"sound": name, "sound_format": content.format}

    def _task(
        self, account: str, kind: str, task_id: str, spec: dict[str, Any], duration: str, price: float,
        trouble: Trouble,
    ) -> Task:  # fmt: skip
        route = "create" if kind == "lip-sync" else "create-video"
        fails = self.faults.take(route, "job-fails")
        if fails is not None:
            spec["will_fail"] = fails.settings["reason"]
        lasts = self.faults.take(route, "work")
        seconds = lasts.settings["seconds"] if lasts else self.options.work_seconds
        if trouble.slow:
            seconds *= SLOW_FACTOR
        now = now_ms()
        return Task(
            task_id=task_id, account=account, kind=kind, status="submitted", reason="", spec=spec,
            video_id=str(uuid.uuid4()), duration=duration, file=f"results/{task_id}.mp4", parent_task_id=None,
            external_task_id=None, callback_url=None, price_usd=price, ready_at=now + int(seconds * 1000),
            created_at=now, updated_at=now,
        )  # fmt: skip

    def _accept(self, task: Task, post_id: int) -> Task:
        self._check_account(task)
        try:
            self.store.add(task, post_id=post_id)
        except ExternalIdTaken as error:
            raise invalid("external_task_id exists already") from error
        return task

    def _check_account(self, task: Task) -> None:
        route = "create" if task.kind == "lip-sync" else "create-video"
        limits = [self.options.max_parallel]
        limits += [
            f.settings["limit"]
            for f in self.faults.all()
            if f.kind == "max-parallel" and f.route in (route, "any")
        ]
        smallest = min((limit for limit in limits if limit is not None), default=None)
        if smallest is not None and len(self.store.unfinished(task.account)) >= smallest:
            raise Refusal(1303)
        spent, _ = self.store.spent_usd(task.account)
        if spent + task.price_usd > self.options.balance_usd:
            raise Refusal(1102)


def new_task_id() -> str:
    """An opaque id such as the service gives."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
