"""The canvas a person is drawn on, and how it lies in a frame.

The canvas is 1000 × 1320 units: the face around x 500, from the top of the skull at y 205 to the
chin near y 612; shoulders from y 700; the bottom is below the elbows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lipsync.sandbox.presenter.people import PRESENTERS
from lipsync.sandbox.presenter.svg import Box

CANVAS = Box(0, 0, 1000, 1320)
FRAMES_A_SECOND = 25
Orientation = Literal["landscape", "portrait", "square"]
FRAME_SIZES: dict[Orientation, tuple[int, int]] = {
    "landscape": (1280, 720),
    "portrait": (720, 1280),
    "square": (960, 960),
}
_HEADROOM = 22.0
"""Least pixels between the highest hair and the frame's upper edge; a moving head needs half of them."""
EYES = Box(372, 318, 628, 470)
MOUTH = Box(412, 486, 588, 626)


@dataclass(frozen=True)
class ClipSpec:
    """What a clip shows. The same spec gives the same picture, the same blinks and the same motion.

    `seconds` are rounded to whole frames. `faceless` leaves the person out. `image` puts the
    person in front of a given picture instead of the drawn scenery.
    """

    presenter: str
    seconds: float
    orientation: Orientation
    seed: int
    faceless: bool = False
    image: Path | None = None

    @property
    def frames(self) -> int:
        return max(1, round(self.seconds * FRAMES_A_SECOND))


@dataclass(frozen=True)
class Placement:
    """Where the canvas lies in the frame: `scale` pixels a unit, its origin at (`x`, `y`) pixels."""

    scale: float
    x: float
    y: float

    def to_pixels(self, x: float, y: float) -> tuple[float, float]:
        return self.x + x * self.scale, self.y + y * self.scale


def placement(spec: ClipSpec) -> Placement:
    """How big the person is and where."""
    width, height = FRAME_SIZES[spec.orientation]
    if spec.image is not None:
        scale = {"landscape": 0.56, "portrait": 0.66, "square": 0.62}[spec.orientation]
        middle = {"landscape": 0.76, "portrait": 0.5, "square": 0.68}[spec.orientation] * width
        return Placement(scale, middle - 500 * scale, height - 920 * scale)
    scale = {"landscape": 0.86, "portrait": 0.98, "square": 1.02}[spec.orientation]
    top = {"landscape": -96.0, "portrait": 30.0, "square": -90.0}[spec.orientation]
    top = max(top, _HEADROOM - PRESENTERS[spec.presenter].crown_y * scale)
    return Placement(scale, width / 2 - 500 * scale, top)
