"""Which pictures are taken, and that each is made small once."""

from __future__ import annotations

import asyncio
import base64
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lipsync.media import probe_video
from lipsync.sandbox.orders import CANNOT_BE_MADE, RenderFailed
from lipsync.sandbox.pictures import check_picture, make_ready
from lipsync.sandbox.refusals import Refusal
from tests.sandbox.bodies import IMAGE2VIDEO, LIP_SYNC, create, finished, png_bytes, text_body
from tests.support.sandbox import RunningSandbox


def head_of_png(width: int, height: int) -> bytes:
    """A png that says how large it is, and holds nothing."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return start + struct.pack(">I4sI", 0, b"IDAT", zlib.crc32(b"IDAT"))


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a" + bytes(100), "jpg or png"),
        (png_bytes(299, 400), "300 pixels"),
        (png_bytes(300, 751), "1:2.5"),
        (head_of_png(9000, 7200), "64 megapixels"),
        (head_of_png(20_000, 20_000), "64 megapixels"),
        (png_bytes() + bytes(10_000_000), "10 MB"),
    ],
    ids=["gif", "short side", "narrow", "65 megapixels", "400 megapixels", "bytes"],
)
def test_a_picture_that_may_not_be_used_is_refused_with_1201(data: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words) as caught:
        check_picture(data)
    assert caught.value.code == 1201


def test_what_a_large_camera_makes_is_taken_by_its_head_alone() -> None:
    check_picture(head_of_png(9200, 6900))


def test_a_picture_is_made_small_once(tmp_path: Path) -> None:
    path = tmp_path / "a.picture"
    path.write_bytes(png_bytes(3000, 4000))
    assert asyncio.run(make_ready(path)) == "portrait"
    before = path.stat()
    assert asyncio.run(make_ready(path)) == "portrait"
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_picture_that_breaks_off_fails_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "a.picture"
    path.write_bytes(head_of_png(400, 300))
    with pytest.raises(RenderFailed, match="The image could not be used"):
        asyncio.run(make_ready(path))


def test_a_process_that_dies_fails_the_task_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.picture"
    path.write_bytes(png_bytes())
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(RenderFailed, match=CANNOT_BE_MADE):
        asyncio.run(make_ready(path))


def jpeg(width: int, height: int, **more: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "#446688").save(target, "JPEG", **more)
    return target.getvalue()


def lying() -> Image.Exif:
    """What a phone writes that was held upright."""
    found = Image.Exif()
    found[0x0112] = 6
    return found


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png_bytes(500, 500), (480, 480)),
        (png_bytes(4000, 3000), (640, 360)),
        (jpeg(720, 1280), (360, 640)),
        (jpeg(1280, 720, exif=lying()), (360, 640)),
    ],
    ids=["square", "a camera's", "portrait", "upright by its metadata"],
)
def test_a_clip_of_a_picture_and_what_it_says_later_are_held_like_the_picture(
    sandbox: RunningSandbox, tmp_path: Path, data: bytes, size: tuple[int, int]
) -> None:
    made = create(sandbox, {"image": encoded(data)}, IMAGE2VIDEO)
    video = finished(sandbox, made, IMAGE2VIDEO)["task_result"]["videos"][0]
    said = create(sandbox, text_body(made, video["id"]))
    spoken = finished(sandbox, said, LIP_SYNC)["task_result"]["videos"][0]
    for number, one in enumerate((video, spoken)):
        clip = tmp_path / f"{number}.mp4"
        clip.write_bytes(sandbox.session.get(one["url"]).content)
        facts = probe_video(clip)
        assert (facts.width, facts.height) == size
