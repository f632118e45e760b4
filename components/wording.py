"""Numbers, moments and other people's words, made fit to be read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from math import ceil
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from lipsync.i18n import plural, t
from lipsync.request import LipSyncRequest
from lipsync.voices import Language, Voice, find_voice

_SPECIALS = re.compile(r"([\\`*_{}\[\]()#+\-!|<>$:~^&]|(?<=\d)\.)")
_SHORTCODE = re.compile(r":(?=[A-Za-z0-9_+\-/]+:)|:(?=//)|(?<=\bwww)(?=\.)")
_BLANKS = re.compile(r"\s+")
_WORD_JOINER = "\u2060"


def plain(text: str, *, most: int = 0) -> str:
    """`text` for a place that reads Markdown, shown letter by letter as it was written.

    Line breaks become blanks; above `most` characters (0: no limit) the rest becomes "…".
    """
    text = _BLANKS.sub(" ", text).strip()
    if most and len(text) > most:
        text = text[: most - 1].rstrip() + "…"
    # No backslash stops ":smile:" from becoming a picture and "http://" a link; an invisible sign does.
    text = _SHORTCODE.sub(lambda found: found.group() + _WORD_JOINER, text)
    return _SPECIALS.sub(r"\\\1", text)


def span(seconds: float) -> str:
    """How long something takes: "less than 1 s", "8 s", "2 min 5 s", "1 h 20 min", "3 days"."""
    whole = max(0, round(seconds))
    if whole == 0:
        return t("less than 1 s")
    if whole < 60:
        return t("{seconds} s", seconds=whole)
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return t("{minutes} min {seconds} s", minutes=minutes, seconds=rest) if rest else t(
            "{minutes} min", minutes=minutes
        )  # fmt: skip
    if whole < 86_400:
        return t("{hours} h {minutes} min", hours=whole // 3600, minutes=whole % 3600 // 60)
    return plural(whole // 86_400, "{count} day", "{count} days")


def length(seconds: float | None) -> str:
    """The length of a clip or sound: "5.0 s"."""
    return t("length unknown") if seconds is None else t("{seconds} s", seconds=f"{seconds:.1f}")


def size(size_bytes: int) -> str:
    """A file's size: "640 KB", "1.2 MB"."""
    if size_bytes < 1_000_000:
        return t("{size} KB", size=max(1, ceil(size_bytes / 1000)))
    return t("{size} MB", size=f"{size_bytes / 1e6:.1f}")


def dollars(amount: float) -> str:
    """Money: "0.07 USD"."""
    return t("{amount} USD", amount=f"{amount:,.2f}")


def clock(moment: datetime) -> str:
    """A moment in the visitor's own time zone, to the second."""
    return moment.astimezone(_zone()).strftime("%Y-%m-%d %H:%M:%S")


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago something was, or its date when that is long."""
    passed = ((now or datetime.now(UTC)) - moment).total_seconds()
    if passed < 45:
        return t("just now")
    if passed < 3600:
        return plural(max(1, round(passed / 60)), "{count} minute ago", "{count} minutes ago")
    if passed < 86_400:
        return plural(round(passed / 3600), "{count} hour ago", "{count} hours ago")
    if passed < 14 * 86_400:
        return plural(round(passed / 86_400), "{count} day ago", "{count} days ago")
    return moment.astimezone(_zone()).strftime("%Y-%m-%d")


def language_name(language: Language) -> str:
    """A voice's language."""
    return t("English") if language == "en" else t("Mandarin Chinese")


def voice_label(voice: Voice) -> str:
    """A voice in one line: name, what it is like, and its other name."""
    names = [voice.name] + ([voice.name_zh] if voice.name_zh and voice.name_zh != voice.name else [])
    generic = voice.description == f"{voice.gender} voice"
    rest = [t(voice.gender)] if voice.gender else []
    rest += [t(voice.description)] if voice.description and not generic else []
    return " · ".join([" ".join(names), *rest])


def voice_name(voice_id: str | None, language: Language | None) -> str:
    """The name of a voice as a request has it; its id where the catalogue does not know it."""
    known = find_voice(voice_id, language) if voice_id and language else None
    return known.name if known else (voice_id or t("no voice"))


def request_title(request: LipSyncRequest, sound_name: str | None = None) -> str:
    """What a request says, in one line of plain text (not Markdown)."""
    if request.source == "text":
        return request.text or ""
    if request.source == "sound":
        return sound_name or t("A sound of yours")
    return request.sound_url or ""


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
