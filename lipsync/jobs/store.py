"""Where jobs are kept. Every change of state is one compare-and-set with its log line.

A change says which states it may come from; if the row is elsewhere by then, nothing
happens and the caller is told. That is what makes the money gate a gate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from lipsync.database.tables import account_pauses, job_events, jobs
from lipsync.jobs.model import (
    AT_SERVICE,
    ENDED_WITHOUT,
    LIVE,
    THEN_NO_VIDEO,
    Charge,
    Job,
    JobEvent,
    JobState,
)
from lipsync.parents import ParentKey
from lipsync.upstream.replies import TaskKind

_COLUMNS = [jobs.c[f.name] for f in fields(Job)]
HISTORY = 50
"""How many finished jobs the usual length is taken from."""


class JobNotFound(LookupError):
    """There is no such job, or it belongs to somebody else."""


class TaskTaken(Exception):
    """Another job already owns that task of the service."""


def utcnow() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class JobStore:
    """Reads and changes jobs on one database."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    # -- making and reading ------------------------------------------------------------

    def insert(self, connection: sa.Connection, **values: Any) -> Job:
        """Add a job in the caller's transaction; its first state is queued."""
        now = utcnow()
        job_id = uuid4().hex
        row: dict[str, Any] = {
            "id": job_id,
            "state": JobState.QUEUED,
            "charge": Charge.NONE,
            "run": 0,
            "sends": 0,
            "nudges": 0,
            "polls": 0,
            "callback_token": uuid4().hex + uuid4().hex,
            "created_at": now,
            "updated_at": now,
        } | values
        if row["kind"] == TaskKind.LIP_SYNC:
            asked = row["request"]
            row |= {"parent_task_id": asked.get("parent_task_id"), "parent_video_id": asked.get("video_id")}
        connection.execute(sa.insert(jobs).values(**row))
        self.log(connection, job_id, "queued", {})
        found = self._one(connection, jobs.c.id == job_id)
        assert found is not None
        return found

    def get(self, job_id: str, *, workspace: str | None = None) -> Job:
        """One job. With `workspace`, only if it belongs there. Raises `JobNotFound`."""
        with self.engine.connect() as connection:
            job = self.read(connection, job_id)
        if workspace is not None and job.workspace != workspace:
            raise JobNotFound(job_id)
        return job

    def read(self, connection: sa.Connection, job_id: str) -> Job:
        """One job as the caller's transaction sees it. Raises `JobNotFound`."""
        job = self._one(connection, jobs.c.id == job_id)
        if job is None:
            raise JobNotFound(job_id)
        return job

    def by_submit_key(self, submit_key: str, connection: sa.Connection | None = None) -> Job | None:
        """The job of one filled-in form, if it was sent."""
        where = jobs.c.submit_key == submit_key
        if connection is not None:
            return self._one(connection, where)
        with self.engine.connect() as own:
            return self._one(own, where)

    def by_callback_token(self, token: str) -> Job | None:
        """The job that a callback's token names."""
        with self.engine.connect() as connection:
            return self._one(connection, jobs.c.callback_token == token)

    def owner_of_task(self, account: str, task_id: str) -> Job | None:
        """The job that owns a task of the service, if one does."""
        with self.engine.connect() as connection:
            return self._one(connection, (jobs.c.account == account) & (jobs.c.task_id == task_id))

    def find(
        self,
        *,
        workspace: str | None = None,
        owner: str | None = None,
        states: Iterable[JobState] | None = None,
        kinds: Iterable[TaskKind] | None = None,
        parent: ParentKey | None = None,
        where: sa.ColumnElement[bool] | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Job]:
        """Jobs, newest first; with `parent`, the lip syncs that speak with it."""
        query = sa.select(*_COLUMNS).order_by(jobs.c.created_at.desc(), jobs.c.id)
        if workspace is not None:
            query = query.where(jobs.c.workspace == workspace)
        if owner is not None:
            query = query.where(jobs.c.owner == owner)
        if states is not None:
            query = query.where(jobs.c.state.in_(list(states)))
        if kinds is not None:
            query = query.where(jobs.c.kind.in_(list(kinds)))
        if parent is not None:
            account, task_id, video_id = parent
            query = query.where(
                jobs.c.account == account,
                jobs.c.parent_task_id == task_id,
                jobs.c.parent_video_id == video_id,
            )
        if where is not None:
            query = query.where(where)
        with self.engine.connect() as connection:
            return [_job(row) for row in connection.execute(query.limit(limit).offset(offset))]

    def count(
        self,
        *,
        workspace: str,
        states: Iterable[JobState] | None = None,
        kinds: Iterable[TaskKind] | None = None,
    ) -> int:
        """How many jobs a workspace has."""
        query = sa.select(sa.func.count()).select_from(jobs).where(jobs.c.workspace == workspace)
        if states is not None:
            query = query.where(jobs.c.state.in_(list(states)))
        if kinds is not None:
            query = query.where(jobs.c.kind.in_(list(kinds)))
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def events(self, job_id: str) -> list[JobEvent]:
        """The log of one job, oldest first."""
        query = (
            sa.select(job_events.c.at, job_events.c.event, job_events.c.facts)
            .where(job_events.c.job_id == job_id)
            .order_by(job_events.c.id)
        )
        with self.engine.connect() as connection:
            return [JobEvent(row.at, row.event, row.facts or {}) for row in connection.execute(query)]

    def waiting_before(self, job: Job) -> int:
        """How many jobs of the same account were queued before this one and still wait."""
        query = (
            sa.select(sa.func.count())
            .select_from(jobs)
            .where(
                jobs.c.account == job.account,
                jobs.c.state == JobState.QUEUED,
                jobs.c.created_at < job.created_at,
            )
        )
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def at_service(self, account: str) -> int:
        """How many jobs of an account are with the service now."""
        query = (
            sa.select(sa.func.count())
            .select_from(jobs)
            .where(jobs.c.account == account, jobs.c.state.in_(list(AT_SERVICE)))
        )
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def charged(self, account: str, since: datetime) -> int:
        """How many jobs the account accepted, and so may have charged, since a moment."""
        query = (
            sa.select(sa.func.count())
            .select_from(jobs)
            .where(jobs.c.account == account, jobs.c.charge == Charge.CHARGED, jobs.c.created_at >= since)
        )
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def usual_seconds(self, account: str, kind: TaskKind) -> float | None:
        """The median time from sending to ready of the last jobs; None below three of them."""
        query = (
            sa.select(jobs.c.sent_at, jobs.c.fetching_at)
            .where(
                jobs.c.account == account,
                jobs.c.kind == kind,
                jobs.c.state == JobState.READY,
                jobs.c.sent_at.is_not(None),
                jobs.c.fetching_at.is_not(None),
            )
            .order_by(jobs.c.created_at.desc())
            .limit(HISTORY)
        )
        with self.engine.connect() as connection:
            taken = sorted((r.fetching_at - r.sent_at).total_seconds() for r in connection.execute(query))
        return taken[len(taken) // 2] if len(taken) >= 3 else None

    # -- changing ----------------------------------------------------------------------

    def change(
        self,
        job_id: str,
        *,
        frm: Iterable[JobState],
        event: str | None = None,
        facts: dict[str, Any] | None = None,
        connection: sa.Connection | None = None,
        where: sa.ColumnElement[bool] | None = None,
        **values: Any,
    ) -> bool:
        """Compare and set: change the row if it is in one of `frm`; log `event`. False if it is not.

        Raises `TaskTaken` when the new `task_id` already belongs to another job.
        """
        if connection is None:
            with self.engine.begin() as own:
                return self.change(
                    job_id, frm=frm, event=event, facts=facts, connection=own, where=where, **values
                )
        query = sa.update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(list(frm)))
        if where is not None:
            query = query.where(where)
        try:
            done = connection.execute(query.values(updated_at=utcnow(), **values)).rowcount == 1
        except sa.exc.IntegrityError as error:
            if values.get("task_id"):
                raise TaskTaken(str(values["task_id"])) from error
            raise
        if done and event:
            self.log(connection, job_id, event, facts or {})
        if done and values.get("state") in ENDED_WITHOUT:
            self.give_up_then(connection, job_id, THEN_NO_VIDEO)
        return done

    def give_up_then(self, connection: sa.Connection, job_id: str, problem: str) -> bool:
        """The line that waits for a video will not be sent. False if none waits (any more)."""
        waiting = (
            (jobs.c.id == job_id)
            & jobs.c.then_request.is_not(None)
            & jobs.c.then_job_id.is_(None)
            & jobs.c.then_problem.is_(None)
        )
        query = sa.update(jobs).where(waiting).values(then_problem=problem, updated_at=utcnow())
        given_up = connection.execute(query).rowcount == 1
        if given_up:
            self.log(connection, job_id, "then_not_started", {"problem": problem})
        return given_up

    def log(self, connection: sa.Connection, job_id: str, event: str, facts: dict[str, Any]) -> None:
        """Write one line into a job's log, in the caller's transaction."""
        connection.execute(
            sa.insert(job_events).values(job_id=job_id, at=utcnow(), event=event, facts=facts or None)
        )

    def arm(self, job_id: str, execution: str) -> str | None:
        """Pass the money gate: queued → submitting with our ticket.

        Returns the ticket that the job now has: ours, if we are the one who may send; another
        one, if somebody passed before; None, if the job may not be sent (any more).
        """
        now = utcnow()
        with self.engine.begin() as connection:
            self.change(
                job_id,
                frm=[JobState.QUEUED],
                event="sending",
                connection=connection,
                state=JobState.SUBMITTING,
                charge=Charge.UNKNOWN,
                ticket=execution,
                armed_at=now,
                not_before=None,
                sends=jobs.c.sends + 1,
            )
            row = connection.execute(
                sa.select(jobs.c.state, jobs.c.ticket).where(jobs.c.id == job_id)
            ).one_or_none()
        if row is None or (row.state not in LIVE and row.state != JobState.UNKNOWN):
            return None
        return str(row.ticket)

    def release(
        self, job_id: str, execution: str, *, problem: str, facts: dict[str, Any], not_before: datetime
    ) -> bool:
        """Go back through the gate: the request surely was not accepted; send again later."""
        return self.change(
            job_id,
            frm=[JobState.SUBMITTING],
            where=jobs.c.ticket == execution,
            event="not_sent",
            facts={"problem": problem} | facts,
            state=JobState.QUEUED,
            charge=Charge.NONE,
            ticket=None,
            armed_at=None,
            not_before=not_before,
            problem=problem,
            problem_facts=facts,
        )

    def nudge(self, job_id: str) -> None:
        """Ask whoever follows the job to look at the service at once."""
        with self.engine.begin() as connection:
            connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(nudges=jobs.c.nudges + 1))

    def nudges(self, job_id: str) -> int:
        """How often a job was nudged."""
        with self.engine.connect() as connection:
            return int(connection.execute(sa.select(jobs.c.nudges).where(jobs.c.id == job_id)).scalar() or 0)

    # -- pauses of an account ----------------------------------------------------------

    def pause_until(self, account: str) -> datetime | None:
        """Until when nothing may be sent to an account that said "too many"."""
        with self.engine.connect() as connection:
            until = connection.execute(
                sa.select(account_pauses.c.until).where(account_pauses.c.account == account)
            ).scalar()
        return until if until is not None and until > utcnow() else None

    def strikes(self, account: str) -> int:
        """How often in a row an account said "too many"."""
        with self.engine.connect() as connection:
            found = connection.execute(
                sa.select(account_pauses.c.strikes).where(account_pauses.c.account == account)
            ).scalar()
        return int(found or 0)

    def set_pause(self, account: str, until: datetime, strikes: int) -> None:
        """Remember a pause; strikes 0 ends it."""
        values = {"until": until, "strikes": strikes}
        with self.engine.begin() as connection:
            done = connection.execute(
                sa.update(account_pauses).where(account_pauses.c.account == account).values(**values)
            )
            if done.rowcount == 0 and strikes:
                try:
                    with connection.begin_nested():
                        connection.execute(sa.insert(account_pauses).values(account=account, **values))
                except sa.exc.IntegrityError:
                    # Another worker wrote it in between; its pause is as good as ours.
                    return

    def _one(self, connection: sa.Connection, where: sa.ColumnElement[bool]) -> Job | None:
        row = connection.execute(sa.select(*_COLUMNS).where(where)).one_or_none()
        return None if row is None else _job(row)


def _job(row: sa.Row[Any]) -> Job:
    values = dict(row._mapping)
    return Job(
        **values
        | {
            "kind": TaskKind(values["kind"]),
            "state": JobState(values["state"]),
            "charge": Charge(values["charge"]),
        }
    )
