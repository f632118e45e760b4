"""Parents that are asked about again, and troubles of copying that are not the video's own."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make and fill the new columns; written out, so that it stays what it was when it ran."""
    with op.batch_alter_table("parents") as table:
        table.add_column(sa.Column("missing_at", MOMENT))
        table.add_column(sa.Column("ask_at", MOMENT))
        table.add_column(sa.Column("asks", sa.Integer))
        table.add_column(sa.Column("copy_waits", sa.Integer))
    _fill()
    with op.batch_alter_table("parents") as table:
        table.alter_column("asks", existing_type=sa.Integer, nullable=False)
        table.alter_column("copy_waits", existing_type=sa.Integer, nullable=False)
        table.create_index("ix_parents_ask", ["ask_at"])


def _fill() -> None:
    names = ("status", "gone_at", "asks", "copy_waits", "copy_tries", "copy_due")
    parents = sa.table("parents", *map(sa.column, names), sa.column("ask_at", MOMENT))
    connection = op.get_bind()
    # Outages used to count as tries: whatever was given up because of them begins anew.
    connection.execute(sa.update(parents).values(asks=0, copy_waits=0, copy_tries=0, copy_due=None))
    at_once = datetime(1970, 1, 1, tzinfo=UTC)
    if connection.dialect.name == "sqlite":
        at_once = at_once.replace(tzinfo=None)  # kept there without its zone, as `Moment` does
    # One lost answer used to be enough to call a video gone, and nobody asked about unfinished ones.
    doubtful = parents.c.gone_at.is_not(None) | parents.c.status.not_in(["succeed", "failed"])
    connection.execute(sa.update(parents).where(doubtful).values(ask_at=at_once))
