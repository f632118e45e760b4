"""What finished clips teach about the pace of a voice."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from lipsync.archive import Archive
from lipsync.jobs.model import Charge, JobState
from lipsync.jobs.store import JobStore
from lipsync.pace import Pace, learned_pace, spoken_seconds
from lipsync.request import LipSyncRequest
from lipsync.speech import correction_from, estimate
from lipsync.upstream.replies import TaskKind
from lipsync.voices import Language
from tests.support.clips import ffmpeg, make_clip

TEXT = "Hello, I have a little to say."


def a_clip(to: Path, *, spoken: float, seconds: float = 5.0) -> Path:
    """A clip in which something sounds from 0.5 s on for `spoken` seconds."""
    to.parent.mkdir(exist_ok=True)
    sound = f"aevalsrc=0.4*sin(2000*t)*between(t\\,0.5\\,{0.5 + spoken}):d={seconds}:s=16000"
    ffmpeg(
        "-f", "lavfi", "-i", f"testsrc=size=64x48:rate=10:duration={seconds}", "-f", "lavfi", "-i", sound,
        "-c:v", "libx264", "-pix_fmt", "yuv420p", "-shortest", to,
    )  # fmt: skip
    return to


def a_job(
    database: sa.Engine, key: str, *, voice: str = "anna", account: str = "main", language: Language = "en",
    state: JobState = JobState.READY,
) -> str:  # fmt: skip
    request = LipSyncRequest(
        account,
        "task",
        "video",
        "text",
        text=TEXT,
        voice_id=voice,
        voice_language=language,
        voice_speed="1.2",
    )
    with database.begin() as connection:
        job = JobStore(database).insert(
            connection, workspace="local", owner="local", kind=TaskKind.LIP_SYNC, account=account,
            request=request.as_dict(), submit_key=key, charge=Charge.CHARGED, state=state,
        )  # fmt: skip
    return job.id


def test_silence_before_and_after_is_no_speech(tmp_path: Path) -> None:
    assert spoken_seconds(a_clip(tmp_path / "a" / "a.mp4", spoken=2.0)) == pytest.approx(2.0, abs=0.12)


def test_speech_up_to_the_very_end_tells_nothing_because_it_may_be_cut_off(tmp_path: Path) -> None:
    assert spoken_seconds(a_clip(tmp_path / "a" / "a.mp4", spoken=4.5)) is None


def test_a_clip_that_is_gone_broken_or_silent_tells_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    assert spoken_seconds(tmp_path / "gone.mp4") is None
    assert spoken_seconds(broken) is None
    assert spoken_seconds(make_clip(tmp_path / "still.mp4", sound=False)) is None


def test_only_finished_clips_of_the_same_account_voice_and_language_count(
    tmp_path: Path, database: sa.Engine
) -> None:
    archive = Archive(tmp_path)
    same = [a_job(database, f"k{n}") for n in range(2)]
    others = [
        a_job(database, "voice", voice="anna_b"),
        a_job(database, "account", account="other"),
        a_job(database, "language", language="zh"),
        a_job(database, "state", state=JobState.FAILED),
    ]
    clip = a_clip(tmp_path / "results" / "clip.mp4", spoken=3.0)
    for job_id in [*same, *others]:
        archive.result_path(job_id).hardlink_to(clip)
    pace = learned_pace(database, archive, account="main", voice_id="anna", language="en")
    spoken = spoken_seconds(clip)
    assert spoken is not None
    thought = estimate(TEXT, "en", 1.2).likely_seconds
    assert pace == Pace(correction_from([(thought, spoken)] * 2), 2)
    assert pace.correction > 1.05


def test_without_any_clip_the_estimate_stays_as_it_is(tmp_path: Path, database: sa.Engine) -> None:
    a_job(database, "its clip is not there")
    assert learned_pace(database, Archive(tmp_path), account="main", voice_id="anna", language="en") == Pace()


@pytest.mark.parametrize("voice", ['"', "%", "_", "\\", "温柔", ""])
def test_odd_voices_are_looked_for_letter_by_letter(tmp_path: Path, database: sa.Engine, voice: str) -> None:
    archive = Archive(tmp_path)
    job_id = a_job(database, "k", voice=voice or "x")
    clip = a_clip(archive.result_path(job_id), spoken=2.0)
    assert clip.exists()
    pace = learned_pace(database, archive, account="main", voice_id=voice, language="en")
    assert pace.clips == (1 if voice else 0)
