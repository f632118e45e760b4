"""What the last look before a lip sync says about the money."""

from __future__ import annotations

import pytest

from components.summary import price_in_words
from tests.support.bench import account


@pytest.mark.parametrize(("seconds", "price"), [(5.1, "0.07"), (10.04, "0.14")])
def test_a_price_is_called_an_estimate(seconds: float, price: str) -> None:
    said = price_in_words(account("https://api.example.org"), seconds)
    assert said == f"About {price} USD (an estimate; the service sets the price)"


def test_the_sandbox_is_free() -> None:
    assert price_in_words(account("http://127.0.0.1:9"), 5.1) == "Free: this is the sandbox"


def test_the_price_of_an_unknown_length_is_not_made_up() -> None:
    assert "not known" in price_in_words(account("https://api.example.org"), None)
