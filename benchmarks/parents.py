"""How quick the shelf of parents and the pages that show it are with ten thousand of them.

    python -m benchmarks.parents [--rows 10000] [--few 100] [--database ADDRESS]

First one line per question to the shelf: the processor's time of the median of 15 runs in milliseconds,
with few parents and with many, their ratio, the slowest run by the clock, and how many it found. Then the
same for whole runs of the Videos and Create pages, without a browser.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.jobs.model import JobState
from lipsync.jobs.store import JobStore, utcnow
from lipsync.parent_shelf import ParentQuery
from lipsync.parents import Parent
from lipsync.settings import Settings, load_settings
from lipsync.shelf.rows import keep_parent
from lipsync.studio import Studio, open_studio, use_studio
from lipsync.upstream.replies import TaskKind, TaskStatus

WORDS = [
    "woman", "man", "cook", "studio", "camera", "garden", "night", "smiling", "old", "young", "face", "city",
    "books", "doctor", "reading",
]  # fmt: skip
RUNS = 15
SHELL = Path(__file__).resolve().parent.parent / "components" / "shell.py"
QUESTIONS = {
    "default page": ParentQuery(),
    "the last page": ParentQuery(offset=-24),
    "usable now": ParentQuery(eligible=True),
    "usable first": ParentQuery(sort="usable_first", limit=6),
    "three days left": ParentQuery(soon_too_old=True),
    "one account": ParentQuery(account="main"),
    "search, two words": ParentQuery(search="woman garden"),
    "search, an id": ParentQuery(search="task-00077"),
    "search, nothing": ParentQuery(search="zebra"),
    "oldest first": ParentQuery(sort="oldest"),
    "most used first": ParentQuery(sort="most_used"),
}
PAGES: dict[str, dict[str, str]] = {
    "Create": {},
    "Videos": {},
    "Videos, searched": {"videos_search": "woman garden"},
    "Videos, the last page": {"videos_page": "-1"},
    "Videos, one open": {"video": "first"},
}


def fill(database: sa.Engine, rows: int) -> None:
    """Parents of an account and of one that was removed, over 40 days, and a tenth as many lip syncs."""
    chance = random.Random(1)
    store = JobStore(database)
    with database.begin() as connection:
        for number in range(rows):
            prompt = " ".join(chance.choice(WORDS) for _ in range(chance.randrange(8, 70)))
            one = Parent(
                chance.choice(["main", "removed"]), TaskKind.TEXT2VIDEO, f"task-{number:05}",
                f"video-{number:05}", TaskStatus.SUCCEED, "", chance.choice([5.041, 10.04, 15.0]),
                utcnow() - timedelta(days=chance.uniform(0, 40)), prompt,
            )  # fmt: skip
            keep_parent(connection, one, workspace="local", owner="local", source="listed")
            if number % 10 == 0:
                store.insert(
                    connection, kind=TaskKind.LIP_SYNC, account=one.account, workspace="local", owner="local",
                    request={"parent_task_id": one.task_id, "video_id": one.video_id},
                    submit_key=str(number), state=JobState.READY,
                )  # fmt: skip


def timed(operation: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """The processor's time of the median run and the clock's of the slowest, in milliseconds.

    Other work on the machine lengthens the second; the first includes SQLite, but not PostgreSQL.
    """
    taken, waited = [], []
    for _ in range(runs):
        began, start = time.process_time(), time.perf_counter()
        operation()
        taken.append((time.process_time() - began) * 1000)
        waited.append((time.perf_counter() - start) * 1000)
    return median(taken), max(waited)


def settings_for(folder: Path, database: str) -> Settings:
    """A studio whose account cannot be reached, so that nothing but the pages is measured."""
    return load_settings(
        COMETAPI_KEY="sk-benchmark",
        COMETAPI_BASE_URL="http://127.0.0.1:9",
        STUDIO_DATA_DIR=folder,
        STUDIO_SYNC_MINUTES=0,
        STUDIO_PARENT_COPIES_MB=0,
        **({"DATABASE_URL": database} if database else {}),
    )


def ask_once(studio: Studio, query: ParentQuery) -> None:
    """A page of it, and how many there are, as the gallery asks."""
    studio.parents.count("local", query)
    studio.parents.items("local", query)


def ask(studio: Studio, rows: int) -> dict[str, tuple[float, float, int]]:
    """Every question to the shelf."""
    found = {}
    for name, query in QUESTIONS.items():
        if query.offset < 0:
            query = ParentQuery(offset=max(0, rows - 24))
        total = studio.parents.count("local", query)
        found[name] = (*timed(partial(ask_once, studio, query)), total)
    return found


def draw(studio: Studio, rows: int) -> dict[str, tuple[float, float, int]]:
    """Whole runs of the pages, as after a click; the number is that of the elements on the page."""
    first = studio.parents.items("local", ParentQuery(limit=1))[0].id
    found = {}
    for name, query in PAGES.items():
        at = AppTest.from_file(str(SHELL), default_timeout=60)
        for key, value in query.items():
            at.query_params[key] = {"first": first, "-1": str(-(-rows // 24))}.get(value, value)
        at.run()
        if name != "Create":
            at.switch_page("../pages/videos.py").run()
        assert not at.exception, at.exception
        found[name] = (*timed(at.run), len(list(at.main)))
    return found


def measure(folder: Path, rows: int, database: str) -> tuple[dict[str, tuple[float, float, int]], ...]:
    """Fill a database and ask it."""
    settings = settings_for(folder, database)
    engine = connect(settings.database_address)
    migrate(engine)
    began = time.perf_counter()
    fill(engine, rows)
    engine.dispose()
    print(f"{rows} parents written in {time.perf_counter() - began:.1f} s")
    studio = open_studio(settings)
    # As if their lists had been read: the first look would be waited for.
    studio.parents.sync("main")
    use_studio(studio)
    try:
        return ask(studio, rows), draw(studio, rows)
    finally:
        use_studio(None)
        studio.stop()


def main() -> None:
    """Measure few and many, and print both beside each other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--few", type=int, default=100)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database for the many")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        few = measure(Path(one), given.few, "")
        many = measure(Path(other), given.rows, given.database)
    for title, small, large in zip(("question", "page"), few, many, strict=True):
        print(f"\n{title:22} {'few ms':>9} {'many ms':>9} {'slowest':>9} {'ratio':>7} {'found':>7}")
        for name, (typical, slowest, found) in large.items():
            before = small[name][0]
            print(f"{name:22} {before:9.1f} {typical:9.1f} {slowest:9.1f} {typical / before:7.2f} {found:7}")


if __name__ == "__main__":
    main()
