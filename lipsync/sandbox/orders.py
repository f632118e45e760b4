"""What the server asks of the process that draws: one order in, one answer out, as JSON lines."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class RenderOrder:
    """One clip to make.

    `spec` is the clip: prompt, presenter (a name, or None to choose by the prompt),
    seconds, orientation, seed, faceless, image (a path or None). With `speech` the
    presenter says a text; with `sound` (a path, and its format) the mouth follows it;
    with neither the clip is silent.
    """

    renderer: str
    spec: dict[str, Any]
    to: Path
    speech: dict[str, Any] | None = None
    sound: Path | None = None
    sound_format: str | None = None

    def to_line(self) -> bytes:
        """The order as one line of JSON."""
        return json.dumps(asdict(self), default=str).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes | str) -> RenderOrder:
        """The order from one line of JSON."""
        given = json.loads(line)
        given["to"] = Path(given["to"])
        given["sound"] = Path(given["sound"]) if given["sound"] else None
        return cls(**given)


CANNOT_BE_MADE: Final = "The clip could not be made"
"""What a person reads of a failure that is the sandbox's own; its log says more."""


class RenderFailed(RuntimeError):
    """The clip could not be made; the message is fit for `task_status_msg`: no program's own words."""
