"""Which values the settings of a fault may have. What is refused is told what is allowed.

A setting means the same in every fault that has it, so there is one rule for each name.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final

from lipsync.sandbox.callbacks import MODES
from lipsync.sandbox.refusals import BODY_FORMS, CODES

_TRUE: Final = ("true", "1", "yes", "on")
_FALSE: Final = ("false", "0", "no", "off")
_IN_HEADERS: Final = ("retry_after", "type")
_HEADER: Final = re.compile(r"([!-~]([ -~]*[!-~])?)?")


class FaultError(ValueError):
    """A fault that does not exist, or a setting or value that it cannot have."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `least` to `most`, both included."""

    least: float
    most: float = math.inf
    but: tuple[int, ...] = ()

    def check(self, value: float, key: str) -> None:
        """Raises `FaultError`."""
        # Asked this way round, so that NaN, which is neither more nor less, is refused.
        if self.least <= value <= self.most and value not in self.but:
            return
        if self.most == math.inf:
            raise FaultError(f"{key} must be {self.least:g} or more")
        but = f", but not {' or '.join(map(str, self.but))}" if self.but else ""
        raise FaultError(f"{key} must be from {self.least:g} to {self.most:.10g}{but}")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few."""

    among: tuple[Any, ...]

    def check(self, value: object, key: str) -> None:
        """Raises `FaultError`."""
        if value not in self.among:
            raise FaultError(f"{key} must be one of {', '.join(map(str, self.among))}")


RULES: Final[dict[str, Range | Choice]] = {
    "bytes": Range(1, 1_000_000_000),
    "bytes_per_second": Range(0.1, 1_000_000_000),
    "code": Choice(tuple(CODES)),
    "count": Range(1),
    "depth": Choice((1, 2, 3)),
    "form": Choice(BODY_FORMS),
    "limit": Range(0),
    "mode": Choice(MODES),
    "part": Range(0, 1),
    "polls": Range(0),
    "probability": Range(0, 1),
    "redirect.status": Choice((301, 302, 303, 307, 308)),
    "result_url": Choice(("result_url", "video_url")),
    "seconds": Range(0, 86_400),
    "status": Range(200, 599, but=(204, 304)),  # these two cannot have a body
}
"""By the setting's name, or by the fault's and the setting's. A default is always allowed."""


def value_of(kind: str, key: str, given: dict[str, Any], default: Any) -> Any:
    """The setting as the type that `default` has. Raises `FaultError`."""
    if key not in given:
        return default
    value = _like(default, given[key], key)
    rule = RULES.get(f"{kind}.{key}") or RULES.get(key)
    if rule is not None and value != default:
        rule.check(value, key)
    return value


def whole_number(value: object, key: str) -> int:
    """`value`, a number or a number written as text. Raises `FaultError`."""
    return int(_number(int, value, key))


def _like(default: Any, value: object, key: str) -> Any:
    if isinstance(default, bool):
        word = str(value).lower()
        if word not in (*_TRUE, *_FALSE):
            raise FaultError(f"{key} must be true or false")
        return word in _TRUE
    return _text(value, key) if isinstance(default, str) else _number(type(default), value, key)


def _number(kind: type[int] | type[float], value: object, key: str) -> float:
    wanted = "a whole number" if kind is int else "a number"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FaultError(f"{key} must be {wanted}")
    try:
        number = kind(value)
    except (ValueError, OverflowError) as error:
        raise FaultError(f"{key} must be {wanted}") from error
    if kind is int and isinstance(value, float) and number != value:
        raise FaultError(f"{key} must be {wanted}")
    return number


def _text(value: object, key: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FaultError(f"{key} must be a text")
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FaultError(f"{key} is not valid Unicode") from error
    if key in _IN_HEADERS and not _HEADER.fullmatch(text):
        raise FaultError(f"{key} must be printable ASCII, for it stands in a header")
    return text
