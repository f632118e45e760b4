"""Clips made once for all tests of this folder, which run in one process (`xdist_group`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lipsync.faces import FaceVerdict, look_at
from tests.faces.table import Row, rows


@pytest.fixture(scope="session")
def look(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], FaceVerdict]:
    """The verdict on a clip of the table, by its name; each is made and looked at once."""
    folder = tmp_path_factory.mktemp("faces")
    table: dict[str, Row] = {row.name: row for row in rows()}
    seen: dict[str, FaceVerdict] = {}

    def verdict(name: str) -> FaceVerdict:
        if name not in seen:
            seen[name] = look_at(table[name].make(folder / f"{len(seen)}.mp4"))
        return seen[name]

    return verdict


@pytest.fixture(scope="session")
def clear_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of one clear face."""
    row = next(row for row in rows() if row.name == "amara, landscape")
    return row.make(tmp_path_factory.mktemp("clear") / "clear.mp4")
