"""One sandbox for all HTTP tests of a test process; each test gets an account of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.sandbox import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """The running sandbox. Use `sandbox`, which cleans up after itself."""
    with running_sandbox(tmp_path_factory.mktemp("shared")) as running:
        yield running
