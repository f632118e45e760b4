"""Sounds on the Create page: given in any form, made to fit, sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from components import draft, sound_form
from lipsync.jobs.model import Job
from lipsync.studio import Studio
from tests.pages.conftest import Open, click, labels, words
from tests.pages.giving import a_recording, a_tone, link_page, record, upload
from tests.support.sandbox import RunningSandbox
from tests.support.studios import running_studio

pytestmark = pytest.mark.xdist_group("sound_form")


@pytest.fixture(scope="module")
def working_studio(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    with running_studio(sandbox, folder, STUDIO_SOUND_LINK_HOSTS="127.0.0.1") as studio:
        yield studio


def newest(studio: Studio) -> Job:
    return studio.jobs.find(limit=1)[0]


def seconds_of(studio: Studio, sound_id: str) -> float:
    return studio.sounds.get(sound_id).seconds or 0.0


def test_a_flac_becomes_an_mp3_and_the_page_says_so(studio: Studio, open_page: Open, tmp_path: Path) -> None:
    at = upload(open_page, *a_tone(tmp_path, "tone.flac", 3.0))
    assert "but FLAC; it was made into an mp3" in words(at)
    click(at, "Make it speak")
    sound = studio.sounds.get(newest(studio).request["sound_id"])
    assert sound.format == "mp3"


@pytest.mark.usefixtures("studio")
def test_a_note_does_not_move_the_columns_and_so_loses_no_file_on_its_way(open_page: Open) -> None:
    at = open_page()
    before = [block.type for block in at.main.children.values()]
    at.session_state[draft.NOTE] = ["Something happened.", "And something else."]
    at.run()
    assert "And something else." in words(at)
    assert [block.type for block in at.main.children.values()] == before


def test_a_recording_becomes_a_job(studio: Studio, open_page: Open) -> None:
    at = record(open_page, a_recording(3.0))
    assert at.get("audio_input")[0].value is None  # its bytes are given back at once
    assert at.segmented_control(key=draft.SOURCE).value == "record"
    click(at, "Make it speak")
    request = newest(studio).request
    assert request["source"] == "sound"
    assert seconds_of(studio, request["sound_id"]) == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://studio.example/create", True),
        ("http://localhost:8501/", True),
        ("http://[::1]:8501/", True),
        ("http://studio.example/", False),
        ("http://192.168.0.2:8501/", False),
    ],
)
def test_the_microphone_is_offered_only_where_browsers_lend_it(
    open_page: Open, studio: Studio, url: str, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_form, "page_url", lambda: url)
    at = open_page()
    at.segmented_control(key=draft.SOURCE).set_value("record").run()
    assert bool(at.get("audio_input")) is allowed
    assert ("must begin with https" in words(at)) is not allowed


def test_a_sound_that_is_too_long_waits_for_its_piece(
    studio: Studio, open_page: Open, tmp_path: Path
) -> None:
    at = upload(open_page, *a_tone(tmp_path, "long.mp3", 70.0))
    assert "This sound is too long" in words(at)
    assert at.session_state[draft.SOUND] is None
    before = studio.jobs.count(workspace="local")
    click(at, "Make it speak")
    assert studio.jobs.count(workspace="local") == before
    click(at, "Trim to this")  # the handles stand at the first minute
    assert seconds_of(studio, at.session_state[draft.SOUND]) == pytest.approx(60.0, abs=0.1)


def test_a_sound_longer_than_the_clip_is_made_to_fit_by_tempo_after_listening(
    studio: Studio, open_page: Open, tmp_path: Path
) -> None:
    at = upload(open_page, *a_tone(tmp_path, "tone.mp3", 5.8))
    given = at.session_state[draft.SOUND]
    click(at, "Fit to the clip")
    click(at, next(label for label in labels(at) if "times as fast" in label))
    offered = at.session_state[draft.OFFER]
    assert at.session_state[draft.SOUND] == given
    assert [audio.url for audio in at.get("audio")][-1].endswith(offered)
    click(at, "Take it")
    assert at.session_state[draft.SOUND] == offered
    assert "longer than the video" not in words(at)
    click(at, "Make it speak")
    assert newest(studio).request["sound_id"] == offered
    assert seconds_of(studio, offered) <= 5.05


def test_a_sound_too_long_for_any_tempo_can_only_be_cut(
    studio: Studio, open_page: Open, tmp_path: Path
) -> None:
    at = upload(open_page, *a_tone(tmp_path, "tone.mp3", 8.0))
    click(at, "Fit to the clip")
    assert not [label for label in labels(at) if "times as fast" in label]
    click(at, "Leave out the last 3.0 s")
    click(at, "Take it")
    assert seconds_of(studio, at.session_state[draft.SOUND]) == pytest.approx(5.0, abs=0.1)
    click(at, "Back to the original")
    assert seconds_of(studio, at.session_state[draft.SOUND]) == pytest.approx(8.0, abs=0.1)


def test_silent_edges_are_cut_off_at_a_click(studio: Studio, open_page: Open) -> None:
    at = upload(open_page, "a.wav", a_recording(2.5, quiet_start=2.0))
    assert "There is silence at the edges" in words(at).replace("\\", "")
    click(at, "Cut silent edges")
    assert seconds_of(studio, at.session_state[draft.SOUND]) == pytest.approx(2.6, abs=0.1)
    assert "Cut silent edges" not in labels(at)


def test_somebody_with_too_many_sounds_is_told_so(
    studio: Studio, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lipsync.sounds.shelf.MAX_UNUSED_SOUNDS", 0)
    at = upload(open_page, "a.wav", a_recording(2.5))
    assert "very many sounds" in words(at)


@pytest.mark.parametrize(
    "url", ["http://localhost:8000/a.mp3", "http://10.0.0.1/a.mp3", "http://[::1]/a.mp3"]
)
def test_a_link_inside_is_refused_before_anything_is_sent(studio: Studio, open_page: Open, url: str) -> None:
    before = studio.jobs.count(workspace="local")
    at = link_page(open_page, url)
    click(at, "Make it speak")
    assert studio.jobs.count(workspace="local") == before
    assert words(at).count("leads into a private network") == 1
    assert "Nothing was sent yet" in words(at)


def test_a_link_that_works_is_looked_at_and_sent_as_a_link(
    studio: Studio, open_page: Open, site: str
) -> None:
    url = f"{site}/hello%20there.mp3"
    at = link_page(open_page, url)
    click(at, "Check this link")
    assert "There is a sound at this link" in words(at)
    assert at.get("audio")
    assert "The studio has made a copy" not in words(at)
    assert "Use the copy" in labels(at)  # to trim it
    click(at, "Make it speak")
    request = newest(studio).request
    assert (request["source"], request["sound_url"]) == ("link", url)
    assert "sound_id" not in request


def test_a_link_is_looked_at_when_it_is_sent_without_asking(
    studio: Studio, open_page: Open, site: str
) -> None:
    at = link_page(open_page, f"{site}/hello%20there.mp3")
    click(at, "Make it speak")
    assert newest(studio).request["source"] == "link"


def test_behind_a_link_to_a_flac_our_copy_is_offered(studio: Studio, open_page: Open, site: str) -> None:
    at = link_page(open_page, f"{site}/hello.flac")
    click(at, "Check this link")
    assert "What this file holds" in words(at)
    click(at, "Use the copy")
    assert at.segmented_control(key=draft.SOURCE).value == "sound"
    click(at, "Make it speak")
    request = newest(studio).request
    assert (request["source"], studio.sounds.get(request["sound_id"]).format) == ("sound", "mp3")
