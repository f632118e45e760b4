"""The lips follow: measured in the encoded file, as a viewer would see and hear it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from lipsync.sandbox.presenter import FRAMES_A_SECOND, ClipSpec, render_speaking
from lipsync.sandbox.presenter.visemes import is_closure
from lipsync.sandbox.speech import Speech, speak
from tests.sandbox.presenter.watching import lag_and_correlation, levels, mouth_opening, sound

TEXTS = {
    "en": "Good morning, Bob! Please bring the map back before lunch.",
    "zh": "今天早上爸爸和妈妈去公园跑步，买苹果。",
}
VOICES = {"en": "girlfriend_4_speech02", "zh": "ai_kaiya"}
VOWELS = set("aAV0OoUuiIeE@3&y")
CASES = {
    "English-slow": ("en", 0.8, True),
    "English": ("en", 1.0, True),
    "English-fast": ("en", 2.0, True),
    "Mandarin-slow": ("zh", 0.8, True),
    "Mandarin": ("zh", 1.0, True),
    "Mandarin-fast": ("zh", 2.0, True),
    "uploaded-English": ("en", 1.0, False),
    "uploaded-Mandarin": ("zh", 1.0, False),
}


@dataclass(frozen=True, eq=False)
class Watched:
    """What was said, and what was seen and heard, one value a frame."""

    speech: Speech
    speed: float
    by_phonemes: bool
    mouth: np.ndarray
    level: np.ndarray

    @property
    def times(self) -> np.ndarray:
        return (np.arange(len(self.mouth)) + 0.5) / FRAMES_A_SECOND

    @property
    def wide(self) -> float:
        return float(np.percentile(self.mouth, 95))


@pytest.fixture(
    scope="module",
    # One clip is drawn once: all its tests go to the same worker.
    params=[pytest.param(case, id=name, marks=pytest.mark.xdist_group(name)) for name, case in CASES.items()],
)
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    language, speed, by_phonemes = request.param
    folder: Path = tmp_path_factory.mktemp("lips")
    speech = speak(TEXTS[language], language, VOICES[language], speed)
    speech.write_wav(folder / "sound.wav")
    spec = ClipSpec("nasrin", speech.seconds + 0.6, "landscape", seed=3)
    clip = folder / "clip.mp4"
    render_speaking(spec, folder / "sound.wav", speech.phonemes if by_phonemes else None, clip)
    mouth = mouth_opening(clip, spec)
    return Watched(speech, speed, by_phonemes, mouth, levels(sound(clip), len(mouth)))


def test_the_mouth_moves_with_the_sound(watched: Watched) -> None:
    lag, correlation = lag_and_correlation(watched.mouth, watched.level)
    assert abs(lag) <= 1
    assert correlation > 0.5


def test_the_mouth_is_open_when_a_vowel_is_said(watched: Watched) -> None:
    half = 0.5 / FRAMES_A_SECOND
    vowels = np.zeros(len(watched.mouth))
    for phoneme in watched.speech.phonemes:
        if phoneme.symbol[0] in VOWELS:
            until = np.minimum(phoneme.end_seconds, watched.times + half)
            vowels += np.clip(until - np.maximum(phoneme.start_seconds, watched.times - half), 0, None)
    lag, correlation = lag_and_correlation(watched.mouth, vowels)
    assert abs(lag) <= 1
    assert correlation > 0.5


def test_the_lips_close_for_m_b_and_p(watched: Watched) -> None:
    if not watched.by_phonemes:
        pytest.skip("without a text nobody knows where an m is")
    closures = [phoneme for phoneme in watched.speech.phonemes if is_closure(phoneme.symbol)]
    closed = 0
    for phoneme in closures:
        around = (watched.times > phoneme.start_seconds - 0.045) & (
            watched.times < phoneme.end_seconds + 0.02
        )
        closed += bool(watched.mouth[around].min() <= 0.03 * watched.wide)
    assert len(closures) >= 8
    assert closed >= 0.9 * len(closures)


def test_the_mouth_rests_in_silence(watched: Watched) -> None:
    silent = watched.times > watched.speech.seconds + 0.08
    for phoneme in watched.speech.phonemes:
        if phoneme.symbol == "_" and phoneme.end_seconds - phoneme.start_seconds > 0.2:
            silent |= (watched.times > phoneme.start_seconds + 0.08) & (
                watched.times < phoneme.end_seconds - 0.08
            )
    assert silent.sum() >= 10
    assert watched.mouth[silent].max() <= 0.03 * watched.wide


def test_the_mouth_does_not_flap(watched: Watched) -> None:
    """It seldom goes from wide open to shut and back within three frames."""
    if watched.speed > 1.5:
        pytest.skip("at double speed the language itself opens and shuts the mouth that fast")
    turns = np.abs(np.diff(watched.mouth, 2))
    assert (turns > 1.4 * watched.wide).mean() < 0.03
