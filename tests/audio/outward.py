"""Files that hold an honest sound, or only claim to, and lead elsewhere: to another file or the network."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.audio.crafted import SECRET_NAME, box, pcm

WEB = "http://127.0.0.1:9/x"
RATE = 44_100
_KEYS = f'#EXT-X-KEY:METHOD=AES-128,URI="{WEB}"\n#EXT-X-MAP:URI="{WEB}"\n'


def playlists(folder: Path) -> dict[str, bytes]:
    """Texts that a player follows, by what they are."""
    secret = f"file://{folder / SECRET_NAME}"
    hls = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n{}#EXTINF:10.0,\n{}\n#EXT-X-ENDLIST\n"
    return {
        "hls": hls.format("", secret).encode(),
        "hls_beside": hls.format("", SECRET_NAME).encode(),
        "hls_keys": hls.format(_KEYS, WEB).encode(),
        "concat": f"ffconcat version 1.0\nfile '{folder / SECRET_NAME}'\n".encode(),
        "dash": f'<?xml version="1.0"?><MPD><Period><BaseURL>{secret}</BaseURL></Period></MPD>'.encode(),
        "asx": f'<asx version="3.0"><entry><ref href="{WEB}"/></entry></asx>'.encode(),
        "ref": f"[Reference]\r\nRef1={WEB}\r\n".encode(),
    }


def disguises(text: bytes) -> dict[str, bytes]:
    """A playlist behind the first bytes of containers that are converted here, by a fitting name."""
    packets = b"".join(b"G" + text[at : at + 187].ljust(187, b"\n") for at in range(0, 187 * 4, 187))
    return {
        "flac": b"fLaC" + text,
        "ogg": b"OggS" + text,
        "opus": b"OggS\0\2" + bytes(22) + b"OpusHead" + text,
        "mka": b"\x1a\x45\xdf\xa3" + text,
        "webm": b"\x1a\x45\xdf\xa3\x88\x42\x82\x84webm" + text,
        "mp4": box(b"ftyp", b"isom", bytes(4)) + text,
        "mov": box(b"free") + box(b"moov", box(b"rmra", box(b"rmda", box(b"rdrf", bytes(4), b"url ", text)))),
        "avi": b"RIFF\xff\xff\xff\x7fAVI " + text,
        "wma": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + text,
        "aiff": b"FORM\0\1\0\0AIFF" + text,
        "au": b".snd" + text,
        "flv": b"FLV\1" + text,
        "ts": packets,
        "wav": b"RIFF\xff\xff\xff\x7fWAVE" + text,
        "mp3": b"ID3\4\0\0\0\0\0\0" + text,
    }


def quicktime(entry: bytes) -> bytes:
    """A movie with three seconds of plain samples; they are, it says, where the reference `entry` leads."""
    count = 3 * RATE
    sound = bytes(6) + b"\0\1" + bytes(8) + struct.pack(">HHHHI", 1, 16, 0, 0, RATE << 16)
    table = box(
        b"stbl",
        box(b"stsd", struct.pack(">II", 0, 1), box(b"sowt", sound)),
        box(b"stts", struct.pack(">IIII", 0, 1, count, 1)),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, count, 1)),
        box(b"stsz", struct.pack(">III", 0, 2, count)),
        box(b"stco", struct.pack(">III", 0, 1, 44)),
    )
    references = box(b"dinf", box(b"dref", struct.pack(">II", 0, 1), entry))
    media = box(
        b"mdia",
        box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, RATE, count, 0)),
        box(b"hdlr", bytes(4), b"mhlrsoun", bytes(13)),
        box(b"minf", references, table),
    )
    movie = box(b"moov", box(b"trak", box(b"tkhd", struct.pack(">IIII", 0, 0, 0, 1)), media))
    return box(b"ftyp", b"qt  ", bytes(4), b"qt  ") + movie + box(b"mdat", pcm(3.0, RATE))


def alias(path: Path) -> bytes:
    """A data reference as old movies have it: a record with the folder, the name and the path of a file."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack(">HH", kind, len(content)) + content + bytes(len(content) % 2)

    name = path.name.encode()
    body = bytes(10) + bytes([1]) + b"/".ljust(27, b"\0") + bytes(12)
    body += bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16) + struct.pack(">HH", 1, 1) + bytes(16)
    body += record(2, str(path).encode()) + record(18, str(path).encode()) + record(0xFFFF, b"")
    return box(b"alis", bytes(4), body)


def reference(url: str) -> bytes:
    """A data reference as newer movies have it."""
    return box(b"url ", bytes(4), url.encode(), b"\0")


def avi_with_subtitles(text: bytes) -> bytes:
    """An AVI with three seconds of sound, and a track of subtitles whose text is a playlist."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)

    def numbers(*values: int) -> bytes:
        return struct.pack(f"<{len(values)}I", *values)

    def track(kind: bytes, rate: int, layout: bytes) -> bytes:
        head = kind + bytes(4) + numbers(0, 0, 0, 1, rate, 0, 3 * rate, 0, 0xFFFFFFFF, 2) + bytes(8)
        return chunk(b"LIST", b"strl" + chunk(b"strh", head) + chunk(b"strf", layout))

    samples = pcm(3.0, RATE)
    heads = chunk(b"avih", numbers(40_000, 0, 0, 0x10, 100, 0, 2, 0, 64, 64, 0, 0, 0, 0))
    heads += track(b"auds", RATE, struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16))
    heads += track(b"txts", 1_000, b"")
    said = b"GAB2\0" + struct.pack("<HI", 2, 2) + b"a\0" + struct.pack("<HI", 4, len(text)) + text
    blocks = [chunk(b"00wb", samples[at : at + 8_820]) for at in range(0, len(samples), 8_820)]
    movie = chunk(b"LIST", b"hdrl" + heads) + chunk(
        b"LIST", b"movi" + chunk(b"01tx", said) + b"".join(blocks)
    )
    return chunk(b"RIFF", b"AVI " + movie)
