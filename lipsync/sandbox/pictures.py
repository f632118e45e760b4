"""Pictures for image2video: which are taken, where they are, and how they are held.

Once, before it is drawn for the first time, each is replaced by what `small_picture` makes of it,
so that no clip has to unfold a large one again.
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from pathlib import Path
from typing import Final

from lipsync.sandbox.orders import CANNOT_BE_MADE, RenderFailed
from lipsync.sandbox.refusals import invalid

log = logging.getLogger(__name__)

MAX_IMAGE_BYTES: Final = 10_000_000
MIN_IMAGE_SIDE: Final = 300
MAX_IMAGE_RATIO: Final = 2.5
MAX_IMAGE_MEGAPIXELS: Final = 64
"""Ours, for the service names no limit: unfolded, that is 256 MB."""
_TOO_LARGE: Final = f"The image must have at most {MAX_IMAGE_MEGAPIXELS} megapixels"
_TIMEOUT_SECONDS: Final = 60.0
_ROOT: Final = Path(__file__).resolve().parent.parent.parent


def picture_name(task_id: str) -> str:
    """Where the picture of a task is, below the data folder; a jpg or png, as its content says."""
    return f"pictures/{task_id}.picture"


def check_picture(data: bytes) -> None:
    """Look at the head of a picture. Raises `Refusal` (1201) when it may not be used."""
    from PIL import Image, UnidentifiedImageError  # only who sends a picture pays for the import

    if len(data) > MAX_IMAGE_BYTES:
        raise invalid("The image must be at most 10 MB")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            width, height = image.size
    except Image.DecompressionBombError as error:
        raise invalid(_TOO_LARGE) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise invalid("The image must be jpg or png") from error
    if width * height > MAX_IMAGE_MEGAPIXELS * 1_000_000:
        raise invalid(_TOO_LARGE)
    if min(width, height) < MIN_IMAGE_SIDE:
        raise invalid(f"The image must be at least {MIN_IMAGE_SIDE} pixels on each side")
    if max(width, height) > MAX_IMAGE_RATIO * min(width, height):
        raise invalid("The image must not be narrower than 1:2.5")


async def make_ready(path: Path) -> str:
    """Make the picture small and upright if it is not; the orientation of its clips.

    Raises `RenderFailed`, and `OSError` when the file is gone.
    """
    from lipsync.sandbox.small_picture import shape_when_ready

    shape = shape_when_ready(path)
    if shape is None:
        await _make_small(path)
        shape = shape_when_ready(path)
    assert shape is not None
    return shape


async def _make_small(path: Path) -> None:
    from lipsync.sandbox.small_picture import UNUSABLE

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "lipsync.sandbox.small_picture", str(path), cwd=_ROOT
    )
    try:
        code = await asyncio.wait_for(process.wait(), _TIMEOUT_SECONDS)
    except TimeoutError as error:
        raise RenderFailed("The image could not be read in time") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code == UNUSABLE:
        raise RenderFailed("The image could not be used")
    if code != 0:
        log.error("the process that makes pictures small ended with %s", code)
        raise RenderFailed(CANNOT_BE_MADE)
