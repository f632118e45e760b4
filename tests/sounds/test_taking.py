"""What is done with a file that comes in: nothing is kept on the word of a header."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lipsync.audio import look
from lipsync.audio.sniffed import Sniffed
from lipsync.audio.words import reason_in_words
from lipsync.sounds.taking import Taken, take
from tests.support.clips import make_tone

PROGRAM = b"\x7fELF\x02\x01\x01" + random.Random(9).randbytes(150_000)


def taken(file: Path) -> Taken:
    return take(file, file.parent / "made.mp3", name=file.name, size_bytes=file.stat().st_size)


def flac_header(seconds: int) -> bytes:
    """Claims so many seconds of stereo at 44,100 samples a second."""
    layout = 44_100 << 44 | 1 << 41 | 15 << 36 | 44_100 * seconds
    return b"fLaC\x80\0\0\x22\x10\0\x10\0" + bytes(6) + layout.to_bytes(8, "big") + bytes(16)


def claiming(seconds: int, file: Path) -> Path:
    """The FLAC with another length in its header."""
    data = bytearray(file.read_bytes())
    layout = int.from_bytes(data[18:26], "big")
    data[18:26] = (layout >> 36 << 36 | (layout >> 44) * seconds).to_bytes(8, "big")
    file.write_bytes(data)
    return file


def opus_around(program: bytes, seconds: int) -> bytes:
    """A first and a last page that are an Ogg Opus of so many seconds, and something else between them."""
    first = b"OggS\0\2" + bytes(20) + b"\1\x13OpusHead\1\2\0\0\x80\xbb\0\0\0\0\0"
    return first + program + b"OggS\0\4" + (48_000 * seconds).to_bytes(8, "little") + bytes(13)


def noise_in_frames(header: bytes, length: int, count: int) -> bytes:
    """Frames whose headers are right and whose content is noise."""
    chance = random.Random(10)
    body = length - len(header)
    return b"".join(header + chance.randbytes(body).replace(b"\xff", b"\xfe") for _ in range(count))


RUBBISH = {
    "program.flac": flac_header(100) + PROGRAM,
    "program.opus": opus_around(PROGRAM, 100),
    "noise.mp3": noise_in_frames(b"\xff\xfb\x90\x64", 417, 2_600),
    "noise.aac": noise_in_frames(b"\xff\xf1\x50\x80\x25\x9f\xfc", 300, 3_000),
}


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_that_claims_to_be_long_is_not_held(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(RUBBISH[name])
    result = taken(file)
    assert result.given.seconds is not None
    assert result.given.seconds > 60
    assert (result.held, result.kept) == (False, None)
    assert result.verdict.reason in ("undecodable", "no_audio")
    assert not result.verdict.fixable


def test_long_silence_is_not_held(tmp_path: Path) -> None:
    result = taken(make_tone(tmp_path / "a.flac", "-af", "volume=0", seconds=70.0))
    assert (result.verdict.reason, result.held) == ("silent", False)


def test_a_long_sound_is_held_with_the_length_that_comes_out(tmp_path: Path) -> None:
    file = claiming(300, make_tone(tmp_path / "a.flac", seconds=64.0))
    result = taken(file)
    assert (result.given.reason, result.held) == ("too_long", True)
    assert result.given.seconds == pytest.approx(64, abs=0.2)


def test_a_sound_that_is_shorter_than_it_claims_is_made_to_fit(tmp_path: Path) -> None:
    file = claiming(300, make_tone(tmp_path / "a.flac", seconds=4.0))
    result = taken(file)
    assert result.made is not None
    assert result.made.accepted
    assert result.made.seconds == pytest.approx(4, abs=0.1)


@pytest.mark.parametrize(
    ("name", "how"),
    [("a.mka", "-c:a pcm_u8 -ar 8000 -ac 1"), ("a.flac", "-c:a flac -ar 8000 -ac 1"),
     ("a.mov", "-c:a pcm_mulaw -ar 8000 -ac 1"), ("a.aac", "-c:a aac -b:a 16k -ar 16000 -ac 1")],
)  # fmt: skip
def test_over_ten_minutes_nothing_is_held_and_the_length_is_named(
    tmp_path: Path, name: str, how: str
) -> None:
    result = taken(make_tone(tmp_path / name, *how.split(), seconds=603.0))
    assert (result.held, result.kept) == (False, None)
    assert "longer than 10 minutes" in reason_in_words(result.verdict)


def test_a_file_that_comes_in_is_sniffed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, real = [], look.sniff

    def counting(data: bytes, size: int | None = None) -> Sniffed:
        seen.append(data[:4])
        return real(data, size)

    monkeypatch.setattr(look, "sniff", counting)
    assert taken(make_tone(tmp_path / "a.flac", seconds=60.0)).kept
    assert seen.count(b"fLaC") == 1
    assert len(seen) == 2  # and what was made of it
