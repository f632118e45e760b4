"""Takes out of a picture what nobody should be sent: place, time, camera, names, hidden second pictures.

The pixels stay as they are, to the bit: only the parts beside them are left out. A picture is drawn
anew only where it must be: turned upright where its metadata says that it lies on its side, and in
RGB where it is made for printing (CMYK), which players read in different ways.
"""

from __future__ import annotations

import io
import struct
from typing import Literal

from PIL import Image, ImageCms, ImageOps

Kind = Literal["JPEG", "PNG"]
QUALITIES = (95, 90, 85, 75)
"""Of a jpg that is drawn anew: the first whose file is small enough."""
_ORIENTATION = 0x0112
_KEPT_SEGMENTS = {0xE0, 0xEE}  # JFIF, and Adobe's note on how colours are stored
_COLOUR_PROFILE = b"ICC_PROFILE\x00"
_START_OF_SCAN, _END = 0xDA, 0xD9
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT_CHUNKS = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT",
    b"pHYs",
}  # fmt: skip


class _Odd(ValueError):
    """The file is put together in a way that only a whole decoder understands."""


def without_metadata(data: bytes, *, most_bytes: int) -> bytes:
    """A whole jpg or png without anything that is not its picture.

    `data` was decoded before, so it is sound. Raises `OSError` and `ValueError` where Pillow cannot
    read it after all.
    """
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
        if image.getexif().get(_ORIENTATION, 1) not in (0, 1) or image.mode == "CMYK":
            return drawn_anew(image, _own_kind(image), most_bytes)
        try:
            found = _jpg(data) if data.startswith(b"\xff\xd8") else _png(data)
            with Image.open(io.BytesIO(found)) as again:
                again.load()
                if again.size == image.size:
                    return found
        except (_Odd, OSError, SyntaxError):
            pass  # readable, but not in the way that we cut it: Pillow writes it in its own
        return drawn_anew(image, _own_kind(image), most_bytes)


def _own_kind(image: Image.Image) -> Kind:
    return "PNG" if image.format == "PNG" else "JPEG"


def drawn_anew(image: Image.Image, kind: Kind, most_bytes: int) -> bytes:
    """A file of that kind, upright and in RGB, without metadata but with its colour profile.

    A jpg gets the best quality of which it is small enough; with the lowest, or as a png, it may be
    larger than `most_bytes`.
    """
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.mode == "CMYK":
        upright, profile = _rgb(upright, profile), None
    written = b""
    for quality in QUALITIES:
        target = io.BytesIO()
        more = {} if kind == "PNG" else {"quality": quality, "subsampling": 0 if quality > 90 else 2}
        upright.info = {}  # or Pillow writes comments and times again
        upright.save(target, kind, icc_profile=profile, exif=b"", **more)
        written = target.getvalue()
        if kind == "PNG" or len(written) <= most_bytes:
            break
    return written


def _rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            shown = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if shown is not None:
                return shown
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile: the plain rule below is near enough
    return image.convert("RGB")


def _jpg(data: bytes) -> bytes:
    """The segments that make up the first picture, up to its end. Raises `_Odd`."""
    kept, at = [b"\xff\xd8"], 2
    while True:
        if at + 2 > len(data) or data[at] != 0xFF:
            raise _Odd
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == _END:
            return b"".join([*kept, b"\xff\xd9"])
        if marker in _WITHOUT_LENGTH or at + 4 > len(data):
            raise _Odd
        end = at + 2 + int(struct.unpack_from(">H", data, at + 2)[0])
        if marker == _START_OF_SCAN:
            end = _end_of_scan(data, end)
        if not _is_metadata(marker, data[at + 4 : at + 4 + len(_COLOUR_PROFILE)]):
            kept.append(data[at:end])
        at = end
        if at == len(data):  # broken off at the very end: read without complaint, so written whole
            return b"".join([*kept, b"\xff\xd9"])


def _is_metadata(marker: int, begins: bytes) -> bool:
    if marker == 0xE2:
        return begins != _COLOUR_PROFILE
    return marker == 0xFE or (0xE0 <= marker <= 0xEF and marker not in _KEPT_SEGMENTS)


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the coded picture after a start of scan ends: at the next marker that is not part of it."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        following = data[at + 1]
        if following == 0xFF:
            at += 1
        elif following == 0 or following in _WITHOUT_LENGTH:
            at += 2
        else:
            return at


def _png(data: bytes) -> bytes:
    """The chunks that make up the still picture. Raises `_Odd`."""
    if not data.startswith(_PNG_SIGNATURE):
        raise _Odd
    kept, at = [_PNG_SIGNATURE], len(_PNG_SIGNATURE)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise _Odd
        if kind in _KEPT_CHUNKS:
            kept.append(data[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end
    raise _Odd
