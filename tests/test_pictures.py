"""Pictures for image2video: judged by content before anything is sent, kept, and found again."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.pictures import (
    MAX_PICTURE_BYTES,
    REASONS,
    PictureNotFound,
    PictureReport,
    PictureShelf,
    check_picture,
    picture_in_words,
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
