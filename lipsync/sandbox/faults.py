"""The switches for rehearsing trouble: which fault, on which route, how often.

A fault is written as words, at start (`--fault "http route=query status=503 count=3"`)
or over HTTP (`POST /sandbox/faults` with the same words as JSON keys). `KINDS` is the
whole list, and `docs/sandbox.md` is checked against it.
"""

from __future__ import annotations

import random
import shlex
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from lipsync.sandbox.fault_values import FaultError, value_of

ROUTES: Final = ("create", "create-video", "query", "list", "download", "balance", "any")
_API: Final = ROUTES[:-1]
_TASKS: Final = ("create", "create-video", "query")
_CREATES: Final = ("create", "create-video")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault: what it does, where it can be set, and its settings with their defaults."""

    about: str
    routes: tuple[str, ...] = _API
    settings: dict[str, Any] = field(default_factory=dict)
    default_route: str = "any"


KINDS: Final[dict[str, Kind]] = {
    "error": Kind(
        "Answers with a business code of the API.",
        settings={
            "code": 1201,
            "form": "native",
            "status": 0,
            "message": "",
            "retry_after": "",
            "after": False,
        },
    ),
    "http": Kind(
        "Answers with a plain HTTP error.",
        settings={
            "status": 503,
            "form": "error",
            "message": "",
            "error_code": "server_error",
            "retry_after": "",
            "after": False,
        },
    ),
    "html": Kind("Answers with a web page.", settings={"status": 200, "after": False}),
    "empty": Kind("Answers with nothing at all.", settings={"status": 200, "after": False}),
    "unreadable": Kind("Answers with JSON that breaks off.", settings={"after": False}),
    "redirect": Kind(
        "Answers with a redirect.", settings={"status": 301, "location": "/elsewhere", "after": False}
    ),
    "oversized": Kind("Answers with far too much.", settings={"bytes": 50_000_000, "after": False}),
    "reset": Kind("Breaks the connection without an answer.", settings={"after": False}),
    "delay": Kind("Waits first.", settings={"seconds": 5.0, "after": False}),
    "cut": Kind("Sends part of the answer, then hangs up.", settings={"part": 0.5}),
    "slow": Kind("Sends the answer a few bytes at a time.", settings={"bytes_per_second": 10.0}),
    "wrong-type": Kind("Sends the right answer with a wrong content type.", settings={"type": "text/plain"}),
    "wrapped": Kind("Wraps the reply as a relay does.", _TASKS, {"depth": 3}),
    "shape": Kind(
        "Writes the reply in another allowed way.",
        _TASKS,
        {
            "synonyms": False,
            "time_in_seconds": False,
            "number_durations": False,
            "bare": False,
            "result_url": "",
        },
    ),
    "first-polls-404": Kind(
        "A new task is not known for the first polls.", ("query",), {"polls": 2}, "query"
    ),
    "missing-url": Kind("A finished task has no link for some polls.", ("query",), {"polls": 2}, "query"),
    "expired-links": Kind("Links in replies have expired already.", ("query", "list"), {}, "query"),
    "no-lists": Kind("Lists do not exist (404).", ("list",), {}, "list"),
    "list-lag": Kind("Lists show a new task only after a while.", ("list",), {"seconds": 10.0}, "list"),
    "no-video": Kind("The download is no video.", ("download",), {"type": "video/mp4"}, "download"),
    "short-file": Kind(
        "The download ends early, and says so in its length.", ("download",), {"part": 0.5}, "download"
    ),
    "max-parallel": Kind("1303 while so many tasks are unfinished.", _CREATES, {"limit": 1}),
    "job-fails": Kind(
        "An accepted task fails.", _CREATES, {"reason": "Failure to pass the risk control system"}
    ),
    "work": Kind("An accepted task takes this long.", _CREATES, {"seconds": 60.0}),
    "callbacks": Kind(
        "How callbacks are sent: on, off, duplicate, reversed; relay: the second body form.",
        _CREATES,
        {"mode": "on", "relay": False},
    ),
}


@dataclass
class Fault:
    """One switch that is on."""

    kind: str
    route: str
    count: int | None
    """How many more times it acts; None means always."""
    probability: float
    settings: dict[str, Any]
    number: int = 0
    hits: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    """For the kinds that count polls: how many each task has had."""

    def describe(self) -> dict[str, Any]:
        """The fault as JSON."""
        return {
            "id": self.number, "kind": self.kind, "route": self.route, "count": self.count,
            "probability": self.probability, "hits": self.hits, **self.settings,
        }  # fmt: skip


class FaultBox:
    """The faults that are on. Chance is seeded, so that a run can be repeated."""

    def __init__(self, seed: int = 0) -> None:
        self._faults: list[Fault] = []
        self._random = random.Random(seed)  # noqa: S311  a rehearsal, not a secret
        self._last = 0

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on."""
        self._last += 1
        fault.number = self._last
        self._faults.append(fault)
        return fault

    def all(self) -> list[Fault]:
        """Every fault set, those used up included."""
        return list(self._faults)

    def clear(self, number: int | None = None) -> None:
        """Switch one fault off, or all."""
        self._faults = [f for f in self._faults if number is not None and f.number != number]

    def reseed(self, seed: int) -> None:
        """Start chance anew."""
        self._random = random.Random(seed)  # noqa: S311

    def take(self, route: str, *kinds: str) -> Fault | None:
        """The first fault of these kinds that is on for this route and whose chance comes up."""
        for fault in self._faults:
            if fault.kind not in kinds or fault.route not in (route, "any") or fault.count == 0:
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            fault.hits += 1
            if fault.count is not None:
                fault.count -= 1
            return fault
        return None

    def polls_left(self, kind: str, task_id: str) -> bool:
        """Whether this poll of a task is still one of the first that the fault spoils."""
        for fault in self._faults:
            if fault.kind != kind or (
                fault.count is not None and task_id not in fault.seen and fault.count <= 0
            ):
                continue
            if task_id not in fault.seen and fault.count is not None:
                fault.count -= 1
            fault.seen[task_id] += 1
            if fault.seen[task_id] <= fault.settings["polls"]:
                fault.hits += 1
                return True
        return False


def parse_words(words: str) -> Fault:
    """A fault from the command line's form: `kind key=value …`. Raises `FaultError`."""
    try:
        kind, *pairs = shlex.split(words)
    except ValueError as error:
        raise FaultError(f"cannot read the fault {words!r}") from error
    given: dict[str, Any] = {"kind": kind}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        given[key] = value if equals else True
    return parse_mapping(given)


def parse_mapping(given: dict[str, Any]) -> Fault:
    """A fault from its JSON form. Raises `FaultError`."""
    rest = dict(given)
    name = str(rest.pop("kind", ""))
    kind = KINDS.get(name)
    if kind is None:
        raise FaultError(f"there is no fault {name!r}; there are: {', '.join(KINDS)}")
    route = str(rest.pop("route", kind.default_route))
    if route != "any" and route not in kind.routes:
        raise FaultError(f"{name} can be set on: {', '.join(kind.routes)}, any")
    unknown = sorted(set(rest) - {*kind.settings, "count", "probability"})
    if unknown:
        has = ", ".join((*kind.settings, "route", "count", "probability"))
        raise FaultError(f"{name} has no setting {', '.join(map(repr, unknown))}; it has: {has}")
    settings = {key: value_of(name, key, rest, default) for key, default in kind.settings.items()}
    count = None if rest.get("count") is None else value_of(name, "count", rest, 1)
    return Fault(name, route, count, value_of(name, "probability", rest, 1.0), settings)
