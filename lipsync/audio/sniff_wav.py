"""RIFF/WAVE: chunks walked with their real lengths, so that no header is believed."""

from __future__ import annotations

import struct

from lipsync.audio.kinds import WAV
from lipsync.audio.sniffed import PcmData, Sniffed

CHUNKS_WALKED = 10_000
EMPTY_CHUNKS_AT_ONCE = 128
MIN_RATE, MAX_RATE = 8_000, 192_000
STREAMED_BYTES = 0x7FFF_F000  # writers that cannot go back leave a length of 0, 2^31 or 2^32-1

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_OTHER_CODECS = {
    0x02: "adpcm_ms", 0x06: "pcm_alaw", 0x07: "pcm_mulaw", 0x11: "adpcm_ima_wav", 0x31: "gsm_ms",
    0x50: "mp2", 0x55: "mp3", 0xFF: "aac", 0x160: "wmav1", 0x161: "wmav2", 0x2000: "ac3",
}  # fmt: skip
_PCM_CODECS = {
    (_PCM, 1): "pcm_u8", (_PCM, 2): "pcm_s16le", (_PCM, 3): "pcm_s24le", (_PCM, 4): "pcm_s32le",
    (_FLOAT, 4): "pcm_f32le", (_FLOAT, 8): "pcm_f64le",
}  # fmt: skip


def sniff_wav(data: bytes) -> Sniffed | None:
    """What a RIFF/WAVE file holds; None when it is none. Big-endian RIFX counts as undecodable."""
    if data[:4] == b"RIFX":
        return _bad("undecodable")
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    chunks = _find_chunks(data)
    if chunks is None:
        return _bad("undecodable")
    layout, at, said = chunks
    if len(layout) < 16:
        return _bad("undecodable")
    tag, channels, rate, bytes_per_second, align, bits = struct.unpack_from("<HHIIHH", layout)
    if tag == _EXTENSIBLE and len(layout) >= 40 and layout[26:40] == _GUID_TAIL:
        tag = int.from_bytes(layout[24:26], "little")
    if not channels or not rate or not align:
        return _bad("undecodable")
    length, warnings = _true_length(data, at, said)
    if tag not in (_PCM, _FLOAT):
        return _other_codec(tag, length, bytes_per_second, rate, channels, warnings)
    if align % channels or (tag, align // channels) not in _PCM_CODECS or bits > align // channels * 8:
        return _bad("undecodable")
    pcm = PcmData(at, length - length % align, channels, rate, align // channels, tag == _FLOAT)
    return _pcm_verdict(pcm, _PCM_CODECS[tag, pcm.sample_bytes], warnings)


def _pcm_verdict(pcm: PcmData, codec: str, warnings: tuple[str, ...]) -> Sniffed:
    seconds = pcm.length_bytes / pcm.bytes_per_second
    problem = None
    if pcm.length_bytes == 0:
        problem = "no_audio"
    elif not MIN_RATE <= pcm.sample_rate <= MAX_RATE:
        problem = "bad_rate"
    elif pcm.channels > 2:
        problem = "too_many_channels"
    return Sniffed(
        WAV, "wav", codec, seconds, pcm.sample_rate, pcm.channels, problem, warnings, pcm,
        fixable=problem in ("bad_rate", "too_many_channels"),
    )  # fmt: skip


def _other_codec(
    tag: int, length: int, bytes_per_second: int, rate: int, channels: int, warnings: tuple[str, ...]
) -> Sniffed:
    seconds = length / bytes_per_second if bytes_per_second else None
    codec = _OTHER_CODECS.get(tag)
    fixable = codec is not None and length > 0
    return Sniffed(WAV, "wav", codec, seconds, rate, channels, "wrong_codec", warnings, fixable=fixable)


def _find_chunks(data: bytes) -> tuple[bytes, int, int] | None:
    """The `fmt ` chunk, where the samples begin, and how many bytes the header says there are."""
    layout, at, limit = b"", 12, len(data)
    unpack = struct.Struct("<4sI").unpack_from
    for _ in range(CHUNKS_WALKED):
        if at + 8 > limit:
            return None
        name, size = unpack(data, at)
        if name == b"data":
            return (layout, at + 8, size) if layout else None
        if name == b"fmt ":
            layout = data[at + 8 : at + 8 + min(size, 64)]
        at = at + 8 + size + (size & 1) if size else _behind_empty(data, at)
    return None


def _behind_empty(data: bytes, at: int) -> int:
    """Behind an empty chunk, or behind most of a run of the same: some writers pad with very many."""
    chunk = data[at : at + 8]
    run = chunk * EMPTY_CHUNKS_AT_ONCE
    at += 8
    while data.startswith(run, at):
        at += len(run)
    return at


def _true_length(data: bytes, at: int, said: int) -> tuple[int, tuple[str, ...]]:
    """How many bytes of samples there really are, and what is to be said about the header."""
    held = len(data) - at
    if said > held:
        return held, ("bad_header_len" if said >= STREAMED_BYTES else "truncated",) if held else ()
    if said == 0 and held and not _is_chunk(data, at):
        return held, ("bad_header_len",)
    end = at + said + (said & 1)
    if len(data) - end > 8 and not _is_chunk(data, end):
        return said, ("trailing_data",)
    return said, ()


def _is_chunk(data: bytes, at: int) -> bool:
    """Whether a chunk seems to begin here: a readable name and a length that the file can hold."""
    if at + 8 > len(data):
        return False
    name, size = struct.unpack_from("<4sI", data, at)
    readable = all(32 <= byte < 127 for byte in name) and any(chr(byte).isalpha() for byte in name)
    return readable and at + 8 + size <= len(data) + 1


def _bad(problem: str) -> Sniffed:
    return Sniffed(WAV, "wav", problem=problem)
