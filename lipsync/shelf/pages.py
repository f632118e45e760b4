"""Searching, filtering and sorting ten thousand parents, all of it in the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from lipsync.database.tables import parents
from lipsync.parents import ALLOWED_SECONDS, MAX_AGE, SOON, TOLERANCE_SECONDS
from lipsync.shelf.rows import USED_COUNT, KnownParent, Source, known, select_parents
from lipsync.upstream.replies import TaskKind, TaskStatus

Sort = Literal["newest", "oldest", "most_used", "longest", "usable_first"]
SORTS: tuple[Sort, ...] = ("newest", "oldest", "most_used", "longest", "usable_first")
MOST_WORDS = 12
"""So many words of a search are looked for; the rest would only slow it."""


@dataclass(frozen=True, slots=True)
class ParentQuery:
    """What a person looks for. `search` is words of the prompt or parts of an id, all of which must be
    there; `soon_too_old` shows only what can be used for three days more at the most."""

    search: str = ""
    eligible: bool = False
    account: str | None = None
    kind: TaskKind | None = None
    source: Source | None = None
    soon_too_old: bool = False
    sort: Sort = "newest"
    limit: int = 24
    offset: int = 0


def read_items(
    connection: sa.Connection, workspace: str, query: ParentQuery, accounts: Collection[str], now: datetime
) -> tuple[KnownParent, ...]:
    """The page that `query` asks for. `accounts` are those in the settings."""
    rows = connection.execute(page_statement(workspace, query, accounts, now))
    return tuple(known(row) for row in rows)


def count_parents(
    connection: sa.Connection, workspace: str, query: ParentQuery, accounts: Collection[str], now: datetime
) -> int:
    """How many parents `query` finds on all its pages together."""
    conditions = _conditions(workspace, query, accounts, now)
    count = sa.select(sa.func.count()).select_from(parents).where(*conditions)
    return int(connection.execute(count).scalar_one())


def read_accounts(connection: sa.Connection, workspace: str) -> tuple[str, ...]:
    """The names of the accounts that made a workspace's parents."""
    names = sa.select(parents.c.account).where(parents.c.workspace == workspace).distinct()
    return tuple(sorted(connection.scalars(names)))


def page_statement(
    workspace: str, query: ParentQuery, accounts: Collection[str], now: datetime
) -> sa.Select[Any]:
    """The statement of one page."""
    order: dict[Sort, list[Any]] = {
        "newest": [parents.c.order_at.desc(), parents.c.id.desc()],
        # Those of unknown age are not the oldest: they come last here, too.
        "oldest": [parents.c.made_at.is_(None), parents.c.order_at, parents.c.id],
        "most_used": [USED_COUNT.desc(), parents.c.order_at.desc(), parents.c.id.desc()],
        "longest": [
            parents.c.seconds.desc().nulls_last(), parents.c.order_at.desc(), parents.c.id.desc()
        ],
        "usable_first": [
            eligible_now(accounts, now).desc(), parents.c.order_at.desc(), parents.c.id.desc()
        ],
    }  # fmt: skip
    conditions = _conditions(workspace, query, accounts, now)
    chosen = select_parents().where(*conditions).order_by(*order[query.sort])
    return chosen.limit(query.limit).offset(query.offset)


def _conditions(
    workspace: str, query: ParentQuery, accounts: Collection[str], now: datetime
) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [parents.c.workspace == workspace]
    for word in query.search.casefold().split()[:MOST_WORDS]:
        found.append(parents.c.words.contains(word, autoescape=True))
    if query.account is not None:
        found.append(parents.c.account == query.account)
    if query.kind is not None:
        found.append(parents.c.kind == query.kind)
    if query.source is not None:
        found.append(parents.c.source == query.source)
    if query.eligible or query.soon_too_old:
        found.append(eligible_now(accounts, now))
    if query.soon_too_old:
        found.append(parents.c.made_at <= now - MAX_AGE + SOON)
    return found


def eligible_now(accounts: Collection[str], now: datetime) -> sa.ColumnElement[bool]:
    """`lipsync.parents.eligibility` in the database's words; a test holds the two together."""
    lengths = [
        parents.c.seconds.between(allowed - TOLERANCE_SECONDS, allowed + TOLERANCE_SECONDS)
        for allowed in ALLOWED_SECONDS
    ]
    return sa.and_(
        parents.c.status == TaskStatus.SUCCEED,
        parents.c.video_id != "",
        parents.c.gone_at.is_(None),
        parents.c.account.in_(list(accounts)),
        sa.or_(parents.c.made_at.is_(None), parents.c.made_at > now - MAX_AGE),
        sa.or_(parents.c.seconds.is_(None), *lengths),
    )
