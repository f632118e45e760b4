"""What a person asks for: one lip sync, checked before it can cost anything.

The limits are the specification's (CometAPI lip sync), as data. `problems` says in words
what is wrong with a request; an empty answer means that it may be sent.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from lipsync.i18n import t
from lipsync.voices import LANGUAGES, Language

MAX_TEXT_CODE_POINTS = 120
"""CometAPI lip sync, `text`: at most 120 characters, counted as Unicode code points."""
MIN_SPEED = Decimal("0.8")
MAX_SPEED = Decimal("2.0")
SPEED_STEP = Decimal("0.1")
"""CometAPI lip sync, `voice_speed`: 0.8 to 2.0, sent with one decimal."""
MAX_SOUND_BYTES = 5_000_000
"""CometAPI lip sync, `audio_file`: 5 MB; whether before or after Base64 is open, so raw and decimal."""
SOUND_FORMATS = ("mp3", "wav", "m4a", "aac")
"""CometAPI lip sync, `audio_file` (".acc" there is a misprint)."""
MAX_VOICE_ID = 200
MAX_URL = 2_000

Source = Literal["text", "sound", "link"]
"""Where the words come from: a text to speak, a sound file of ours, or a link to a sound."""


@dataclass(frozen=True, slots=True)
class LipSyncRequest:
    """One lip sync as a person asked for it; only the fields of its `source` are set."""

    account: str
    parent_task_id: str
    video_id: str
    source: Source
    text: str | None = None
    voice_id: str | None = None
    voice_language: Language | None = None
    voice_speed: str | None = None
    """One decimal, as text ("1.0"), so that it is the same number everywhere."""
    sound_id: str | None = None
    sound_url: str | None = None

    def __post_init__(self) -> None:
        """Keep the text as it is checked, so that what is counted is what is sent."""
        if self.text is not None:
            object.__setattr__(self, "text", clean_text(self.text))

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the database, without the fields that are not set."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> LipSyncRequest:
        """The inverse of `as_dict`; keys of another version are passed over."""
        return cls(**{key: data[key] for key in cls.__dataclass_fields__ if key in data})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a request: the field, and what to do about it in words."""

    field: str
    words: str


def code_points(text: str) -> int:
    """Length of `text` as the specification counts it."""
    return len(text)


def clean_text(text: str) -> str:
    """`text` as it is sent: without spaces around it and with line breaks as `\\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()


def speed_as_sent(speed: float | str | Decimal) -> str:
    """A speed with exactly one decimal, rounded half up."""
    return str(Decimal(str(speed)).quantize(SPEED_STEP, rounding=ROUND_HALF_UP))


def problems(request: LipSyncRequest) -> tuple[Problem, ...]:
    """Everything that keeps `request` from being sent, in the order of the form."""
    found: list[Problem] = []
    if not request.parent_task_id or not request.video_id:
        found.append(Problem("video", t("Choose the video that should speak.")))
    if request.source == "text":
        found += _text_problems(request)
    elif request.source == "sound":
        if not request.sound_id:
            found.append(
                Problem("sound", t("Add a sound, or cut the piece you need from one that is too long."))
            )
    elif not request.sound_url or not request.sound_url.startswith(("https://", "http://")):
        found.append(Problem("sound_url", t("Give a link that starts with https:// or http://.")))
    elif len(request.sound_url) > MAX_URL:
        found.append(Problem("sound_url", t("That link is too long.")))
    return tuple(found)


def text_problem(text: str) -> Problem | None:
    """What is wrong with a text alone, or None."""
    length = code_points(clean_text(text))
    if all(unicodedata.category(c) in ("Cf", "Zs", "Zl", "Zp", "Mn") or c == "\n" for c in clean_text(text)):
        # Also for signs that nobody sees, a zero-width space say: silence would be paid for.
        return Problem("text", t("Type what the face should say."))
    if length > MAX_TEXT_CODE_POINTS:
        over = length - MAX_TEXT_CODE_POINTS
        return Problem(
            "text",
            t(
                "The text has {length} characters; {limit} is the most. Take out {over} more.",
                length=length,
                limit=MAX_TEXT_CODE_POINTS,
                over=over,
            ),
        )
    if any(c != "\n" and unicodedata.category(c) in ("Cc", "Cs") for c in clean_text(text)):
        return Problem("text", t("The text holds invisible signs that cannot be spoken. Type it again."))
    return None


def _text_problems(request: LipSyncRequest) -> list[Problem]:
    found = []
    if problem := text_problem(request.text or ""):
        found.append(problem)
    if request.voice_language not in LANGUAGES:
        found.append(Problem("voice_language", t("Choose the language of the voice.")))
    voice_id = request.voice_id or ""
    if not voice_id.strip() or len(voice_id) > MAX_VOICE_ID:
        found.append(Problem("voice_id", t("Choose a voice.")))
    if not _is_speed(request.voice_speed or ""):
        found.append(Problem("voice_speed", t("Choose a speed from 0.8 to 2.0, in steps of 0.1.")))
    return found


def _is_speed(words: str) -> bool:
    try:
        speed = Decimal(words)
        return MIN_SPEED <= speed <= MAX_SPEED and speed == speed.quantize(SPEED_STEP)
    except ArithmeticError:
        return False  # no number at all; comparing with "NaN" raises, too
