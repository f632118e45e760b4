"""MP4 and QuickTime: boxes walked, sample tables added up.

The length in the header is a claim, and a small file can claim anything: only the sample
tables (or the fragments) say what a decoder would be made to work through.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import mul
from sys import byteorder
from typing import NamedTuple

from lipsync.audio.kinds import M4A, MP4_VIDEO, QUICKTIME
from lipsync.audio.sniffed import AAC_RATES, Sniffed

BOXES_WALKED = 10_000
TRACKS_WALKED, TABLES_WALKED = 100, 1_500  # enough for ten minutes in pieces of 0.5 s
DEEPEST = 8  # mdia, minf, stbl is all there should be
BELIEVED_SECONDS = 600
BELIEVED_SAMPLES = 200_000
ENTRIES_SUMMED = 100_000  # of all tables together; honest ones of ten minutes have a third of that
AAC_FRAME_SAMPLES = 960  # or 1,024: the smaller, so that nothing honest is called longer than it is
_TOP_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"moof", b"styp")
_BOX = struct.Struct(">I4s").unpack_from
_AAC_OBJECTS = (0x40, 0x66, 0x67, 0x68)
_AAC_PROFILES = (1, 2, 3, 4, 5, 29)  # Main, LC, SSR, LTP, HE, HE v2
_CODECS = {  # those that ffmpeg decodes, by the name of the track's description
    b"alac": "alac", b"Opus": "opus", b".mp3": "mp3", b"fLaC": "flac", b"ac-3": "ac3", b"ec-3": "eac3",
    b"samr": "amr_nb", b"sawb": "amr_wb", b"sowt": "pcm_s16le", b"twos": "pcm_s16be", b"raw ": "pcm_u8",
    b"in24": "pcm_s24be", b"in32": "pcm_s32be", b"fl32": "pcm_f32be", b"fl64": "pcm_f64be", b"NONE": "pcm",
    b"lpcm": "pcm", b"ipcm": "pcm", b"fpcm": "pcm", b"ulaw": "pcm_mulaw", b"alaw": "pcm_alaw",
    b"ima4": "adpcm_ima_qt", b"ms\0\x02": "adpcm_ms", b"ms\0\x11": "adpcm_ima_wav", b"ms\0\x55": "mp3",
    b"MAC3": "mace3", b"MAC6": "mace6", b"agsm": "gsm", b"QDM2": "qdm2", b"QDMC": "qdmc", b"Qclp": "qcelp",
    b"dtsc": "dts", b"dtsh": "dts", b"dtsl": "dts", b"dtse": "dts", b"mlpa": "truehd", b"WMA2": "wmav2",
}  # fmt: skip
_UNKNOWN = "unknown"  # something else, encrypted sound for one: nobody here decodes it


class _Broken(ValueError):
    """The boxes do not hold together."""


class _Table(NamedTuple):
    name: bytes
    start: int
    stop: int
    default_ticks: int = 0


@dataclass
class _Track:
    handler: bytes = b""
    timescale: int = 0
    samples: int = 0
    entry: bytes = b""
    tables: list[_Table] = field(default_factory=list)  # added up only when this track is the sound
    ticks: int = 0
    sample_bytes: int = 0
    track_id: int = 0
    external: bool = False

    def add(self, table: _Table) -> None:
        if len(self.tables) >= TABLES_WALKED:
            raise _Broken("too many tables")
        self.tables.append(table)


@dataclass
class _Movie:
    brand: bytes = b""
    tracks: list[_Track] = field(default_factory=list)
    by_id: dict[int, _Track] = field(default_factory=dict)
    default_ticks: dict[int, int] = field(default_factory=dict)
    has_moov: bool = False
    truncated: bool = False
    boxes_left: int = BOXES_WALKED
    entries_left: int = ENTRIES_SUMMED

    @property
    def sound(self) -> _Track | None:
        """The track that would be heard: the first one with sound."""
        return next((track for track in self.tracks if track.handler == b"soun"), None)


def is_mp4(data: bytes) -> bool:
    """Whether the first box is one that MP4 and QuickTime files begin with."""
    return data[4:8] in _TOP_BOXES and (data[:3] == b"\0\0\0" or data[4:8] != b"ftyp")


def sniff_mp4(data: bytes, size: int | None = None) -> Sniffed | None:
    """What an MP4 or QuickTime file holds, None when it is none. `size` is the whole file's."""
    if not is_mp4(data):
        return None
    movie = _Movie()
    try:
        _walk_top(data, movie, len(data) if size is None else size)
        if movie.sound is not None:
            _add_up(data, movie.sound, movie)
    except (_Broken, struct.error, IndexError):
        return Sniffed(M4A, "m4a", problem="undecodable")
    return _verdict(movie, len(data) if size is None else size)


