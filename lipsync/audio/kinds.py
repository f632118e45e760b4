"""What a file really is, from its first bytes: kinds of sound we may meet, and what is no sound at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    `name` is what a person calls it. `demuxer` is the one ffmpeg demuxer that may read it
    (never a playlist, never a probe), None when no sound is to be had from it. `skip_bytes`
    of tags stand in front of what the demuxer knows.
    """

    name: str
    demuxer: str | None = None
    skip_bytes: int = 0


MP3 = Kind("MP3", "mp3")
WAV = Kind("WAV", "wav")
M4A = Kind("M4A", "mov")
AAC = Kind("AAC", "aac")
QUICKTIME = Kind("QuickTime", "mov")
MP4_VIDEO = Kind("MP4 video", "mov")
MPEG_LAYER_2 = Kind("MPEG layer II", "mp3")
LATM = Kind("AAC in LATM", "loas")

_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_WAVE64 = bytes.fromhex("726966662e91cf11a5d628db04c10000")

# Containers that hold sound but are not among the four the upstream takes.
_FOREIGN: tuple[tuple[bytes, Kind], ...] = (
    (b"fLaC", Kind("FLAC", "flac")),
    (_ASF, Kind("Windows Media", "asf")),
    (_WAVE64, Kind("Sony Wave64", "w64")),
    (b"RF64", Kind("RF64 wave", "wav")),
    (b"BW64", Kind("BW64 wave", "wav")),
    (b"caff", Kind("Core Audio", "caf")),
    (b"#!AMR", Kind("AMR", "amr")),
    (b".snd", Kind("Sun AU", "au")),
    (b"\x0b\x77", Kind("AC-3", "ac3")),
    (b"FLV\x01", Kind("Flash video", "flv")),
    (b"\x00\x00\x01\xba", Kind("MPEG video", "mpeg")),
    (b"wvpk", Kind("WavPack", "wv")),
    (b"MAC ", Kind("Monkey's Audio", "ape")),
)

_NO_SOUND: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"GIF8", "GIF picture"),
    (b"BM", "BMP picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"Rar!", "RAR archive"),
    (b"BZh", "bzip2 archive"),
    (b"\xfd7zXZ", "xz archive"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"SQLite format 3", "database"),
    (b"MThd", "MIDI notes"),
)

_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"#extm3u", "playlist"),
    (b"ffconcat", "playlist"),
    (b"[playlist]", "playlist"),
    (b"v=0", "playlist"),
    (b"<!doctype html", "web page"),
    (b"<html", "web page"),
    (b"<?xml", "XML text"),
    (b"<svg", "SVG picture"),
    (b"{", "text"),
)


def foreign_kind(head: bytes) -> Kind | None:
    """The kind of a file that begins with `head`, when it is none of the four accepted ones.

    A kind without a demuxer holds no sound. None: the first bytes tell nothing.
    """
    for magic, kind in _FOREIGN:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Kind("AVI video", "avi")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind("WebP picture")
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Kind("AIFF", "aiff")
    if head[:4] == b"OggS":
        return _ogg(head)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return _matroska(head)
    if _is_transport_stream(head):
        return Kind("MPEG transport stream", "mpegts")
    for magic, name in _NO_SOUND:
        if head.startswith(magic):
            return Kind(name)
    return _text(head)


def is_sound_kind(kind: Kind) -> bool:
    """Whether sound may be had from this kind of file."""
    return kind.demuxer is not None


def looks_like_text(head: bytes) -> bool:
    """Whether the bytes read as text: no control characters but white space, and some letters."""
    sample = head[:512].removeprefix(b"\xef\xbb\xbf")
    if len(sample) < 4:
        return False
    odd = sum(1 for byte in sample if byte < 32 and byte not in (9, 10, 13))
    letters = sum(1 for byte in sample if 32 <= byte < 127)
    return odd == 0 and letters * 2 > len(sample)


def _is_transport_stream(head: bytes) -> bool:
    """Packets of 188 bytes, or of 192 as camcorders write them: four more bytes in front of each."""
    return any(
        len(head) > start + length * 2
        and head[start] == head[start + length] == head[start + length * 2] == 0x47
        for start, length in ((0, 188), (4, 192))
    )


def _text(head: bytes) -> Kind | None:
    start = head[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for magic, name in _TEXTS:
        if start.startswith(magic):
            return Kind(name)
    return Kind("text") if looks_like_text(head) else None


def _ogg(head: bytes) -> Kind:
    page = head[:4096]
    if b"\x80theora" in page:
        return Kind("Ogg video", "ogg")
    for mark, name in (
        (b"OpusHead", "Ogg Opus"),
        (b"\x01vorbis", "Ogg Vorbis"),
        (b"\x7fFLAC", "Ogg FLAC"),
        (b"Speex ", "Ogg Speex"),
    ):
        if mark in page:
            return Kind(name, "ogg")
    return Kind("Ogg", "ogg")


def _matroska(head: bytes) -> Kind:
    family = "WebM" if b"webm" in head[:64] else "Matroska"
    # "V_" begins the codec name of every video track; the tracks come before the first cluster.
    tracks = head[: head.find(b"\x1f\x43\xb6\x75")]
    what = "video" if b"V_VP" in tracks or b"V_MPEG" in tracks or b"V_AV1" in tracks else "sound"
    return Kind(f"{family} {what}", "matroska")
