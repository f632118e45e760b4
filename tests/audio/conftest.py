"""The corpus is made once for all tests that use it; they run in one process (`xdist_group`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lipsync.audio.check import SoundReport, check_sound
from tests.audio.corpus import Made, make_encoded
from tests.audio.crafted import make_crafted


@dataclass(frozen=True)
class Corpus:
    folder: Path
    files: tuple[Made, ...]

    def path(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("sounds")
    files = [*make_encoded(folder), *make_crafted(folder)]
    return Corpus(folder, tuple(files))


@pytest.fixture(scope="session")
def reports(corpus: Corpus) -> dict[str, SoundReport]:
    """What the check says of every file, by name."""
    return {made.name: check_sound(corpus.path(made.name)) for made in corpus.files}
