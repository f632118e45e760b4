"""What one check found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"  # it works, but somebody should look at it
    BROKEN = "broken"  # it does not work


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the page. `facts` are plain numbers and words for machines."""

    check: str
    level: Level
    said: str
    todo: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return asdict(self)


def ok(check: str, said: str, **facts: Any) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, said, "", facts)


def warning(check: str, said: str, todo: str, **facts: Any) -> Finding:
    """It works, but somebody should look at it."""
    return Finding(check, Level.WARNING, said, todo, facts)


def broken(check: str, said: str, todo: str, **facts: Any) -> Finding:
    """It does not work."""
    return Finding(check, Level.BROKEN, said, todo, facts)


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level among them."""
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.BROKEN, Level.WARNING) if level in levels), Level.OK)
