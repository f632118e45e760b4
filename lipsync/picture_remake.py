"""Makes a picture that the service takes out of one that it does not take: of another kind, or too large.

Decoders of other kinds are large and would read strangers' files. So all of it happens in a child
process with its own limits on memory and time: `python -m lipsync.picture_remake WISH`, where the wish
is JSON: `picture` and `to` (files), `most_pixels` and `most_bytes`. One JSON object goes to standard
output: what the picture was, or `error` with a reason of `lipsync.pictures`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from lipsync.audio.limits import limit_this_process
from lipsync.audio.runner import ChildFailed, run_limited
from lipsync.picture_metadata import drawn_anew
from lipsync.scratch import scratch_folder

KINDS = {
    "JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "BMP": "bmp", "TIFF": "tiff",
}  # fmt: skip
"""What is read, by Pillow's names; no others, because each is one more decoder of strangers' files."""
SIDES = (3072, 2048, 1024)
"""The longest side in pixels, the next one where the file is too large still. No video has more than 1920."""
OTHERS_PIXELS = 40_000_000
"""Of kinds other than jpg and png: webp unfolds in several copies, and the child has 512 MiB."""
WALL_SECONDS = 20.0
_MOVING = ("gif", "webp", "png", "tiff")
_DRAWN_AS_THEY_ARE = ("RGB", "L", "CMYK")
_UNDERSTOOD = (*_DRAWN_AS_THEY_ARE, "RGBA", "RGBa", "LA", "La", "P", "PA", "1", "YCbCr")
"""Pillow's modes; not those with more than 8 bits, whose brightness would have to be guessed."""


@dataclass(frozen=True, slots=True)
class Original:
    """What a picture was: its kind, its file's size, its sides in pixels, and whether it held several."""

    kind: str
    bytes: int
    width: int
    height: int
    several: bool


class NotRemade(Exception):
    """It could not be done. `reason` is one of `lipsync.pictures`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def remade(data: bytes, *, most_pixels: int, most_bytes: int) -> tuple[bytes, Original]:
    """A jpg, or a png where parts of the picture are transparent, of at most `most_bytes`. Takes seconds.

    Sides above 3072 pixels become smaller. Of several pictures the first is taken. Raises
    `NotRemade`, and `OSError` when the disk is full.
    """
    with scratch_folder() as folder:
        picture, to = folder / "picture", folder / "remade"
        picture.write_bytes(data)
        wish = {
            "picture": str(picture), "to": str(to), "most_pixels": most_pixels, "most_bytes": most_bytes
        }  # fmt: skip
        # Not `-S` as for sounds: the site start-up is what finds Pillow.
        command = [sys.executable, "-P", "-W", "ignore", "-m", "lipsync.picture_remake", json.dumps(wish)]
        try:
            told = json.loads(run_limited(command, folder, wall_seconds=WALL_SECONDS).out)
        except (ChildFailed, ValueError) as error:
            raise NotRemade("not_remade") from error
        if "error" in told:
            raise NotRemade(str(told["error"]))
        was = Original(
            kind=str(told["kind"]), bytes=len(data), width=int(told["width"]), height=int(told["height"]),
            several=bool(told["several"]),
        )  # fmt: skip
        return to.read_bytes(), was


def remake(wish: dict[str, Any]) -> dict[str, Any]:
    """What the child does. A file that cannot be read is an answer, no crash."""
    try:
        with Image.open(wish["picture"], formats=("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")) as image:
            width, height = image.size
            kind = KINDS[str(image.format)]
            most = int(wish["most_pixels"])
            if width * height > (most if kind in ("jpg", "png") else min(most, OTHERS_PIXELS)):
                return {"error": "too_many_pixels"}
            if image.mode not in _UNDERSTOOD:
                return {"error": "not_a_picture"}
            several = kind in _MOVING and bool(getattr(image, "is_animated", False))
            Path(wish["to"]).write_bytes(_small_enough(image, int(wish["most_bytes"])))
    except NotRemade as error:
        return {"error": error.reason}
    except UnidentifiedImageError:
        return {"error": "not_a_picture"}
    except (Image.DecompressionBombError, MemoryError):
        return {"error": "too_many_pixels"}
    except (OSError, ValueError, SyntaxError, EOFError):
        return {"error": "damaged"}
    return {"kind": kind, "width": width, "height": height, "several": several}


def _small_enough(image: Image.Image, most_bytes: int) -> bytes:
    """The picture with sides and a file that are small enough. Raises `NotRemade`."""
    clear = image.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in image.info
    ready = image
    if clear:
        ready = image.convert("RGBA")
        if image.mode in ("LA", "La"):
            ready.info.pop("icc_profile", None)  # one for greys
        clear = ready.getchannel("A").getextrema() != (255, 255)
    if not clear and ready.mode not in _DRAWN_AS_THEY_ARE:
        ready = ready.convert("L" if ready.mode == "1" else "RGB")
    for side in SIDES:
        ready.thumbnail((side, side), Image.Resampling.LANCZOS)
        data = drawn_anew(ready, "PNG" if clear else "JPEG", most_bytes)
        if len(data) <= most_bytes:
            return data
    raise NotRemade("not_remade")


if __name__ == "__main__":
    limit_this_process()
    print(json.dumps(remake(json.loads(sys.argv[1]))))
