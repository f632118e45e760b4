"""Work on sounds beside the pages: a few pieces at once, and everybody in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, TypeVar

T = TypeVar("T")
WORKERS = 4
"""So many sounds are worked on at once, for all people together; each may use 1 GiB for 15 s."""
PAGE_AT_ONCE = 2
"""So many of them for one open page."""
LINKS_AT_ONCE = 3
"""So many of them may be links: those wait for strangers' servers, and no file shall wait for that."""
MOST_UNDER_WAY = 20
"""So many of one person, with those that wait: each may hold an upload in memory."""


class TooMuchUnderWay(Exception):
    """A person has as much work under way as one person may have."""


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    do: Callable[[], Any]
    page: str
    person: str
    link: bool
    future: Future[Any] = field(default_factory=Future)


class SoundWork:
    """The work of one process. Next is whatever belongs to the page with the least at work, oldest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[_Task] = []
        self._running: list[_Task] = []

    def begin(self, do: Callable[[], T], *, page: str, person: str, link: bool = False) -> Future[T]:
        """Do something as soon as it is its turn; one that still waits may be cancelled.

        Raises `TooMuchUnderWay`.
        """
        task = _Task(do, page, person, link)
        with self._lock:
            self._waiting = [one for one in self._waiting if not one.future.cancelled()]
            if sum(one.person == person for one in (*self._waiting, *self._running)) >= MOST_UNDER_WAY:
                raise TooMuchUnderWay
            self._waiting.append(task)
            self._go_on()
        return task.future

    def _go_on(self) -> None:
        while (task := self._next()) is not None:
            self._waiting.remove(task)
            if task.future.set_running_or_notify_cancel():
                self._running.append(task)
                Thread(target=self._run, args=(task,), name="sound-work", daemon=True).start()

    def _next(self) -> _Task | None:
        if len(self._running) >= WORKERS:
            return None
        at_work = Counter(one.page for one in self._running)
        links = sum(one.link for one in self._running)
        may = [
            one
            for one in self._waiting
            if at_work[one.page] < PAGE_AT_ONCE and not (one.link and links >= LINKS_AT_ONCE)
        ]
        return min(may, key=lambda one: at_work[one.page], default=None)

    def _run(self, task: _Task) -> None:
        try:
            task.future.set_result(task.do())
        except BaseException as error:  # noqa: BLE001  whoever asks for the result gets it: nothing is hidden
            task.future.set_exception(error)
        with self._lock:
            self._running.remove(task)
            self._go_on()
