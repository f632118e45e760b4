"""Benches for the tests of jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.bench import Bench


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Makes benches for a service's address, and puts them away."""
    made: list[Bench] = []

    def make(url: str = "http://127.0.0.1:9", **settings: Any) -> Bench:
        made.append(Bench(tmp_path, url, **settings))
        return made[-1]

    yield make
    for bench in made:
        bench.close()
