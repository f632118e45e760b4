"""What becomes of a picture before it is drawn."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lipsync.sandbox.small_picture import SHORT_SIDE, UnusablePicture, read_picture, shape_when_ready
from tests.support.sandbox import ROOT


def corners(width: int, height: int) -> Image.Image:
    """Red above left, green above right, blue below left, white below right."""
    picture = Image.new("RGB", (2, 2))
    picture.putdata([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)])
    return picture.resize((width, height), Image.Resampling.NEAREST)


def seen(picture: Image.Image) -> str:
    """The corners' colours, row by row."""
    inset_x, inset_y = picture.width // 8, picture.height // 8
    places = [(x, y) for y in (inset_y, picture.height - inset_y) for x in (inset_x, picture.width - inset_x)]
    found = []
    for place in places:
        colour: tuple[int, ...] = picture.getpixel(place)  # type: ignore[assignment]
        found.append("w" if min(colour) > 150 else "rgb"[colour.index(max(colour))])
    return "".join(found)


def kept(path: Path, picture: Image.Image, kind: str = "PNG", **more: Any) -> Path:
    picture.save(path, kind, **more)
    return path


def exif(orientation: int) -> Image.Exif:
    found = Image.Exif()
    found[0x0112] = orientation
    return found


def run(path: Path, more: str = "") -> subprocess.CompletedProcess[str]:
    """The process that replaces the file; `more` is what it does afterwards."""
    code = f"from lipsync.sandbox.small_picture import main\nmain()\n{more}"
    command = [sys.executable, "-c", code, str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


# What a viewer does for each number: 6 is "turn clockwise by a quarter", the commonest of phones.
TURNED = {1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", TURNED)
def test_a_picture_that_lies_on_its_side_is_turned_upright(
    tmp_path: Path, orientation: int, kind: str
) -> None:
    path = kept(tmp_path / "p", corners(400, 300), kind, exif=exif(orientation))
    found = read_picture(path)
    assert seen(found) == TURNED[orientation]
    assert found.size == ((300, 400) if orientation >= 5 else (400, 300))


@pytest.mark.parametrize("value", [0, 9])
def test_a_turn_that_does_not_exist_turns_nothing(tmp_path: Path, value: int) -> None:
    path = kept(tmp_path / "p", corners(400, 300), "JPEG", exif=exif(value))
    assert seen(read_picture(path)) == "rgbw"


def test_unreadable_metadata_turns_nothing(tmp_path: Path) -> None:
    path = kept(tmp_path / "p", corners(400, 300), "JPEG", exif=b"Exif\0\0nonsense")
    assert seen(read_picture(path)) == "rgbw"


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB", "L"])
def test_what_is_transparent_shows_a_light_ground(tmp_path: Path, mode: str) -> None:
    if mode in ("P", "RGB", "L"):  # one colour is transparent
        picture, more = Image.new(mode, (400, 300), 0), {"transparency": (0, 0, 0) if mode == "RGB" else 0}
    else:
        picture, more = Image.new("RGBA", (400, 300), (0, 0, 0, 0)).convert(mode), {}
    found = read_picture(kept(tmp_path / "p", picture, **more))
    assert found.mode == "RGB"
    assert min(found.getpixel((200, 150))) > 150  # type: ignore[type-var]


def test_what_is_half_transparent_lets_the_ground_shine_through(tmp_path: Path) -> None:
    path = kept(tmp_path / "p", Image.new("RGBA", (400, 300), (255, 0, 0, 128)))
    red, green, blue = read_picture(path).getpixel((200, 150))  # type: ignore[misc]
    assert red > 205
    assert 80 < green < 120
    assert 80 < blue < 120


@pytest.mark.parametrize("mode", ["1", "L", "I;16", "P", "RGB", "CMYK"])
def test_grey_stays_as_grey_as_it_is_in_every_mode(tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.full((300, 400), 128 * 256, np.uint16))
    elif mode == "1":
        picture = Image.fromarray(np.indices((300, 400)).sum(axis=0) % 2 > 0)
    else:
        picture = Image.new("RGB", (400, 300), (128, 128, 128)).convert(mode)
    found = read_picture(kept(tmp_path / "p", picture, "JPEG" if mode == "CMYK" else "PNG"))
    assert np.asarray(found).mean() == pytest.approx(128, abs=4)


@pytest.mark.parametrize(
    ("size", "kind", "small"),
    [
        ((4000, 3000), "JPEG", (1440, 1080)), ((4000, 3000), "PNG", (1440, 1080)),
        ((3001, 4003), "JPEG", (1080, 1441)), ((1501, 1502), "PNG", (1080, 1081)),
        ((1080, 2700), "PNG", (1080, 2700)), ((300, 301), "PNG", (300, 301)),
    ],
)  # fmt: skip
def test_the_shorter_side_shrinks_to_what_a_frame_needs(
    tmp_path: Path, size: tuple[int, int], kind: str, small: tuple[int, int]
) -> None:
    found = read_picture(kept(tmp_path / "p", corners(*size), kind))
    assert found.size == pytest.approx(small, abs=2)
    assert min(found.size) <= SHORT_SIDE
    assert seen(found) == "rgbw"


def test_shrinking_shows_neither_strips_nor_edges(tmp_path: Path) -> None:
    """A smooth slope stays one: where two strips met in the wrong place, it would jump."""
    slope = np.linspace(0, 255, 2300)[:, None].repeat(2200, axis=1).astype(np.uint8)
    found = np.asarray(read_picture(kept(tmp_path / "p", Image.fromarray(slope))).convert("L")).astype(int)
    assert np.abs(np.diff(found, axis=0)).max() <= 1
    assert np.ptp(found, axis=1).max() <= 1


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken", b"GIF89a" + bytes(99)])
def test_a_file_that_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p").write_bytes(content)
    with pytest.raises(UnusablePicture):
        read_picture(tmp_path / "p")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_that_breaks_off_is_refused(tmp_path: Path, kind: str) -> None:
    target = io.BytesIO()
    Image.effect_noise((400, 300), 60).save(target, kind)
    (tmp_path / "p").write_bytes(target.getvalue()[: len(target.getvalue()) // 2])
    with pytest.raises(UnusablePicture):
        read_picture(tmp_path / "p")


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((1280, 720), "landscape"), ((400, 300), "landscape"), ((391, 300), "landscape"),
        ((389, 300), "square"), ((300, 300), "square"), ((300, 389), "square"),
        ((300, 400), "portrait"), ((720, 1280), "portrait"),
    ],
)  # fmt: skip
def test_a_small_upright_jpg_is_ready_in_its_own_shape(
    tmp_path: Path, size: tuple[int, int], shape: str
) -> None:
    assert shape_when_ready(kept(tmp_path / "p", Image.new("RGB", size), "JPEG")) == shape


def test_what_is_large_or_turned_or_no_jpg_in_colour_is_not_ready(tmp_path: Path) -> None:
    large = kept(tmp_path / "large", Image.new("RGB", (1081, 1081)), "JPEG")
    turned = kept(tmp_path / "turned", Image.new("RGB", (400, 300)), "JPEG", exif=exif(6))
    grey = kept(tmp_path / "grey", Image.new("L", (400, 300)), "JPEG")
    png = kept(tmp_path / "png", Image.new("RGB", (400, 300)))
    assert [shape_when_ready(path) for path in (large, turned, grey, png)] == [None] * 4


def test_the_process_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = kept(tmp_path / "a.picture", corners(3000, 4000), "JPEG", exif=exif(6))
    done = run(path)
    assert (done.returncode, done.stderr) == (0, "")
    assert shape_when_ready(path) == "landscape"
    assert seen(read_picture(path)) == TURNED[6]
    assert [one.name for one in tmp_path.iterdir()] == ["a.picture"]


def test_the_process_keeps_a_file_that_it_cannot_use_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.picture").write_bytes(b"no picture")
    assert run(tmp_path / "a.picture").returncode == 3
    assert (tmp_path / "a.picture").read_bytes() == b"no picture"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the kernel's own figure")
@pytest.mark.parametrize(("kind", "mode", "bytes_a_pixel"), [("PNG", "RGBA", 4), ("JPEG", "RGB", 1)])
def test_a_cameras_picture_is_unfolded_once_and_never_copied_whole(
    tmp_path: Path, kind: str, mode: str, bytes_a_pixel: int
) -> None:
    more = {"compress_level": 1} if kind == "PNG" else {}
    path = kept(tmp_path / "p", Image.new(mode, (4500, 4000)), kind, **more)
    done = run(path, "print(next(line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line))")
    most_kb = 18_000_000 * bytes_a_pixel / 1024 + 65 * 1024  # 65 MB: Python, Pillow and the small picture
    assert int(done.stdout) < most_kb
