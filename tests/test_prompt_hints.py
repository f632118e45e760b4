"""Hints about prompts of videos that are to speak."""

from __future__ import annotations

import pytest

from components.video_form import examples
from lipsync.prompt_hints import Hint, hints_in_words, prompt_hint


@pytest.mark.parametrize(
    ("prompt", "hint"),
    [
        ("A woman looks into the camera, close-up", None),
        ("She smiles.", None),
        ("一位女老师看着镜头", None),
        ("A quiet beach in the evening light", "nobody"),
        ("安静的海滩", "nobody"),
        ("A man's manner of walking", None),
        ("The manual of the house on a table", "nobody"),  # "man" is only a part of a word here
        ("Two women talk in a café", "several"),
        ("一群学生", "several"),
        ("A man seen FROM BEHIND, walking", "far"),
        ("A knight with a helmet looks at us", "covered"),
        ("", None),
        ("A quiet", None),  # still being typed
        ("Ein ruhiger Strand im Abendlicht", None),  # a language that the lists do not know
        ("😀😀😀 [slow] 123", None),
    ],
)
def test_a_prompt_gets_the_hint_that_fits(prompt: str, hint: Hint | None) -> None:
    assert prompt_hint(prompt) == hint


def test_with_a_picture_nobody_has_to_be_named_but_a_crowd_is_still_odd() -> None:
    assert prompt_hint("The light in the room changes slowly", picture=True) is None
    assert prompt_hint("Several people walk by", picture=True) == "several"


def test_the_examples_of_the_form_are_good_ones() -> None:
    assert {name: prompt_hint(prompt) for name, prompt in examples().items() if prompt_hint(prompt)} == {}


def test_every_hint_has_words() -> None:
    assert all(words.endswith(".") for words in hints_in_words().values())
