"""Waiting for a condition instead of for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 4.0


def wait_until(condition: Callable[[], T], *, timeout: float = 20.0, what: str = "") -> T:
    """The first true value of `condition`; fails after `timeout` seconds, naming `what`.

    A waiting test costs nothing, and a busy machine may be several times slower than the one on
    which a time-out was chosen; so it is stretched by `PATIENCE`.
    """
    timeout *= PATIENCE
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout:g} s in vain for {what or condition}")
        time.sleep(0.02)
