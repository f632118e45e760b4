"""Videos, Voices and Account without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from lipsync.studio import Studio, use_studio
from tests.pages.conftest import Open, click, labels, words
from tests.support.sandbox import RunningSandbox
from tests.support.studios import running_studio

pytestmark = pytest.mark.xdist_group("pages")


def test_videos_say_which_may_speak_and_why_not(studio: Studio, open_page: Open) -> None:
    at = open_page("videos")
    assert "12 videos" in words(at)
    assert "Can speak" in words(at)
    assert "Cannot be used" in words(at)


def test_only_usable_videos_are_left_by_the_switch(studio: Studio, open_page: Open) -> None:
    at = open_page("videos")
    at.toggle[0].set_value(True).run()
    assert "8 videos" in words(at)


def test_several_pasted_ids_are_each_answered(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    at = open_page("videos")
    known = sandbox.parents()["upright"]["task_id"]
    at.text_area(key="videos_ids").set_value(f"{known}, nobody\n{known}")
    click(at, "Look them up")
    assert words(at).count("Found: 1 video.") == 1
    assert "No account knows this task" in words(at)


def test_a_video_leads_to_create(studio: Studio, open_page: Open) -> None:
    at = open_page("videos")
    click(at, "Use in Create")
    assert at.title[0].value == "Make a video speak"


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
    at.button(key="use-en-genshin_klee2").click().run()
    assert at.title[0].value == "Make a video speak"
    assert at.session_state["draft_voice_en"] == "genshin_klee2"


def test_an_account_without_lists_says_so_and_offers_ids(
    tmp_path: Path, sandbox: RunningSandbox, open_page: Open
) -> None:
    sandbox.set_fault("error", route="list", code=1202)
    with running_studio(sandbox, tmp_path, start=False) as bare:
        use_studio(bare)
        try:
            at = open_page()
            assert "gives no list of videos" in words(at)
            assert "Give its task id below" in words(at)
            assert "Look it up" in labels(at)
        finally:
            use_studio(None)
            sandbox.clear_faults()
