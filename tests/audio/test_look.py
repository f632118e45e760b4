from __future__ import annotations

import struct
from pathlib import Path

import pytest

from lipsync.audio.check import MAX_CHECKED_BYTES, check_sound
from lipsync.audio.fit import make_fit
from lipsync.audio.look import look
from tests.audio.conftest import Corpus
from tests.audio.crafted import id3

pytestmark = pytest.mark.xdist_group("sounds")
PICTURE_BYTES = 5_400_000


@pytest.fixture(scope="module")
def with_picture(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of sound behind a picture that is bigger than all that may be sent."""
    path = tmp_path_factory.mktemp("big") / "picture.mp3"
    path.write_bytes(id3(300) + id3(PICTURE_BYTES, b"APIC") + corpus.path("mp3_no_tag.mp3").read_bytes())
    return path


def test_the_sound_behind_a_big_picture_is_found_and_made_to_fit(with_picture: Path, tmp_path: Path) -> None:
    report = check_sound(with_picture)
    assert (report.reason, report.format, report.fixable) == ("too_big", "mp3", True)
    assert report.seconds == pytest.approx(3.0, abs=0.1)
    made = make_fit(with_picture, tmp_path / "made.mp3")
    assert made.accepted
    assert made.seconds == pytest.approx(3.0, abs=0.1)


def test_a_picture_that_is_not_too_big_does_no_harm(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(id3(4_000_000, b"APIC") + corpus.path("mp3_no_tag.mp3").read_bytes())
    assert check_sound(path).send_as_is


def test_a_tag_that_claims_more_than_there_is_holds_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(id3(PICTURE_BYTES)[:6] + b"\x7f" * 4 + bytes(PICTURE_BYTES))
    report = check_sound(path)
    assert look(path).problem == "not_audio"
    assert (report.reason, report.fixable) == ("too_big", False)


@pytest.mark.parametrize(("name", "times"), [("mp3_320.mp3", 60), ("layer2.mp3", 60), ("aac.aac", 160)])
def test_the_length_of_a_big_file_is_that_of_all_of_it(
    corpus: Corpus, tmp_path: Path, name: str, times: int
) -> None:
    data = corpus.path(name).read_bytes()
    path = tmp_path / name
    path.write_bytes(id3(2_500_000) + data * times)
    assert path.stat().st_size > MAX_CHECKED_BYTES
    assert look(path).seconds == pytest.approx(3.03 * times, rel=0.03)


def test_a_recording_from_the_middle_of_a_stream_is_as_long_as_what_was_recorded(
    corpus: Corpus, tmp_path: Path
) -> None:
    for name, rate in (("opus.mp3", 48_000), ("vorbis.mp3", 44_100)):
        path = tmp_path / name
        path.write_bytes(later(corpus.path(name).read_bytes(), 5_000 * rate))
        assert look(path).seconds == pytest.approx(3.0, abs=0.1)
        assert check_sound(path).fixable
        made = make_fit(path, tmp_path / "made.mp3")
        assert made.seconds == pytest.approx(3.0, abs=0.1)


def later(data: bytes, samples: int) -> bytes:
    """An Ogg whose pages with sound say that so many samples have gone by before."""
    pages = [b"OggS" + page for page in data.split(b"OggS")[1:]]
    return b"".join(_moved(page, samples) for page in pages)


def _moved(page: bytes, samples: int) -> bytes:
    granule = int.from_bytes(page[6:14], "little", signed=True)
    if granule <= 0:
        return page
    page = page[:6] + struct.pack("<q", granule + samples) + page[14:22] + bytes(4) + page[26:]
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def _checksum(page: bytes) -> int:
    """The CRC that Ogg puts into each page."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = value << 1 ^ (0x104C11DB7 if value & 0x80000000 else 0)
    return value
