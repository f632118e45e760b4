"""What the sniffers cost, counted in lines of Python: time would depend on the machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import mul
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from lipsync.audio import sniff_mp4
from lipsync.audio.look import look
from lipsync.audio.sniff import sniff
from lipsync.audio.sniff_mp4 import ENTRIES_SUMMED
from tests.audio.crafted import id3, m4a, pcm, riff
from tests.audio.rubbish import worst_rubbish

MOST_LINES = 250_000
"""About 10 ms. Five million bytes looked at one by one would be 20 times as many."""


class TooMuchWork(Exception):
    """Raised in the middle of it, so that even a hopeless sniffer fails at once."""


@contextmanager
def few_lines(most: int = MOST_LINES) -> Iterator[list[int]]:
    """Count the lines of `lipsync.audio` that are run, up to one too many."""
    counted, before = [0], sys.gettrace()

    def trace(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        if "audio" not in frame.f_code.co_filename:
            return None
        counted[0] += event == "line"
        if counted[0] > most:
            raise TooMuchWork
        return trace

    sys.settrace(trace)
    try:
        yield counted
    finally:
        sys.settrace(before)


def test_the_worst_rubbish_is_looked_at_in_few_steps() -> None:
    too_much = []
    for name, data in worst_rubbish():
        try:
            with few_lines() as counted:
                sniff(data)
            assert counted[0] > 50
        except TooMuchWork:
            too_much.append(name)
    assert too_much == []


def test_a_big_file_full_of_tags_is_looked_at_in_few_steps(tmp_path: Path) -> None:
    path = tmp_path / "tags.mp3"
    path.write_bytes(id3(2_000_000) * 12 + id3(0) * 1_000_000)
    with few_lines():
        assert look(path).problem == "not_audio"


def test_honest_work_is_counted() -> None:
    with few_lines() as counted:
        assert sniff(riff(pcm(2.0))).problem is None
    assert counted[0] > 20
    with pytest.raises(TooMuchWork), few_lines(20):
        sniff(riff(pcm(2.0)))


def test_a_wave_padded_with_very_many_empty_chunks_is_still_read() -> None:
    with few_lines() as counted:
        assert sniff(riff(pcm(3.0), before=b"junk\0\0\0\0" * 300_000)).problem is None
    assert counted[0] < 20_000


def test_of_a_huge_table_only_the_beginning_is_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    multiplied = [0]

    def counting(one: int, other: int) -> int:
        multiplied[0] += 1
        return mul(one, other)

    monkeypatch.setattr(sniff_mp4, "mul", counting)
    entries = 600_000
    found = sniff(m4a(times=((1, 1024),) * entries, sizes=(6, entries), data=bytes(6)))
    assert found.seconds == pytest.approx(entries * 1024 / 44_100)
    assert 0 < multiplied[0] <= ENTRIES_SUMMED
