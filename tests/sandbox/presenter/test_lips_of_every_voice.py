"""The lips of every voice, at every speed: measured on the mouth's track, before anything is drawn.

`test_lips` watches a few encoded clips; what a voice, a speed or a sentence does to the mouth is all
in the track, so here many are tried.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from lipsync.sandbox.presenter import FRAMES_A_SECOND
from lipsync.sandbox.presenter.listening import loudness_track, mouth_from_sound
from lipsync.sandbox.presenter.visemes import mouth_track
from lipsync.sandbox.speech import Speech, speak, voice_settings
from tests.sandbox.presenter.watching import SHUT, VOWELS, Watched, lag_and_correlation, levels

SPEEDS = (0.8, 1.0, 2.0)
SENTENCES = {
    "en": (
        "My mother made a big apple pie before breakfast, but Bob, Pam and Ben ate up every bit.",
        "Remember, people: maps, bumps and lamps.",
        "Good morning, Bob! Please bring the map back before lunch.",
        "Welcome to our studio, where every story finds its own voice. Shall we begin?",
    ),
    "zh": (
        "明明买面包，爸爸跑步，奶奶没骂猫咪。",
        "冰棒比苹果便宜吗？不，苹果便宜吧！",
        "今天早上爸爸和妈妈去公园跑步，买苹果。",
        "欢迎来到我们的工作室，今天的天气真好。",
    ),
}
VOICES = list(voice_settings())
EVERY_VOICE = pytest.mark.parametrize(
    ("voice", "language"),
    # A voice speaks once: all its tests go to the same worker.
    [pytest.param(*each, marks=pytest.mark.xdist_group("-".join(each))) for each in VOICES],
)
BOTH_WAYS = pytest.mark.parametrize("source", ["text", "sound"])


@cache
def spoken(voice: str, language: str, speed: float) -> Speech:
    """The sentences take turns, so that each is said by some voices at each speed."""
    turn = VOICES.index((voice, language)) + SPEEDS.index(speed)
    return speak(SENTENCES[language][turn % len(SENTENCES[language])], language, voice, speed)


def tracked(voice: str, language: str, speed: float, source: str) -> Watched:
    """What a viewer of the clip would see, if drawing and encoding changed nothing."""
    speech = spoken(voice, language, speed)
    frames = int((speech.seconds + 0.6) * FRAMES_A_SECOND)
    samples = speech.samples / 32768
    if source == "sound":
        mouths = mouth_from_sound(samples, speech.rate, frames)
    else:
        middles = (np.arange(frames) + 0.5) / FRAMES_A_SECOND
        mouths = mouth_track(speech.phonemes, middles, loudness_track(samples, speech.rate, frames))
    return Watched(speech, np.array([mouth.open for mouth in mouths]), levels(samples, frames))


@BOTH_WAYS
@EVERY_VOICE
def test_the_mouth_moves_with_the_sound(voice: str, language: str, source: str) -> None:
    for speed in SPEEDS:
        seen = tracked(voice, language, speed, source)
        lag, correlation = lag_and_correlation(seen.mouth, seen.level)
        assert abs(lag) <= 1, speed
        assert correlation > 0.5, speed


@BOTH_WAYS
@EVERY_VOICE
def test_the_lips_close_for_m_b_and_p(voice: str, language: str, source: str) -> None:
    closures = [met for speed in SPEEDS for met in tracked(voice, language, speed, source).closures]
    assert len(closures) >= 15
    assert np.mean(closures) >= 0.9


@BOTH_WAYS
@EVERY_VOICE
def test_the_mouth_rests_in_silence(voice: str, language: str, source: str) -> None:
    for speed in SPEEDS:
        seen = tracked(voice, language, speed, source)
        assert seen.silent.sum() >= 10
        assert seen.mouth[seen.silent].max() <= SHUT * seen.wide, speed


@BOTH_WAYS
@EVERY_VOICE
def test_the_mouth_does_not_flap_at_a_usual_speed(voice: str, language: str, source: str) -> None:
    for speed in (0.8, 1.0):
        seen = tracked(voice, language, speed, source)
        assert (np.abs(np.diff(seen.mouth, 2)) > 1.4 * seen.wide).mean() < 0.05, speed


@pytest.mark.xdist_group("vowels")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_mouth_that_only_listens_seldom_shuts_in_the_middle_of_a_vowel(language: str) -> None:
    shut = []
    for voice in [voice for voice, its in VOICES if its == language]:
        seen = tracked(voice, language, 1.0, "sound")
        for phoneme in seen.speech.phonemes:
            if phoneme.symbol[0] in VOWELS and phoneme.end_seconds - phoneme.start_seconds > 0.09:
                middle = int((phoneme.start_seconds + phoneme.end_seconds) / 2 * FRAMES_A_SECOND)
                shut.append(bool(seen.mouth[middle] <= SHUT * seen.wide))
    assert len(shut) >= 200
    assert np.mean(shut) <= 0.035
