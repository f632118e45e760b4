"""`speak`: from a text and a voice of the catalogue to a finished sound."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import numpy as np

from lipsync.sandbox.speech.espeak import RawSpeech, synthesise
from lipsync.sandbox.speech.loudness import Wave, filtered, normalised
from lipsync.sandbox.speech.model import Phoneme, Speech
from lipsync.sandbox.speech.reading import has_han, readable
from lipsync.sandbox.speech.settings import VoiceSetting, setting_for

PAUSE = "_"
_MANDARIN_ACCENT = "cmn"
_TONAL_LIVELINESS = 75
"""The synthesiser scales the tones with the pitch range: a calm English voice would say them all alike."""
WORDS_A_MINUTE = {"en": 165.0, "zh": 170.0}
_LEAST_SECONDS = 0.2
_PACE_TRIES = 5
_PACE_TOLERANCE = 0.03
_STRESS = re.compile(r"[',%=]")
_BRIGHTNESS_FROM_HZ = 500.0
# The first reflections of a small room: a dry synthetic voice sounds as if it came from a tin.
_ROOM = ((0.011, 0.11), (0.019, -0.08), (0.031, 0.06), (0.043, -0.04))


def speak(text: str, language: Literal["zh", "en"], voice_id: str, speed: float) -> Speech:
    """Say `text` in the catalogue's voice (`voice_id`, `language`) at `speed` (1.0 is normal).

    The same request gives the same phonemes within about 0.01 s, but not the same samples: the
    library carries a little state from one call to the next. The sound is near −18 LUFS and never
    clips. Chinese characters in an English text are said in Mandarin. A text without anything to
    say gives a short silence. Raises `UnknownVoice`, and `SpeechFailed` when the synthesiser breaks
    down.
    """
    setting = setting_for(voice_id, language)
    if language == "en" and has_han(text):
        liveliness = max(setting.liveliness, _TONAL_LIVELINESS)
        setting = replace(setting, accent=_MANDARIN_ACCENT, liveliness=liveliness)
    raw = _said(
        readable(text, language), setting, WORDS_A_MINUTE[language] * setting.pace / setting.tract, speed
    )
    wave = _shaped(_resized(raw.samples / 32768.0, setting.tract), raw.rate, setting)
    wave = normalised(_padded(wave, raw.rate), raw.rate)
    samples = np.round(wave * 32767).astype(np.int16)
    speech = Speech(samples, raw.rate, ())
    return replace(speech, phonemes=_phonemes(raw, setting.tract, speech.seconds))


def _said(text: str, setting: VoiceSetting, words_a_minute: float, speed: float) -> RawSpeech:
    """The library's own pace is only roughly proportional: try again until the length is right."""

    def at(pace: float) -> RawSpeech:
        return synthesise(
            text, f"{setting.accent}+{setting.variant}", pace, setting.pitch, setting.liveliness
        )

    raw = at(words_a_minute)
    wished = len(raw.samples) / speed
    pace = words_a_minute * speed
    for _ in range(_PACE_TRIES):
        if abs(len(raw.samples) - wished) <= _PACE_TOLERANCE * wished:
            break
        raw = at(pace)
        pace *= (len(raw.samples) / wished) ** 0.8 if wished else 1.0
    return raw


def _resized(wave: Wave, tract: float) -> Wave:
    """Play `tract` times faster: pitch and formants rise together, as in a smaller head."""
    if tract == 1.0 or not len(wave):
        return wave
    places = np.arange(0, len(wave) - 1, tract)
    return np.asarray(np.interp(places, np.arange(len(wave)), wave), dtype=np.float64)


def _shaped(wave: Wave, rate: int, setting: VoiceSetting) -> Wave:
    """Tilt the spectrum by the voice's brightness and add the room."""

    def gain(frequency: Wave) -> Wave:
        frequency = np.maximum(frequency, 1.0)
        octaves = np.clip(np.log2(frequency / _BRIGHTNESS_FROM_HZ), 0.0, 4.0)
        tilt = 10 ** (setting.brightness * octaves / 20)
        return np.asarray(tilt * frequency / np.hypot(frequency, 70.0))

    dry = filtered(wave, rate, gain)
    wet = dry.copy()
    for late, part in _ROOM:
        shift = round(late * rate)
        wet[shift:] += part * dry[: max(0, len(dry) - shift)]
    return wet


def _padded(wave: Wave, rate: int) -> Wave:
    missing = int(_LEAST_SECONDS * rate) - len(wave)
    return np.pad(wave, (0, missing)) if missing > 0 else wave


def _phonemes(raw: RawSpeech, tract: float, seconds: float) -> tuple[Phoneme, ...]:
    """Marks become intervals, each until the next; language switches and word joints are dropped."""
    marks = [(at, mark) for at, mark in raw.marks if not mark.startswith(("(", "_|"))]
    starts = [(at / 1000 / tract, _symbol(mark)) for at, mark in marks]
    ends = [at for at, _ in starts[1:]] + [seconds]
    found = [Phoneme(PAUSE, 0.0, starts[0][0])] if starts and starts[0][0] > 0 else []
    for (start, symbol), end in zip(starts, ends, strict=True):
        end = min(end, seconds)
        if end <= start:
            continue
        if found and found[-1].symbol == symbol == PAUSE:
            found[-1] = replace(found[-1], end_seconds=end)
        else:
            found.append(Phoneme(symbol, start, end))
    return tuple(found) or (Phoneme(PAUSE, 0.0, seconds),)


def _symbol(mark: str) -> str:
    return PAUSE if mark.startswith("_") or not mark else _STRESS.sub("", mark)
