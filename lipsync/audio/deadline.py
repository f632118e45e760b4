"""How long everything that one sound causes may take: one deadline, handed from step to step."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

OPERATION_SECONDS = 15.0
"""The check, the conversion and the check of what was made, together; fetching a link comes before it."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of `clock`, which counts seconds and never goes back."""

    ends_at: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(
        cls, seconds: float = OPERATION_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> Deadline:
        """The deadline so many seconds from now."""
        return cls(clock() + seconds, clock)

    @property
    def left_seconds(self) -> float:
        """What is left; never below 0. With 0, nothing more is started."""
        return max(0.0, self.ends_at - self.clock())
