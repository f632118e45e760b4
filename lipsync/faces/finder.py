"""Finding every face in one frame, also small ones, and measuring it.

The detector sees 128 × 128 pixels and misses faces that are small in them. So it is shown
the whole frame first, then squares of it that overlap by half, smaller and smaller; the
landmark network looks at whatever was found, throws out what is no face, and measures the rest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageOps

from lipsync.faces.crop import Crop
from lipsync.faces.measured import Box, FoundFace
from lipsync.faces.networks import (
    DETECTOR_PIXELS,
    LANDMARK_PIXELS,
    Detector,
    Floats,
    Guess,
    LandmarkNetwork,
)

SURE_WHOLE, SURE_TILE = 0.5, 0.6
"""Scores from which a guess is looked at; in tiles there are many more chances to be wrong."""
FACE_PRESENT = 0.5
"""From which probability of the landmark network on a thing is a face."""
BIG_ENOUGH = 0.3
"""Share of the frame's shorter side. Beside a face this high somebody half as high matters, and those are
found without the smallest squares (measured down to 0.12)."""
SURE_AT_EDGE = 0.95
"""At a mirrored edge; everything is symmetric there, as faces are, and some things get up to 0.7."""
YAW_GAIN = 1.3
"""The mesh's depth makes heads too flat: of 30° it says 18 to 25, of 45° 30 to 40 (docs/faces.md)."""
MOST_FACES = 6
SAME = 0.4
"""From which overlap on two boxes are one face."""
CERTAIN = 0.99995
"""Upright faces get more than this from the landmark network, those upside down 0.5 to 0.9994."""
MOST_SQUARES = 80
"""A level with more is left out: 16:9 has at most 50, but a ribbon of a picture would have thousands."""
SMALLEST_CROP_PIXELS = 8
DETECTOR_CROP_SCALE = 2.0
_CROP_SCALE = 1.5

_FOREHEAD, _CHIN = 10, 152
_CHEEKS = (234, 454)
_EYES = (33, 263)
_MOUTH = (61, 291, 0, 17)

Square = tuple[float, float, float]
"""Left, top and side in pixels of the frame."""


class FaceFinder:
    """Both networks, loaded once."""

    def __init__(self) -> None:
        self._detect = Detector()
        self._landmarks = LandmarkNetwork()

    def find(self, frame: Image.Image, *, thoroughly: bool = False) -> list[FoundFace]:
        """The faces in `frame` (RGB), the biggest first; `thoroughly` searches very small squares, too."""
        short = min(frame.size)
        found: list[FoundFace] = []
        for level, squares in enumerate(_levels(frame.size, thoroughly=thoroughly)):
            if level > 1 and any(face.height >= BIG_ENOUGH * short for face in found):
                break
            for square in squares:
                self._look(frame, square, SURE_TILE if level else SURE_WHOLE, found)
        return sorted(found, key=lambda face: -face.height)

    def find_at_edges(self, frame: Image.Image) -> list[FoundFace]:
        """Faces of which the left or the right edge cuts away a half, which `find` does not see.

        Mirrored at the edge, what is left of such a face is a whole one.
        """
        found: list[FoundFace] = []
        for strip, left in _mirrored_edges(frame):
            for face in self.find(strip):
                moved = face.moved(left)
                over = moved.left < 0 < moved.right or moved.left < frame.width < moved.right
                if over and moved.sure >= SURE_AT_EDGE:
                    found.append(moved)
        return sorted(found, key=lambda face: -face.height)

    def _look(self, frame: Image.Image, square: Square, sure: float, found: list[FoundFace]) -> None:
        """Add to `found` what is new in one square."""
        small = np.asarray(_cut(frame, square))
        met: list[Guess] = []
        for guess in self._detect(small, at_least=sure):
            if len(found) >= MOST_FACES or any(_same(guess, other) for other in met):
                continue
            met.append(guess)
            if any(_known(guess, square, face) for face in found):
                continue
            face = self._measure(frame, square, guess)
            if face is not None and all(_overlap(face.box, other.box) < SAME for other in found):
                found.append(face)

    def _measure(self, frame: Image.Image, square: Square, guess: Guess) -> FoundFace | None:
        """What the landmarks say of a guess, or None where there is no face."""
        x, y, side = square
        (right_x, right_y), (left_x, left_y) = guess.eyes
        angle = math.atan2(left_y - right_y, left_x - right_x)
        middle = (x + side * (guess.left + guess.right) / 2, y + side * (guess.top + guess.bottom) / 2)
        width = side * max(guess.right - guess.left, guess.bottom - guess.top) * _CROP_SCALE
        mesh = self._mesh(frame, Crop(middle, width, angle))
        if mesh is None:
            return None
        points, sure = mesh
        if sure < CERTAIN and self._upside_down(frame, points):
            mesh = self._mesh(frame, _around(points).turned(math.pi))
        return _described(*mesh) if mesh else None

    def _mesh(self, frame: Image.Image, crop: Crop) -> tuple[Floats, float] | None:
        """The points in pixels of the frame, and how sure the network is; None where there is no face."""
        points, sure = None, 0.0
        for _ in range(2):  # once more where the points say the face is: the detector's box is rough
            if crop.width < SMALLEST_CROP_PIXELS:
                return None
            seen, sure = self._landmarks(crop.cut(frame, LANDMARK_PIXELS))
            if sure < FACE_PRESENT:
                return None
            points = crop.back(seen, LANDMARK_PIXELS)
            crop = _around(points)
        assert points is not None
        return points, sure

    def _upside_down(self, frame: Image.Image, points: Floats) -> bool:
        """Whether the detector likes the face better the other way up.

        The landmark network puts a mesh on a face that stands on its head as if it were upright.
        """
        crop = _around(points).wider(DETECTOR_CROP_SCALE / _CROP_SCALE)
        upright, turned = (
            self._detect(one.cut(frame, DETECTOR_PIXELS), at_least=0.0)[0].score
            for one in (crop, crop.turned(math.pi))
        )
        return turned > upright


