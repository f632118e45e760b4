"""Pictures of the drawn presenters, changed in ways that matter to a face check, and clips of them.

Also used by `benchmarks/face_check.py`.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from lipsync.media import find_ffmpeg
from lipsync.sandbox.presenter.canvas import ClipSpec, Orientation, placement
from lipsync.sandbox.presenter.stage import Stage

Change = Callable[[Image.Image, int], Image.Image]
"""What becomes of a frame; the number counts the clip's frames, of which there are `FRAMES`."""

FRAMES, SECONDS = 10, 5.0
_FACE_MIDDLE = (500.0, 420.0)
_FACE_RADII = (152.0, 210.0)
_BACKDROP = (148, 158, 164)


@lru_cache(maxsize=32)
def frames(
    name: str, orientation: Orientation, *, faceless: bool = False, seed: int = 7
) -> list[Image.Image]:
    """`FRAMES` frames out of five seconds of one presenter."""
    spec = ClipSpec(name, SECONDS, orientation, seed, faceless)
    stage = Stage(spec)
    return [stage.frame(int((i + 0.5) * spec.frames / FRAMES)) for i in range(FRAMES)]


def face_box(name: str, orientation: Orientation) -> tuple[float, float, float, float]:
    """Middle and half the size of the face, in pixels of a frame."""
    place = placement(ClipSpec(name, SECONDS, orientation, 7))
    x, y = place.to_pixels(*_FACE_MIDDLE)
    return x, y, _FACE_RADII[0] * place.scale, _FACE_RADII[1] * place.scale


def encode(pictures: Iterable[Image.Image], to: Path, *, seconds: float = SECONDS) -> Path:
    """An H.264 clip that shows each picture equally long."""
    shown = [picture.convert("RGB") for picture in pictures]
    width, height = shown[0].size
    command = [
        str(find_ffmpeg()), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{width}x{height}", "-r", f"{len(shown)}/{seconds:g}", "-i", "-",
        "-r", "25", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(to),
    ]  # fmt: skip
    subprocess.run(command, input=b"".join(picture.tobytes() for picture in shown), check=True)
    return to


def clip(to: Path, name: str, orientation: Orientation = "landscape", change: Change | None = None) -> Path:
    """A clip of five seconds of one presenter, changed."""
    drawn = frames(name, orientation)
    return encode([change(picture, i) if change else picture for i, picture in enumerate(drawn)], to)


# -- changes ---------------------------------------------------------------------------------


def scaled(share: float, face_share: float) -> Change:
    """Smaller in a blurred room, so that a face of `face_share` becomes one of `share`."""

    def change(picture: Image.Image, _: int) -> Image.Image:
        k = share / face_share
        room = picture.filter(ImageFilter.GaussianBlur(60))
        if k >= 1:
            size = (round(picture.width * k), round(picture.height * k))
            big = picture.resize(size, Image.Resampling.LANCZOS)
            left, top = (size[0] - picture.width) // 2, round((size[1] - picture.height) * 0.35)
            return big.crop((left, top, left + picture.width, top + picture.height))
        small = picture.resize(
            (round(picture.width * k), round(picture.height * k)), Image.Resampling.LANCZOS
        )
        room.paste(small, ((picture.width - small.width) // 2, (picture.height - small.height) // 3))
        return room

    return change


def turned(degrees: float, face: tuple[float, float, float, float]) -> Change:
    """The head turned to a side: its picture is wrapped on an ellipsoid, and that is turned."""
    x, y, half_width, half_height = face

    def change(picture: Image.Image, _: int) -> Image.Image:
        pixels = np.asarray(picture.convert("RGB")).copy()
        rows, columns = np.mgrid[0 : picture.height, 0 : picture.width]
        u, v = (columns - x) / half_width, (rows - y) / half_height
        inside = u * u + v * v < 1
        u, v = u[inside], v[inside]
        depth, angle = np.sqrt(np.maximum(0, 1 - u * u - v * v)), np.radians(degrees)
        before = u * np.cos(angle) - depth * np.sin(angle)
        hidden = u * np.sin(angle) + depth * np.cos(angle) < 0
        edge = np.sqrt(np.maximum(0, 1 - v * v))  # what was out of sight looks like what was at the edge
        before = np.where(hidden, np.sign(before) * edge, before) * half_width + x
        taken = np.clip(np.rint(before), 0, picture.width - 1).astype(int)
        pixels[inside] = np.asarray(picture.convert("RGB"))[rows[inside], taken]
        return Image.fromarray(pixels)

    return change


def squeezed(share: float) -> Change:
    """Narrower by `share`: another, rougher stand-in for a turned head."""

    def change(picture: Image.Image, _: int) -> Image.Image:
        narrow = picture.resize((round(picture.width * share), picture.height))
        canvas = Image.new("RGB", picture.size, _BACKDROP)
        canvas.paste(narrow, ((picture.width - narrow.width) // 2, 0))
        return canvas

    return change


def shifted(x: float, y: float = 0.0) -> Change:
    """Moved by shares of the frame's size, over the edge if need be."""

    def change(picture: Image.Image, _: int) -> Image.Image:
        canvas = Image.new("RGB", picture.size, _BACKDROP)
        canvas.paste(picture, (round(x * picture.width), round(y * picture.height)))
        return canvas

    return change


def walking_out(start: float = 0.3, speed: float = 0.25) -> Change:
    """Standing for `start` of the clip, then moving out of the frame; `speed` is in frame widths a tenth."""

    def change(picture: Image.Image, number: int) -> Image.Image:
        gone = max(0.0, number - start * FRAMES) * speed
        return shifted(gone)(picture, number)

    return change


def beside(other_name: str, share: float = 1.0) -> Change:
    """Two people side by side; the other one is `share` as big."""

    def change(picture: Image.Image, number: int) -> Image.Image:
        others = frames(other_name, "landscape")
        half = picture.width // 2
        left = picture.width // 2 - half // 2
        canvas = Image.new("RGB", picture.size, _BACKDROP)
        canvas.paste(picture.crop((left, 0, left + half, picture.height)), (0, 0))
        other = others[number].crop((left, 0, left + half, picture.height))
        other = other.resize((round(half * share), round(picture.height * share)), Image.Resampling.LANCZOS)
        canvas.paste(other, (half + (half - other.width) // 2, picture.height - other.height))
        return canvas

    return change


def brightness(share: float) -> Change:
    return lambda picture, _: ImageEnhance.Brightness(picture).enhance(share)


def blurred(pixels: float) -> Change:
    return lambda picture, _: picture.filter(ImageFilter.GaussianBlur(pixels))


def mirrored(picture: Image.Image, _: int) -> Image.Image:
    return ImageOps.mirror(picture)


def grey(picture: Image.Image, _: int) -> Image.Image:
    return ImageOps.grayscale(picture).convert("RGB")


def tilted(degrees: float) -> Change:
    return lambda picture, _: picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=_BACKDROP)


def after(start: float, change: Change) -> Change:
    """`change` from a share of the clip on."""
    return lambda picture, number: change(picture, number) if number >= start * FRAMES else picture
