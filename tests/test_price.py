"""The estimated price."""

from __future__ import annotations

import pytest

from lipsync.price import estimated_price_usd
from tests.support.bench import account


@pytest.mark.parametrize(("seconds", "price"), [(5.0, 0.07), (5.1, 0.07), (10.04, 0.14), (3.0, 0.07)])
def test_every_started_five_seconds_cost_once(seconds: float, price: float) -> None:
    assert estimated_price_usd(account("https://api.example.org"), seconds) == pytest.approx(price)


def test_on_this_machine_everything_is_free() -> None:
    assert estimated_price_usd(account("http://127.0.0.1:9"), 10) == 0


def test_without_a_length_there_is_no_price() -> None:
    assert estimated_price_usd(account("https://api.example.org"), None) is None
