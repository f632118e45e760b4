"""Whether a sound may be sent: `check_sound`, in five steps of which only the fourth starts anything.

1. Size. 2. What the bytes really are (`sniff`). 3. A truthful WAV header. 4. Decoding with
pydub in a child process under limits, from a copy of ours in its own folder. 5. Levels.
"""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lipsync.audio.deadline import Deadline
from lipsync.audio.look import WHOLE_BYTES, look
from lipsync.audio.runner import ChildFailed, python_command, run_limited
from lipsync.audio.sniff import MAX_SOURCE_SECONDS
from lipsync.audio.sniffed import Sniffed
from lipsync.audio.wav import truthful_wav
from lipsync.media import find_ffmpeg
from lipsync.scratch import scratch_folder

log = logging.getLogger(__name__)

MAX_SOUND_BYTES = 5_000_000  # CometAPI lip sync, `audio_file`: "5MB"; the stricter reading, before Base64
MAX_CHECKED_BYTES = WHOLE_BYTES  # the looser reading: accepted here, but made smaller before it is sent
MIN_SECONDS = 2.0  # Kling advanced lip sync, `sound_file`: 2 to 60 s (the older route names no length)
MAX_SECONDS = 60.0  # the same
PADDING_SECONDS = 0.15  # what encoders add at the ends; not held against anyone
MAX_UPLOAD_BYTES = 60 * 1024 * 1024  # what the studio takes from a person, and its server lets pass
MAX_SOURCE_BYTES = 200_000_000  # what `fit.make_fit` still takes in hand, a video's sound track included

SILENT_DBFS = -60.0
QUIET_DBFS = -40.0
SILENT_EDGE_SECONDS = 1.5
LOST_SECONDS = 0.5  # decoded less than the frames add up to: some of them are broken
FAR_QUIETER_DB = 20.0  # than its channels is a mix in which they cancel each other out
CLIPPED_SHARE = 0.002  # of all samples at the very top or bottom
LOW_RATE = 16_000  # samples a second; telephone sound is below
HIGH_RATE = 48_000

ENDINGS = {"mp3": (".mp3",), "wav": (".wav", ".wave"), "m4a": (".m4a",), "aac": (".aac",)}
_DECODERS = {"mp3": "mp3float"}  # ffmpeg's decoder that is twice as fast as the one called mp3
# With one of these the file is made anew before it is sent: a stranger's decoder may not cope.
_REMADE_WARNINGS = frozenset(
    {"bad_header_len", "trailing_data", "truncated", "damaged", "unusual_rate", "out_of_phase"}
)


@dataclass(frozen=True)
class SoundReport:
    """What `check_sound` found.

    `reason` and `warnings` are slugs (sentences: `lipsync.audio.words`). Lengths are seconds,
    sizes bytes, levels dB relative to full scale. `foreign_name` says what a file really is
    when it is none of the four accepted kinds. `fixable`: `fit.make_fit` can make it legal.
    `lufs` is measured only by `fit.make_fit`.
    """

    accepted: bool
    bytes: int
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    seconds: float | None = None
    format: str | None = None
    codec: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    loudness_dbfs: float | None = None
    lufs: float | None = None
    peak_dbfs: float | None = None
    silent_start_seconds: float = 0.0
    silent_end_seconds: float = 0.0
    foreign_name: str | None = None
    fixable: bool = False

    @property
    def send_as_is(self) -> bool:
        """Whether these very bytes may go upstream; otherwise `fit.make_fit` first."""
        odd = _REMADE_WARNINGS.intersection(self.warnings)
        return self.accepted and self.bytes <= MAX_SOUND_BYTES and not odd


def check_sound(
    path: Path, *, name: str | None = None, deadline: Deadline | None = None, found: Sniffed | None = None
) -> SoundReport:
    """Whether the file may be sent, and what is in it. Never raises for what a file holds.

    `name` is what its owner calls it, when `path` has another ending. Without a `deadline` it
    takes at most 15 s. `found` is what `look` says of the file, where that is known already.
    Raises `OSError` when the file cannot be read and `lipsync.media.MediaToolMissing` without ffmpeg.
    """
    size, found = path.stat().st_size, found or look(path)
    if size > MAX_CHECKED_BYTES:
        return _too_big(found, size)
    report = _from_sniff(found, size, Path(name).suffix if name else path.suffix)
    if report.reason is not None:
        return report
    try:
        levels = _decode(found, path.read_bytes(), deadline or Deadline.after())
    except ChildFailed as error:
        log.warning("a sound of %d bytes could not be decoded: %s", size, error)
        return replace(report, accepted=False, reason=error.reason, fixable=False)
    return _with_levels(report, levels)


def _too_big(found: Sniffed, size: int) -> SoundReport:
    """Too many bytes; whether that can be helped."""
    is_sound = found.problem not in ("not_audio", "no_audio")
    short = found.seconds is None or found.seconds <= MAX_SOURCE_SECONDS
    return SoundReport(
        False, size, "too_big", seconds=found.seconds, format=found.format, codec=found.codec,
        foreign_name=_foreign_name(found), fixable=is_sound and short and size <= MAX_SOURCE_BYTES,
    )  # fmt: skip


