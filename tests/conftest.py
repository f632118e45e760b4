"""Fixtures for everybody."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.settings import Settings
from tests.support.clips import make_clip
from tests.support.postgres import fresh_database, running_postgres
from tests.support.sandbox import RunningSandbox, running_sandbox

# Whoever runs the tests may have a real key here, in the environment or in the secrets file. No test may
# spend money, so both are out of sight before any test begins, also for processes that tests start.
for _field in Settings.model_fields.values():
    os.environ.pop(str(_field.validation_alias), None)
os.environ["STUDIO_SECRETS_FILE"] = os.devnull


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests mostly wait, for kills, links and pages."""
    return (os.cpu_count() or 1) + 1


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


@pytest.fixture(scope="module")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """A sandbox for all tests of a module; most want `sandbox`."""
    with running_sandbox(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture
def sandbox(shared_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    """A sandbox without faults, and with a key, which is an account, of the test's own."""
    shared_sandbox.key = f"sk-{uuid4().hex}"
    yield shared_sandbox
    shared_sandbox.clear_faults()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database of a studio, in a file."""
    engine = connect(f"sqlite:///{tmp_path / 'studio.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 1 s and 64 × 48 with sound. Copy it before changing it."""
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")
