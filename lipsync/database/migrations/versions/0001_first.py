"""The first tables: jobs and their events, pauses, sounds, parents."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; written out, so that it stays what it was when it ran."""
    _jobs()
    op.create_table(
        "job_events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("facts", sa.Text),
    )
    op.create_index("ix_job_events_job", "job_events", ["job_id", "id"])
    op.create_table(
        "account_pauses",
        sa.Column("account", sa.String(40), primary_key=True),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("strikes", sa.Integer, nullable=False),
    )
    op.create_table(
        "sounds",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index("ix_sounds_owner", "sounds", ["workspace", "owner", "created_at"])
    op.create_table(
        "parents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("task_id", sa.String(200), nullable=False),
        sa.Column("video_id", sa.String(200), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float),
        sa.Column("made_at", MOMENT),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.UniqueConstraint("workspace", "account", "task_id", "video_id", name="uq_parents_video"),
    )
    op.create_index("ix_parents_made", "parents", ["workspace", "made_at"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("submit_key", sa.String(64), nullable=False, unique=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("ticket", sa.String(32)),
        sa.Column("armed_at", MOMENT),
        sa.Column("sends", sa.Integer, nullable=False),
        sa.Column("not_before", MOMENT),
        sa.Column("task_id", sa.String(200)),
        sa.Column("request_id", sa.String(200)),
        sa.Column("upstream_status", sa.String(40)),
        sa.Column("charge", sa.String(10), nullable=False),
        sa.Column("problem", sa.String(40)),
        sa.Column("problem_facts", sa.Text),
        sa.Column("callback_token", sa.String(64), nullable=False, unique=True),
        sa.Column("nudges", sa.Integer, nullable=False),
        sa.Column("polls", sa.Integer, nullable=False),
        sa.Column("polled_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("fetching_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("result_bytes", sa.Integer),
        sa.Column("result_seconds", sa.Float),
        sa.Column("result_width", sa.Integer),
        sa.Column("result_height", sa.Integer),
        sa.Column("previous_job_id", sa.String(32)),
    )
    op.create_index("ix_jobs_owner", "jobs", ["workspace", "owner", "created_at"])
    op.create_index("ix_jobs_state", "jobs", ["state", "account"])
    op.create_index("ix_jobs_task", "jobs", ["account", "task_id"], unique=True)
