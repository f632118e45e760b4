"""WAV headers that tell the truth."""

from __future__ import annotations

import struct

from lipsync.audio.sniffed import PcmData


def truthful_wav(data: bytes, pcm: PcmData) -> tuple[bytes, str]:
    """The samples behind a new header of 44 bytes, and ffmpeg's name for their codec.

    24-bit samples lose their lowest byte: pydub would convert them one by one in Python,
    which takes seconds, and levels and length do not need it.
    """
    samples, width = data[pcm.at : pcm.at + pcm.length_bytes], pcm.sample_bytes
    if width == 3:
        short = bytearray(len(samples) // 3 * 2)
        short[0::2], short[1::2] = samples[1::3], samples[2::3]
        samples, width = bytes(short), 2
    align = pcm.channels * width
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 3 if pcm.is_float else 1,
        pcm.channels, pcm.sample_rate, pcm.sample_rate * align, align, width * 8, b"data", len(samples),
    )  # fmt: skip
    codec = {1: "pcm_u8", 2: "pcm_s16le", 4: "pcm_s32le"}
    return header + samples, f"pcm_f{width * 8}le" if pcm.is_float else codec[width]
