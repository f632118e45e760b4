from __future__ import annotations

import pytest

from lipsync.sandbox.presenter import PRESENTERS, choose_presenter


def test_there_are_at_least_four_clearly_different_people() -> None:
    assert len(PRESENTERS) >= 4
    for trait in ("skin", "hair", "hair_style", "clothes", "scenery"):
        assert len({getattr(person, trait) for person in PRESENTERS.values()}) == len(PRESENTERS)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("An old man reads a letter aloud", "oskar"),
        ("A child laughs in a garden", "lily"),
        ("a woman in a yellow jumper", "amara"),
        ("A Chinese newsreader", "mei"),
        ("A man with a beard at night", "diego"),
        ("My mother in a scarf", "nasrin"),
        ("一位老爷爷在讲故事", "oskar"),
        ("可爱的小女孩", "lily"),
        ("新闻主播", "mei"),
    ],
)
def test_the_words_of_the_prompt_choose(prompt: str, name: str) -> None:
    assert choose_presenter(prompt) == name


@pytest.mark.parametrize("prompt", ["", "a sunset", "🌅", "x" * 5000])
def test_a_prompt_about_nobody_gets_somebody_and_always_the_same(prompt: str) -> None:
    assert choose_presenter(prompt) in PRESENTERS
    assert choose_presenter(prompt) == choose_presenter(prompt)


def test_a_word_inside_another_does_not_count() -> None:
    assert choose_presenter("Manchester human mandolin") == choose_presenter(
        "Manchester human mandolin".upper()
    )
    assert choose_presenter("a woman") == "amara"
