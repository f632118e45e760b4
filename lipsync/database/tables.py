"""All tables, as SQLAlchemy Core. The schema itself changes only through `migrations/`.

Every row that belongs to somebody knows its `workspace` and `owner`; both are "local"
until people log in. No key and no signed URL is ever stored.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

LOCAL = "local"
"""Workspace and owner of everything on an installation without log-in."""


class Moment(sa.TypeDecorator[datetime]):
    """An aware UTC `datetime`, on PostgreSQL and (as text, sortable) on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Data(sa.TypeDecorator[Any]):
    """Plain data as JSON text, the same on both databases."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value)


class Brief(sa.TypeDecorator[str]):
    """Somebody else's words that are only for reading, cut to the column's length.

    PostgreSQL refuses text that is too long or holds NUL. A request id that is odd must not be the
    reason why an accepted, paid job cannot be written down.
    """

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        assert isinstance(self.impl_instance, sa.String)
        return None if value is None else value.replace("\x00", "")[: self.impl_instance.length]


metadata = sa.MetaData()


def _owned() -> tuple[sa.Column[str], sa.Column[str], sa.Column[str]]:
    """What each row that belongs to somebody begins with: our id of it, the workspace, the person."""
    return (
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
    )


jobs = sa.Table(
    "jobs",
    metadata,
    *_owned(),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("account", sa.String(40), nullable=False),
    sa.Column("request", Data, nullable=False),
    # One per filled-in form: a double click, a reload and a second tab carry the same one.
    sa.Column("submit_key", sa.String(64), nullable=False, unique=True),
    sa.Column("state", sa.String(20), nullable=False),
    # Number of the workflow that carries the job on; grows when the sweeper continues it.
    sa.Column("run", sa.Integer, nullable=False, default=0),
    # The money gate: whoever turned queued into submitting, and when.
    sa.Column("ticket", sa.String(32)),
    sa.Column("armed_at", Moment),
    sa.Column("sends", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", Moment),
    sa.Column("task_id", sa.String(200)),
    sa.Column("request_id", Brief(200)),
    sa.Column("upstream_status", sa.String(40)),
    sa.Column("charge", sa.String(10), nullable=False),
    sa.Column("problem", sa.String(40)),
    sa.Column("problem_facts", Data),
    sa.Column("callback_token", sa.String(64), nullable=False, unique=True),
    sa.Column("nudges", sa.Integer, nullable=False, default=0),
    sa.Column("polls", sa.Integer, nullable=False, default=0),
    sa.Column("polled_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("fetching_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("result_bytes", sa.Integer),
    sa.Column("result_seconds", sa.Float),
    sa.Column("result_width", sa.Integer),
    sa.Column("result_height", sa.Integer),
    sa.Column("previous_job_id", sa.String(32)),
    # The lip sync to send when this video is ready, and whether somebody took it back.
    sa.Column("then_request", Data),
    sa.Column("then_problem", sa.String(40)),
    # A chain, seen from both ends: the lip sync that a video started, and the video it waited for.
    sa.Column("then_job_id", sa.String(32)),
    sa.Column("after_job_id", sa.String(32)),
    # Of a lip sync: its parent, also inside the request; here so that uses can be counted.
    sa.Column("parent_task_id", sa.String(200)),
    sa.Column("parent_video_id", sa.String(200)),
    sa.Index("ix_jobs_parent", "account", "parent_task_id", "parent_video_id"),
    sa.Index("ix_jobs_owner", "workspace", "owner", "created_at"),
    sa.Index("ix_jobs_state", "state", "account"),
    sa.Index("ix_jobs_task", "account", "task_id", unique=True),
)

job_events = sa.Table(
    "job_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("event", sa.String(40), nullable=False),
    sa.Column("facts", Data),
    sa.Index("ix_job_events_job", "job_id", "id"),
)

account_pauses = sa.Table(
    "account_pauses",
    metadata,
    sa.Column("account", sa.String(40), primary_key=True),
    sa.Column("until", Moment, nullable=False),
    sa.Column("strikes", sa.Integer, nullable=False),
)

sounds = sa.Table(
    "sounds",
    metadata,
    *_owned(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("format", sa.String(10), nullable=False),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("report", Data, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_sounds_owner", "workspace", "owner", "created_at"),
)

pictures = sa.Table(
    "pictures",
    metadata,
    *_owned(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("format", sa.String(10), nullable=False),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_pictures_owner", "workspace", "owner", "created_at"),
)

parents = sa.Table(
    "parents",
    metadata,
    *_owned(),
    sa.Column("account", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("task_id", sa.String(200), nullable=False),
    sa.Column("video_id", sa.String(200), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("made_at", Moment),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    # How it came here first: listed, looked_up or made.
    sa.Column("source", sa.String(10), nullable=False),
    # `made_at`, or the beginning of time where that is unknown: sorted the same on both databases.
    sa.Column("order_at", Moment, nullable=False),
    # What the search looks through: prompt and ids, without capitals.
    sa.Column("words", sa.Text, nullable=False),
    # When the service first said that it does not have it, and when that was sure; NULL while it does.
    sa.Column("missing_at", Moment),
    sa.Column("gone_at", Moment),
    # When the service is asked about it again, and how often it has been since it was seen unfinished.
    sa.Column("ask_at", Moment),
    sa.Column("asks", sa.Integer, nullable=False, default=0),
    # The job of ours whose result is this video's file.
    sa.Column("job_id", sa.String(32)),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    # Of the copy on our disk; NULL without one.
    sa.Column("copy_bytes", sa.Integer),
    sa.Column("copied_at", Moment),
    # When its small picture was made.
    sa.Column("pictured_at", Moment),
    # How often its file was no use, how often copying failed otherwise, and when it is tried again.
    sa.Column("copy_tries", sa.Integer, nullable=False),
    sa.Column("copy_waits", sa.Integer, nullable=False, default=0),
    sa.Column("copy_due", Moment),
    sa.UniqueConstraint("workspace", "account", "task_id", "video_id", name="uq_parents_video"),
    sa.Index("ix_parents_order", "workspace", "order_at", "id"),
    sa.Index("ix_parents_account", "workspace", "account", "order_at", "id"),
    sa.Index("ix_parents_copies", "copy_bytes", "order_at"),
    sa.Index("ix_parents_ask", "ask_at"),
)

face_checks = sa.Table(
    "face_checks",
    metadata,
    # Our id of a parent's video, or of a picture that somebody gave; both are random, so they never meet.
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("verdict", Data, nullable=False),
    # `lipsync.faces.verdict.JUDGE` of the day: what an older judge said is looked at again.
    sa.Column("judge", sa.Integer, nullable=False),
    sa.Column("checked_at", Moment, nullable=False),
)

account_lists = sa.Table(
    "account_lists",
    metadata,
    sa.Column("account", sa.String(40), primary_key=True),
    # has_lists, no_lists or error.
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("problem", sa.String(40)),
    sa.Column("problem_facts", Data),
    sa.Column("looked_at", Moment, nullable=False),
    # When the lists were last read to their end; later looks may stop at what is known.
    sa.Column("swept_at", Moment),
)
