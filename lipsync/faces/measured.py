"""One face, measured: what the finder hands to the judge."""

from __future__ import annotations

from dataclasses import dataclass, replace

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class FoundFace:
    """One face in one frame. Lengths in pixels of the frame, angles in degrees."""

    left: float
    top: float
    right: float
    bottom: float
    """The box around all points of the face, which may lie beyond the frame's edge."""
    height: float
    """From the top of the forehead to the chin, along the face."""
    yaw: float
    """How far the face is turned to a side: 0 looks at the camera."""
    roll: float
    """How far the head is tilted: 0 is upright."""
    mouth: tuple[float, float]
    sure: float

    def moved(self, right: float) -> FoundFace:
        """The same face so many pixels further right."""
        mouth = (self.mouth[0] + right, self.mouth[1])
        return replace(self, left=self.left + right, right=self.right + right, mouth=mouth)

    @property
    def box(self) -> Box:
        return self.left, self.top, self.right, self.bottom
