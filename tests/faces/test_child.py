from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lipsync.faces import child


class Remembering:
    """A finder that sees a face only when it looks hard."""

    def __init__(self, *, sees: bool, sees_halves: bool = False) -> None:
        self.sees, self.sees_halves = sees, sees_halves
        self.hard = self.at_edges = 0

    def find(self, frame: Image.Image, *, thoroughly: bool = False) -> list[Any]:
        self.hard += thoroughly
        return ["face"] if self.sees and thoroughly else []

    def find_at_edges(self, frame: Image.Image) -> list[Any]:
        self.at_edges += 1
        return ["half"] if self.sees_halves else []


def test_where_nothing_is_found_two_frames_are_searched_harder() -> None:
    finder = Remembering(sees=False)
    assert child.find_in(finder, [Image.new("RGB", (8, 8))] * 8) == [[]] * 8
    assert (finder.hard, finder.at_edges) == (2, 2)


def test_where_only_halves_are_found_all_frames_are_searched_at_their_edges() -> None:
    finder = Remembering(sees=False, sees_halves=True)
    assert child.find_in(finder, [Image.new("RGB", (8, 8))] * 8) == [["half"]] * 8
    assert finder.at_edges == 8


def test_where_that_finds_somebody_all_frames_are() -> None:
    assert child.find_in(Remembering(sees=True), [Image.new("RGB", (8, 8))] * 8) == [["face"]] * 8


def test_without_the_runtime_the_child_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("finder", "networks", "crop"):
        monkeypatch.delitem(sys.modules, f"lipsync.faces.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    wish = {"video": "x", "ffmpeg": "x", "seconds": 1, "samples": 1, "framed": "x", "timeout_seconds": 1}
    assert child.look(wish) == {"error": "no_runtime"}
