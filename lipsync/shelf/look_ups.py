"""Looking many task ids up in the background: one batch per paste, a few ids at a time for everybody.

A page starts a batch, keeps its id, and draws how far it is; it never waits for the service.
Batches live in memory: after a restart a page is told that there is none, and starts another.
"""

from __future__ import annotations

import heapq
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from threading import Condition, Thread
from uuid import uuid4

import sqlalchemy as sa

from lipsync.parent_shelf import LookedUp, ParentShelf

log = logging.getLogger(__name__)

AT_ONCE = 4
"""The service asks for a slow pace; four ids at a time are quick enough for whoever looks."""
MOST_IDS = 100
"""In one batch; each is up to two questions per account."""
MOST_BATCHES = 200
"""The oldest are forgotten."""
IDLE_SECONDS = 5.0
"""After so long without work a thread ends."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One paste and what is known of it so far, in the order of its ids."""

    id: str
    task_ids: tuple[str, ...]
    answers: tuple[LookedUp, ...]

    @property
    def done(self) -> bool:
        """Whether every id has its answer."""
        return len(self.answers) == len(self.task_ids)


@dataclass
class _Work:
    workspace: str
    owner: str
    task_ids: tuple[str, ...]
    answers: dict[str, LookedUp] = field(default_factory=dict)


class LookUps:
    """The batches of one process. Its threads start with the first id and end when there is none."""

    def __init__(self, shelf: ParentShelf) -> None:
        self._shelf = shelf
        self._batches: OrderedDict[str, _Work] = OrderedDict()
        self._queue: list[tuple[int, int, str, str]] = []
        self._order = count()
        self._changed = Condition()
        self._threads = 0
        self._stopped = False

    def start(self, task_ids: Iterable[str], *, workspace: str, owner: str) -> str:
        """Begin to look ids up; the batch's own id, which cannot be guessed. Returns at once."""
        batch_id = uuid4().hex
        work = _Work(workspace, owner, tuple(dict.fromkeys(task_ids))[:MOST_IDS])
        with self._changed:
            self._batches[batch_id] = work
            while len(self._batches) > MOST_BATCHES:
                self._batches.popitem(last=False)
            self._enqueue(batch_id, work.task_ids)
        return batch_id

    def again(self, batch_id: str, *, workspace: str) -> None:
        """Look those of a batch up once more that could not be asked for."""
        with self._changed:
            work = self._batches.get(batch_id)
            if work is None or work.workspace != workspace:
                return
            failed = [task_id for task_id, one in work.answers.items() if not (one.parents or one.settled)]
            for task_id in failed:
                del work.answers[task_id]
            self._enqueue(batch_id, failed)

    def batch(self, batch_id: str, *, workspace: str) -> Batch | None:
        """What is known of a batch of this workspace now; None if there is no such batch (any more)."""
        with self._changed:
            return self._snapshot(batch_id, workspace)

    def wait(self, batch_id: str, *, workspace: str, seconds: float) -> Batch | None:
        """`batch`, as soon as it is done, or after `seconds` as far as it is."""

        def over() -> bool:
            now = self._snapshot(batch_id, workspace)
            return now is None or now.done

        with self._changed:
            self._changed.wait_for(over, timeout=seconds)
            return self._snapshot(batch_id, workspace)

    def stop(self) -> None:
        """Look nothing more up; what is being asked at the moment is left behind."""
        with self._changed:
            self._stopped = True
            self._queue.clear()
            self._changed.notify_all()

    def _snapshot(self, batch_id: str, workspace: str) -> Batch | None:
        work = self._batches.get(batch_id)
        if work is None or work.workspace != workspace:
            return None
        answers = tuple(work.answers[task_id] for task_id in work.task_ids if task_id in work.answers)
        return Batch(batch_id, work.task_ids, answers)

    def _enqueue(self, batch_id: str, task_ids: Iterable[str]) -> None:
        for place, task_id in enumerate(task_ids):
            # By the place in its batch, so that a single id need not wait for somebody's hundred.
            heapq.heappush(self._queue, (place, next(self._order), batch_id, task_id))
        while self._threads < min(AT_ONCE, len(self._queue)) and not self._stopped:
            self._threads += 1
            Thread(target=self._run, name="look-up", daemon=True).start()
        self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._stopped, timeout=IDLE_SECONDS)
                if not self._queue:
                    self._threads -= 1
                    return
                _, _, batch_id, task_id = heapq.heappop(self._queue)
                work = self._batches.get(batch_id)
            if work is not None:
                self._answer(work, task_id)

    def _answer(self, work: _Work, task_id: str) -> None:
        answer = LookedUp(task_id)  # which says nothing, so that no page waits for ever
        try:
            answer = self._shelf.look_up(task_id, workspace=work.workspace, owner=work.owner)
        except sa.exc.SQLAlchemyError as error:
            log.warning("what a look-up found could not be written down: %s", type(error).__name__)
        finally:
            with self._changed:
                work.answers[task_id] = answer
                self._changed.notify_all()
