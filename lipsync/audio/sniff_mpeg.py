"""MPEG audio (mp3) and ADTS (aac) streams: frames counted one by one.

A frame header is only 11 or 12 set bits, which random bytes contain all the time. So a
stream counts as one only after four headers in a row that agree and follow each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from lipsync.audio.kinds import AAC, LATM, MP3, MPEG_LAYER_2, looks_like_text
from lipsync.audio.sniff_tags import TAGS_SKIPPED, behind_tag, skip_tags
from lipsync.audio.sniffed import AAC_RATES, Sniffed

FRAMES_IN_A_ROW = 4
SEARCH_BYTES = 65_536  # how far the first frame may be from the start (players look as far)
FRAMES_COUNTED = 10_000  # more is over 100 s in any case: from there on the length is extrapolated
FIRST_TRIES = 1_000  # for the first frame; real files need a handful
RESYNC_TRIES = 1_500  # bounds the work that crafted bytes can cause
LOW_BITS_PER_SECOND = 24_000

_KBITS = {  # by (MPEG-1?, layer): kbit/s per index; 0 is "free format", 15 is forbidden
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}

# Says how long the frame at a position is in bytes; 0 when there is none that belongs to this stream.
Measure = Callable[[bytes, int], int]


@dataclass(frozen=True)
class _Stream:
    codec: str
    sample_rate: int
    channels: int
    samples_per_frame: int
    mark: re.Pattern[bytes]
    measure: Measure


@dataclass
class _Walk:
    """How far the frames of a stream were followed, and what was met on the way."""

    at: int
    limit: int
    frames: int = 0
    frame_bytes: int = 0
    damaged: bool = False
    truncated: bool = False
    trailing: bool = False
    complete: bool = True
    tries_left: int = RESYNC_TRIES
    tags_left: int = TAGS_SKIPPED
    tag_bytes: int = 0


def sniff_mpeg(data: bytes) -> Sniffed | None:
    """An mp3 or aac stream, or a relative of theirs; None when the bytes hold no such stream."""
    start, limit = skip_tags(data), len(data)
    if start >= limit:
        return None
    if _is_latm(data, start):
        return Sniffed(LATM, codec="aac_latm", problem="wrong_container", fixable=True)
    found = _first_stream(data, start, min(limit, start + SEARCH_BYTES))
    if found is None:
        if _is_free_format(data, start):
            return Sniffed(MP3, "mp3", "mp3", problem="undecodable")
        return None
    at, stream = found
    if looks_like_text(data[start:at]):
        return None  # text in front of frames is a playlist in disguise
    walk = _walk(data, at, stream)
    junk = at - start if data[start:at].strip(b"\0") else 0
    if walk.complete and walk.frame_bytes * 2 < walk.at - at - walk.tag_bytes + junk:
        return None  # most of it is something else
    return _verdict(data, at, stream, walk, len(data))


def _verdict(data: bytes, at: int, stream: _Stream, walk: _Walk, limit: int) -> Sniffed:
    frames, warnings = walk.frames, []
    declared = _declared_frames(data, at, stream)
    if declared is not None:
        frames -= 1  # the first frame is a table of contents, not sound
    seconds = frames * stream.samples_per_frame / stream.sample_rate
    if not walk.complete:
        seconds *= (limit - at) / max(walk.frame_bytes, 1)
    if walk.damaged:
        warnings.append("damaged")
    if walk.truncated or (walk.complete and declared and frames < declared - 2 and not walk.damaged):
        warnings.append("truncated")
    if walk.trailing:
        warnings.append("trailing_data")
    channels = stream.channels or None
    kind = {"mp3": MP3, "mp2": MPEG_LAYER_2, "mp1": MPEG_LAYER_2, "aac": AAC}[stream.codec]
    if kind is MP3 and seconds > 0 and walk.frame_bytes * 8 / seconds < LOW_BITS_PER_SECOND and walk.complete:
        warnings.append("low_quality")
    wrong = kind is MPEG_LAYER_2
    return Sniffed(
        kind, None if wrong else stream.codec, stream.codec, seconds, stream.sample_rate, channels,
        problem="wrong_codec" if wrong else "too_many_channels" if stream.channels > 2 else None,
        warnings=tuple(warnings), fixable=wrong or stream.channels > 2,
    )  # fmt: skip


def _first_stream(data: bytes, start: int, limit: int) -> tuple[int, _Stream] | None:
    at, tries = data.find(b"\xff", start, limit), FIRST_TRIES
    while at != -1 and tries:
        stream = _stream_at(data, at)
        if stream is not None and _holds(data, at, stream, FRAMES_IN_A_ROW):
            return at, stream
        at, tries = data.find(b"\xff", at + 1, limit), tries - 1
    return None


def _holds(data: bytes, at: int, stream: _Stream, wanted: int) -> bool:
    """Whether `wanted` frames follow each other, or fewer (but two) that fill the file to its end."""
    for count in range(wanted):
        if at == len(data) or data[at : at + 3] == b"TAG":
            return count >= 2
        length = stream.measure(data, at)
        if not length:
            return False
        at += length
    return True


def _walk(data: bytes, at: int, stream: _Stream) -> _Walk:
    """Follow the frames from `at` to the end, or as far as they are counted."""
    measure = stream.measure
    walk = _Walk(at, len(data.rstrip(b"\0")))  # zero padding at the end is no damage
    while at < walk.limit:
        if walk.frames >= FRAMES_COUNTED:
            walk.complete = False
            break
        length = measure(data, at)
        if length and at + length <= len(data):
            walk.frames += 1
            walk.frame_bytes += length
            at += length
        elif length:
            walk.truncated, at = True, walk.limit
        elif walk.tags_left and (behind := behind_tag(data, at, walk.limit)):
            walk.tags_left -= 1
            walk.tag_bytes += behind - at
            at = behind
        else:
            at = _find_again(data, at, stream, walk)
    walk.at = at
    return walk


def _find_again(data: bytes, lost: int, stream: _Stream, walk: _Walk) -> int:
    """Where the stream goes on for at least three frames; the end of the data when it does not."""
    at = lost
    while walk.tries_left and (found := stream.mark.search(data, at + 1)):
        walk.tries_left -= 1
        at = found.start()
        if _holds(data, at, stream, 3):
            walk.damaged = True
            return at
    if walk.limit - lost < 8 and data[lost] == 0xFF:
        walk.truncated = True  # the beginning of one more header
    else:
        walk.trailing = True
    return walk.limit


@cache
def _mark(second: int) -> re.Pattern[bytes]:
    """The first two bytes of each frame; the lowest bit only says whether a checksum follows."""
    return re.compile(b"\xff[" + bytes((second & 0xFE, second | 1)) + b"]")


def _stream_at(data: bytes, at: int) -> _Stream | None:
    if at + 7 > len(data) or data[at + 1] & 0xE0 != 0xE0:
        return None
    if data[at + 1] & 0xF6 == 0xF0:
        return _adts(data, at)
    return _mpeg(data, at)


def _mpeg(data: bytes, at: int) -> _Stream | None:
    second, third, fourth = data[at + 1], data[at + 2], data[at + 3]
    version, layer, rate_index = second >> 3 & 3, 4 - (second >> 1 & 3), third >> 2 & 3
    if version == 1 or layer == 4 or rate_index == 3:
        return None
    rate, mpeg1 = _RATES[version][rate_index], version == 3
    samples = 384 if layer == 1 else 1152 if layer == 2 or mpeg1 else 576
    lengths, wanted = _frame_lengths(version, layer, rate_index), second & 0xFE

    def measure(data: bytes, at: int) -> int:
        if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xFE != wanted:
            return 0
        return lengths[data[at + 2]]

    return _Stream(f"mp{layer}", rate, 1 if fourth >> 6 == 3 else 2, samples, _mark(second), measure)


@cache
def _frame_lengths(version: int, layer: int, rate_index: int) -> tuple[int, ...]:
    """Bytes of a frame by the third byte of its header; 0 where it is not a header of this stream."""
    rate, mpeg1 = _RATES[version][rate_index], version == 3
    samples = 1152 if layer == 2 or mpeg1 else 576
    lengths = [0] * 256
    for index, kbits in enumerate(_KBITS[mpeg1, layer]):
        for padding in (0, 1) if kbits else ():
            slots = samples // 8 * kbits * 1000 // rate
            length = (12 * kbits * 1000 // rate + padding) * 4 if layer == 1 else slots + padding
            for private in (0, 1):
                lengths[index << 4 | rate_index << 2 | padding << 1 | private] = length
    return tuple(lengths)


def _adts(data: bytes, at: int) -> _Stream | None:
    rate_index = data[at + 2] >> 2 & 15
    if rate_index >= len(AAC_RATES):
        return None
    second, third = data[at + 1] & 0xFE, data[at + 2] & 0xFC
    channels = (data[at + 2] & 1) << 2 | data[at + 3] >> 6

    def measure(data: bytes, at: int) -> int:
        if at + 7 > len(data) or data[at] != 0xFF:
            return 0
        if data[at + 1] & 0xFE != second or data[at + 2] & 0xFC != third:
            return 0
        length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        return length if length > 7 else 0

    channels = 8 if channels == 7 else channels
    return _Stream("aac", AAC_RATES[rate_index], channels, 1024, _mark(second), measure)


def _declared_frames(data: bytes, at: int, stream: _Stream) -> int | None:
    """The number of frames that a Xing or Info table in the first frame names; 0 when it names none."""
    if stream.codec != "mp3":
        return None
    frame = data[at : at + 64]
    for mark in (b"Xing", b"Info"):
        found = frame.find(mark, 4)
        if found != -1:
            told = frame[found + 4 : found + 12]  # flags, and the count where the lowest of them is set
            return int.from_bytes(told[4:], "big") if len(told) == 8 and told[3] & 1 else 0
    return None


def _is_free_format(data: bytes, at: int) -> bool:
    """An mp3 whose bit rate is "free": index 0, so frames have no length that a header tells."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return head[2] >> 4 == 0 and head[2] >> 2 & 3 != 3


def _is_latm(data: bytes, at: int) -> bool:
    """AAC in LOAS/LATM: an 11-bit mark and a 13-bit length, at least four times in a row."""
    for _ in range(FRAMES_IN_A_ROW):
        if at + 3 > len(data) or data[at] != 0x56 or data[at + 1] & 0xE0 != 0xE0:
            return False
        at += 3 + ((data[at + 1] & 0x1F) << 8 | data[at + 2])
    return True
