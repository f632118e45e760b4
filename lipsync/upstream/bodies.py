"""The exact bodies that are sent: no null, no key of another mode, numbers where numbers belong."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Mode = Literal["text2video", "audio2video"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncSpec:
    """One lip sync as it will be sent. What is not used by the mode stays None.

    Says only which fields belong together; the limits on their values are in `lipsync.request`.
    Raises ValueError when a field is missing, or belongs to the other mode.
    """

    task_id: str
    video_id: str
    mode: Mode
    text: str | None = None
    voice_id: str | None = None
    voice_language: Literal["zh", "en"] | None = None
    voice_speed: Decimal | float | None = None
    audio_type: Literal["file", "url"] | None = None
    audio_file: bytes | None = field(default=None, repr=False)
    audio_url: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.mode == "text2video":
            wanted = {"text", "voice_id", "voice_language", "voice_speed"}
        elif self.mode == "audio2video":
            wanted = {"audio_type", "audio_url" if self.audio_type == "url" else "audio_file"}
        else:
            raise ValueError(f"mode must be text2video or audio2video, not {self.mode!r}")
        for name in ("task_id", "video_id", *sorted(wanted)):
            if getattr(self, name) in (None, "", b""):
                raise ValueError(f"{name} is needed in mode {self.mode}")
        for name in _MODE_FIELDS - wanted:
            if getattr(self, name) is not None:
                raise ValueError(f"{name} does not belong to this request in mode {self.mode}")
        if self.audio_type not in (None, "file", "url"):
            raise ValueError(f"audio_type must be file or url, not {self.audio_type!r}")


_MODE_FIELDS = frozenset(
    {"text", "voice_id", "voice_language", "voice_speed", "audio_type", "audio_file", "audio_url"}
)


def encode(body: dict[str, Any]) -> bytes:
    """`body` as the bytes that go over the wire. Raises ValueError for text that is no Unicode."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def lip_sync_body(spec: LipSyncSpec, callback_url: str | None = None) -> dict[str, Any]:
    """The body of `POST /kling/v1/videos/lip-sync`: everything inside `input`, the callback beside it."""
    inner: dict[str, Any] = {"task_id": spec.task_id, "video_id": spec.video_id, "mode": spec.mode}
    if spec.mode == "text2video":
        assert spec.voice_speed is not None
        inner["text"] = spec.text
        inner["voice_id"] = spec.voice_id
        # Always sent: the sources disagree on the default.
        inner["voice_language"] = spec.voice_language
        # The specification's table says string, all other sources number: one decimal, as a number.
        inner["voice_speed"] = round(float(spec.voice_speed), 1)
    else:
        inner["audio_type"] = spec.audio_type
        if spec.audio_file is not None:
            inner["audio_file"] = _base64(spec.audio_file)
        else:
            inner["audio_url"] = spec.audio_url
    body: dict[str, Any] = {"input": inner}
    if callback_url:
        body["callback_url"] = callback_url
    return body


def text2video_body(
    *,
    prompt: str,
    model_name: str | None = None,
    negative_prompt: str | None = None,
    cfg_scale: float | None = None,
    mode: Literal["std", "pro"] | None = None,
    duration: Literal["5", "10", 5, 10] | None = None,
    aspect_ratio: str | None = None,
    external_task_id: str | None = None,
    callback_url: str | None = None,
) -> dict[str, Any]:
    """The flat body of `POST /kling/v1/videos/text2video`; what is None or empty is left out."""
    if not prompt:
        raise ValueError("prompt is needed")
    return _flat(
        model_name=model_name,
        prompt=prompt,
        negative_prompt=negative_prompt,
        cfg_scale=None if cfg_scale is None else float(cfg_scale),
        mode=mode,
        duration=None if duration is None else str(duration),
        aspect_ratio=aspect_ratio,
        external_task_id=external_task_id,
        callback_url=callback_url,
    )


def image2video_body(
    *,
    image: bytes | str | None = None,
    image_tail: bytes | str | None = None,
    prompt: str | None = None,
    model_name: str | None = None,
    negative_prompt: str | None = None,
    cfg_scale: float | None = None,
    mode: Literal["std", "pro"] | None = None,
    duration: Literal["5", "10", 5, 10] | None = None,
    external_task_id: str | None = None,
    callback_url: str | None = None,
) -> dict[str, Any]:
    """The flat body of `POST /kling/v1/videos/image2video`. A picture is bytes, or its address."""
    if not image and not image_tail:
        raise ValueError("image or image_tail is needed")
    return _flat(
        model_name=model_name,
        image=_picture(image),
        image_tail=_picture(image_tail),
        prompt=prompt,
        negative_prompt=negative_prompt,
        cfg_scale=None if cfg_scale is None else float(cfg_scale),
        mode=mode,
        duration=None if duration is None else str(duration),
        external_task_id=external_task_id,
        callback_url=callback_url,
    )


def _flat(**fields: object) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _picture(picture: bytes | str | None) -> str | None:
    if not picture:
        return None
    return _base64(picture) if isinstance(picture, bytes) else picture


def _base64(data: bytes) -> str:
    """Raw Base64: no `data:` prefix and no line breaks."""
    return base64.b64encode(data).decode("ascii")
