"""The shown frame: boxes around the faces, as a JPEG."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from lipsync.faces.measured import FoundFace

FINE, WARNING, SHADOW = "#2fbf71", "#ffb020", "#101418"
QUALITY = 85
_MARGIN = 0.12


def framed(frame: Image.Image, faces: Sequence[FoundFace], *, fine: bool) -> bytes:
    """`frame` as a JPEG, each face in a box: green when all is well, amber when not."""
    picture = frame.copy()
    pen = ImageDraw.Draw(picture)
    line = max(2, round(min(frame.size) / 75))  # seen also where the frame is shown small
    for face in faces:
        x, y = (face.right - face.left) * _MARGIN, (face.bottom - face.top) * _MARGIN
        # A box over the edge is closed there, so that one sees where the face is cut.
        box = (
            max(line, face.left - x), max(line, face.top - y),
            min(frame.width - 1 - line, face.right + x), min(frame.height - 1 - line, face.bottom + y),
        )  # fmt: skip
        if box[2] - box[0] < 2 * line or box[3] - box[1] < 2 * line:
            continue
        radius = min(box[2] - box[0], box[3] - box[1]) * 0.08
        around = (box[0] - line / 2, box[1] - line / 2, box[2] + line / 2, box[3] + line / 2)
        pen.rounded_rectangle(around, radius, outline=SHADOW, width=2 * line)
        pen.rounded_rectangle(box, radius, outline=FINE if fine else WARNING, width=line)
    to = io.BytesIO()
    picture.save(to, "JPEG", quality=QUALITY, optimize=True)
    return to.getvalue()
