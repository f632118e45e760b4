"""What a sound file really is and how long it really is, in pure Python.

Nothing here opens, starts or connects to anything: it reads bytes that are already in memory.
"""

from __future__ import annotations

from dataclasses import replace

from lipsync.audio.kinds import Kind, foreign_kind, is_sound_kind
from lipsync.audio.sniff_mp4 import sniff_mp4
from lipsync.audio.sniff_mpeg import sniff_mpeg
from lipsync.audio.sniff_tags import skip_tags
from lipsync.audio.sniff_wav import sniff_wav
from lipsync.audio.sniffed import Sniffed

HEAD_BYTES = 65_536
PAGES_WALKED = 500  # of an Ogg file, up to the first sound: a big picture in front of it has 50
FIRST_PAGE_SECONDS = 10  # no writer waits longer before it writes a page
MAX_SOURCE_SECONDS = 600.0  # longer than this, cutting a piece out by hand makes no sense: not offered


def sniff(data: bytes, size: int | None = None) -> Sniffed:
    """What `data` is. `size` is the whole file's size in bytes, when `data` is only its beginning."""
    if not data:
        return Sniffed(None, problem="empty")
    found = _sniff(data, len(data) if size is None else size)
    if found.seconds is not None and found.seconds > MAX_SOURCE_SECONDS:
        found = replace(found, fixable=False)
    return found


def _sniff(data: bytes, size: int) -> Sniffed:
    known = sniff_wav(data) or sniff_mp4(data, size)
    if known is not None:
        return known
    head = data[:HEAD_BYTES]
    kind = foreign_kind(head)
    if kind is None or kind.name == "AC-3":
        stream = sniff_mpeg(data)
        if stream is not None:
            return stream
        behind = skip_tags(data)
        if behind:
            kind = foreign_kind(data[behind : behind + HEAD_BYTES])
            kind = kind and replace(kind, skip_bytes=behind)
    if kind is None or not is_sound_kind(kind):
        return Sniffed(kind, problem="not_audio")
    return Sniffed(kind, seconds=_foreign_seconds(kind, data), problem="wrong_container", fixable=True)


def _foreign_seconds(kind: Kind, data: bytes) -> float | None:
    """The length that the headers of FLAC and Ogg claim, None where it is not easily told."""
    if kind.demuxer == "flac" and len(data) >= 26:
        at = kind.skip_bytes + 8
        bits = int.from_bytes(data[at + 10 : at + 18], "big")
        rate, samples = bits >> 44, bits & 0xFFFFFFFFF
        return samples / rate if rate and samples else None
    if kind.demuxer == "ogg":
        return _ogg_seconds(kind, data)
    return None


def _ogg_seconds(kind: Kind, data: bytes) -> float | None:
    """What the last page says, less what had gone by before, where the recording began in mid-stream."""
    if kind.name == "Ogg Opus":
        rate = 48_000
    elif kind.name == "Ogg Vorbis":
        at = data.find(b"\x01vorbis")
        rate = int.from_bytes(data[at + 12 : at + 16], "little")
    else:
        return None
    samples = _granule(data, data.rfind(b"OggS"))
    first, second = _first_granules(data, kind.skip_bytes)
    if first > FIRST_PAGE_SECONDS * rate:
        samples -= first - max(0, second - first)  # one page is about as long as the next
    return samples / rate if rate and samples > 0 else None


def _first_granules(data: bytes, at: int) -> tuple[int, int]:
    """How many samples have gone by after the first page with sound, and after the second; 0 without one."""
    found = [0, 0]
    for _ in range(PAGES_WALKED):
        if not data.startswith(b"OggS", at) or len(data) < at + 27 or found[1]:
            break
        if (granule := _granule(data, at)) > 0:
            found[1 if found[0] else 0] = granule
        at += 27 + data[at + 26] + sum(data[at + 27 : at + 27 + data[at + 26]])
    return found[0], found[1]


def _granule(data: bytes, page: int) -> int:
    return int.from_bytes(data[page + 6 : page + 14], "little", signed=True)
