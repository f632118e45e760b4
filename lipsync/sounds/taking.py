"""What is done with a file that comes in: kept as it is, made anew, held for a choice, or refused."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lipsync.audio.check import (
    MAX_SECONDS,
    MAX_UPLOAD_BYTES,
    PADDING_SECONDS,
    SoundReport,
    check_sound,
)
from lipsync.audio.deadline import Deadline
from lipsync.audio.fit import is_silent, make_fit
from lipsync.audio.look import look
from lipsync.audio.pcm import NoSound, decode, source_kind
from lipsync.audio.sniff import MAX_SOURCE_SECONDS
from lipsync.audio.sniffed import Sniffed

CERTAINLY_CUT_SECONDS = MAX_SECONDS - 1.0
"""A foreign file whose mp3 is as long as this may have been longer; then it is measured."""
_TYPES = {
    "mp3": "audio/mpeg", "wav": "audio/wav", "mov": "video/mp4", "aac": "audio/aac", "flac": "audio/flac",
    "ogg": "audio/ogg", "matroska": "video/webm", "aiff": "audio/aiff",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file.

    `given` is the verdict on what was given. `made` is the report on the mp3 that was made of it
    beside it, if one was. `held`: only a piece of it can be sent.
    """

    given: SoundReport
    made: SoundReport | None = None
    held: bool = False

    @property
    def kept(self) -> SoundReport | None:
        """The report on what would be sent, if anything can be."""
        if self.made is not None:
            return self.made if self.made.accepted else None
        return self.given if self.given.send_as_is else None

    @property
    def verdict(self) -> SoundReport:
        """What to tell the person: about the file, or why it could not be made to fit."""
        failed = self.made is not None and not self.made.accepted
        return self.made if failed and self.made is not None else self.given


def take(file: Path, made: Path, *, name: str, size_bytes: int) -> Taken:
    """Check a file and, where it cannot be sent as it is, try to make `made` of it.

    `size_bytes` is what the person gave; the file may hold less of it. Whatever it takes, it takes
    15 s at most. Raises `OSError` and `lipsync.media.MediaToolMissing`.
    """
    deadline, found = Deadline.after(), look(file)
    report = check_sound(file, name=name, deadline=deadline, found=found)
    if size_bytes > MAX_UPLOAD_BYTES:
        return Taken(replace(report, accepted=False, reason="too_big", bytes=size_bytes, fixable=False))
    if report.send_as_is:
        return Taken(report)
    if report.accepted:
        return Taken(report, make_fit(file, made, loudness=False, deadline=deadline, found=found))
    if not report.fixable:
        return Taken(report)
    try:
        # Many containers do not say how long they are, and what they say may be a lie.
        if report.seconds is None or _too_long(report.seconds):
            report = _heard(file, report, deadline, found)
            if _too_long(report.seconds):
                return Taken(report, held=report.fixable)
        fitted = make_fit(file, made, deadline=deadline, found=found)
        if fitted.accepted and (fitted.seconds or 0.0) > CERTAINLY_CUT_SECONDS:
            heard = _heard(file, report, deadline, found)
            if _too_long(heard.seconds):
                return Taken(heard, held=heard.fixable)
    except NoSound as error:  # how much would be cut off is unknown: better nothing than half
        return Taken(replace(report, accepted=False, reason=error.reason, fixable=False))
    return Taken(report, fitted)


def _heard(file: Path, report: SoundReport, deadline: Deadline, found: Sniffed) -> SoundReport:
    """The report with the length that really comes out, whatever was claimed. Raises `NoSound`."""
    decoded = decode(file, source_kind(file, found), deadline=deadline)
    if not _too_long(decoded.seconds):
        return replace(report, seconds=decoded.seconds)
    if is_silent(decoded.samples):
        raise NoSound("silent")
    fixable = decoded.seconds <= MAX_SOURCE_SECONDS
    return replace(report, reason="too_long", seconds=decoded.seconds, fixable=fixable)


def media_type(file: Path) -> str:
    """The MIME type to play an original with; players look at the content anyway."""
    try:
        return _TYPES.get(source_kind(file).demuxer or "", "application/octet-stream")
    except NoSound:
        return "application/octet-stream"


def as_data(report: SoundReport) -> dict[str, Any]:
    """A report as plain data for the database."""
    return {
        k: (list(v) if isinstance(v, tuple) else v)
        for k, v in asdict(report).items()
        if v is None or isinstance(v, str | int | float | bool | tuple)
    }


def _too_long(seconds: float | None) -> bool:
    return seconds is not None and seconds > MAX_SECONDS + PADDING_SECONDS
