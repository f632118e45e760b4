"""Any sound as plain numbers: ffmpeg with a fixed demuxer, in a limited child, mono at 8 kHz.

Good enough to draw and to find silence; loudness is measured on the way at full quality.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lipsync.audio.check import FAR_QUIETER_DB, MAX_CHECKED_BYTES, MAX_SOURCE_BYTES
from lipsync.audio.deadline import Deadline
from lipsync.audio.kinds import Kind
from lipsync.audio.look import look
from lipsync.audio.runner import ChildFailed, ChildOutput, run_program
from lipsync.audio.sniff import MAX_SOURCE_SECONDS
from lipsync.audio.sniffed import Sniffed
from lipsync.media import find_ffmpeg
from lipsync.scratch import scratch_folder

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Samples = npt.NDArray[np.int16]

RATE = 8_000  # samples a second
LOUDNESS = "ebur128=framelog=verbose"
"""Tells the loudness at the end, and each frame's only to who wants it: ffmpeg 5.1 has no `quiet` yet."""
_LOUDNESS = re.compile(rb"I:\s+(-?[\d.]+) LUFS")
NOTHING_HEARD_LUFS = -69.0  # ebur128 says -70 when it measured nothing
LISTENED_SECONDS = MAX_SOURCE_SECONDS + 1.0  # one second more: to notice what is longer
MIXED = "aformat=channel_layouts=mono"
COMPARED_SECONDS = 60.0
_ALL_CHANNELS = re.compile(rb"mean_volume: (-?[\d.]+) dB")
_CHANNEL = re.compile(rb"Channel: (\d+)\n[^\n]*RMS level dB: (-?[\d.]+)")


class NoSound(ValueError):
    """No sound can be had from this file. `reason` is a slug as in `check.SoundReport`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Decoded:
    """Mono samples at `RATE`, and the loudness in LUFS (None: not measured, or nothing heard).

    `downmix` is the filter that made one channel of the sound's channels.
    """

    samples: Samples
    lufs: float | None
    downmix: str

    @property
    def seconds(self) -> float:
        """Length of the decoded piece."""
        return len(self.samples) / RATE

    @property
    def dbfs(self) -> float:
        """Loudness on the whole, in dB relative to full scale; −120 where there is nothing."""
        power = float((self.samples.astype("float32") ** 2).mean())
        return max(-120.0, 10 * math.log10(power / 32_768**2)) if power else -120.0


def source_kind(path: Path, found: Sniffed | None = None) -> Kind:
    """What the file really is, when sound may be had from it; `found` is what `look` said of it, if known.

    Raises `NoSound`.
    """
    size = path.stat().st_size
    if size > MAX_SOURCE_BYTES:
        raise NoSound("too_big")
    found = found or look(path)
    beyond = size > MAX_CHECKED_BYTES  # then the index of an MP4 may simply not have been seen
    if found.problem in ("empty", "not_audio", "no_audio") or (found.problem == "undecodable" and not beyond):
        raise NoSound(found.problem)
    if found.kind is None or found.kind.demuxer is None:
        raise NoSound("not_audio")
    return found.kind


def input_arguments(path: Path, kind: Kind, *, end: float | None = None) -> list[str]:
    """ffmpeg's arguments for reading one file of ours: this demuxer, nothing else, so many seconds."""
    seconds = LISTENED_SECONDS if end is None else min(end, LISTENED_SECONDS)
    skipped = ["-skip_initial_bytes", str(kind.skip_bytes)] if kind.skip_bytes else []
    return [
        "-nostdin", "-hide_banner", "-nostats", "-v", "info", "-protocol_whitelist", "file,pipe",
        "-f", kind.demuxer or "", *skipped, "-t", f"{seconds:.3f}", "-i", f"file:{path.absolute()}",
        "-map", "0:a:0", "-map_metadata", "-1", "-vn", "-sn", "-dn",
    ]  # fmt: skip


def decode(
    path: Path, kind: Kind, *, start: float = 0.0, end: float | None = None, loudness: bool = False,
    deadline: Deadline | None = None,
) -> Decoded:  # fmt: skip
    """Decode a piece of the sound, at most `LISTENED_SECONDS`. Raises `NoSound`.

    Where the channels cancel each other out, only the loudest is heard. Without a `deadline` it
    takes at most 15 s.
    """
    deadline = deadline or Deadline.after()
    decoded, unmixed_dbfs = _decode(path, kind, start, end, loudness, MIXED, deadline)
    if unmixed_dbfs - decoded.dbfs > FAR_QUIETER_DB:
        channel = _loudest_channel(path, kind, start, end, deadline)
        if channel is not None:
            decoded, _ = _decode(path, kind, start, end, loudness, f"pan=mono|c0=c{channel}", deadline)
    return decoded


def _decode(
    path: Path, kind: Kind, start: float, end: float | None, loudness: bool, downmix: str, deadline: Deadline
) -> tuple[Decoded, float]:
    """The decoded piece, and how loud it was in dB relative to full scale before the channels were mixed."""
    import numpy as np

    # "aresample" is where ffmpeg then converts; otherwise it would measure what was mixed already.
    filters = [f"atrim=start={start:.3f}", "volumedetect", "aresample", downmix]
    filters += [LOUDNESS] if loudness else []
    arguments = [*input_arguments(path, kind, end=end), "-af", ",".join(filters), "-ar", str(RATE)]
    arguments += ["-ac", "1", "-f", "s16le", "pipe:1"]
    output = _run(arguments, deadline)
    if len(output.out) < 2:
        raise NoSound("no_audio")
    samples = np.frombuffer(output.out[: len(output.out) // 2 * 2], dtype="<i2")
    unmixed = _ALL_CHANNELS.findall(output.err)
    decoded = Decoded(samples, told_loudness(output.err), downmix)
    return decoded, float(unmixed[-1]) if unmixed else decoded.dbfs


def _loudest_channel(
    path: Path, kind: Kind, start: float, end: float | None, deadline: Deadline
) -> int | None:
    """The number of the channel that is the loudest in the first minute; None when nothing is heard."""
    end = min(end or LISTENED_SECONDS, start + COMPARED_SECONDS)
    filters = (
        f"atrim=start={start:.3f},aresample={RATE},astats=measure_overall=none:measure_perchannel=RMS_level"
    )
    arguments = [*input_arguments(path, kind, end=end), "-af", filters, "-f", "null", "-"]
    levels = {int(n) - 1: float(level) for n, level in _CHANNEL.findall(_run(arguments, deadline).err)}
    return max(levels, key=lambda channel: levels[channel], default=None)


def _run(arguments: list[str], deadline: Deadline) -> ChildOutput:
    with scratch_folder() as folder:
        try:
            return run_program(find_ffmpeg(), arguments, folder, wall_seconds=deadline.left_seconds)
        except ChildFailed as error:
            raise NoSound(error.reason) from error


def told_loudness(messages: bytes) -> float | None:
    """The loudness in LUFS that ffmpeg's `ebur128` told; None when it heard nothing."""
    found = _LOUDNESS.findall(messages)
    lufs = float(found[-1]) if found else NOTHING_HEARD_LUFS
    return lufs if lufs > NOTHING_HEARD_LUFS else None
