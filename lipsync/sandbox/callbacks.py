"""Telling `callback_url` about every change of a status; only addresses on this machine are called."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

import requests

from lipsync.sandbox.fetch import is_loopback_url
from lipsync.sandbox.replies import LinkMaker, Shape, relay_callback, task_data
from lipsync.sandbox.store import Task, now_ms

TIMEOUT_SECONDS: Final = 5.0
_REMEMBERED: Final = 1000


@dataclass
class Callbacks:
    """Delivers callbacks. The real ones come several times, in any order, or never; the modes imitate that."""

    links: LinkMaker
    mode: str = "on"
    """on, off, duplicate (each twice), reversed (all at the end, the last change first)."""
    relay_form: bool = False
    """Use the second body form (`status`, `progress`, `result`)."""
    sent: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _held: dict[str, list[Task]] = field(default_factory=dict)

    async def tell(self, task: Task) -> None:
        """Report the task's present status to its `callback_url`, if it has one."""
        if task.callback_url is None or self.mode == "off" or not is_loopback_url(task.callback_url):
            return
        due = [task]
        if self.mode == "reversed":
            held = self._held.setdefault(task.task_id, [])
            held.insert(0, task)
            due = self._held.pop(task.task_id) if task.finished else []
        for each in due:
            for _ in range(2 if self.mode == "duplicate" else 1):
                await self._send(each)

    async def _send(self, task: Task) -> None:
        body = relay_callback(task, self.links) if self.relay_form else task_data(task, self.links, Shape())
        outcome = await asyncio.to_thread(_post, task.callback_url or "", body)
        self.sent.append({"at": now_ms(), "task_id": task.task_id, "status": task.status, "outcome": outcome})


def _post(url: str, body: dict[str, Any]) -> str:
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(url, json=body, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        return f"HTTP {answer.status_code}"
    except requests.RequestException as error:
        return type(error).__name__
