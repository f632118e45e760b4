"""What text2video and image2video take: one flat body each, section by section as documented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from lipsync.sandbox.pictures import check_picture
from lipsync.sandbox.refusals import Refusal, invalid
from lipsync.sandbox.rules import (
    base64_of,
    check_keys,
    http_url,
    read_callback_url,
    read_json_object,
    text_of,
)

MAX_PROMPT: Final = 500  # CometAPI; Kling itself allows 2500
MAX_NEGATIVE_PROMPT: Final = 200

_MODELS: Final = {
    "kling-v1", "kling-v1-6", "kling-v2-master", "kling-v2-1-master", "kling-v2-5-turbo", "kling-v2-6",
    "kling-v3",
}  # fmt: skip
_IMAGE_MODELS: Final = _MODELS | {"kling-v1-5", "kling-v2-1"}
_COMMON: Final = {
    "model_name", "prompt", "negative_prompt", "cfg_scale", "mode", "duration", "external_task_id",
    "callback_url",
}  # fmt: skip
_OWN_KEYS: Final = {"text2video": {"aspect_ratio"}, "image2video": {"image", "image_tail"}}
_ORIENTATIONS: Final = {"16:9": "landscape", "9:16": "portrait", "1:1": "square"}
_DURATIONS: Final = {"5": "5.041", "10": "10.04"}  # what such clips really last


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for image2video: its data, or a link."""

    data: bytes | None
    url: str | None


@dataclass(frozen=True, slots=True)
class VideoOrder:
    """A create body that was read without complaint."""

    kind: str
    prompt: str
    duration: str
    orientation: str | None
    """None for image2video, whose clips are held as their pictures are."""
    picture: Picture | None
    external_task_id: str | None
    callback_url: str | None


def read_video(kind: str, body: bytes) -> VideoOrder:
    """Read a text2video or image2video body. Raises `Refusal`."""
    given = read_json_object(body)
    check_keys(given, _COMMON | _OWN_KEYS[kind])
    _check_model(given, _MODELS if kind == "text2video" else _IMAGE_MODELS)
    if "negative_prompt" in given:
        _limited(given, "negative_prompt", MAX_NEGATIVE_PROMPT)
    _check_scale(given.get("cfg_scale", 0.5))
    one_of(given, "mode", ("std", "pro"))
    duration = one_of(given, "duration", tuple(_DURATIONS)) or "5"
    ratio = one_of(given, "aspect_ratio", tuple(_ORIENTATIONS)) or "16:9"
    prompt = _limited(given, "prompt", MAX_PROMPT) if kind == "text2video" or "prompt" in given else ""
    return VideoOrder(
        kind=kind,
        prompt=prompt,
        duration=_DURATIONS[duration],
        orientation=_ORIENTATIONS[ratio] if kind == "text2video" else None,
        picture=_picture(given) if kind == "image2video" else None,
        external_task_id=_limited(given, "external_task_id", 128) if "external_task_id" in given else None,
        callback_url=read_callback_url(given),
    )


def one_of(given: dict[str, Any], key: str, allowed: tuple[str, ...]) -> str | None:
    """An optional string out of a few. Raises `Refusal` (1201)."""
    if key not in given:
        return None
    value = given[key]
    if value not in allowed or not isinstance(value, str):
        raise invalid(f"{key} must be one of {', '.join(allowed)}")
    return value


def _limited(given: dict[str, Any], key: str, limit: int) -> str:
    value = text_of(given, key)
    if len(value) > limit:
        raise invalid(f"{key} must be at most {limit} characters")
    return value


def _check_model(given: dict[str, Any], models: set[str]) -> None:
    if "model_name" in given and text_of(given, "model_name") not in models:
        raise Refusal(1203, "model_name does not exist")


def _check_scale(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise invalid("cfg_scale must be a number between 0 and 1")


def _picture(given: dict[str, Any]) -> Picture:
    found = [_one_picture(given, key) for key in ("image", "image_tail") if key in given]
    if not found:
        raise invalid("image or image_tail is required")
    return found[0]


def _one_picture(given: dict[str, Any], key: str) -> Picture:
    value = text_of(given, key)
    if value.startswith(("http://", "https://")):
        return Picture(data=None, url=http_url(value, key))
    data = base64_of(value, key)
    check_picture(data)
    return Picture(data=data, url=None)
