"""The jobs: is one stuck, does one wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lipsync.database.tables import jobs
from lipsync.doctor.finding import Finding, broken, ok, warning
from lipsync.i18n import plural, t
from lipsync.jobs.model import LIVE, JobState

SILENT = timedelta(minutes=75)
"""Longer than any wait that the studio takes by itself (an hour, where a service asks for it)."""
SENDING = timedelta(minutes=10)
"""Longer than any create lasts, its time-outs included."""
SHOWN = 5


def check_jobs(engine: sa.Engine, now: datetime, *, engine_runs: bool) -> list[Finding]:
    """How many jobs are under way, which of them stand still, and which wait for a person's word."""
    columns = (jobs.c.id, jobs.c.state, jobs.c.updated_at, jobs.c.polled_at, jobs.c.problem)
    query = sa.select(*columns).where(jobs.c.state.in_([*LIVE, JobState.UNKNOWN]))
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    live = [row for row in rows if row.state != JobState.UNKNOWN]
    doubtful = [row.id for row in rows if row.state == JobState.UNKNOWN]
    found = [_under_way(live, now, engine_runs=engine_runs)]
    if doubtful:
        words = plural(
            len(doubtful), "One job waits for you: it is not known whether the service took it ({ids}).",
            "{count} jobs wait for you: it is not known whether the service took them ({ids}).",
            ids=_ids(doubtful),
        )  # fmt: skip
        todo = t("Open the job and decide. Nothing is sent again by itself.")
        found.append(warning("jobs in doubt", words, todo, jobs=doubtful))
    return found


def _under_way(live: Sequence[Any], now: datetime, *, engine_runs: bool) -> Finding:
    if not live:
        return ok("jobs", t("No job is under way."), under_way=0)
    count = plural(len(live), "One job is under way.", "{count} jobs are under way.")
    if not engine_runs:
        todo = t("Start the studio: they go on from where they are. Waiting costs nothing.")
        return warning("jobs", t("{count} No process works on them.", count=count), todo, under_way=len(live))
    stuck = [str(row.id) for row in live if _stands_still(row, now)]
    if stuck:
        words = t("{count} Nothing was heard of some for long: {ids}.", count=count, ids=_ids(stuck))
        todo = t("Look at the studio's log, then restart it. Nothing is lost, and nothing is sent twice.")
        return broken("jobs", words, todo, under_way=len(live), stuck=stuck)
    troubled = sorted({str(row.problem) for row in live if row.problem})
    if troubled:
        todo = t("Open the jobs: each says what to do. They go on by themselves afterwards.")
        return warning(
            "jobs", t("{count} Some have trouble.", count=count), todo, under_way=len(live), trouble=troubled
        )
    return ok("jobs", count, under_way=len(live))


def _stands_still(row: Any, now: datetime) -> bool:
    quiet: timedelta = now - max(moment for moment in (row.updated_at, row.polled_at) if moment)
    if row.state == JobState.QUEUED:
        return False  # its turn may come late: the account's places are taken, or the service is busy
    return quiet > (SENDING if row.state == JobState.SUBMITTING else SILENT)


def _ids(ids: list[str]) -> str:
    more = ", …" if len(ids) > SHOWN else ""
    return ", ".join(one[:8] for one in ids[:SHOWN]) + more
