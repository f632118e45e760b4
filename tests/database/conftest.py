"""A database of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from lipsync.database.connect import connect
from lipsync.settings import load_settings


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLAlchemy's address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'studio.db'}"
    return load_settings(DATABASE_URL=request.getfixturevalue("postgres_url")).database_address


@pytest.fixture
def database(address: str) -> Iterator[sa.Engine]:
    engine = connect(address)
    yield engine
    engine.dispose()
