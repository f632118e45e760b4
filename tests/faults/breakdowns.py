"""This machine fails: the disk is full, the folder or the database cannot be had."""

from __future__ import annotations

import contextlib
import os
import resource
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from lipsync.jobs.model import Charge, JobState
from tests.faults.matrix import Observe, Outcome, observed
from tests.faults.service import Desk
from tests.support.waiting import wait_until

End = Callable[[], None]

# -- the disk --------------------------------------------------------------------------


def something_in_the_way(desk: Desk, call: str) -> End:
    """The folder of results cannot be written, also by root."""
    folder = desk.bench.folder / "results"
    aside = desk.bench.folder / f"aside-{desk.name}"
    if folder.exists():
        folder.rename(aside)
    folder.write_text("in the way")

    def end() -> None:
        folder.unlink()
        if aside.exists():
            aside.rename(folder)

    return end


def disk_full(desk: Desk, call: str) -> End:
    """No file may grow beyond half of the clip; the database's own writes are let through."""
    clip = desk.service.clip
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    real = Path.open

    def opened(path: Path, *args: Any, **more: Any) -> Any:
        if path.suffix == ".part":
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(clip) // 2, limit[1]))
        return real(path, *args, **more)

    def gone(path: Path, missing_ok: bool = False) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)

    patches = [patch.object(Path, "open", opened), patch.object(Path, "unlink", gone)]
    for one in patches:
        one.start()

    def end() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        for one in patches:
            one.stop()

    return end


# -- the database ----------------------------------------------------------------------


def locked(desk: Desk) -> End:
    """Somebody else holds the database's lock."""
    holder = desk.bench.database.connect()
    holder.exec_driver_sql("BEGIN IMMEDIATE")

    def end() -> None:
        holder.rollback()
        holder.close()

    return end


def read_only(desk: Desk) -> End:
    """The database may only be read."""

    def only_read(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA query_only=ON")

    database = desk.bench.database
    sa.event.listen(database, "checkout", only_read)

    def end() -> None:
        sa.event.remove(database, "checkout", only_read)
        database.dispose()

    return end


def missing(desk: Desk) -> End:
    """The database's file is gone for a while."""
    database, folder = desk.bench.database, desk.bench.folder
    files = [folder / f"studio.db{suffix}" for suffix in ("", "-wal", "-shm")]
    database.dispose()  # otherwise the open connections would not notice
    kept = [(one, one.with_name(f"away-{one.name}")) for one in files if one.exists()]
    for one, aside in kept:
        one.rename(aside)

    def end() -> None:
        for one in files:
            one.unlink(missing_ok=True)
        for one, aside in kept:
            aside.rename(one)
        database.dispose()  # last: a connection made meanwhile has the wrong file

    return end


@contextlib.contextmanager
def _impatient(desk: Desk) -> Iterator[None]:
    """SQLite gives a lock up after 50 ms instead of 30 s, so that the studio's own patience is met."""

    def prepare(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    sa.event.listen(desk.bench.database, "checkout", prepare)
    try:
        yield
    finally:
        sa.event.remove(desk.bench.database, "checkout", prepare)
        desk.bench.database.dispose()


def database_trouble(begin: Callable[[Desk], End], *, when: str) -> Observe:
    """The database fails at the gate, when the answer is to be stored, or while the job is followed."""

    def observe(desk: Desk) -> Outcome:
        job = desk.add_sent() if when == "followed" else desk.add()
        at_fault = job  # the row cannot change while the database fails
        if when == "answered":
            at_fault = replace(job, state=JobState.SUBMITTING, charge=Charge.UNKNOWN)
        tried = threading.Event()
        ends: list[End] = []
        work = desk.follower.follow if when == "followed" else lambda job_id: desk.send(job, "me")
        desk.patience.on_wait = lambda seconds: tried.set() if ends else None

        def strike(seen: Any) -> Any:
            if not ends:
                ends.append(begin(desk))
            return desk.service.well(seen)

        with _impatient(desk):
            if when == "at the gate":
                ends.append(begin(desk))
            else:
                desk.service.trouble["query" if when == "followed" else "create"] = strike
            thread = threading.Thread(target=work, args=(job.id,), daemon=True)
            thread.start()
            wait_until(tried.is_set, what="the studio to meet the trouble")
            posts = desk.service.posts
            ends[0]()
            thread.join(30)
        return observed(desk, job, posts, at_fault)

    return observe
