"""Pictures that the service does not take, and what is made of them."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
from PIL import Image

from lipsync.picture_remake import SIDES, NotRemade, Original, remade
from lipsync.pictures import MAX_PICTURE_BYTES, MAX_PIXELS
from tests.test_picture_metadata import scene, secrets, written

NOISE = random.Random(5).randbytes(1200 * 1200)


def made(data: bytes, **limits: int) -> tuple[Image.Image, bytes, Original]:
    """What is made of a file: the picture, its bytes, and what the file was."""
    found, was = remade(data, **{"most_pixels": MAX_PIXELS, "most_bytes": MAX_PICTURE_BYTES} | limits)
    return Image.open(io.BytesIO(found)), found, was


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart on average, of 255."""
    pairs = zip(one.convert("RGB").tobytes(), other.convert("RGB").tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (one.width * one.height * 3)


@pytest.mark.parametrize(
    ("kind", "mode", "more"),
    [
        ("WEBP", "RGB", {"lossless": True}),
        ("GIF", "P", {}),
        ("BMP", "RGB", {}),
        ("BMP", "1", {}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", "CMYK", {}),
        ("TIFF", "L", {}),
    ],
)
def test_a_picture_of_another_kind_becomes_a_jpg_that_looks_the_same(
    kind: str, mode: str, more: dict[str, Any]
) -> None:
    given = scene(mode)
    shown, data, was = made(written(given, kind, **more))
    assert (shown.format, shown.size) == ("JPEG", given.size)
    assert difference(shown, given) < 4
    assert was == Original(kind.lower(), len(written(given, kind, **more)), *given.size, several=False)
    assert b"Exif" not in data


@pytest.mark.parametrize(("kind", "mode"), [("WEBP", "RGBA"), ("GIF", "P"), ("TIFF", "LA")])
def test_what_is_transparent_stays_so_in_a_png(kind: str, mode: str) -> None:
    given = scene("RGBA")
    given.paste((0, 0, 0, 0), (200, 100, 300, 200))
    data = written(given.convert("LA") if mode == "LA" else given, kind)
    shown, _, _ = made(data)
    assert shown.format == "PNG"
    clear = shown.convert("RGBA").getchannel("A")
    assert (clear.getpixel((250, 150)), clear.getpixel((10, 10))) == (0, 255)


def test_a_channel_for_transparency_that_hides_nothing_is_left_out() -> None:
    shown, _, _ = made(written(scene("RGBA"), "WEBP"))
    assert (shown.format, shown.mode) == ("JPEG", "RGB")


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF"])
def test_of_several_pictures_the_first_is_taken_and_that_is_told(kind: str) -> None:
    first, second = scene(), Image.new("RGB", scene().size, "red")
    shown, _, was = made(written(first, kind, save_all=True, append_images=[second]))
    assert was.several
    assert difference(shown, first) < 6


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "TIFF"])
def test_what_is_made_stands_upright_and_keeps_no_secrets(kind: str) -> None:
    hidden = secrets(6)
    if kind == "TIFF":
        del hidden[0x8825]  # Pillow writes no places there
    data = written(scene(), kind, exif=hidden)
    shown, found, was = made(data)
    assert shown.size == (310, 420)
    assert {was.width, was.height} == {420, 310}
    assert b"Where Ada lives" in data
    assert b"Where Ada lives" not in found
    assert dict(shown.getexif()) == {}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_file_that_is_too_large_becomes_small_enough(kind: str) -> None:
    quality = {"quality": 95} if kind == "JPEG" else {}
    data = written(Image.frombytes("L", (1200, 1200), NOISE), kind, **quality)
    shown, found, was = made(data, most_bytes=len(data) // 2)
    assert len(found) <= len(data) // 2
    assert (shown.format, was.kind) == ("JPEG", "jpg" if kind == "JPEG" else "png")


def test_long_sides_become_shorter_and_the_shape_stays() -> None:
    shown, _, was = made(written(Image.new("RGB", (6000, 3000), "teal"), "PNG"))
    assert shown.size == (SIDES[0], SIDES[0] // 2)
    assert (was.width, was.height) == (6000, 3000)


@pytest.mark.parametrize(
    ("data", "limits", "reason"),
    [
        (b"just words", {}, "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {}, "not_a_picture"),
        (written(scene(), "PPM"), {}, "not_a_picture"),
        (written(Image.new("F", (400, 400)), "TIFF"), {}, "not_a_picture"),
        (written(scene(), "WEBP", lossless=True)[:-3000], {}, "damaged"),
        (written(scene(), "BMP"), {"most_pixels": 420 * 310 - 1}, "too_many_pixels"),
        (written(Image.new("L", (7000, 7000)), "GIF"), {}, "too_many_pixels"),
        (written(scene(), "BMP"), {"most_bytes": 100}, "not_remade"),
    ],
    ids=["words", "svg", "ppm", "light", "broken off", "pixels", "a gif's pixels", "never small enough"],
)
def test_what_cannot_be_made_into_a_picture_says_why(
    data: bytes, limits: dict[str, int], reason: str
) -> None:
    with pytest.raises(NotRemade) as refused:
        made(data, **limits)
    assert refused.value.reason == reason


def test_a_picture_that_unfolds_to_more_memory_than_there_is_kills_only_the_child() -> None:
    # 60 million transparent pixels in a few kilobytes, allowed by their number alone.
    bomb = written(Image.new("P", (8000, 7500)), "PNG", bits=1, transparency=1)
    assert len(bomb) < 100_000
    with pytest.raises(NotRemade) as refused:
        made(bomb)
    assert refused.value.reason == "too_many_pixels"
