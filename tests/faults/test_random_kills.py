"""Kills at random instants, the short version of the harness; docs/reliability.md has the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.harness import run

pytestmark = pytest.mark.kill


def test_twenty_kills_in_a_row_lose_no_job_and_send_nothing_twice(tmp_path: Path) -> None:
    tally = run(tmp_path, kills=20, jobs_per_round=2, seed=20)
    assert tally.jobs >= 20
    assert tally.clean, tally


@pytest.mark.postgres
def test_kills_on_postgresql_lose_no_job_and_send_nothing_twice(tmp_path: Path) -> None:
    tally = run(tmp_path, kills=8, jobs_per_round=2, seed=8, database="postgres")
    assert tally.jobs >= 8
    assert tally.clean, tally


def test_without_the_gate_the_same_kills_do_pay_twice(tmp_path: Path) -> None:
    tally = run(tmp_path, kills=12, jobs_per_round=4, seed=12, unprotected=True, always_slow=True)
    assert tally.paid_twice > 0, tally
