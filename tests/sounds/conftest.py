"""A shelf of sounds on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.sounds import SoundShelf


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sa.Engine]:
    one = connect(f"sqlite:///{tmp_path / 'studio.db'}")
    migrate(one)
    yield one
    one.dispose()


@pytest.fixture
def shelf(tmp_path: Path, database: sa.Engine) -> SoundShelf:
    return SoundShelf(tmp_path, database)