def _verdict(movie: _Movie, size: int) -> Sniffed:
    kind = QUICKTIME if movie.brand.startswith(b"qt") else M4A
    if not movie.has_moov:
        return Sniffed(kind, "m4a", problem="undecodable")
    sound = movie.sound
    has_video = any(track.handler == b"vide" for track in movie.tracks)
    if sound is None:
        return Sniffed(MP4_VIDEO if has_video else kind, "m4a", problem="no_audio")
    codec, rate, channels = _codec(sound.entry)
    seconds = _true_seconds(sound, codec, rate)
    warnings: tuple[str, ...] = ("truncated",) if movie.truncated else ()
    problem = None
    if any(track.external for track in movie.tracks):
        problem = "undecodable"  # the sound would be read from another file
    elif has_video:
        kind, problem = MP4_VIDEO, "has_video"
    elif codec != "aac":
        problem = "wrong_codec" if codec else "undecodable"
    elif not seconds:
        problem = "no_audio"
    elif sound.sample_bytes > size and not movie.truncated and seconds <= BELIEVED_SECONDS:
        problem = "undecodable"  # one piece of data used over and over (longer ones are too long anyway)
    elif any(track.samples > BELIEVED_SAMPLES for track in movie.tracks if track is not sound):
        problem = "undecodable"  # another track's index would eat the memory
    elif channels is not None and channels > 2:
        problem = "too_many_channels"
    if movie.brand.startswith(b"qt"):
        warnings += ("ext_mismatch",)
    return Sniffed(
        kind, "m4a", codec, seconds, rate, channels, problem, warnings,
        fixable=problem in ("has_video", "wrong_codec", "too_many_channels") and codec != _UNKNOWN,
    )  # fmt: skip


def _true_seconds(sound: _Track, codec: str | None, rate: int | None) -> float | None:
    """The longer of what the time table says and what that many AAC frames take to decode."""
    seconds = sound.ticks / sound.timescale if sound.timescale else 0.0
    if codec == "aac":
        seconds = max(seconds, sound.samples * AAC_FRAME_SAMPLES / (rate or AAC_RATES[0]))
    return seconds or None


def _boxes(
    data: bytes, at: int, end: int, movie: _Movie, *, beyond: bool = False
) -> Iterator[tuple[bytes, int, int]]:
    """Name, start of the content, and end of each box in a stretch of bytes.

    They must lie wholly inside it, unless they may claim to reach `beyond`.
    """
    while at + 8 <= end:
        if not movie.boxes_left:
            raise _Broken("too many boxes")
        movie.boxes_left -= 1
        size, name = _BOX(data, at)
        content = at + 8
        if size == 1:
            size, content = struct.unpack_from(">Q", data, at + 8)[0], at + 16
        elif size == 0:
            size = end - at
        if size < content - at:
            raise _Broken("a box shorter than its own header")
        if at + size > end and not beyond:
            raise _Broken("a box reaches beyond its container")
        yield name, content, at + size
        at += size


