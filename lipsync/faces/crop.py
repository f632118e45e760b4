"""A square of a frame, upright for the face in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from lipsync.faces.networks import Floats, Pixels


@dataclass(frozen=True)
class Crop:
    """A square around `middle`, `width` pixels wide, tilted by `angle` (radians, clockwise on the screen)."""

    middle: tuple[float, float]
    width: float
    angle: float

    def turned(self, by: float) -> Crop:
        """The same square, tilted by so much more."""
        return replace(self, angle=self.angle + by)

    def wider(self, times: float) -> Crop:
        """The same square, so many times as wide."""
        return replace(self, width=self.width * times)

    def cut(self, frame: Image.Image, pixels: int) -> Pixels:
        """What is in it, `pixels` wide; what lies beyond the frame is black."""
        cos, sin, x, y = self._numbers(pixels)
        affine = (cos, -sin, x, sin, cos, y)
        return np.asarray(
            frame.transform((pixels, pixels), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)
        )

    def back(self, points: Floats, pixels: int) -> Floats:
        """Points (x, y, z) of the cut picture in pixels of the frame."""
        cos, sin, left, top = self._numbers(pixels)
        x, y, z = points[:, 0], points[:, 1], points[:, 2]
        moved = [cos * x - sin * y + left, sin * x + cos * y + top, z * (self.width / pixels)]
        return np.stack(moved, axis=1).astype(np.float32)

    def _numbers(self, pixels: int) -> tuple[float, float, float, float]:
        """Cosine and sine times the scale, and where the upper left corner is in the frame."""
        k, half = self.width / pixels, pixels / 2
        cos, sin = math.cos(self.angle) * k, math.sin(self.angle) * k
        return cos, sin, self.middle[0] - cos * half + sin * half, self.middle[1] - sin * half - cos * half