def _mirrored_edges(frame: Image.Image) -> Iterator[tuple[Image.Image, float]]:
    """A strip around each upright edge, its outer half mirrored, and where its left side is in the frame."""
    half, width = max(1, min(frame.size) // 2), frame.width
    for box, left in (
        ((0, 0, half, frame.height), -half),
        ((width - half, 0, width, frame.height), width - half),
    ):
        inside = frame.crop(box)
        strip = Image.new("RGB", (2 * half, frame.height))
        inner, outer = (half, 0) if left < 0 else (0, half)
        strip.paste(inside, (inner, 0))
        strip.paste(ImageOps.mirror(inside), (outer, 0))
        yield strip, left


def _levels(size: tuple[int, int], *, thoroughly: bool) -> Iterator[list[Square]]:
    """The whole frame, then squares as high as its shorter side, half of it, a third of it."""
    longest, short = max(size), min(size)
    yield [((size[0] - longest) / 2, (size[1] - longest) / 2, longest)]
    for part in (1, 2, 3) if thoroughly else (1, 2):
        squares = list(_tiles(size, short / part)) if part > 1 or longest > short else []
        if 0 < len(squares) <= MOST_SQUARES:
            yield squares


def _tiles(size: tuple[int, int], side: float) -> Iterator[Square]:
    """Squares of `side` that cover the frame and overlap by about half."""
    for y in _starts(size[1], side):
        for x in _starts(size[0], side):
            yield x, y, side


def _starts(length: float, side: float) -> list[float]:
    count = max(1, math.ceil((length - side) / (side / 2)) + 1)
    return [(length - side) * i / max(1, count - 1) for i in range(count)]


def _cut(frame: Image.Image, square: Square) -> Image.Image:
    """The square at the detector's size; what lies beyond the frame is black."""
    x, y, side = square
    pixels = DETECTOR_PIXELS
    if x >= 0 and y >= 0:
        inside = (
            x,
            y,
            min(frame.width, x + side),
            min(frame.height, y + side),
        )  # sums of floats are not exact
        return frame.resize((pixels, pixels), Image.Resampling.BILINEAR, inside)
    k = pixels / side
    size = (max(1, round(frame.width * k)), max(1, round(frame.height * k)))
    canvas = Image.new("RGB", (pixels, pixels))
    canvas.paste(frame.resize(size, Image.Resampling.BILINEAR), (round(-x * k), round(-y * k)))
    return canvas


def _around(points: Floats) -> Crop:
    """The upright crop that holds these points."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle = (low + high) / 2
    across = points[_EYES[1]] - points[_EYES[0]]
    angle = math.atan2(float(across[1]), float(across[0]))
    return Crop((float(middle[0]), float(middle[1])), float((high - low).max()) * _CROP_SCALE, angle)


def _described(points: Floats, sure: float) -> FoundFace:
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    across = points[_CHEEKS[1]] - points[_CHEEKS[0]]
    eyes = points[_EYES[1]] - points[_EYES[0]]
    mouth = points[list(_MOUTH), :2].mean(axis=0)
    return FoundFace(
        left=float(low[0]), top=float(low[1]), right=float(high[0]), bottom=float(high[1]),
        height=float(np.linalg.norm(points[_CHIN] - points[_FOREHEAD])),
        yaw=YAW_GAIN * math.degrees(math.atan2(float(across[2]), float(np.hypot(across[0], across[1])))),
        roll=math.degrees(math.atan2(float(eyes[1]), float(eyes[0]))),
        mouth=(float(mouth[0]), float(mouth[1])),
        sure=sure,
    )  # fmt: skip


def _same(one: Guess, other: Guess) -> bool:
    """Whether two guesses of one square are about the same face."""
    return (
        _overlap(
            (one.left, one.top, one.right, one.bottom), (other.left, other.top, other.right, other.bottom)
        )
        > SAME
    )


def _known(guess: Guess, square: Square, face: FoundFace) -> bool:
    """Whether a guess is about a face that has been measured already."""
    x, y, side = square
    box = (x + guess.left * side, y + guess.top * side, x + guess.right * side, y + guess.bottom * side)
    return _overlap(box, face.box) > SAME


def _overlap(one: Box, other: Box) -> float:
    """The common area as a share of the smaller box."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / max(1e-6, min(areas))
