from __future__ import annotations

import pytest

from lipsync.speech import correction_from, estimate, speed_that_fits, syllables

SENTENCE = "It's a beautiful day, and the garden is full of flowers."


def test_an_english_sentence_takes_what_it_takes() -> None:
    assert estimate(SENTENCE, "en", 1.0).likely_seconds == pytest.approx(3.1, abs=0.4)


def test_a_chinese_sentence_takes_what_it_takes() -> None:
    """12 characters at 0.284 s and one comma."""
    assert estimate("今天天气真好，我们去公园吧。", "zh", 1.0).likely_seconds == pytest.approx(
        12 * 0.284 + 0.12
    )


def test_the_range_is_a_fifth_to_either_side() -> None:
    said = estimate(SENTENCE, "en", 1.0)
    assert said.low_seconds == pytest.approx(said.likely_seconds * 0.8)
    assert said.high_seconds == pytest.approx(said.likely_seconds * 1.2)


def test_twice_the_speed_takes_half_the_time() -> None:
    assert estimate(SENTENCE, "en", 2.0).likely_seconds * 2 == estimate(SENTENCE, "en", 1.0).likely_seconds


def test_a_pause_between_sentences_takes_time_and_one_at_the_end_does_not() -> None:
    apart, together = estimate("Come in. Sit down.", "en", 1.0), estimate("Come in sit down", "en", 1.0)
    assert apart.likely_seconds - together.likely_seconds == pytest.approx(0.61)
    assert estimate("Come in!", "en", 1.0) == estimate("Come in", "en", 1.0)


@pytest.mark.parametrize("text", ["", "   ", "...!?", "\n"])
def test_nothing_to_say_takes_no_time(text: str) -> None:
    assert estimate(text, "en", 1.0).high_seconds == 0
    assert estimate(text, "zh", 1.0).high_seconds == 0


def test_a_decimal_point_is_no_pause() -> None:
    assert (
        estimate("It costs 3.50 now", "en", 1.0).likely_seconds
        < estimate("It costs 3. 50 now", "en", 1.0).likely_seconds
    )


def test_digits_take_time_in_both_languages() -> None:
    assert estimate("Call 5551234", "en", 1.0).likely_seconds > estimate("Call", "en", 1.0).likely_seconds + 1
    assert estimate("电话5551234", "zh", 1.0).likely_seconds == pytest.approx(9 * 0.284)


def test_a_speed_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="above 0"):
        estimate("Hello", "en", 0)


@pytest.mark.parametrize(
    ("word", "count"),
    [("a", 1), ("beautiful", 3), ("day", 1), ("make", 1), ("table", 2), ("wanted", 2), ("walked", 1),
     ("the", 1),
     ("garden", 2), ("strengths", 1), ("boxes", 2), ("times", 1), ("rhythm", 1), ("TV", 2), ("it's", 1)],
)  # fmt: skip
def test_syllables_are_counted(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_speed_that_fits_does_fit_and_is_the_gentlest() -> None:
    text = SENTENCE * 2
    speed = speed_that_fits(text, "en", 5.0)
    assert speed is not None
    assert speed > 1.0
    assert round(speed * 10) == pytest.approx(speed * 10)
    assert estimate(text, "en", speed).likely_seconds <= 5.0
    assert estimate(text, "en", speed - 0.1).likely_seconds > 5.0


def test_a_short_text_needs_no_other_speed() -> None:
    assert speed_that_fits("Hello.", "en", 5.0) == 1.0


def test_a_text_far_too_long_fits_at_no_speed() -> None:
    assert speed_that_fits(SENTENCE * 10, "en", 5.0) is None
    assert speed_that_fits("Hello", "en", 0.0) is None


def test_the_correction_counts_for_the_speed_too() -> None:
    slow = speed_that_fits(SENTENCE * 2, "en", 5.0, correction=1.2)
    assert slow is not None
    assert slow > (speed_that_fits(SENTENCE * 2, "en", 5.0) or 9)


def test_the_correction_learns_from_real_lengths() -> None:
    assert correction_from([]) == 1.0
    assert 1.0 < correction_from([(4.0, 5.0)]) < 1.25
    assert correction_from([(4.0, 5.0)] * 50) == pytest.approx(1.25, abs=0.02)
    assert correction_from([(5.0, 4.0)] * 50) == pytest.approx(0.8, abs=0.02)


def test_one_odd_result_hardly_changes_the_correction() -> None:
    honest = [(4.0, 4.4)] * 9
    assert correction_from([*honest, (4.0, 400.0)]) == pytest.approx(correction_from(honest), abs=0.03)
    assert correction_from([(0.0, 5.0), (5.0, 0.0), (-1.0, 2.0)]) == 1.0
