"""What a file is, reading no more than that takes: the beginning of a big one, and the end of an Ogg."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from lipsync.audio.sniff import HEAD_BYTES, sniff
from lipsync.audio.sniff_tags import skip_tags
from lipsync.audio.sniffed import Sniffed

WHOLE_BYTES = 5 * 1024 * 1024  # a file of at most so many is read whole
START_BYTES, TAIL_BYTES = 2_000_000, 65_536  # read of a bigger one
TAGS_JUMPED = 5
_STREAMS = ("mp3", "aac", "wav")  # demuxers of what goes on to the end as it begins


def look(path: Path) -> Sniffed:
    """What the file holds. The length of a big one may be an estimate from its start. Raises `OSError`."""
    size = path.stat().st_size
    if not size:
        return Sniffed(None, problem="empty")
    with path.open("rb") as file:
        if size <= WHOLE_BYTES:
            return sniff(file.read(WHOLE_BYTES))
        at, start = _behind_tags(file)
        tail = b""
        if start.startswith(b"OggS"):
            file.seek(-TAIL_BYTES, 2)
            tail = file.read()
    if not start:
        return Sniffed(None, problem="not_audio")  # a tag that claims more than there is
    return _of_whole(sniff(start + tail, size - at), at, (size - at) / len(start))


def _behind_tags(file: BinaryIO) -> tuple[int, bytes]:
    """Where the sound may begin, and its first bytes: a picture in a tag may be bigger than what is read."""
    at, start = 0, file.read(START_BYTES)
    for _ in range(TAGS_JUMPED):
        behind = skip_tags(start)
        if not behind or behind + HEAD_BYTES <= len(start):
            break
        at += behind
        file.seek(at)
        start = file.read(START_BYTES)
    return at, start


def _of_whole(found: Sniffed, at: int, times: float) -> Sniffed:
    """What was found at `at` in a part of the file, said of all of it: `times` as much."""
    if found.kind is None:
        return found
    seconds = found.seconds
    if seconds is not None and found.kind.demuxer in _STREAMS:
        seconds *= times
    return replace(
        found, seconds=seconds, kind=replace(found.kind, skip_bytes=at + found.kind.skip_bytes)
    )  # fmt: skip
