"""Videos made here: pictures, chains of jobs, and a shelf of parents that can be searched."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make and fill the new columns; written out, so that it stays what it was when it ran."""
    _jobs()
    _parents()
    op.create_table(
        "pictures",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index("ix_pictures_owner", "pictures", ["workspace", "owner", "created_at"])
    op.create_table(
        "account_lists",
        sa.Column("account", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("problem", sa.String(40)),
        sa.Column("problem_facts", sa.Text),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("swept_at", MOMENT),
    )


def _jobs() -> None:
    # Plain additions: making the table anew, as SQLite does for more, would take the log's lines along.
    op.add_column("jobs", sa.Column("then_request", sa.Text))
    op.add_column("jobs", sa.Column("then_problem", sa.String(40)))
    op.add_column("jobs", sa.Column("then_job_id", sa.String(32)))
    op.add_column("jobs", sa.Column("after_job_id", sa.String(32)))
    op.add_column("jobs", sa.Column("parent_task_id", sa.String(200)))
    op.add_column("jobs", sa.Column("parent_video_id", sa.String(200)))
    jobs = sa.table("jobs", *map(sa.column, ("id", "kind", "request", "parent_task_id", "parent_video_id")))
    connection = op.get_bind()
    query = sa.select(jobs.c.id, jobs.c.request).where(jobs.c.kind == "lip-sync")
    for row in connection.execute(query).all():
        asked = json.loads(row.request)
        values = {"parent_task_id": asked.get("parent_task_id"), "parent_video_id": asked.get("video_id")}
        connection.execute(sa.update(jobs).where(jobs.c.id == row.id).values(**values))
    op.create_index("ix_jobs_parent", "jobs", ["account", "parent_task_id", "parent_video_id"])


def _parents() -> None:
    with op.batch_alter_table("parents") as table:
        table.add_column(sa.Column("source", sa.String(10)))
        table.add_column(sa.Column("order_at", MOMENT))
        table.add_column(sa.Column("words", sa.Text))
        table.add_column(sa.Column("gone_at", MOMENT))
        table.add_column(sa.Column("job_id", sa.String(32)))
        table.add_column(sa.Column("width", sa.Integer))
        table.add_column(sa.Column("height", sa.Integer))
        table.add_column(sa.Column("copy_bytes", sa.Integer))
        table.add_column(sa.Column("copied_at", MOMENT))
        table.add_column(sa.Column("pictured_at", MOMENT))
        table.add_column(sa.Column("copy_tries", sa.Integer))
        table.add_column(sa.Column("copy_due", MOMENT))
    _fill_parents()
    with op.batch_alter_table("parents") as table:
        for name, kind in (("source", sa.String(10)), ("order_at", MOMENT), ("words", sa.Text)):
            table.alter_column(name, existing_type=kind, nullable=False)
        table.alter_column("copy_tries", existing_type=sa.Integer, nullable=False)
        table.drop_index("ix_parents_made")
        table.create_index("ix_parents_order", ["workspace", "order_at", "id"])
        table.create_index("ix_parents_account", ["workspace", "account", "order_at", "id"])
        table.create_index("ix_parents_copies", ["copy_bytes", "order_at"])


def _fill_parents() -> None:
    names = ("id", "task_id", "video_id", "prompt", "source", "words", "copy_tries")
    parents = sa.table(
        "parents", *map(sa.column, names), sa.column("made_at", MOMENT), sa.column("order_at", MOMENT)
    )
    connection = op.get_bind()
    never = datetime(1970, 1, 1, tzinfo=UTC)
    if connection.dialect.name == "sqlite":
        never = never.replace(tzinfo=None)  # kept there without its zone, as `Moment` does
    for row in connection.execute(sa.select(parents)).all():
        words = f"{row.prompt}\n{row.task_id}\n{row.video_id}".casefold()
        values = {"order_at": row.made_at or never, "words": words, "source": "listed", "copy_tries": 0}
        connection.execute(sa.update(parents).where(parents.c.id == row.id).values(**values))
