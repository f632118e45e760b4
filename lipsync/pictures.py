"""Pictures that people give for image2video: checked by content, kept on disk, known by an id.

The rules are CometAPI's (image2video, `image`): jpg or png, at most 10 MB, at least 300
pixels on each side, not narrower than 1:2.5 and not wider than 2.5:1. Checked before anything is sent.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import BinaryIO
from uuid import uuid4

import sqlalchemy as sa
from PIL import Image, UnidentifiedImageError

from lipsync.database.tables import pictures
from lipsync.i18n import t
from lipsync.jobs.store import utcnow
from lipsync.picture_metadata import without_metadata

MAX_PICTURE_BYTES = 10_000_000
"""CometAPI image2video, `image`: 10 MB; whether before or after Base64 is open, so raw and decimal."""
MIN_SIDE = 300
"""CometAPI image2video, `image`: at least 300 pixels."""
MAX_RATIO = 2.5
"""CometAPI image2video, `image`: from 1:2.5 to 2.5:1."""
MAX_PIXELS = 64_000_000
"""Ours: larger than any camera's usual picture; a small file that unfolds to more is an attack."""
MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png"}
REASONS = ("empty", "too_big", "not_a_picture", "damaged", "too_many_pixels", "too_small", "too_narrow")

_FORMATS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png"}  # MPO: a jpg of a phone that holds a second picture
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)
_one_at_a_time = Lock()
"""Unfolding a picture takes up to 200 MB; several at once would be many."""


class PictureNotFound(LookupError):
    """There is no such picture, it belongs to somebody else, or its file is gone."""


@dataclass(frozen=True, slots=True)
class PictureReport:
    """What was found in a file. `reason` is a slug of `REASONS`, None for a picture that may be sent."""

    bytes: int
    reason: str | None = None
    format: str | None = None
    width: int | None = None
    height: int | None = None

    @property
    def accepted(self) -> bool:
        """Whether the picture may be sent."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Picture:
    """One kept picture; sides in pixels."""

    id: str
    workspace: str
    owner: str
    name: str
    format: str
    bytes: int
    width: int
    height: int
    sha256: str
    created_at: datetime

    @property
    def media_type(self) -> str:
        """The MIME type to serve it with."""
        return MEDIA_TYPES[self.format]


class PictureShelf:
    """The pictures of one data folder and database."""

    def __init__(self, data_path: Path, engine: sa.Engine) -> None:
        self._folder = data_path / "pictures"
        self._engine = engine

    def add(
        self, stream: BinaryIO, *, name: str, workspace: str, owner: str
    ) -> tuple[PictureReport, Picture | None]:
        """Check what `stream` holds and keep it, without its metadata, if it may be sent.

        Raises `OSError` when the disk is full.
        """
        data = stream.read(MAX_PICTURE_BYTES + 1)
        report = check_picture(data)
        if not report.accepted:
            return report, None
        with _one_at_a_time:
            data = without_metadata(data, most_bytes=MAX_PICTURE_BYTES)
        report = check_picture(data)  # what is drawn anew has other sides and another size
        if not report.accepted:
            return report, None
        assert report.format is not None
        assert report.width is not None
        assert report.height is not None
        picture = Picture(
            id=uuid4().hex,
            workspace=workspace,
            owner=owner,
            name="".join(c for c in Path(name).name if c.isprintable())[:200] or "picture",
            format=report.format,
            bytes=report.bytes,
            width=report.width,
            height=report.height,
            sha256=hashlib.sha256(data).hexdigest(),
            created_at=utcnow(),
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(picture)
        partial = path.with_name(f".{picture.id}.part")
        try:
            partial.write_bytes(data)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        with self._engine.begin() as connection:
            connection.execute(sa.insert(pictures).values(**asdict(picture)))
        return report, picture

    def get(self, picture_id: str, *, workspace: str | None = None) -> Picture:
        """One picture. Raises `PictureNotFound`."""
        query = sa.select(pictures).where(pictures.c.id == picture_id)
        if workspace is not None:
            query = query.where(pictures.c.workspace == workspace)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise PictureNotFound(picture_id)
        return Picture(**row._mapping)

    def path(self, picture: Picture) -> Path:
        """The file of a picture. Raises `PictureNotFound` if it is gone."""
        path = self._path(picture)
        if not path.exists():
            raise PictureNotFound(picture.id)
        return path

    def _path(self, picture: Picture) -> Path:
        return self._folder / f"{picture.id}.{picture.format}"


def check_picture(data: bytes) -> PictureReport:
    """Whether `data` is a picture that may be sent; its name and ending are not asked."""
    size = len(data)
    if size == 0:
        return PictureReport(size, "empty")
    if size > MAX_PICTURE_BYTES:
        return PictureReport(size, "too_big")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            width, height = image.size
            reason = _size_reason(width, height) or _damage(image)
            return PictureReport(size, reason, _FORMATS[str(image.format)], width, height)
    except UnidentifiedImageError:
        return PictureReport(size, "not_a_picture")
    except Image.DecompressionBombError:
        return PictureReport(size, "too_many_pixels")
    except _UNREADABLE:
        return PictureReport(size, "damaged")


def picture_in_words(report: PictureReport) -> str:
    """Why a picture cannot be used and what to do; an empty string when it can. Nothing was sent."""
    sentences = {
        "empty": t("The file is empty. Choose another picture."),
        "too_big": t("The picture is larger than 10 MB. Save it smaller, as a jpg for example."),
        "not_a_picture": t("This file is no jpg or png picture. Save it as one of these, then add it again."),
        "damaged": t("The picture is damaged: a part of it cannot be read. Choose another copy."),
        "too_many_pixels": t("The picture has far too many pixels. Save it smaller, then add it again."),
        "too_small": t(
            "The picture is {width} × {height} pixels. Each side needs at least {least}.",
            width=report.width, height=report.height, least=MIN_SIDE,
        ),
        "too_narrow": t(
            "The picture is {width} × {height} pixels: too long and narrow. "
            "The longer side may be 2.5 times the shorter one. Crop it, then add it again.",
            width=report.width, height=report.height,
        ),
    }  # fmt: skip
    return sentences.get(report.reason or "", "")


def _size_reason(width: int, height: int) -> str | None:
    if width * height > MAX_PIXELS:
        return "too_many_pixels"
    if min(width, height) < MIN_SIDE:
        return "too_small"
    return "too_narrow" if max(width, height) > MAX_RATIO * min(width, height) else None


def _damage(image: Image.Image) -> str | None:
    """Unfold the whole picture: a file that breaks off would be refused later, or worse, billed."""
    try:
        with _one_at_a_time:
            image.load()
    except _UNREADABLE:
        return "damaged"
    return None
