"""The lips follow: measured in the encoded file, as a viewer would see and hear it.

Every person is watched at least once, and every language at every speed; what a person looks like
and what their mouth has to do come from different parts of the program, so not each is watched
with each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from lipsync.sandbox.presenter import FRAMES_A_SECOND, PRESENTERS, ClipSpec, render_speaking
from lipsync.sandbox.presenter.canvas import Orientation
from lipsync.sandbox.speech import Phoneme, Speech, speak
from tests.sandbox.presenter.watching import SHUT, Watched, lag_and_correlation, watch

TEXTS = {
    "en": "Good morning, Bob! Please bring the map back before lunch.",
    "zh": "今天早上爸爸和妈妈去公园跑步，买苹果。",
}
OTHER_TEXTS = {
    "en": "Remember, people: maps, bumps and lamps.",
    "zh": "冰棒比苹果便宜吗？不，苹果便宜吧！",
}
VOICES = {"en": "girlfriend_4_speech02", "zh": "ai_kaiya"}


@dataclass(frozen=True)
class Case:
    """One clip. Without `text` the mouth has only the sound to go by, as with an upload."""

    person: str
    language: str
    speed: float = 1.0
    orientation: Orientation = "landscape"
    text: bool = True
    other: bool = False

    @property
    def said(self) -> str:
        return (OTHER_TEXTS if self.other else TEXTS)[self.language]


CASES = {
    "English-slow": Case("nasrin", "en", 0.8),
    "English": Case("mei", "en"),
    "English-fast": Case("oskar", "en", 2.0),
    "Mandarin-slow": Case("amara", "zh", 0.8),
    "Mandarin": Case("diego", "zh", orientation="portrait"),
    "Mandarin-fast": Case("lily", "zh", 2.0),
    "other-English-fast": Case("diego", "en", 2.0, other=True),
    "other-Mandarin-fast": Case("mei", "zh", 2.0, other=True),
    "uploaded-English-slow": Case("lily", "en", 0.8, text=False, other=True),
    "uploaded-English": Case("amara", "en", text=False),
    "uploaded-English-fast": Case("oskar", "en", 2.0, text=False),
    "uploaded-Mandarin-slow": Case("mei", "zh", 0.8, text=False, other=True),
    "uploaded-Mandarin": Case("nasrin", "zh", orientation="square", text=False),
    "uploaded-Mandarin-fast": Case("diego", "zh", 2.0, text=False),
}


def filmed(case: Case, speech: Speech, phonemes: tuple[Phoneme, ...] | None, folder: Path) -> Watched:
    """The clip in which the case's person says `speech` with the mouth of `phonemes`."""
    speech.write_wav(folder / "sound.wav")
    spec = ClipSpec(case.person, speech.seconds + 0.6, case.orientation, seed=3)
    render_speaking(spec, folder / "sound.wav", phonemes, folder / "clip.mp4")
    return watch(folder / "clip.mp4", spec, speech)


# One clip is drawn once: all its tests go to the same worker.
PARAMS = [pytest.param(case, id=name, marks=pytest.mark.xdist_group(name)) for name, case in CASES.items()]


@pytest.fixture(scope="module", params=PARAMS)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture(scope="module")
def watched(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    speech = speak(case.said, case.language, VOICES[case.language], case.speed)
    return filmed(case, speech, speech.phonemes if case.text else None, tmp_path_factory.mktemp("lips"))


def test_every_person_is_watched() -> None:
    assert {case.person for case in CASES.values()} == set(PRESENTERS)


def test_the_mouth_moves_with_the_sound(watched: Watched) -> None:
    lag, correlation = lag_and_correlation(watched.mouth, watched.level)
    assert abs(lag) <= 1
    assert correlation > 0.5


def test_the_mouth_is_open_when_a_vowel_is_said(watched: Watched) -> None:
    lag, correlation = lag_and_correlation(watched.mouth, watched.vowels)
    assert abs(lag) <= 1
    assert correlation > 0.5


def test_the_lips_close_for_m_b_and_p(watched: Watched) -> None:
    assert len(watched.closures) >= 8
    assert np.mean(watched.closures) >= 0.9


def test_the_mouth_rests_in_silence(watched: Watched) -> None:
    assert watched.silent.sum() >= 10
    assert watched.mouth[watched.silent].max() <= SHUT * watched.wide


# At double speed the language itself opens and shuts the mouth that fast.
@pytest.mark.parametrize(
    "case", [each for each in PARAMS if each.values[0].speed < 1.5], indirect=True, scope="module"
)
def test_the_mouth_does_not_flap(watched: Watched) -> None:
    """It seldom goes from wide open to shut and back within three frames."""
    turns = np.abs(np.diff(watched.mouth, 2))
    assert (turns > 1.4 * watched.wide).mean() < 0.03


@pytest.mark.xdist_group("late")
def test_a_mouth_that_is_late_is_seen_to_be_late(tmp_path: Path) -> None:
    """The control: the same measure refuses a clip whose mouth comes three frames after its sound."""
    case, late = Case("lily", "en", 2.0), 3 / FRAMES_A_SECOND
    speech = speak(TEXTS["en"], "en", VOICES["en"], case.speed)
    phonemes = [Phoneme("_", 0.0, late)] + [
        replace(each, start_seconds=each.start_seconds + late, end_seconds=each.end_seconds + late)
        for each in speech.phonemes
    ]
    watched = filmed(case, speech, tuple(phonemes), tmp_path)
    assert lag_and_correlation(watched.mouth, watched.vowels)[0] in (2, 3, 4)
    assert np.mean(watched.closures) < 0.9


def test_a_mouth_that_only_flaps_fits_nothing(watched: Watched) -> None:
    """The control: opening and shutting five times a second, whatever is said."""
    flapping = replace(watched, mouth=watched.wide * (0.5 + 0.5 * np.sin(2 * np.pi * 5 * watched.times)))
    assert lag_and_correlation(flapping.mouth, watched.vowels)[1] < 0.5
    assert flapping.mouth[flapping.silent].max() > SHUT * flapping.wide
