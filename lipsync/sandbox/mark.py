"""The Sandbox mark that every frame of every clip carries."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

_TEXT: Final = "Sandbox"
_MARGIN: Final = 18
"""Pixels to the upper and the right edge."""


def sign(picture: Image.Image) -> None:
    """Put the mark into the upper right corner of a finished frame."""
    mark = _mark(34 if min(picture.size) >= 720 else 26)
    picture.paste(mark, (picture.width - mark.width - _MARGIN, _MARGIN), mark)


@lru_cache(maxsize=2)
def _mark(height: int) -> Image.Image:
    """A small dark pill with the word in white, drawn four times too big and shrunk."""
    big = 4 * height
    font = ImageFont.load_default(size=big * 0.56)
    left, top, right, bottom = font.getbbox(_TEXT)
    width = int(right - left) + big
    mark = Image.new("RGBA", (width, big), (0, 0, 0, 0))
    draw = ImageDraw.Draw(mark)
    draw.rounded_rectangle(
        (2, 2, width - 3, big - 3), big / 2, fill=(16, 20, 28, 150), outline=(255, 255, 255, 120), width=5
    )
    draw.text((big / 2 - left, (big - (bottom - top)) / 2 - top), _TEXT, font=font, fill=(255, 255, 255, 235))
    return mark.filter(ImageFilter.GaussianBlur(0.6)).resize((width // 4, height), Image.Resampling.LANCZOS)
