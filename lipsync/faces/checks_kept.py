"""Verdicts that are kept: one row each, and the framed frame as a file beside.

The file comes first, so that a row with a frame never speaks of one that is not there yet.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lipsync.database.tables import face_checks, parents
from lipsync.faces.verdict import JUDGE, FaceVerdict
from lipsync.jobs.store import utcnow
from lipsync.parents import MAX_AGE
from lipsync.upstream.replies import TaskStatus

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """A verdict and when it was given. `verdict.framed` is None: the frame is a file."""

    verdict: FaceVerdict
    checked_at: datetime


class KeptVerdicts:
    """The verdicts of one data folder and database. Those of an older judge count as not there."""

    def __init__(self, data_path: Path, database: sa.Engine) -> None:
        self._folder = data_path / "faces"
        self._database = database

    def get(self, one_id: str) -> KeptVerdict | None:
        """The verdict on a video or picture, if there is one."""
        return self.get_many([one_id]).get(one_id)

    def get_many(self, ids: Iterable[str]) -> dict[str, KeptVerdict]:
        """The verdicts that there are, by id."""
        query = sa.select(face_checks).where(face_checks.c.id.in_(list(ids)), face_checks.c.judge == JUDGE)
        with self._database.connect() as connection:
            return {row.id: _kept(row) for row in connection.execute(query)}

    def put(self, one_id: str, verdict: FaceVerdict) -> None:
        """Keep a verdict in place of an earlier one. Raises `ValueError` for no id, and `OSError`."""
        path = self.frame_path(one_id)
        if verdict.framed is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{one_id}.{os.urandom(4).hex()}.part")
            try:
                partial.write_bytes(verdict.framed)
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
        values = {"verdict": verdict.as_dict(), "judge": JUDGE, "checked_at": utcnow()}
        with self._database.begin() as connection:
            done = connection.execute(
                sa.update(face_checks).where(face_checks.c.id == one_id).values(**values)
            )
            if done.rowcount == 0:
                _insert(connection, one_id, values)

    def frame_path(self, one_id: str) -> Path:
        """Where the framed frame is, if there is one. Raises `ValueError` for what is no id."""
        if not _ID.fullmatch(one_id):
            raise ValueError("not an id")
        return self._folder / f"{one_id}.jpg"

    def newly_made(self, most: int) -> list[str]:
        """Videos made here, the newest first, that nobody looked at yet and that may still speak."""
        query = (
            sa.select(parents.c.id)
            .outerjoin(face_checks, (face_checks.c.id == parents.c.id) & (face_checks.c.judge == JUDGE))
            .where(
                parents.c.job_id.is_not(None),
                parents.c.status == TaskStatus.SUCCEED,
                parents.c.video_id != "",
                parents.c.gone_at.is_(None),
                parents.c.order_at > utcnow() - MAX_AGE,
                face_checks.c.id.is_(None),
            )
            .order_by(parents.c.order_at.desc(), parents.c.id)
            .limit(most)
        )
        with self._database.connect() as connection:
            return list(connection.execute(query).scalars())


def _kept(row: sa.Row[Any]) -> KeptVerdict:
    return KeptVerdict(FaceVerdict.from_dict(row.verdict), row.checked_at)


def _insert(connection: sa.Connection, one_id: str, values: dict[str, Any]) -> None:
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(face_checks).values(id=one_id, **values))
    except sa.exc.IntegrityError:
        # Another process looked at the same in this moment, and its verdict is as good.
        return
