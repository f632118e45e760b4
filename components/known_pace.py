"""How fast the chosen voice was in earlier clips; listened to beside the page, not before it."""

from __future__ import annotations

from components.asking import asker
from components.person import Person
from lipsync.jobs.model import JobState
from lipsync.pace import Pace, learned_pace
from lipsync.request import LipSyncRequest
from lipsync.studio import Studio


def pace_of(studio: Studio, who: Person, request: LipSyncRequest) -> Pace:
    """What is known of the voice of `request` on its account; a plain guess while nothing is."""
    account, voice, language = request.account, request.voice_id, request.voice_language
    if not account or not voice or not language:
        return Pace()
    # Asked anew only when another clip is there.
    clips = studio.jobs.count(workspace=who.workspace, states=[JobState.READY])
    answer = asker().ask(
        ("pace", studio.settings.database_address, account, voice, language, clips),
        lambda: learned_pace(
            studio.database, studio.archive, account=account, voice_id=voice, language=language
        ),
        fresh_seconds=3_600,
        patience_seconds=0.5,
    )
    return answer.value or Pace()
