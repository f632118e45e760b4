"""Pages that need few words, without a browser."""

from __future__ import annotations

import pytest

from lipsync.studio import Studio
from tests.pages.conftest import Open, follow, words

pytestmark = pytest.mark.xdist_group("pages")


def test_voices_are_counted_searched_and_filtered(studio: Studio, open_page: Open) -> None:
    at = open_page("voices")
    assert "62 voices" in words(at)
    assert "not official" in words(at)
    at.segmented_control(key="voices_language").set_value("en").run()
    assert "27 voices" in words(at)
    at.text_input(key="voices_search").set_value("no such voice").run()
    assert "No voice fits" in words(at)


def test_a_voice_leads_to_create(studio: Studio, open_page: Open) -> None:
    at = open_page("voices")
    at = follow(at.button(key="use-en-genshin_klee2").click().run())
    assert at.title[0].value == "Make a video speak"
    assert at.session_state["draft_voice_en"] == "genshin_klee2"