def _from_sniff(found: Sniffed, size: int, suffix: str) -> SoundReport:
    reason, fixable, warnings = found.problem, found.fixable, found.warnings
    if reason is None:
        assert found.seconds is not None
        reason = _length_problem(found.seconds)
        fixable = reason == "too_long" and found.seconds <= MAX_SOURCE_SECONDS
        warnings += _mild(found, suffix) if reason is None else ()
    return SoundReport(
        accepted=False, bytes=size, reason=reason, warnings=tuple(dict.fromkeys(warnings)),
        seconds=found.seconds, format=found.format, codec=found.codec,
        sample_rate=found.sample_rate, channels=found.channels,
        foreign_name=_foreign_name(found), fixable=fixable,
    )  # fmt: skip


def _length_problem(seconds: float) -> str | None:
    if seconds > MAX_SECONDS + PADDING_SECONDS:
        return "too_long"
    return "too_short" if seconds < MIN_SECONDS else None


def _mild(found: Sniffed, suffix: str) -> tuple[str, ...]:
    warnings = []
    if suffix and suffix.lower() not in ENDINGS.get(found.format or "", ()):
        warnings.append("ext_mismatch")
    if found.sample_rate and found.sample_rate < LOW_RATE:
        warnings.append("low_quality")
    if found.sample_rate and found.sample_rate > HIGH_RATE:
        warnings.append("unusual_rate")
    return tuple(warnings)


def _foreign_name(found: Sniffed) -> str | None:
    if found.problem is None or found.kind is None:
        return None
    plain = found.kind.name in ("MP3", "WAV", "M4A", "AAC")
    return None if plain and found.problem != "wrong_codec" else found.kind.name


def _decode(found: Sniffed, data: bytes, deadline: Deadline) -> dict[str, Any]:
    """Decode a copy in a folder that is the child's alone. Raises `ChildFailed`."""
    assert found.kind
    assert found.codec
    codec = _DECODERS.get(found.codec, found.codec)
    if found.pcm is not None:
        data, codec = truthful_wav(data, found.pcm)
    with scratch_folder() as folder:
        sound = folder / f"sound.{found.format}"
        sound.write_bytes(data)
        wish = {"path": str(sound), "format": found.kind.demuxer, "codec": codec}
        wish["ffmpeg"] = str(find_ffmpeg())
        command = python_command("lipsync.audio.decoder", json.dumps(wish))
        output = run_limited(command, folder, wall_seconds=deadline.left_seconds)
    try:
        told: dict[str, Any] = json.loads(output.out)
    except ValueError as error:
        raise ChildFailed("the decoder said nothing that makes sense") from error
    if "error" in told:
        raise ChildFailed(str(told["error"]))
    return told


def _with_levels(report: SoundReport, told: dict[str, Any]) -> SoundReport:
    expected, seconds = report.seconds or 0.0, float(told["seconds"])
    levels = [_dbfs(level) for level in told["levels"]]
    if not levels:
        return replace(report, reason="undecodable")
    report = replace(
        report, seconds=seconds, sample_rate=int(told["sample_rate"]), channels=int(told["channels"]),
        loudness_dbfs=_dbfs(told["rms"]), peak_dbfs=_dbfs(told["peak"]),
    )  # fmt: skip
    warnings = list(report.warnings)
    loud = [at for at, level in enumerate(levels) if level > SILENT_DBFS]
    if report.channels and report.channels > 2:  # an AAC header may leave it to the decoder to find out
        return replace(report, reason="too_many_channels", fixable=True)
    length = _length_problem(seconds)
    if length is not None:
        return replace(report, reason=length, fixable=length == "too_long")
    if not loud:
        return replace(report, reason="silent")
    start, end = loud[0] * 0.05, (len(levels) - 1 - loud[-1]) * 0.05
    if max(start, end) >= SILENT_EDGE_SECONDS:
        warnings.append("silent_edges")
    if _dbfs(told["rms"]) < QUIET_DBFS:
        warnings.append("quiet")
    if float(told["clipped_share"]) > CLIPPED_SHARE:
        warnings.append("clipped")
    if _dbfs(told["rms"]) - _dbfs(told["mixed_rms"]) > FAR_QUIETER_DB:
        warnings.append("out_of_phase")
    if expected - seconds > LOST_SECONDS and not {"truncated", "damaged"}.intersection(warnings):
        warnings.append("damaged")
    return replace(
        report, accepted=True, warnings=tuple(warnings), silent_start_seconds=start, silent_end_seconds=end
    )


def _dbfs(level: float) -> float:
    """A 16-bit level as dB relative to full scale; nothing at all is −120."""
    return round(20 * math.log10(level / 32_768), 2) if level > 0 else -120.0
