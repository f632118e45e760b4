"""What a sound file really is and how long it really is, in pure Python.

Nothing here opens, starts or connects to anything: it reads bytes that are already in memory.
"""

from __future__ import annotations

from dataclasses import replace

from lipsync.audio.kinds import Kind, foreign_kind, is_sound_kind
from lipsync.audio.sniff_mp4 import sniff_mp4
from lipsync.audio.sniff_mpeg import skip_tags, sniff_mpeg
from lipsync.audio.sniff_wav import sniff_wav
from lipsync.audio.sniffed import Sniffed

HEAD_BYTES = 65_536
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
    if kind is None or not is_sound_kind(kind):
        return Sniffed(kind, problem="not_audio")
    return Sniffed(kind, seconds=_foreign_seconds(kind, data), problem="wrong_container", fixable=True)


def _foreign_seconds(kind: Kind, data: bytes) -> float | None:
    """The length that the headers of FLAC, Ogg and AIFF claim, None where it is not easily told."""
    if kind.demuxer == "flac" and len(data) >= 26:
        at = data.find(b"fLaC") + 8
        bits = int.from_bytes(data[at + 10 : at + 18], "big")
        rate, samples = bits >> 44, bits & 0xFFFFFFFFF
        return samples / rate if rate and samples else None
    if kind.demuxer == "ogg":
        return _ogg_seconds(kind, data)
    return None


def _ogg_seconds(kind: Kind, data: bytes) -> float | None:
    last = data.rfind(b"OggS")
    granule = int.from_bytes(data[last + 6 : last + 14], "little")
    if kind.name == "Ogg Opus":
        rate = 48_000
    elif kind.name == "Ogg Vorbis":
        at = data.find(b"\x01vorbis")
        rate = int.from_bytes(data[at + 12 : at + 16], "little")
    else:
        return None
    return granule / rate if rate and 0 < granule < 1 << 62 else None
