"""A shelf of sounds on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
import sqlalchemy as sa

from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.sounds import SoundShelf


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables, to be copied: making one takes longer than most tests need it."""
    path = tmp_path_factory.mktemp("empty") / "studio.db"
    one = connect(f"sqlite:///{path}")
    migrate(one)
    one.dispose()
    return path


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Iterator[sa.Engine]:
    copyfile(empty_database, tmp_path / "studio.db")
    one = connect(f"sqlite:///{tmp_path / 'studio.db'}")
    yield one
    one.dispose()


@pytest.fixture
def shelf(tmp_path: Path, database: sa.Engine) -> SoundShelf:
    return SoundShelf(tmp_path, database)
