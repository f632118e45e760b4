"""Whether our clock agrees with the service's, when the service takes its time. No test waits: the answers
themselves move the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from lipsync.doctor.finding import Finding, Level
from lipsync.doctor.service import check_account
from lipsync.jobs.settle import CLOCK_SKEW
from tests.support.bench import account
from tests.support.replies_server import RepliesServer, Seen

SLOW = CLOCK_SKEW.total_seconds() * 1.25
BALANCE = {"username": "a", "total_quota": 9.0, "total_used_quota": 0, "keys": []}


class Clocks:
    """Ours is `ahead` seconds ahead of the service's, and both go on only while the service answers."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.time = datetime(2026, 11, 22, 12, 0, 0, 900_000, tzinfo=UTC)
        self.ahead = timedelta(seconds=ahead)

    def ours(self) -> datetime:
        return self.time + self.ahead

    def answers(
        self, *, list_seconds: float = 0.0, balance_seconds: float = 0.0
    ) -> Callable[[Seen], tuple[int, dict[str, str], Any]]:
        """A service that stamps an answer when it begins to work on it, and needs so long for it."""

        def answer(seen: Seen) -> tuple[int, dict[str, str], Any]:
            balance = seen.path.startswith("/user/quota")
            stamp = format_datetime(self.time, usegmt=True)
            self.time += timedelta(seconds=balance_seconds if balance else list_seconds)
            return 200, {"Date": stamp}, BALANCE if balance else {"code": 0, "data": []}

        return answer


def clock_finding(clocks: Clocks, **slow: float) -> Finding:
    """What the check says of the clock."""
    with RepliesServer(clocks.answers(**slow)) as server:
        found = check_account(account(server.url), clocks.ours)
    return next(one for one in found if one.check == "account main: clock")


def test_a_slow_balance_is_no_wrong_clock() -> None:
    found = clock_finding(Clocks(), balance_seconds=SLOW)
    assert (found.level, found.facts["seconds_ahead"]) == (Level.OK, 0.0)


def test_a_slow_list_is_no_wrong_clock() -> None:
    found = clock_finding(Clocks(), list_seconds=SLOW)
    assert (found.level, found.facts["seconds_ahead"]) == (Level.OK, 0.0)


@pytest.mark.parametrize(("ahead", "said"), [(SLOW + 2, "ahead of"), (-SLOW - 2, "behind")])
def test_a_wrong_clock_is_noticed_although_the_service_is_slow(ahead: float, said: str) -> None:
    found = clock_finding(Clocks(ahead), balance_seconds=SLOW)
    assert found.level is Level.WARNING
    assert said in found.said
    assert found.facts["seconds_ahead"] == pytest.approx(ahead, abs=1.0)


@pytest.mark.parametrize(("ahead", "level"), [(-SLOW, Level.OK), (SLOW, Level.WARNING)])
def test_only_what_the_journey_of_an_answer_cannot_explain_is_a_wrong_clock(
    ahead: float, level: Level
) -> None:
    # The stamp is as old as the answer was long on its way: a clock that is behind by so much seems right.
    assert clock_finding(Clocks(ahead), list_seconds=SLOW).level is level
