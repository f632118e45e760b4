"""What the sniffer says about a file."""

from __future__ import annotations

from dataclasses import dataclass

from lipsync.audio.kinds import Kind

# Sample rates by index, in ADTS headers and MP4 descriptions alike (ISO/IEC 14496-3).
AAC_RATES = (
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350
)  # fmt: skip


@dataclass(frozen=True)
class PcmData:
    """Where the samples of a WAV really are: enough to write a truthful header."""

    at: int
    length_bytes: int
    channels: int
    sample_rate: int
    sample_bytes: int
    is_float: bool

    @property
    def bytes_per_second(self) -> int:
        """Never zero: the sniffer refuses such headers."""
        return self.sample_rate * self.channels * self.sample_bytes


@dataclass(frozen=True)
class Sniffed:
    """What a file is, from its bytes alone. `problem` is a reason slug, None when it may be decoded.

    `format` is mp3, wav, m4a or aac, None for anything else. `seconds` is what the bytes
    add up to, not what a header says; it may be an extrapolation for very long files.
    """

    kind: Kind | None
    format: str | None = None
    codec: str | None = None
    seconds: float | None = None
    sample_rate: int | None = None
    channels: int | None = None
    problem: str | None = None
    warnings: tuple[str, ...] = ()
    pcm: PcmData | None = None
    fixable: bool = False
