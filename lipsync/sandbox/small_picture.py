"""A picture as it is drawn: small, upright and opaque, a jpg.

`python -m lipsync.sandbox.small_picture FILE` replaces a file by it, in a process of its own: unfolded, a
large picture takes up to 4 bytes a pixel, and these come back for certain when the process ends.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path
from typing import Final, Literal

from PIL import Image, ImageOps, UnidentifiedImageError

SHORT_SIDE: Final = 1080
"""Pixels of the shorter side that are kept: more than the largest frame shows."""
UNUSABLE: Final = 3
"""How the process ends when the picture cannot be used."""

_GROUND: Final = (176, 181, 187)
"""A light grey: dark and light drawings both stand out from it."""
_LONG: Final = 1.3
"""A picture whose sides differ by less is shown square; a camera's 4:3 is not."""
_STRIP_ROWS: Final = 64
_ORIENTATION_TAG: Final = 0x0112
_NICENESS: Final = 3


class UnusablePicture(ValueError):
    """The file is no jpg or png that can be read to its end."""


def shape_when_ready(path: Path) -> Literal["landscape", "portrait", "square"] | None:
    """The orientation of a clip of the picture; None when it has yet to be made small and upright."""
    try:
        with Image.open(path, formats=("JPEG",)) as image:
            width, height = image.size
            ready = image.mode == "RGB" and _turned(image) == 1 and min(width, height) <= SHORT_SIDE
    except UnidentifiedImageError:
        return None
    if not ready:
        return None
    if width >= _LONG * height:
        return "landscape"
    return "portrait" if height >= _LONG * width else "square"


def read_picture(path: Path) -> Image.Image:
    """The picture as people see it: upright, on a light ground where it is transparent, in RGB.

    Its shorter side has at most `SHORT_SIDE` pixels. Raises `UnusablePicture`.
    """
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as opened:
            scale = SHORT_SIDE / min(opened.size)
            # A jpg can be unfolded smaller at once.
            opened.draft(None, (round(opened.width * scale), round(opened.height * scale)))
            small = _opaque_and_small(opened)
            turned = Image.Exif()
            turned[_ORIENTATION_TAG] = _turned(opened)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise UnusablePicture("the picture is no jpg or png that can be read to its end") from error
    small.info["exif"] = turned.tobytes()
    return ImageOps.exif_transpose(small)


def _turned(image: Image.Image) -> int:
    """The metadata's number from 1 to 8 for how the picture lies; 1 is upright."""
    try:
        found = image.getexif().get(_ORIENTATION_TAG)
    except (SyntaxError, ValueError, struct.error):
        return 1  # metadata that nobody can read turns nothing
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _opaque_and_small(picture: Image.Image) -> Image.Image:
    """Strip by strip, so that a second picture of the same size is never held."""
    factor = max(1, min(picture.size) // SHORT_SIDE)
    width, height = (-(-side // factor) for side in picture.size)
    whole = Image.new("RGB", (width, height))
    for row in range(0, height, _STRIP_ROWS):
        until = min(picture.height, (row + _STRIP_ROWS) * factor)
        strip = picture.crop((0, row * factor, picture.width, until))
        whole.paste(_opaque(strip).reduce(factor), (0, row))
    scale = min(1.0, SHORT_SIDE / min(width, height))
    return whole.resize((round(width * scale), round(height * scale)), Image.Resampling.LANCZOS)


def _opaque(strip: Image.Image) -> Image.Image:
    if strip.mode == "I;16":  # 16 bits of grey, of which Pillow would keep the lower 8
        return strip.point(lambda value: value / 256).convert("RGB")
    if not strip.has_transparency_data:
        return strip.convert("RGB")
    ground = Image.new("RGBA", strip.size, _GROUND)
    ground.alpha_composite(strip.convert("RGBA"))
    return ground.convert("RGB")


def main() -> None:
    """Replace the file that the command line names."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    path = Path(sys.argv[1])
    part = path.with_name(f".{path.stem}.part.jpg")
    try:
        read_picture(path).save(part, "JPEG", quality=95, exif=b"")
        part.replace(path)
    except UnusablePicture:
        sys.exit(UNUSABLE)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
