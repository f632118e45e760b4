from __future__ import annotations

import numpy as np

from lipsync.sandbox.presenter.listening import loudness_track, mouth_from_sound

RATE = 44_100
BEAT = 6
"""Steps of 20 ms: a hum with closed lips, then a vowel."""


def babble(hum_steps: int) -> np.ndarray:
    """A second and a half of a humming and opening voice, its pitch 150 Hz; a hum has no overtones."""
    times = np.arange(int(1.44 * RATE)) / RATE
    vowel = sum(np.sin(2 * np.pi * 150 * n * times) / n for n in range(1, 24)) / 4
    hum = 0.2 * np.sin(2 * np.pi * 150 * times)
    humming = (times / 0.02).astype(int) % BEAT < hum_steps
    return np.where(humming, hum, vowel)


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


def test_the_lips_meet_for_a_hum_of_two_frames_and_part_for_the_vowel_after_it() -> None:
    opening = [shape.open for shape in mouth_from_sound(babble(hum_steps=3), RATE, 36)]
    beats = [opening[start : start + 3] for start in range(3, 33, 3)]
    assert all(min(beat) == 0.0 for beat in beats)
    assert all(max(beat) > 0.3 for beat in beats)


def test_a_voice_that_never_hums_never_shuts_the_mouth() -> None:
    assert min(shape.open for shape in mouth_from_sound(babble(hum_steps=0), RATE, 36)[1:-1]) > 0.3


def test_the_lips_come_together_and_part_over_more_than_one_frame() -> None:
    samples = babble(hum_steps=0)
    samples[int(0.6 * RATE) : int(0.68 * RATE)] = babble(hum_steps=BEAT)[int(0.6 * RATE) : int(0.68 * RATE)]
    opening = [shape.open for shape in mouth_from_sound(samples, RATE, 36)]
    assert opening[15] == opening[16] == 0.0
    assert opening[14] < 0.8 * opening[12]
    assert opening[17] < 0.8 * opening[19]
