"""Files made to keep the sniffers busy, as big as may be sent: what they cost is bounded, whatever they hold.

Also used by `benchmarks/audio_check.py`.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from itertools import cycle, islice

from tests.audio.crafted import box, id3

MOST_BYTES = 5_000_000
FRAME = b"\xff\xfb\x90\x64" + bytes(413)  # of an mp3: 128 kbit/s at 44,100 samples a second
THIN = bytes.fromhex("fff14c800109fc00")  # the shortest frame of an aac
FILE_TYPE = box(b"ftyp", b"M4A ", bytes(4))


def worst_rubbish() -> Iterator[tuple[str, bytes]]:
    """Name and content of each."""
    for make in (_streams, _waves, _movies, _others):
        yield from make()


def filled(*pieces: bytes, front: bytes = b"") -> bytes:
    """The pieces in turns, until there is no room for one more."""
    length = sum(len(piece) for piece in pieces) / len(pieces)
    return front + b"".join(islice(cycle(pieces), int((MOST_BYTES - len(front)) / length)))


def _streams() -> Iterator[tuple[str, bytes]]:
    frames, footer = FRAME * 8, b"APETAGEX" + struct.pack("<IIII8x", 2000, 32, 0, 0)
    yield "tags.mp3", filled(id3(0), front=frames)
    yield "other_tags.mp3", filled(footer, id3(0), front=frames)
    yield "lyrics.mp3", filled(b"LYRICSBEGIN", front=frames)
    yield "names_of_tags.mp3", filled(b"TAG", front=frames)
    yield "holes.aac", filled(THIN * 3 + b"\0")
    yield "bigger_holes.aac", filled(THIN * 4 + b"\xff\xf1\x4c\x80")
    yield "three_in_a_row.mp3", filled(FRAME[:4] + bytes(3), front=frames)
    thin = b"\xff\xfb\x10\x64"  # 104 bytes a frame
    rows = b"".join(thin + bytes(48) for _ in range(1_000))
    yield "false_starts.mp3", filled(rows[:-52] + bytes(52))
    yield "two_in_a_row.mp3", filled(THIN * 2 + b"\0", front=THIN * 10)
    yield "syncs.mp3", filled(b"\xff\xfb")
    yield "headers.mp3", filled(b"\xff\xfb\x90\x64")
    yield "ones.mp3", filled(b"\xff")
    yield "noise.mp3", random.Random(3).randbytes(MOST_BYTES)


def _waves() -> Iterator[tuple[str, bytes]]:
    front = b"RIFF\0\0\0\0WAVE"
    yield "same_chunks.wav", filled(b"junk\0\0\0\0", front=front)
    yield "chunks.wav", filled(b"junk\0\0\0\0", b"JUNK\0\0\0\0", front=front)
    yield "pairs_of_chunks.wav", filled(b"junk\0\0\0\0" * 2, b"JUNK\0\0\0\0" * 2, front=front)
    yield "short_chunks.wav", filled(b"junk\1\0\0\0ab", front=front)
    yield "layouts.wav", filled(b"fmt \x10\0\0\0" + bytes(16), front=front)


def _movies() -> Iterator[tuple[str, bytes]]:
    sound = box(b"hdlr", bytes(8), b"soun", bytes(4))
    yield "boxes.m4a", filled(box(b"free"), front=FILE_TYPE)
    yield "tracks.m4a", FILE_TYPE + box(b"moov", filled(box(b"trak", box(b"tkhd", bytes(16)))))
    header = box(b"tfhd", struct.pack(">II", 8, 7), bytes(4))
    run = box(b"trun", struct.pack(">II", 0x101, 1), bytes(8))
    track = box(b"trak", box(b"tkhd", struct.pack(">IIII", 0, 0, 0, 7)), box(b"mdia", sound))
    movie = FILE_TYPE + box(b"moov", box(b"trak") * 99, track)
    yield "fragments.m4a", movie + box(b"moof", box(b"traf", filled(header)))
    yield "runs.m4a", movie + box(b"moof", box(b"traf", header, run * 19_600))
    yield "fewer_runs.m4a", movie + box(b"moof", box(b"traf", header * 8_000, run * 1_490))
    yield "trees.m4a", movie + box(b"moof", box(b"traf", header, run)) * 4_900
    for name, entries, count in (("times", 620_000, 1), ("one_time", 1, 19_900), ("some_times", 5, 19_900)):
        times = box(b"stts", struct.pack(">II", 0, entries), struct.pack(">II", 1, 1) * entries)
        table = box(b"mdia", sound, box(b"minf", box(b"stbl", times * count)))
        yield f"{name}.m4a", FILE_TYPE + box(b"moov", box(b"trak", table))
    references = box(b"dref", bytes(8), filled(box(b"url ", b"\0\0\0\1")))
    yield "references.m4a", FILE_TYPE + box(b"moov", box(b"trak", box(b"mdia", box(b"dinf", references))))


def _others() -> Iterator[tuple[str, bytes]]:
    yield "pages.ogg", filled(b"OggS" + bytes(23))
    yield "crowded_pages.ogg", filled(b"OggS" + bytes(22) + b"\xff" + bytes(255))
    yield "zeros.wav", bytes(MOST_BYTES)
