"""Is this really an mp3, wav, m4a or aac? The service's own look at an uploaded sound.

Only the shape of the data is read here, in pure Python; decoding happens later in the
process that draws. It is written apart from the studio's own check on purpose: two
checks that share a mistake would not find it.
"""

from __future__ import annotations

import struct
from typing import Final, Literal

SoundFormat = Literal["mp3", "wav", "m4a", "aac"]

MAX_SOUND_BYTES: Final = 5_000_000  # CometAPI lip sync, `audio_file`: "at most 5 MB"

_WAV_PCM_TAGS: Final = (0x0001, 0x0003, 0xFFFE)
_MP3_KBITS: Final = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),  # MPEG-1 layer III
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),  # MPEG-2 and 2.5 layer III
}
_MP3_RATES: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_FRAMES_WANTED: Final = 3
_SEARCH_BYTES: Final = 65_536


def sniff(data: bytes) -> SoundFormat | None:
    """The format by content, or None when it is none of the four."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav" if _wav_has_sound(data) else None
    if data[4:8] == b"ftyp":
        return "m4a" if b"soun" in data and (b"mp4a" in data) and b"vide" not in data else None
    start = _after_id3(data)
    for offset in range(start, min(len(data) - 4, start + _SEARCH_BYTES)):
        if data[offset] != 0xFF or data[offset + 1] & 0xE0 != 0xE0:
            continue
        if _run(data, offset, _adts_length):
            return "aac"
        if _run(data, offset, _mp3_length):
            return "mp3"
    return None


def _wav_has_sound(data: bytes) -> bool:
    offset, tag = 12, 0
    while offset + 8 <= len(data):
        name, size = data[offset : offset + 4], struct.unpack_from("<I", data, offset + 4)[0]
        if name == b"fmt " and offset + 10 <= len(data):
            tag = struct.unpack_from("<H", data, offset + 8)[0]
        if name == b"data":
            return tag in _WAV_PCM_TAGS and len(data) > offset + 8
        offset += 8 + size + size % 2
    return False


def _after_id3(data: bytes) -> int:
    offset = 0
    while data[offset : offset + 3] == b"ID3" and len(data) >= offset + 10:
        sizes = data[offset + 6 : offset + 10]
        offset += 10 + (sizes[0] << 21 | sizes[1] << 14 | sizes[2] << 7 | sizes[3])
    return offset


def _run(data: bytes, offset: int, length_of: object) -> bool:
    """Whether several frames follow one another from `offset` (fewer, if the file ends before)."""
    assert callable(length_of)
    for found in range(_FRAMES_WANTED):
        length = length_of(data, offset)
        if not length:
            return False
        offset += length
        if offset >= len(data):
            return found >= 1
    return True


def _adts_length(data: bytes, offset: int) -> int:
    head = data[offset : offset + 7]
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or (head[2] >> 2) & 0xF > 12:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0


def _mp3_length(data: bytes, offset: int) -> int:
    head = data[offset : offset + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = (head[1] >> 3) & 3, (head[1] >> 1) & 3
    kbits_index, rate_index, padding = head[2] >> 4, (head[2] >> 2) & 3, (head[2] >> 1) & 1
    if version == 1 or layer != 1 or rate_index == 3:
        return 0
    kbits = _MP3_KBITS[3 if version == 3 else 2][kbits_index]
    samples = 144 if version == 3 else 72
    return samples * kbits * 1000 // _MP3_RATES[version][rate_index] + padding if kbits else 0
