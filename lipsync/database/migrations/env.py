"""Alembic's entry: runs the steps on the connection (and transaction) it is given."""

from alembic import context

from lipsync.database.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
