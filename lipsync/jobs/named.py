"""Which sounds and pictures jobs name: those must stay."""

from __future__ import annotations

import json

import sqlalchemy as sa

from lipsync.database.tables import jobs


def named_by_jobs(connection: sa.Connection, *fields: str, workspace: str | None = None) -> set[str]:
    """The ids that requests, and lines that wait, have in any of `fields`, whatever state the job is in."""
    found: set[str] = set()
    for column in (jobs.c.request, jobs.c.then_request):
        words = sa.cast(column, sa.Text)
        query = sa.select(words).where(sa.or_(*(words.contains(f'"{field}"') for field in fields)))
        if workspace is not None:
            query = query.where(jobs.c.workspace == workspace)
        for asked in map(json.loads, connection.execute(query).scalars()):
            found |= {str(asked[field]) for field in fields if asked.get(field)}
    return found
