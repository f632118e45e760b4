"""The translation function."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextvars import copy_context

import pytest

from lipsync import i18n
from lipsync.i18n import add_catalogue, current_language, languages, plural, t, use_language


@pytest.fixture(autouse=True)
def catalogues(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(i18n, "_catalogues", {"en": {}})
    yield
    use_language("en")


def test_a_sentence_without_a_translation_is_shown_in_english() -> None:
    add_catalogue("de", {"Yes": "Ja"})
    use_language("de")
    assert t("Yes") == "Ja"
    assert t("No") == "No"


def test_places_are_filled_after_the_look_up() -> None:
    add_catalogue("de", {"{name} is {age}": "{age} ist {name}"})
    use_language("de")
    assert t("{name} is {age}", name="Ada", age=36) == "36 ist Ada"


def test_braces_in_a_value_are_only_text() -> None:
    assert t("Said: {words}", words="{name} {0} {") == "Said: {name} {0} {"
    assert t("Said: {words}", words="{words.__class__}") == "Said: {words.__class__}"


def test_braces_in_a_sentence_without_values_stay() -> None:
    assert t("Use {name} here") == "Use {name} here"


def test_a_value_may_be_called_sentence() -> None:
    assert t("It says {sentence}", sentence="x") == "It says x"


@pytest.mark.parametrize(("count", "words"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (-1, "-1 days")])
def test_one_is_singular_and_everything_else_plural(count: int, words: str) -> None:
    assert plural(count, "{count} day", "{count} days") == words


def test_an_unknown_language_means_english() -> None:
    use_language("xx")
    assert current_language() == "en"


def test_two_people_with_different_languages_share_a_process() -> None:
    add_catalogue("de", {"Yes": "Ja"})
    use_language("de")
    said: list[str] = []
    other = threading.Thread(target=lambda: said.append(t("Yes")))
    other.start()
    other.join()
    copy_context().run(use_language, "en")
    assert said == ["Yes"]
    assert t("Yes") == "Ja"


def test_a_catalogue_grows_and_english_comes_first() -> None:
    add_catalogue("de", {"Yes": "Ja"})
    add_catalogue("de", {"No": "Nein"})
    use_language("de")
    assert (t("Yes"), t("No")) == ("Ja", "Nein")
    assert languages() == ("en", "de")
