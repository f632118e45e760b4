"""What is behind the person (drawn scenery or a given picture) and the Sandbox mark before them."""

from __future__ import annotations

import math
from functools import lru_cache

from PIL import Image, ImageOps

from lipsync.sandbox.mark import sign
from lipsync.sandbox.presenter.canvas import FRAME_SIZES, FRAMES_A_SECOND, ClipSpec
from lipsync.sandbox.presenter.people import PRESENTERS
from lipsync.sandbox.presenter.scenery import scenery, view
from lipsync.sandbox.presenter.svg import render
from lipsync.sandbox.small_picture import read_picture

_ROOM = 1.08
"""How much bigger than the frame a given picture is kept, so that the camera can move."""


_SCENERY_DETAIL = 0.25


class Backdrop:
    """The background of every frame."""

    def __init__(self, picture: Image.Image, size: tuple[int, int], seed: int) -> None:
        self._picture, self._size = picture, size
        self._moves = picture.size != size
        self._phase = seed % 97 / 97 * 2 * math.pi

    def at(self, number: int) -> Image.Image:
        """A fresh picture to draw on."""
        if not self._moves:
            return self._picture.copy()
        turn = 2 * math.pi * number / FRAMES_A_SECOND / 11 + self._phase
        zoom = 0.955 - 0.03 * math.cos(turn)
        width, height = self._picture.width * zoom, self._picture.height * zoom
        spare_x, spare_y = self._picture.width - width, self._picture.height - height
        x, y = spare_x * (0.5 + 0.4 * math.sin(turn * 0.8)), spare_y * (0.5 + 0.3 * math.cos(turn * 0.6))
        return self._picture.resize(self._size, Image.Resampling.BILINEAR, box=(x, y, x + width, y + height))

    sign = staticmethod(sign)


def backdrop(spec: ClipSpec) -> Backdrop:
    """The background of a clip. Raises `UnusablePicture`."""
    size = FRAME_SIZES[spec.orientation]
    bigger = (round(size[0] * _ROOM), round(size[1] * _ROOM))
    if spec.image is not None:
        return Backdrop(filling(read_picture(spec.image), bigger), size, spec.seed)
    moving = bigger if spec.faceless else size
    return Backdrop(_drawn(PRESENTERS[spec.presenter].scenery, size, moving), size, spec.seed)


@lru_cache(maxsize=4)
def _drawn(name: str, shape: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    """The scenery in the frame's shape. It is out of focus, so it is drawn small and blown up."""
    small = (round(size[0] * _SCENERY_DETAIL), round(size[1] * _SCENERY_DETAIL))
    drawn = render(scenery(name), view(shape), small).convert("RGB")
    return drawn.resize(size, Image.Resampling.BICUBIC)


def filling(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture's middle, as much of it as fills a frame."""
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
