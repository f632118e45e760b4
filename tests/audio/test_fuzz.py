"""Seeded mutations of real files: no exception, and nothing accepted that is no sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lipsync.audio.check import MAX_SECONDS, PADDING_SECONDS, check_sound
from lipsync.audio.sniff import sniff
from tests.audio.conftest import Corpus

pytestmark = pytest.mark.xdist_group("sounds")
SNIFFED, CHECKED = 400, 40
SEEDS = (
    "mp3_cbr.mp3", "mp3_vbr.mp3", "mp3_mpeg25_8k.mp3", "aac.aac", "m4a_index_last.m4a",
    "m4a_index_first.m4a", "m4a_fragments.m4a", "wav_s24.wav", "wav_8k.wav", "opus.mp3",
    "flac.wav", "webm.mp3", "wma.mp3", "latm.aac",
)  # fmt: skip


def mutations(corpus: Corpus, count: int, seed: int) -> Iterator[bytes]:
    """`count` files with bytes changed, cut, doubled, or swapped between files; mostly near the beginning."""
    random = np.random.default_rng(seed)
    originals = [corpus.path(name).read_bytes() for name in SEEDS]
    for number in range(count):
        data = bytearray(originals[number % len(originals)])
        for _ in range(int(random.integers(1, 12))):
            reach = len(data) if random.random() < 0.3 else min(len(data), 400)
            at, how = int(random.integers(0, max(1, reach))), int(random.integers(0, 5))
            piece = random.bytes(int(random.integers(1, 9)))
            if how == 0:
                data[at : at + len(piece)] = piece
            elif how == 1:
                data[at : at + 4] = bytes((0xFF, 0xFF, 0xFF, 0xFF))
            elif how == 2:
                del data[at : at + int(random.integers(1, 60))]
            elif how == 3:
                data[at:at] = data[at : at + int(random.integers(1, 60))]
            else:
                other = originals[int(random.integers(0, len(originals)))]
                data[at : at + 200] = other[at : at + 200]
        yield bytes(data)


def test_the_sniffer_raises_for_nothing(corpus: Corpus) -> None:
    problems = set()
    for data in mutations(corpus, SNIFFED, seed=20):
        found = sniff(data)
        problems.add(found.problem)
        assert found.problem or (found.format and found.codec and found.seconds is not None)
    assert len(problems) > 4  # the mutations do reach different ends


@pytest.mark.parametrize("mark", [b"Xing", b"Info"])
def test_a_table_may_stand_anywhere_in_the_first_frame_and_be_cut_anywhere(
    corpus: Corpus, mark: bytes
) -> None:
    data = corpus.path("mp3_no_table.mp3").read_bytes()
    first = data.index(b"\xff\xfb")
    random = np.random.default_rng(23)
    for at in range(first + 4, first + 72):
        marked = data[:at] + mark + random.bytes(12) + data[at + 16 :]
        assert sniff(marked).format == "mp3"
        for end in range(at, at + 16):
            sniff(marked[:end])
            sniff(marked[first:end] * 3)


def test_the_sniffer_takes_no_random_bytes_for_sound() -> None:
    random = np.random.default_rng(21)
    starts = (
        b"",
        b"ID3\x03\0\0\0\0\0\x0a",
        b"RIFF\0\0\0\0WAVE",
        b"\0\0\0\x18ftypM4A ",
        b"\xff\xfb\x90\x64",
        b"\xff\xf1\x50\x80",
    )
    for number in range(200):
        assert sniff(starts[number % len(starts)] + random.bytes(20_000)).problem


def test_the_whole_check_accepts_only_what_plays_and_raises_for_nothing(
    corpus: Corpus, tmp_path: Path
) -> None:
    accepted = 0
    for number, data in enumerate(mutations(corpus, CHECKED, seed=22)):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(data)
        report = check_sound(path)
        assert report.accepted is (report.reason is None)
        if report.accepted:
            accepted += 1
            assert report.seconds is not None
            assert 2.0 <= report.seconds <= MAX_SECONDS + PADDING_SECONDS
            assert report.peak_dbfs is not None
            assert report.peak_dbfs > -60
    assert 0 < accepted < CHECKED
