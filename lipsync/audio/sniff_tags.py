"""Tags: what stands before, between and behind the frames of a stream and is no sound.

A tag is only what ends where its kind ends. Whatever else hides behind the name of one is no tag.
"""

from __future__ import annotations

import re
import struct

TAGS_SKIPPED = 50  # in front of the first frame, and again behind it; real files have two
_ID3V1_BYTES = 128
_APE = struct.Struct("<8sIIII8x")  # mark, version, bytes behind this header, entries, flags
_APE_HEADER = 1 << 29  # otherwise it is a footer, and stands behind what it speaks of
_LYRICS = re.compile(rb"LYRICSBEGIN.{0,5100}?(?:LYRICSEND|LYRICS200)", re.DOTALL)


def skip_tags(data: bytes) -> int:
    """Where the sound begins, behind any ID3v2 tags (some files have two)."""
    at = 0
    for _ in range(TAGS_SKIPPED):
        if data[at : at + 3] != b"ID3" or len(data) < at + 10:
            break
        size = 0
        for byte in data[at + 6 : at + 10]:
            size = size << 7 | (byte & 0x7F)
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    return at


def behind_tag(data: bytes, at: int, limit: int) -> int:
    """Where the tag that begins here ends; 0 when none does, or when it claims more than there is.

    Zeros are all that may follow an ID3v1 tag: `limit` is where they begin.
    """
    end = 0
    if data.startswith(b"ID3", at):
        end = at + skip_tags(data[at : at + 10])
    elif data.startswith(b"TAG", at):
        end = at + _ID3V1_BYTES if limit <= at + _ID3V1_BYTES else 0
    elif data.startswith(b"APETAGEX", at) and at + _APE.size <= len(data):
        _, _, size, _, flags = _APE.unpack_from(data, at)
        end = at + _APE.size + (size if flags & _APE_HEADER else 0)
    elif lyrics := _LYRICS.match(data, at):
        end = lyrics.end()
    return end if end <= len(data) else 0
