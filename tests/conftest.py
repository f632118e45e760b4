"""Fixtures for everybody."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import fresh_database, running_postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of this test process, started when the first test wants it."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, running_postgres(Path(folder) / "d") as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database, as a person would write it into `DATABASE_URL`."""
    with fresh_database(postgres_server) as url:
        yield url
