"""How quickly the sandbox answers queries while it draws.

    python -m benchmarks.sandbox_queries [--rate 50] [--clips 4]

Lip syncs are ordered, of which two are drawn at once, and all the while queries are sent at a fixed rate,
whether or not earlier ones have been answered. The time of an answer counts from when its query was due, so
that a query that had to wait for others counts in full. The second line is how many can be answered at most:
eight callers that ask again as soon as they have an answer.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.sandbox.bodies import LIP_SYNC, create, for_parent, query
from tests.support.sandbox import RunningSandbox, running_sandbox

CALLERS = 8
PARENTS = ("first", "upright", "third", "nearly-too-old", "fourth")
SENTENCE = "Good morning! This is the sandbox speaking. Everything you see was made here."


@dataclass
class Callers:
    """Ask for the tasks in turn until told to stop; `rate` is queries a second, 0 as many as are answered."""

    sandbox: RunningSandbox
    tasks: list[str]
    rate: float
    seconds: list[float] = field(default_factory=list)
    """Of each answer, from when its query was due."""
    wrong: int = 0

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._due = self._times()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CALLERS)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _times(self) -> Iterator[float]:
        start = time.perf_counter()
        for number in itertools.count():
            yield start + number / self.rate if self.rate else time.perf_counter()

    def _ask(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.sandbox.port, timeout=60)
        while not self._stop.is_set():
            with self._lock:
                due = next(self._due)
                task = self.tasks[len(self.seconds) % len(self.tasks)]
            time.sleep(max(0.0, due - time.perf_counter()))
            connection.request("GET", f"{LIP_SYNC}/{task}", headers=self.sandbox.headers)
            answer = connection.getresponse()
            answer.read()
            self.seconds.append(time.perf_counter() - due)
            self.wrong += answer.status != 200
        connection.close()


def draw(sandbox: RunningSandbox, clips: int, rate: float) -> str:
    """Have clips drawn, with queries meanwhile; what was seen, in one line."""
    parents = itertools.islice(itertools.cycle(PARENTS), clips)
    start = time.perf_counter()
    tasks = [create(sandbox, for_parent(sandbox, name, text=SENTENCE)) for name in parents]
    with Callers(sandbox, tasks, rate) as callers:
        for task in tasks:
            while (status := query(sandbox, task)["task_status"]) not in ("succeed", "failed"):
                time.sleep(0.2)
            assert status == "succeed"
        took = time.perf_counter() - start
    found = sorted(callers.seconds)
    median, most, slowest = (1000 * found[int(share * (len(found) - 1))] for share in (0.5, 0.95, 1))
    return (
        f"{clips} clips in {took:.1f} s; {len(found) / took:.1f} queries a second answered,"
        f" {callers.wrong} wrongly; milliseconds: median {median:.0f}, 95 % within {most:.0f},"
        f" slowest {slowest:.0f}"
    )


def main() -> None:
    """Measure at the given rate, then without a limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--clips", type=int, default=4)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_sandbox(Path(folder), "--renderer", "presenter") as sandbox,
    ):
        print(f"at {given.rate:g} a second: {draw(sandbox, given.clips, given.rate)}")
        print(f"without a limit: {draw(sandbox, given.clips, 0)}")
    print("load of the machine:", os.getloadavg())


if __name__ == "__main__":
    main()