def _walk_top(data: bytes, movie: _Movie, size: int) -> None:
    for name, start, end in _boxes(data, 0, len(data), movie, beyond=True):
        if name == b"ftyp":
            movie.brand = data[start : start + 4]
        elif name == b"moov":
            if end > len(data):
                raise _Broken("the index is cut off")
            movie.has_moov = True
            _walk_moov(data, start, end, movie)
        elif name == b"moof" and end <= len(data):
            _walk_moof(data, start, end, movie)
        if end > size:
            movie.truncated = True


def _walk_moov(data: bytes, at: int, end: int, movie: _Movie) -> None:
    for name, start, stop in _boxes(data, at, end, movie):
        if name == b"trak":
            if len(movie.tracks) >= TRACKS_WALKED:
                raise _Broken("too many tracks")
            track = _Track()
            _walk_track(data, start, stop, movie, track)
            movie.tracks.append(track)
            movie.by_id.setdefault(track.track_id, track)
        elif name == b"mvex":
            for inner, first, _ in _boxes(data, start, stop, movie):
                if inner == b"trex":
                    track_id, _, ticks = struct.unpack_from(">III", data, first + 4)
                    movie.default_ticks[track_id] = ticks


def _walk_track(data: bytes, at: int, end: int, movie: _Movie, track: _Track, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise _Broken("boxes in boxes without end")
    for name, start, stop in _boxes(data, at, end, movie):
        if name in (b"mdia", b"minf", b"stbl", b"dinf"):
            _walk_track(data, start, stop, movie, track, depth + 1)
        elif name == b"tkhd":
            track.track_id = struct.unpack_from(">I", data, start + (20 if data[start] else 12))[0]
        elif name == b"mdhd":
            track.timescale = struct.unpack_from(">I", data, start + (20 if data[start] else 12))[0]
        elif name == b"hdlr" and data[start + 4 : start + 8] != b"dhlr":
            track.handler = data[start + 8 : start + 12]
        elif name == b"stsd":
            track.entry = data[start + 8 : stop]
        elif name == b"stts":
            track.add(_Table(name, start, stop))
        elif name == b"stsz":
            track.samples += struct.unpack_from(">I", data, start + 8)[0]
            track.add(_Table(name, start, stop))
        elif name == b"dref":
            _walk_references(data, start + 8, stop, movie, track)


def _walk_references(data: bytes, at: int, end: int, movie: _Movie, track: _Track) -> None:
    for _, start, _ in _boxes(data, at, end, movie):
        if not data[start + 3] & 1:  # flag 1: the data are in this very file
            track.external = True


def _add_up(data: bytes, track: _Track, movie: _Movie) -> None:
    for table in track.tables:
        if table.name == b"stts":
            track.ticks += _sum_of_products(data, table, movie)
        elif table.name == b"stsz":
            track.sample_bytes += _sum_of_sizes(data, table, movie)
        else:
            track.ticks += _run_ticks(data, table, movie)


def _sum_of_products(data: bytes, table: _Table, movie: _Movie) -> int:
    """Ticks of a time-to-sample table: the sum of count times length."""
    entries = struct.unpack_from(">I", data, table.start + 4)[0]
    words, times = _words(data, table.start + 8, table.stop, 2, entries, movie)
    return int(sum(map(mul, words[0::2], words[1::2])) * times)


def _sum_of_sizes(data: bytes, table: _Table, movie: _Movie) -> int:
    same, entries = struct.unpack_from(">II", data, table.start + 4)
    if same:
        return int(same) * int(entries)
    words, times = _words(data, table.start + 12, table.stop, 1, entries, movie)
    return int(sum(words) * times)


def _run_ticks(data: bytes, table: _Table, movie: _Movie) -> int:
    flags, count = struct.unpack_from(">II", data, table.start)
    if not flags & 0x100:
        return int(count) * table.default_ticks
    width = (flags & 0xF00).bit_count()
    first = table.start + 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    words, times = _words(data, first, table.stop, width, count, movie)
    return int(sum(words[0::width]) * times)


def _words(
    data: bytes, at: int, stop: int, width: int, entries: int, movie: _Movie
) -> tuple[array[int], float]:
    """The numbers of a table, or of as much of it as may be added up, and how often it holds so much."""
    if at + entries * width * 4 > stop:
        raise _Broken("a table longer than its box")
    read = min(entries, movie.entries_left)
    if read < entries and not read:
        raise _Broken("more tables than anybody writes")
    movie.entries_left -= read
    words = array("I")
    words.frombytes(data[at : at + read * width * 4])
    if byteorder == "little":
        words.byteswap()
    return words, entries / read if read else 1.0


def _walk_moof(data: bytes, at: int, end: int, movie: _Movie) -> None:
    for name, start, stop in _boxes(data, at, end, movie):
        if name != b"traf":
            continue
        track, default = None, 0
        for inner, first, last in _boxes(data, start, stop, movie):
            if inner == b"tfhd":
                flags, track_id = struct.unpack_from(">II", data, first)
                track = movie.by_id.get(track_id)
                skip = 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
                default = movie.default_ticks.get(track_id, 0)
                if flags & 8:
                    default = struct.unpack_from(">I", data, first + skip)[0]
            elif inner == b"trun" and track is not None:
                track.samples += struct.unpack_from(">I", data, first + 4)[0]
                track.add(_Table(inner, first, last, default))


def _codec(entry: bytes) -> tuple[str | None, int | None, int | None]:
    """Codec, sample rate and channels of a sound track's description."""
    if len(entry) < 36:
        return None, None, None
    name = entry[4:8]
    channels, rate = struct.unpack_from(">H", entry, 24)[0], struct.unpack_from(">I", entry, 32)[0] >> 16
    if name != b"mp4a":
        return _CODECS.get(name, _UNKNOWN), rate or None, channels
    at = entry.find(b"esds", 36)
    if at == -1:
        return None, rate or None, channels
    object_type, config = _elementary_stream(entry[at + 8 : at + 120])
    if object_type in (0x69, 0x6B):
        return "mp3", rate or None, channels
    if object_type not in _AAC_OBJECTS:
        return "other", rate or None, channels
    profile, true_rate, true_channels = _aac_config(config)
    codec = "aac" if profile in _AAC_PROFILES else "other"
    return codec, true_rate or rate or None, true_channels or channels


def _elementary_stream(descriptor: bytes) -> tuple[int, bytes]:
    """Object type and decoder configuration of an `esds` box; (0, b"") when it makes no sense."""
    at, object_type = 0, 0
    while at + 2 <= len(descriptor):
        tag, at, length = descriptor[at], at + 1, 0
        for _ in range(4):
            if at >= len(descriptor):
                return object_type, b""
            byte = descriptor[at]
            length, at = length << 7 | byte & 0x7F, at + 1
            if not byte & 0x80:
                break
        if tag == 3:
            flags = descriptor[at + 2] if at + 2 < len(descriptor) else 0
            at += 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
        elif tag == 4:
            object_type = descriptor[at] if at < len(descriptor) else 0
            at += 13
        elif tag == 5:
            return object_type, descriptor[at : at + length]
        else:
            at += length
    return object_type, b""


def _aac_config(config: bytes) -> tuple[int, int | None, int | None]:
    """Profile, sample rate and channels of an AudioSpecificConfig."""
    if len(config) < 2:
        return 2, None, None
    bits = int.from_bytes(config[:8].ljust(8, b"\0"), "big")
    profile, rate_index, channels = bits >> 59, bits >> 55 & 15, bits >> 51 & 15
    if profile == 31 or rate_index >= len(AAC_RATES):
        return profile, None, None
    return profile, AAC_RATES[rate_index], {0: None, 7: 8}.get(channels, channels)
