"""What is taken out of pictures, and what stays as it was."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageChops, PngImagePlugin

from lipsync.picture_metadata import without_metadata
from lipsync.pictures import MAX_PICTURE_BYTES, check_picture

SECRET = b"Where Ada lives"


def scene(mode: str = "RGB") -> Image.Image:
    """A picture whose corners differ, so that turning it shows."""
    image = Image.radial_gradient("L").resize((420, 310))
    image.paste(255, (0, 0, 60, 30))
    return Image.merge("RGB", (image, ImageChops.invert(image), image)).convert(mode)


def secrets(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = orientation
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0)}
    return exif


def written(image: Image.Image, kind: str, **more: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **more)
    return target.getvalue()


def texts() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return info


def cleaned(data: bytes) -> bytes:
    return without_metadata(data, most_bytes=MAX_PICTURE_BYTES)


def same_pixels(one: bytes, other: bytes) -> bool:
    first, second = Image.open(io.BytesIO(one)), Image.open(io.BytesIO(other))
    return (first.size, first.mode, first.tobytes()) == (second.size, second.mode, second.tobytes())


@pytest.mark.parametrize(
    "data",
    [
        written(scene(), "JPEG", exif=secrets(), comment=SECRET),
        written(scene(), "JPEG", exif=secrets(), progressive=True),
        written(scene(), "JPEG", exif=secrets()) + SECRET,
        written(scene("L"), "JPEG", exif=secrets()),
        written(scene(), "MPO", exif=secrets(), save_all=True, append_images=[scene()]),
        written(scene(), "PNG", exif=secrets(), pnginfo=texts()),
        written(scene("RGBA"), "PNG", pnginfo=texts()) + SECRET,
        written(scene("P"), "PNG", pnginfo=texts(), transparency=3),
    ],
    ids=["jpg", "progressive", "with a tail", "grey", "two in one", "png", "transparent", "palette"],
)
def test_only_what_is_beside_the_pixels_is_taken_out(data: bytes) -> None:
    found = cleaned(data)
    assert same_pixels(found, data)
    assert len(found) < len(data)
    assert SECRET in data
    assert SECRET not in found
    assert dict(Image.open(io.BytesIO(found)).getexif()) == {}


def test_what_has_no_metadata_stays_as_it_is_to_the_byte() -> None:
    for data in (written(scene(), "JPEG"), written(scene(), "PNG")):
        assert cleaned(data) == data


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_on_its_side_is_turned_upright(kind: str) -> None:
    found = cleaned(written(scene(), kind, exif=secrets(6)))
    shown = Image.open(io.BytesIO(found))
    assert shown.size == (310, 420)
    corner = shown.getpixel((300, 10))  # what was at the top left
    assert isinstance(corner, tuple)
    assert corner[0] > 200
    assert SECRET not in found


def test_a_picture_for_printing_becomes_one_for_screens() -> None:
    found = cleaned(written(scene("CMYK"), "JPEG", exif=secrets()))
    shown = Image.open(io.BytesIO(found))
    assert shown.mode == "RGB"
    middle, meant = shown.getpixel((210, 155)), scene().getpixel((210, 155))
    assert isinstance(middle, tuple)
    assert isinstance(meant, tuple)
    assert all(abs(one - other) < 12 for one, other in zip(middle, meant, strict=True))


def test_of_a_moving_picture_the_first_stays() -> None:
    data = written(scene(), "PNG", save_all=True, append_images=[scene().rotate(180)], duration=200)
    found = cleaned(data)
    assert b"acTL" in data
    assert b"acTL" not in found
    assert same_pixels(found, written(scene(), "PNG"))


def test_colours_stay_because_the_profile_stays() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("JPEG", "PNG"):
        found = cleaned(written(scene(), kind, icc_profile=profile, exif=secrets()))
        assert Image.open(io.BytesIO(found)).info["icc_profile"] == profile


def test_a_file_that_is_put_together_oddly_is_drawn_anew() -> None:
    data = written(scene(), "JPEG", exif=secrets())
    after = 4 + int.from_bytes(data[4:6])  # the end of the first segment
    odd = data[:after] + b"\x00" + data[after:]  # a stray byte, which readers pass over
    found = cleaned(odd)
    assert check_picture(found).accepted
    assert SECRET not in found
