from __future__ import annotations

import numpy as np

from lipsync.sandbox.presenter.listening import loudness_track, mouth_from_sound

RATE = 44_100


def test_silence_gives_a_mouth_at_rest() -> None:
    assert {shape.open for shape in mouth_from_sound(np.zeros(RATE), RATE, 25)} == {0.0}


def test_no_sound_at_all_gives_a_mouth_at_rest() -> None:
    assert {shape.open for shape in mouth_from_sound(np.zeros(0), RATE, 25)} == {0.0}


def test_the_mouth_opens_where_the_sound_is() -> None:
    samples = np.zeros(RATE)
    samples[RATE // 2 : RATE * 3 // 4] = 0.3 * np.sin(2 * np.pi * 220 * np.arange(RATE // 4) / RATE)
    opening = [shape.open for shape in mouth_from_sound(samples, RATE, 25)]
    assert max(opening[:11]) == 0.0
    assert min(opening[14:17]) > 0.4
    assert max(opening[21:]) == 0.0


def test_a_quiet_recording_opens_the_mouth_as_wide_as_a_loud_one() -> None:
    voice = np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE) * np.abs(
        np.sin(2 * np.pi * 2 * np.arange(RATE) / RATE)
    )
    loud, quiet = loudness_track(0.8 * voice, RATE, 25), loudness_track(0.05 * voice, RATE, 25)
    assert np.abs(loud - quiet).max() < 0.25
