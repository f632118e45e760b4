"""Pictures that people give for image2video: checked by content, kept on disk, known by an id.

The rules are CometAPI's (image2video, `image`): jpg or png, at most 10 MB, at least 300
pixels on each side, not narrower than 1:2.5 and not wider than 2.5:1. Checked before anything is sent.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import asdict, dataclass, replace
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
from lipsync.picture_remake import NotRemade, Original, remade

MAX_PICTURE_BYTES = 10_000_000
"""CometAPI image2video, `image`: 10 MB; whether before or after Base64 is open, so raw and decimal."""
MAX_GIVEN_BYTES = 60 * 1024 * 1024
"""Ours: of a file that is given. What the service does not take is made into a picture that it takes."""
MIN_SIDE = 300
"""CometAPI image2video, `image`: at least 300 pixels."""
MAX_RATIO = 2.5
"""CometAPI image2video, `image`: from 1:2.5 to 2.5:1."""
MAX_PIXELS = 64_000_000
"""Ours: larger than any camera's usual picture; a small file that unfolds to more is an attack."""
MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png"}
REASONS = (
    "empty", "too_big", "not_a_picture", "heic", "damaged", "too_many_pixels", "too_small", "too_narrow",
    "not_remade",
)  # fmt: skip

_FORMATS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png"}  # MPO: a jpg of a phone that holds a second picture
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
"""At the ninth byte of a file that begins with a box of the kind `ftyp` (ISO/IEC 23008-12)."""
_one_at_a_time = Lock()
"""Unfolding a picture takes up to 200 MB, making another of it up to 512; several at once would be many."""


class PictureNotFound(LookupError):
    """There is no such picture, it belongs to somebody else, or its file is gone."""


@dataclass(frozen=True, slots=True)
class PictureReport:
    """What was found in a file. `reason` is a slug of `REASONS`, None for a picture that may be sent.

    `was` is the file as it was given, where the studio had to make another picture of it.
    """

    bytes: int
    reason: str | None = None
    format: str | None = None
    width: int | None = None
    height: int | None = None
    was: Original | None = None

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

        A picture of another kind, or in too large a file, is made into one that may be; the report says
        so, and it takes seconds. Raises `OSError` when the disk is full.
        """
        data = stream.read(MAX_GIVEN_BYTES + 1)
        report = check_picture(data)
        was = None
        if report.reason in ("too_big", "not_a_picture"):
            report, data = _remade(data)
            was = report.was
        if not report.accepted:
            return report, None
        with _one_at_a_time:
            data = without_metadata(data, most_bytes=MAX_PICTURE_BYTES)
        report = replace(check_picture(data), was=was)  # what is drawn anew has other sides and another size
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
        "too_big": t(
            "The file is larger than {most} MB. Save the picture smaller, as a jpg for example.",
            most=MAX_GIVEN_BYTES // 1024 // 1024,
        ),
        "not_a_picture": t(
            "This file is no picture that can be used here. Save it as a jpg or png, then add that."
        ),
        "heic": t(
            "This is a HEIC picture, which the service does not take and the studio cannot read. Export it "
            "as a jpg, then add that; or add it on the phone itself, which makes a jpg of it."
        ),
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
        "not_remade": t(
            "The service takes jpg and png of at most 10 MB, and the studio could not make one of this. Save "
            "the picture as a jpg, then add that."
        ),
    }  # fmt: skip
    return sentences.get(report.reason or "", "")


def remade_in_words(report: PictureReport) -> str:
    """What the studio made of a picture, and why; an empty string where it is as it was given."""
    was = report.was
    if was is None or not report.accepted:
        return ""
    said = []
    if was.kind not in MEDIA_TYPES:
        words = t("It was a {kind}, which the service does not take: the studio made it a {made}.",
                  kind=was.kind, made=report.format)  # fmt: skip
    else:
        words = t("Its file had {size} MB, more than the service takes: the studio saved it smaller.",
                  size=f"{was.bytes / 1e6:.1f}")  # fmt: skip
    said.append(words)
    if {was.width, was.height} != {report.width, report.height}:  # or else at most turned
        said.append(t("It had {width} × {height} pixels.", width=was.width, height=was.height))
    if was.several:
        said.append(t("Of several pictures in it, this is the first."))
    return " ".join(said)


def _remade(data: bytes) -> tuple[PictureReport, bytes]:
    """A picture that may be sent, out of what may not; the report says why not where it cannot be."""
    size = len(data)
    if size > MAX_GIVEN_BYTES:
        return PictureReport(size, "too_big"), b""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return PictureReport(size, "heic"), b""
    try:
        with _one_at_a_time:
            made, was = remade(data, most_pixels=MAX_PIXELS, most_bytes=MAX_PICTURE_BYTES)
    except NotRemade as error:
        return PictureReport(size, error.reason), b""
    # Of the picture as it was given: made smaller, its shorter side could be too short.
    if reason := _size_reason(was.width, was.height):
        return PictureReport(size, reason, was.kind, was.width, was.height), b""
    return replace(check_picture(made), was=was), made


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
