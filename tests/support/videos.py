"""Requests for videos and real pictures, for tests."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from lipsync.upstream.replies import TaskKind
from lipsync.video_request import VideoRequest


def video(prompt: str = "A woman looks into the camera.", **more: Any) -> dict[str, Any]:
    """A text2video request, as the database has it."""
    fields: dict[str, Any] = {"account": "main", "kind": TaskKind.TEXT2VIDEO, "model_name": "kling-v2-6"}
    return VideoRequest(**fields | {"prompt": prompt} | more).as_dict()


def picture_bytes(width: int = 400, height: int = 300, kind: str = "PNG") -> bytes:
    """A plain picture of that size."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), "#8d87a3").save(target, kind)
    return target.getvalue()
