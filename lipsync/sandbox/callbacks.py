"""Telling `callback_url` about every change of a status; only addresses on this machine are called."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Final

import requests

from lipsync.sandbox.fetch import is_loopback_url
from lipsync.sandbox.replies import LinkMaker, Shape, relay_callback, task_data
from lipsync.sandbox.store import Task, now_ms

MODES: Final = ("on", "off", "duplicate", "reversed")
TIMEOUT_SECONDS: Final = 5.0
_REMEMBERED: Final = 1000


@dataclass(frozen=True, slots=True)
class Manner:
    """How one task's callbacks are sent. Real ones come several times, in any order, or never."""

    mode: str = "on"
    """on, off, duplicate (each twice), reversed (all at the end, the last change first)."""
    relay_form: bool = False
    """Use the second body form (`status`, `progress`, `result`)."""


@dataclass
class Callbacks:
    """Delivers callbacks, once each and without trying again."""

    links: LinkMaker
    sent: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    manners: dict[str, Manner] = field(default_factory=dict)
    """By task id; a task that is not here has the usual manner."""
    _held: dict[str, list[Task]] = field(default_factory=dict)
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def tell(self, task: Task) -> None:
        """Report the task's status to its `callback_url`, after what was told before."""
        manner = self.manners.get(task.task_id, Manner())
        if task.callback_url is None or manner.mode == "off" or not is_loopback_url(task.callback_url):
            return
        async with self._turns[task.task_id]:
            for each in self._due(task, manner):
                for _ in range(2 if manner.mode == "duplicate" else 1):
                    await self._send(each, manner)
        if task.finished:
            self._turns.pop(task.task_id, None)
            self.manners.pop(task.task_id, None)

    def _due(self, task: Task, manner: Manner) -> list[Task]:
        if manner.mode != "reversed":
            return [task]
        self._held.setdefault(task.task_id, []).insert(0, task)
        return self._held.pop(task.task_id) if task.finished else []

    async def _send(self, task: Task, manner: Manner) -> None:
        body = relay_callback(task, self.links) if manner.relay_form else task_data(task, self.links, Shape())
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
