"""Pictures for image2video: judged by content before anything is sent, kept, and found again."""

from __future__ import annotations

import io
import random
import struct
import zlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.pictures import (
    MAX_GIVEN_BYTES,
    MAX_PICTURE_BYTES,
    REASONS,
    Picture,
    PictureNotFound,
    PictureReport,
    PictureShelf,
    check_picture,
    picture_in_words,
    remade_in_words,
)
from tests.support.videos import picture_bytes

ME = {"workspace": "local", "owner": "ada"}


@pytest.fixture
def shelf(tmp_path: Path) -> PictureShelf:
    database = connect(f"sqlite:///{tmp_path / 'studio.db'}")
    migrate(database)
    return PictureShelf(tmp_path, database)


def header_only_png(width: int, height: int) -> bytes:
    """A png that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height", "kind"),
    [(300, 300, "PNG"), (300, 750, "PNG"), (750, 300, "JPEG"), (1600, 900, "JPEG")],
)
def test_a_picture_within_the_limits_is_accepted(width: int, height: int, kind: str) -> None:
    report = check_picture(picture_bytes(width, height, kind))
    assert (report.accepted, report.width, report.height) == (True, width, height)
    assert report.format == {"PNG": "png", "JPEG": "jpg"}[kind]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * MAX_PICTURE_BYTES, "too_big"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='400' height='400'/>", "not_a_picture"),
        (picture_bytes(400, 400, "GIF"), "not_a_picture"),
        (picture_bytes(400, 400, "WEBP"), "not_a_picture"),
        (b"just words", "not_a_picture"),
        (picture_bytes(299, 400), "too_small"),
        (picture_bytes(300, 751), "too_narrow"),
        (picture_bytes(751, 300), "too_narrow"),
        (picture_bytes(1200, 900, "JPEG")[:-2000], "damaged"),
        (header_only_png(400, 400), "damaged"),
        (header_only_png(9000, 9000), "too_many_pixels"),
        (header_only_png(60_000, 60_000), "too_many_pixels"),
    ],
)
def test_what_may_not_be_sent_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    assert check_picture(data).reason == reason


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_words_that_say_what_to_do(reason: str) -> None:
    words = picture_in_words(PictureReport(1, reason, "png", 100, 900))
    assert words.count(".") >= 2
    assert "{" not in words


def test_a_kept_picture_is_found_with_its_bytes_whatever_it_is_called(shelf: PictureShelf) -> None:
    given = picture_bytes(400, 400, "JPEG")
    report, picture = shelf.add(io.BytesIO(given), name="../../evil\n.png", **ME)
    assert report.accepted
    assert picture is not None
    found = shelf.get(picture.id, workspace="local")
    assert found == picture
    assert (found.media_type, found.name) == ("image/jpeg", "evil.png")
    assert shelf.path(found).read_bytes() == given


def kept(shelf: PictureShelf, data: bytes, name: str = "me.webp") -> tuple[PictureReport, Picture | None]:
    return shelf.add(io.BytesIO(data), name=name, **ME)


def test_a_picture_of_another_kind_is_made_into_one_that_may_be_sent_and_that_is_told(
    shelf: PictureShelf,
) -> None:
    report, picture = kept(shelf, picture_bytes(640, 480, "WEBP"))
    assert picture is not None
    assert (picture.name, picture.format, picture.width, picture.height) == ("me.webp", "jpg", 640, 480)
    assert check_picture(shelf.path(picture).read_bytes()).accepted
    said = "It was a webp, which the service does not take: the studio made it a jpg."
    assert remade_in_words(report) == said


def test_a_picture_in_too_large_a_file_is_saved_smaller_and_that_is_told(shelf: PictureShelf) -> None:
    large = io.BytesIO()
    noise = Image.frombytes("L", (3300, 3300), random.Random(7).randbytes(3300 * 3300))
    noise.save(large, "PNG", compress_level=1)
    report, picture = kept(shelf, large.getvalue(), "noise.png")
    assert len(large.getvalue()) > MAX_PICTURE_BYTES
    assert picture is not None
    assert picture.bytes <= MAX_PICTURE_BYTES
    said = remade_in_words(report)
    assert said.startswith("Its file had 10.9 MB, more than the service takes: the studio saved it smaller.")
    assert "It had 3300 × 3300 pixels." in said


def test_of_a_moving_picture_the_first_is_kept_and_that_is_told(shelf: PictureShelf) -> None:
    moving = io.BytesIO()
    frames = [Image.new("RGB", (400, 300), colour) for colour in ("red", "blue")]
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    report, picture = kept(shelf, moving.getvalue(), "wave.gif")
    assert picture is not None
    assert remade_in_words(report).endswith("Of several pictures in it, this is the first.")


def test_a_picture_that_is_kept_as_it_was_given_needs_no_words(shelf: PictureShelf) -> None:
    report, _ = kept(shelf, picture_bytes(640, 480, "JPEG"))
    assert remade_in_words(report) == ""


@pytest.mark.parametrize(
    ("data", "reason", "said"),
    [
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 900, "heic", "Export it as a jpg"),
        (b"\x00\x00\x00\x18ftypmif1" + b"\0" * MAX_PICTURE_BYTES, "heic", "HEIC"),
        (picture_bytes(299, 400, "WEBP"), "too_small", "299 × 400"),
        (picture_bytes(4000, 400, "BMP"), "too_narrow", "4000 × 400"),
        (b"%PDF-1.7", "not_a_picture", "Save it as a jpg or png"),
        (b"BM" + b"\0" * MAX_GIVEN_BYTES, "too_big", "larger than 60 MB"),
    ],
    ids=["heic", "large heic", "small webp", "narrow bmp", "pdf", "far too large"],
)
def test_what_no_picture_can_be_made_of_is_refused_with_what_to_do(
    shelf: PictureShelf, data: bytes, reason: str, said: str
) -> None:
    report, picture = kept(shelf, data)
    assert (report.reason, picture) == (reason, None)
    assert said in picture_in_words(report)
    assert remade_in_words(report) == ""


def test_a_refused_picture_leaves_nothing_behind(shelf: PictureShelf, tmp_path: Path) -> None:
    report, picture = shelf.add(io.BytesIO(b"words"), name="a.png", **ME)
    assert (report.reason, picture) == ("not_a_picture", None)
    assert not list(tmp_path.glob("pictures/*"))
    with shelf._engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM pictures")).scalar() == 0


def test_a_picture_of_another_workspace_or_without_its_file_is_not_found(shelf: PictureShelf) -> None:
    _, picture = shelf.add(io.BytesIO(picture_bytes()), name="a.png", **ME)
    assert picture is not None
    with pytest.raises(PictureNotFound):
        shelf.get(picture.id, workspace="other")
    shelf.path(picture).unlink()
    with pytest.raises(PictureNotFound):
        shelf.path(picture)


def test_a_jpg_of_a_phone_with_a_second_picture_inside_is_a_jpg(tmp_path: Path) -> None:
    target = io.BytesIO()
    first, second = (Image.new("RGB", (400, 300), colour) for colour in ("red", "blue"))
    first.save(target, "MPO", save_all=True, append_images=[second])
    report = check_picture(target.getvalue())
    assert (report.accepted, report.format) == (True, "jpg")
