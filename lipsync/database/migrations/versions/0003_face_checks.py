"""What a look at the faces in a video or picture came to."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table; written out, so that it stays what it was when it ran."""
    op.create_table(
        "face_checks",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("judge", sa.Integer, nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
    )
