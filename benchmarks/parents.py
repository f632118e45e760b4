"""How quick the shelf of parents is with ten thousand of them, page by page and search by search.

    python -m benchmarks.parents [--rows 10000] [--database ADDRESS]

Prints one line per question: the median and the slowest of 15 runs in milliseconds, and how many it found.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from lipsync.archive import Archive
from lipsync.clients import Clients
from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.jobs.model import JobState
from lipsync.jobs.store import JobStore, utcnow
from lipsync.parent_shelf import ParentQuery, ParentShelf
from lipsync.parents import Parent
from lipsync.shelf.rows import keep_parent
from lipsync.upstream.replies import TaskKind, TaskStatus

WORDS = [
    "woman", "man", "cook", "studio", "camera", "garden", "night", "smiling", "old", "young", "face", "city",
    "books", "doctor", "reading",
]  # fmt: skip
RUNS = 15
QUESTIONS = {
    "default page": ParentQuery(),
    "page 400": ParentQuery(offset=399 * 24),
    "usable now": ParentQuery(eligible=True),
    "three days left": ParentQuery(soon_too_old=True),
    "one account": ParentQuery(account="b"),
    "search, two words": ParentQuery(search="woman garden"),
    "search, an id": ParentQuery(search="task-00777"),
    "search, nothing": ParentQuery(search="zebra"),
    "oldest first": ParentQuery(sort="oldest"),
    "most used first": ParentQuery(sort="most_used"),
}


def fill(database: sa.Engine, rows: int) -> None:
    """Parents of two accounts over 40 days, and a tenth as many lip syncs."""
    chance = random.Random(1)
    store = JobStore(database)
    with database.begin() as connection:
        for number in range(rows):
            prompt = " ".join(chance.choice(WORDS) for _ in range(chance.randrange(8, 70)))
            one = Parent(
                chance.choice("ab"), TaskKind.TEXT2VIDEO, f"task-{number:05}", f"video-{number:05}",
                TaskStatus.SUCCEED, "", chance.choice([5.041, 10.04, 15.0]),
                utcnow() - timedelta(days=chance.uniform(0, 40)), prompt,
            )  # fmt: skip
            keep_parent(connection, one, workspace="local", owner="local", source="listed")
            if number % 10 == 0:
                store.insert(
                    connection, kind=TaskKind.LIP_SYNC, account=one.account, workspace="local", owner="local",
                    request={"parent_task_id": one.task_id, "video_id": one.video_id},
                    submit_key=str(number), state=JobState.READY,
                )  # fmt: skip


def main() -> None:
    """Fill a database and ask it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = connect(given.database or f"sqlite:///{Path(folder) / 'studio.db'}")
        migrate(database)
        began = time.perf_counter()
        fill(database, given.rows)
        print(f"{given.rows} parents written in {time.perf_counter() - began:.1f} s")
        shelf = ParentShelf(database, Clients({}), Archive(Path(folder)))
        shelf._clients.accounts = {"a": None, "b": None}  # type: ignore[dict-item]
        print(f"{'question':20} {'median ms':>10} {'slowest ms':>11} {'found':>7}")
        for name, query in QUESTIONS.items():
            taken = []
            for _ in range(RUNS):
                start = time.perf_counter()
                page = shelf.page("local", query)
                taken.append((time.perf_counter() - start) * 1000)
            taken.sort()
            print(f"{name:20} {taken[RUNS // 2]:10.1f} {taken[-1]:11.1f} {page.total:7}")
        database.dispose()


if __name__ == "__main__":
    main()
