"""Small shifts that make a still drawing turn its head, breathe and drop its jaw.

The drawing is cut into a grid of cells; each frame shifts the grid's corners and Pillow fills the
cells. Shifts are a few units (a canvas unit is about a pixel), smooth, and zero at the bottom edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from lipsync.sandbox.presenter.svg import Box

Grid = npt.NDArray[np.float64]
HEAD_CELL_UNITS = 46.0
BODY_CELL_UNITS = 110.0
"""The chest's shifts change so slowly from place to place that bigger cells do."""
BODY_FROM = 750.0
"""Below this line (the chest) the head's turning moves nothing."""
_STILL_FROM = 1040.0
"""Below this line nothing moves."""
_NECK = (500.0, 650.0)


@dataclass(frozen=True)
class Pose:
    """How the person stands at a moment: turns from −1 to 1, `breath` and `jaw` from 0 to 1."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    sway: float = 0.0
    breath: float = 0.0
    jaw: float = 0.0


class Mesh:
    """The grid over some rows of a drawing. Cells without a drawn pixel are left out."""

    def __init__(
        self, drawing: Image.Image, box: Box, scale: float, rows: tuple[int, int], cell_units: float
    ) -> None:
        """`rows` are the first pixel row and the one after the last."""
        self._top, self._bottom = rows
        self._width, self._scale = drawing.width, scale
        still_from = min(self._bottom, max(self._top, round((_STILL_FROM - box.top) * scale)))
        self._still = drawing.crop((0, still_from, drawing.width, self._bottom)).convert("RGBa")
        self._still_at = (0, still_from - self._top)
        self._xs = _cuts(0, drawing.width, cell_units * scale)
        self._ys = _cuts(self._top, still_from, cell_units * scale)
        x, y = np.meshgrid(self._xs / scale + box.left, self._ys / scale + box.top)
        self._x, self._y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        self._weights()
        coverage = np.asarray(drawing.getchannel("A"))
        self._cells = [
            (row, column)
            for row in range(len(self._ys) - 1)
            for column in range(len(self._xs) - 1)
            if coverage[
                max(0, self._ys[row] - 24) : self._ys[row + 1] + 24,
                max(0, self._xs[column] - 24) : self._xs[column + 1] + 24,
            ].any()
        ]  # fmt: skip

    def bend(self, drawing: Image.Image, pose: Pose) -> Image.Image:
        """The rows of `drawing` (RGBa: premultiplied, so that edges stay clean) in the given pose."""
        dx, dy = self._shifts(pose)
        xs = np.broadcast_to(self._xs, dx.shape) - dx * self._scale
        ys = np.broadcast_to(self._ys[:, None], dy.shape) - dy * self._scale
        corners = np.stack((xs, ys), axis=-1).tolist()
        across, down = self._xs.tolist(), (self._ys - self._top).tolist()
        cells = []
        for row, column in self._cells:
            box = (across[column], down[row], across[column + 1], down[row + 1])
            quad = (
                *corners[row][column], *corners[row + 1][column],
                *corners[row + 1][column + 1], *corners[row][column + 1],
            )  # fmt: skip
            cells.append((box, quad))
        size = (self._width, self._bottom - self._top)
        bent = drawing.transform(size, Image.Transform.MESH, cells, Image.Resampling.BILINEAR)
        bent.paste(self._still, self._still_at)
        return bent

    def _weights(self) -> None:
        x, y = self._x, self._y
        self._head = 1 - _step(y, 585, 745)
        across = np.clip((x - 500) / 230, -1, 1)
        down = np.clip((y - 420) / 260, -1, 1)
        round_head = np.sqrt(np.clip(1 - across**2, 0, 1)) * np.sqrt(np.clip(1 - 0.6 * down**2, 0, 1))
        nose = np.exp(-(((x - 500) / 45) ** 2) - ((y - 465) / 60) ** 2)
        self._depth = round_head + 0.35 * nose
        self._chest = np.exp(-(((y - 840) / 130) ** 2)) * (1 - _step(y, 880, _STILL_FROM))
        self._lean = 1 - _step(y, 700, _STILL_FROM)
        self._jaw = np.exp(-(((x - 500) / 85) ** 2)) * _step(y, 568, 612) * (1 - _step(y, 616, 690))

    def _shifts(self, pose: Pose) -> tuple[Grid, Grid]:
        """How far each grid corner's content moves, in units."""
        turn = 0.020 * pose.roll
        dx = self._head * (pose.yaw * (2.0 + 8.0 * self._depth) - turn * (self._y - _NECK[1]))
        dy = self._head * (pose.pitch * (1.5 + 5.5 * self._depth) + turn * (self._x - _NECK[0]))
        dx += 5.0 * pose.sway * self._lean
        dy -= pose.breath * (5.0 * self._chest + 1.6 * self._head)
        dx += pose.breath * 2.0 * self._chest * np.clip((self._x - 500) / 300, -1, 1)
        dy += 23.0 * pose.jaw * self._jaw
        return dx, dy


def _cuts(start: int, end: int, length: float) -> npt.NDArray[np.int64]:
    """Whole pixels from `start` to `end`, about `length` apart."""
    return np.linspace(start, end, max(1, round((end - start) / length)) + 1).round().astype(np.int64)


def _step(values: Grid, start: float, end: float) -> Grid:
    t = np.clip((values - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
