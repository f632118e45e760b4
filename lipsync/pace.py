"""How fast each voice really speaks, learned from finished clips.

The service publishes no pace, so `lipsync.speech` only estimates. The sound track of a clip
that was made from a text tells how long the text took; nothing is stored, because the clip
can be listened to again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from lipsync.archive import Archive
from lipsync.audio.fit import KEPT_SILENCE_SECONDS, silent_edges
from lipsync.audio.pcm import NoSound, decode, source_kind
from lipsync.database.tables import jobs
from lipsync.jobs.model import JobState
from lipsync.request import LipSyncRequest
from lipsync.speech import correction_from, estimate
from lipsync.upstream.replies import TaskKind
from lipsync.voices import Language

MOST_CLIPS = 20
"""The newest so many clips of a voice are listened to."""
CUT_SECONDS = 0.25
"""Speech that reaches this near to the clip's end may have been cut off there: it tells nothing."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What to multiply estimates by, and from how many clips that was learned."""

    correction: float = 1.0
    clips: int = 0


def learned_pace(
    database: sa.Engine, archive: Archive, *, account: str, voice_id: str, language: Language
) -> Pace:
    """The pace of one voice of one account. Listens to clips it has not heard yet: up to seconds of work."""
    pairs = []
    for job_id, request in _requests(database, account, voice_id, language):
        spoken = spoken_seconds(archive.result_path(job_id))
        if spoken is not None:
            thought = estimate(request.text or "", language, float(request.voice_speed or 1.0))
            pairs.append((thought.likely_seconds, spoken))
    return Pace(correction_from(pairs), len(pairs)) if pairs else Pace()


def spoken_seconds(clip: Path) -> float | None:
    """How long somebody speaks in a clip; None when nobody can say, or when the end was cut off."""
    try:
        changed = clip.stat().st_mtime_ns
    except OSError:
        return None
    return _spoken_seconds(clip, changed)


@lru_cache(maxsize=5_000)
def _spoken_seconds(clip: Path, _changed: int) -> float | None:
    try:
        heard = decode(clip, source_kind(clip))
    except (NoSound, OSError):
        return None
    before, after = silent_edges(heard.samples)
    if after < CUT_SECONDS:
        return None
    return heard.seconds - before - after - KEPT_SILENCE_SECONDS * (2 if before > 0 else 1)


def _requests(
    database: sa.Engine, account: str, voice_id: str, language: Language
) -> list[tuple[str, LipSyncRequest]]:
    """The newest finished texts in this voice."""
    words = sa.cast(jobs.c.request, sa.Text)
    query = (
        sa.select(jobs.c.id, jobs.c.request)
        .where(
            jobs.c.account == account,
            jobs.c.kind == TaskKind.LIP_SYNC,
            jobs.c.state == JobState.READY,
            # Narrows only; what counts is compared below.
            words.contains(json.dumps(voice_id, ensure_ascii=False), autoescape=True),
        )
        .order_by(jobs.c.created_at.desc())
        .limit(MOST_CLIPS * 2)
    )
    with database.connect() as connection:
        found = [(row.id, LipSyncRequest.from_dict(row.request)) for row in connection.execute(query)]
    same = [
        (job_id, one)
        for job_id, one in found
        if one.source == "text" and one.voice_id == voice_id and one.voice_language == language
    ]
    return same[:MOST_CLIPS]
