"""Mandarin tells words apart by their melody: every voice must sing the four tones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from lipsync.sandbox.speech import Speech, speak, speaking, voice_settings
from tests.sandbox.speech.hearing import melody, pitch

SYLLABLES = "妈麻马骂"
MANDARIN = [voice for voice, language in voice_settings() if language == "zh"]


@dataclass(frozen=True, eq=False)
class Tone:
    """The melody of one vowel, in semitones from the voice's middle."""

    course: np.ndarray

    @property
    def start(self) -> float:
        return float(self.course[: self._fifth].mean())

    @property
    def end(self) -> float:
        return float(self.course[-self._fifth :].mean())

    @property
    def lowest(self) -> float:
        return float(self.course.min())

    @property
    def _fifth(self) -> int:
        return max(2, len(self.course) // 5)


def heard(speech: Speech, middle: float) -> Tone:
    vowel = next(phoneme for phoneme in speech.phonemes if phoneme.symbol[0] == "A")
    times, hertz, _ = melody(speech, middle / 1.7, middle * 1.7, window_seconds=0.04)
    inside = (times > vowel.start_seconds + 0.01) & (times < vowel.end_seconds - 0.01)
    calm = np.lib.stride_tricks.sliding_window_view(np.pad(hertz[inside], 2, mode="edge"), 5)
    return Tone(12 * np.log2(np.median(calm, axis=1) / middle))


def four_tones(voice: str, language: str = "zh") -> tuple[Tone, Tone, Tone, Tone]:
    said = [speak(f"{syllable}。", language, voice, 1.0) for syllable in SYLLABLES]
    middle = float(np.median([pitch(speech) for speech in said]))
    first, second, third, fourth = (heard(speech, middle) for speech in said)
    return first, second, third, fourth


@pytest.mark.parametrize("voice", MANDARIN)
def test_the_four_tones_are_told_apart_by_their_melody(voice: str) -> None:
    first, second, third, fourth = four_tones(voice)
    assert abs(first.end - first.start) < 1.5, "the first is level"
    assert second.end - second.start > 1.2, "the second rises"
    assert first.start - third.lowest > 2.5, "the third is low"
    assert fourth.start - fourth.end > 3.0, "the fourth falls"
    ends = [edge for tone in (first, second, third, fourth) for edge in (tone.start, tone.end)]
    assert max(ends) - min(*ends, third.lowest) > 4.0, "together they span four semitones"


@pytest.mark.parametrize("voice", ["ai_laoguowang_712", "you_pingjing", "reader_en_m-v1"])
def test_a_calm_english_voice_says_chinese_words_with_their_tones(voice: str) -> None:
    first, _, _, fourth = four_tones(voice, "en")
    assert abs(first.end - first.start) < 1.5
    assert fourth.start - fourth.end > 1.5


def test_a_voice_that_hardly_moves_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same measure finds too little in a pitch range that is calm enough for English."""
    flat = replace(voice_settings()["ai_huangyaoshi_712", "zh"], liveliness=25)
    monkeypatch.setattr(speaking, "setting_for", lambda *_: flat)
    _, second, third, fourth = four_tones("ai_huangyaoshi_712")
    assert fourth.start - fourth.end < 2.5
    assert max(second.end, fourth.start) - third.lowest < 3.5
