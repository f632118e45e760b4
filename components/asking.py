"""Asking the service from a page without making anybody wait.

A question runs on a thread beside the pages; a page waits for it a moment and otherwise shows
what it has. Answers are kept for a while and renewed in the background, one question at a
time per subject, however many people look.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

import streamlit as st

from components.person import speak
from lipsync.upstream.errors import UpstreamError
from lipsync.upstream.retry import PAGE, call

T = TypeVar("T")
PATIENCE_SECONDS = 2.0
"""How long a page waits for an answer before it is drawn without."""
MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What is known now. `waiting`: the question is still open; `value` may be an older answer."""

    value: T | None = None
    error: UpstreamError | None = None
    waiting: bool = False


@dataclass
class _Question:
    future: Future[Any]
    asked_at: float
    last_value: Any = None


class Asker:
    """Questions and their answers, for the whole process."""

    def __init__(self, workers: int = 6, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="asking")
        self._questions: dict[Hashable, _Question] = {}
        self._lock = Lock()

    def ask(
        self,
        subject: Hashable,
        operation: Callable[[], T],
        *,
        fresh_seconds: float,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> Answer[T]:
        """The answer of `operation`, at most `fresh_seconds` old if it can be had in time.

        Errors of the service come back in the answer; any other error is raised here.
        """
        with self._lock:
            known = self._questions.get(subject)
            if known is None or (known.future.done() and self.clock() - known.asked_at > fresh_seconds):
                known = self._start(subject, operation, known)
        if known.last_value is None:
            wait([known.future], timeout=patience_seconds)
        if not known.future.done():
            return Answer(known.last_value, waiting=True)
        error = known.future.exception()
        if isinstance(error, UpstreamError):
            return Answer(known.last_value, error)
        return Answer(known.future.result())

    def forget(self, subject: Hashable) -> None:
        """The next question about `subject` is asked anew."""
        with self._lock:
            self._questions.pop(subject, None)

    def is_open(self, subject: Hashable) -> bool:
        """Whether a question has no answer yet."""
        known = self._questions.get(subject)
        return known is not None and not known.future.done()

    def _start(self, subject: Hashable, operation: Callable[[], T], earlier: _Question | None) -> _Question:
        value = None
        if earlier is not None:
            failed = earlier.future.exception() is not None
            value = earlier.last_value if failed else earlier.future.result()
        if len(self._questions) >= MOST_KEPT:
            done = [key for key, one in self._questions.items() if one.future.done()]
            for key in done:
                del self._questions[key]
        future = self._pool.submit(call, operation, PAGE, is_create=False)
        question = _Question(future, self.clock(), value)
        self._questions[subject] = question
        return question


@st.cache_resource(show_spinner=False)
def asker() -> Asker:
    """The one asker of this process."""
    return Asker()


@st.cache_resource(show_spinner=False)
def account_asker() -> Asker:
    """The one for accounts: an account that hangs takes no thread from what other pages ask."""
    return Asker(workers=4)


def rerun_when_answered(answer: Answer[Any], *, subject: Hashable, by: Asker | None = None) -> None:
    """Draw the page again as soon as an open question, of `asker` or of `by`, is answered."""
    if not answer.waiting:
        return
    asked = by or asker()

    def watch() -> None:
        speak()
        if not asked.is_open(subject):
            st.rerun()

    st.fragment(watch, run_every=1.0)()
