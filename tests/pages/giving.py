"""Giving a sound to the Create page, in every way."""

from __future__ import annotations

import io
import wave
from pathlib import Path

from streamlit.testing.v1 import AppTest

from components import draft
from tests.pages.conftest import Open
from tests.support.clips import make_tone


def a_tone(folder: Path, name: str, seconds: float) -> tuple[str, bytes]:
    return name, make_tone(folder / name, seconds=seconds).read_bytes()


def a_recording(seconds: float, *, quiet_start: float = 0.0) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(bytes(int(96_000 * quiet_start)))
        file.writeframes((b"\x00\x28" * 60 + b"\x00\xd8" * 60) * int(400 * seconds))
    return held.getvalue()


def upload(open_page: Open, name: str, data: bytes) -> AppTest:
    at = open_page()
    at.segmented_control(key=draft.SOURCE).set_value("sound").run()
    return at.file_uploader[0].upload(name, data).run()


def record(open_page: Open, data: bytes) -> AppTest:
    at = open_page()
    at.segmented_control(key=draft.SOURCE).set_value("record").run()
    return at.get("audio_input")[0].upload("recording.wav", data).run()


def link_page(open_page: Open, url: str) -> AppTest:
    """The page with a link in its field, at which nobody looked yet."""
    at = open_page()
    at.segmented_control(key=draft.SOURCE).set_value("link").run()
    at.text_input(key=draft.LINK).set_value(url)
    return at
