from __future__ import annotations

import numpy as np
import pytest

from lipsync.sandbox.presenter.visemes import is_closure, mouth_track
from lipsync.sandbox.speech import Phoneme

TIMES = (np.arange(25) + 0.5) / 25


def said(*symbols: str, each: float = 0.1) -> list[Phoneme]:
    return [Phoneme(symbol, n * each, (n + 1) * each) for n, symbol in enumerate(symbols)]


def test_without_phonemes_the_mouth_rests() -> None:
    assert {shape.open for shape in mouth_track([], TIMES)} == {0.0}


@pytest.mark.parametrize("each", [0.03, 0.06, 0.12])
def test_the_lips_close_between_two_vowels_however_fast(each: float) -> None:
    track = mouth_track(said("A", "m", "A", "p", "A", "b", "A", each=each), TIMES)
    closed = [shape.press == 1.0 and shape.open == 0.0 for shape in track]
    assert sum(closed) >= 3


def test_an_open_vowel_opens_wider_than_a_close_one() -> None:
    wide = max(shape.open for shape in mouth_track(said("t", "a", "a", "t"), TIMES))
    narrow = max(shape.open for shape in mouth_track(said("t", "i", "i", "t"), TIMES))
    assert wide > 1.7 * narrow


def test_lips_are_rounded_for_u_and_spread_for_i() -> None:
    assert min(shape.spread for shape in mouth_track(said("u:", "u:", "u:"), TIMES)) < -0.6
    assert max(shape.spread for shape in mouth_track(said("i:", "i:", "i:"), TIMES)) > 0.6


def test_a_consonant_takes_the_colour_of_its_vowel() -> None:
    before_u = mouth_track(said("t", "u", "u"), TIMES)[1].spread
    before_i = mouth_track(said("t", "i", "i"), TIMES)[1].spread
    assert before_u < before_i - 0.3


def test_a_diphthong_moves_from_one_vowel_to_the_other() -> None:
    track = mouth_track(said("aI", each=0.4), TIMES)
    assert track[2].open > track[8].open
    assert track[2].spread < track[8].spread


def test_the_lower_lip_meets_the_teeth_for_f() -> None:
    assert max(shape.bite for shape in mouth_track(said("A", "f", "A"), TIMES)) > 0.5


def test_loud_syllables_open_the_mouth_wider() -> None:
    quiet = mouth_track(said("A", "A"), TIMES, np.full(25, 0.3))
    loud = mouth_track(said("A", "A"), TIMES, np.full(25, 1.0))
    assert max(shape.open for shape in loud) > 1.3 * max(shape.open for shape in quiet)


@pytest.mark.parametrize("symbol", ["", "?", "☃", "ts.", "tS;", "(en)", "_"])
def test_any_symbol_gives_a_possible_mouth(symbol: str) -> None:
    for shape in mouth_track(said("A", symbol, "A"), TIMES):
        assert 0 <= shape.open <= 1
        assert -1 <= shape.spread <= 1


@pytest.mark.parametrize(
    ("symbol", "closes"), [("m", True), ("ph", True), ("b", True), ("n", False), ("_", False)]
)
def test_only_m_b_and_p_need_closed_lips(symbol: str, closes: bool) -> None:
    assert is_closure(symbol) is closes
