"""What `POST /kling/v1/videos/lip-sync` takes and refuses (CometAPI lip sync, `input`).

Stricter than the real service may be: whatever the specification does not allow is
refused here, so that a mistake is found where it costs nothing.
"""

from __future__ import annotations

import base64
import binascii
import csv
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from lipsync.sandbox.refusals import Refusal, invalid
from lipsync.sandbox.sound import MAX_SOUND_BYTES, SoundFormat, sniff

MAX_TEXT_CODE_POINTS: Final = 120
SPEEDS: Final = (0.8, 2.0)
VOICES_FILE: Final = Path(__file__).resolve().parent.parent / "voices.csv"

_SPACE: Final = re.compile(r"\s")
_COMMON: Final = {"task_id", "video_id", "mode"}
_KEYS: Final = {
    "text2video": {"text", "voice_id", "voice_language", "voice_speed"},
    "audio2video": {"audio_type", "audio_file", "audio_url"},
}


@dataclass(frozen=True, slots=True)
class Words:
    """What is to be said, for `mode` text2video."""

    text: str
    voice_id: str
    language: str
    speed: float


@dataclass(frozen=True, slots=True)
class Sound:
    """What is to be heard, for `mode` audio2video: the data itself, or a link to it."""

    data: bytes | None
    format: SoundFormat | None
    url: str | None


@dataclass(frozen=True, slots=True)
class LipSyncOrder:
    """A create body that was read without complaint."""

    task_id: str
    video_id: str
    content: Words | Sound
    callback_url: str | None


@cache
def voice_pairs() -> frozenset[tuple[str, str]]:
    """Every (voice_id, language) pair that exists."""
    with VOICES_FILE.open(encoding="utf-8", newline="") as file:
        return frozenset((row["voice_id"], row["language"]) for row in csv.DictReader(file))


def read_json_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object without nulls or repeated keys. Raises `Refusal` (1200, 1201)."""
    try:
        given = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise invalid("The body is not valid JSON", code=1200) from error
    if not isinstance(given, dict):
        raise invalid("The body must be a JSON object", code=1200)
    return given


def read_lip_sync(body: bytes) -> LipSyncOrder:
    """Read a create body. Raises `Refusal` for everything the specification forbids."""
    given = read_json_object(body)
    check_keys(given, {"input", "callback_url"})
    inner = given.get("input")
    if not isinstance(inner, dict):
        raise invalid("input must be an object")
    mode = text_of(inner, "mode")
    if mode not in _KEYS:
        raise invalid("mode must be text2video or audio2video")
    check_keys(inner, _COMMON | _KEYS[mode], "input.")
    return LipSyncOrder(
        task_id=text_of(inner, "task_id"),
        video_id=text_of(inner, "video_id"),
        content=_words(inner) if mode == "text2video" else _sound(inner),
        callback_url=read_callback_url(given),
    )


def check_keys(given: dict[str, Any], allowed: set[str], where: str = "") -> None:
    """Refuse keys that do not belong here, and nulls."""
    for key, value in given.items():
        if key not in allowed:
            raise invalid(f"Unknown key: {where}{ascii(key[:80])[1:-1]}")
        if value is None:
            raise invalid(f"{where}{key} must not be null")


def text_of(given: dict[str, Any], key: str) -> str:
    """A required string that is not blank. Raises `Refusal` (1201)."""
    value = given.get(key)
    if not isinstance(value, str):
        raise invalid(f"{key} is required and must be a string")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise invalid(f"{key} is not valid Unicode") from error
    if not value.strip():
        raise invalid(f"{key} must not be empty")
    return value


def read_callback_url(given: dict[str, Any]) -> str | None:
    """The optional `callback_url`. Raises `Refusal` (1201)."""
    return http_url(text_of(given, "callback_url"), "callback_url") if "callback_url" in given else None


def http_url(value: str, key: str) -> str:
    """`value`, if it is an http(s) address. Raises `Refusal` (1201)."""
    try:
        parts = urlsplit(value)
        usable = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not any(c.isspace() for c in value)
        )
    except ValueError:
        usable = False
    if not usable:
        raise invalid(f"{key} must be a URL")
    return value


def base64_of(value: str, key: str) -> bytes:
    """Raw Base64 without prefix or line breaks, decoded. Raises `Refusal` (1201)."""
    if value.startswith("data:"):
        raise invalid(f"{key} must be raw Base64 without the data: prefix")
    if _SPACE.search(value):
        raise invalid(f"{key} must be Base64 without line breaks or spaces")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid(f"{key} is not valid Base64") from error


def _words(inner: dict[str, Any]) -> Words:
    text = text_of(inner, "text")
    if len(text) > MAX_TEXT_CODE_POINTS:
        raise invalid(f"text must be at most {MAX_TEXT_CODE_POINTS} characters")
    voice_id = text_of(inner, "voice_id")
    # Sources disagree on the default language; Kling's own documentation says zh.
    language = text_of(inner, "voice_language") if "voice_language" in inner else "zh"
    if language not in ("zh", "en"):
        raise invalid("voice_language must be zh or en")
    if (voice_id, language) not in voice_pairs():
        raise invalid("Voice id not found")
    return Words(text=text, voice_id=voice_id, language=language, speed=_speed(inner.get("voice_speed", 1.0)))


def _speed(value: object) -> float:
    """A number, or a number written as text (the sources disagree), rounded to one decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise invalid("voice_speed must be a number")
    try:
        speed = round(float(value), 1)
    except (ValueError, OverflowError) as error:
        raise invalid("voice_speed must be a number") from error
    if not SPEEDS[0] <= float(value) <= SPEEDS[1]:
        raise invalid("voice_speed must be between 0.8 and 2.0")
    return speed


def _sound(inner: dict[str, Any]) -> Sound:
    audio_type = text_of(inner, "audio_type")
    if audio_type == "url":
        check_keys(inner, _COMMON | {"audio_type", "audio_url"}, "input.")
        return Sound(data=None, format=None, url=http_url(text_of(inner, "audio_url"), "audio_url"))
    if audio_type != "file":
        raise invalid("audio_type must be file or url")
    check_keys(inner, _COMMON | {"audio_type", "audio_file"}, "input.")
    data = base64_of(text_of(inner, "audio_file"), "audio_file")
    return Sound(data=data, format=check_sound(data), url=None)


def check_sound(data: bytes) -> SoundFormat:
    """The format of a sound that may be used. Raises `Refusal` (1201)."""
    if len(data) > MAX_SOUND_BYTES:
        raise invalid("The audio file must be at most 5 MB")
    found = sniff(data)
    if found is None:
        raise invalid("The audio file must be mp3, wav, m4a or aac")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refusal(1200, "A key is given twice")
    return found


def _no_constant(name: str) -> float:
    raise Refusal(1200, f"{name} is not valid JSON")
