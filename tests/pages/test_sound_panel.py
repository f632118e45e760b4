"""What is shown of a sound, however it was given, and that no page decodes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import current_thread
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components import draft, wording
from lipsync.audio import pcm
from lipsync.audio.pcm import NoSound
from lipsync.sounds import Sound, drawings
from lipsync.studio import Studio
from tests.pages.conftest import Open, click, words
from tests.pages.giving import a_recording, a_tone, link_page, record, upload
from tests.support.sandbox import RunningSandbox
from tests.support.studios import running_studio

pytestmark = pytest.mark.xdist_group("sound_panel")
Give = Callable[[Open, Path, str], AppTest]


@pytest.fixture(scope="module")
def working_studio(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    with running_studio(sandbox, folder, STUDIO_SOUND_LINK_HOSTS="127.0.0.1") as studio:
        yield studio


def upload_mp3(open_page: Open, folder: Path, _site: str) -> AppTest:
    return upload(open_page, *a_tone(folder, "tone.mp3", 3.0))


def upload_flac(open_page: Open, folder: Path, _site: str) -> AppTest:
    return upload(open_page, *a_tone(folder, "tone.flac", 3.0))


def upload_what_is_too_long(open_page: Open, folder: Path, _site: str) -> AppTest:
    return upload(open_page, *a_tone(folder, "long.mp3", 62.0))


def record_three_seconds(open_page: Open, _folder: Path, _site: str) -> AppTest:
    return record(open_page, a_recording(3.0))


def link_to_an_mp3(open_page: Open, _folder: Path, site: str) -> AppTest:
    return click(link_page(open_page, f"{site}/hello%20there.mp3"), "Check this link")


def link_to_a_flac(open_page: Open, _folder: Path, site: str) -> AppTest:
    return click(link_page(open_page, f"{site}/hello.flac"), "Check this link")


def badges(at: AppTest) -> list[str]:
    """What stands in the grey badges of the right column."""
    all_badges = [str(one.value) for one in at.columns[1].markdown]
    return [one.partition("[")[2].rstrip("]").rpartition(": ")[2].rpartition(":")[2] for one in all_badges
            if one.startswith(":gray-badge[")]  # fmt: skip


def waveforms(at: AppTest) -> list[dict[str, Any]]:
    """What the waveforms on a page were told to show."""
    parts = [one.proto for one in at.get("bidi_component")]
    return [json.loads(one.json) for one in parts if one.component_name == "sound_waveform"]


def shown_sound(studio: Studio, at: AppTest) -> Sound:
    looked = at.session_state[draft.LOOKED]
    sound_id = at.session_state[draft.SOUND] or at.session_state[draft.HELD] or looked.sound_id
    return studio.sounds.get(sound_id)


@pytest.mark.parametrize(
    ("give", "kind", "seconds", "handles"),
    [(upload_mp3, "MP3", 3.0, True), (upload_flac, "MP3", 3.0, True),
     (upload_what_is_too_long, "MP3", 62.0, True), (record_three_seconds, "WAV", 3.0, True),
     (link_to_an_mp3, "MP3", 3.0, False), (link_to_a_flac, "MP3", 3.0, False)],
)  # fmt: skip
def test_every_sound_shows_what_it_is_and_how_loud_with_a_player_and_its_waveform(
    studio: Studio, open_page: Open, tmp_path: Path, site: str, give: Give, kind: str, seconds: float,
    handles: bool,
) -> None:  # fmt: skip
    at = give(open_page, tmp_path, site)
    sound = shown_sound(studio, at)
    format_, length, size, loudness = badges(at)[:4]
    assert format_ == kind
    assert float(length.removesuffix(" s")) == pytest.approx(seconds, abs=0.11)
    assert size == wording.size(sound.bytes or sound.original_bytes)
    assert -30 < float(loudness.removesuffix(" dB").replace("−", "-")) < -5
    assert at.get("audio")[0].url.endswith(f"/sounds/{sound.id}")
    [drawn] = waveforms(at)
    assert len(drawn["peaks"]) == 800
    assert max(drawn["peaks"]) > 0.2
    assert drawn["seconds"] == pytest.approx(seconds, abs=0.11)
    assert drawn["fixed"] is not handles


@pytest.fixture
def nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a page decoded a sound")

    monkeypatch.setattr(pcm, "run_program", refuse)


@pytest.mark.parametrize("give", [upload_mp3, link_to_an_mp3])
def test_a_sound_that_was_taken_is_never_decoded_again_to_be_shown(
    studio: Studio, open_page: Open, tmp_path: Path, site: str, give: Give, request: pytest.FixtureRequest
) -> None:
    at = give(open_page, tmp_path, site)
    request.getfixturevalue("nothing_is_decoded")
    assert len(waveforms(at.run())) == 1


class Watched:
    """Draws as before, or fails; remembers on which threads."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.threads: list[str] = []
        self.error: Exception | None = None
        real = drawings.waveform

        def waveform(*arguments: Any, **more: Any) -> Any:
            self.threads.append(current_thread().name)
            if self.error is not None:
                raise self.error
            return real(*arguments, **more)

        monkeypatch.setattr(drawings, "waveform", waveform)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


def forget_drawing(studio: Studio, at: AppTest) -> None:
    (studio.sounds.folder / f"{shown_sound(studio, at).id}.drawing.json").unlink()


@pytest.mark.parametrize("give", [upload_mp3, link_to_an_mp3])
def test_a_sound_that_was_kept_without_a_drawing_is_drawn_beside_the_pages(
    studio: Studio, open_page: Open, tmp_path: Path, site: str, give: Give, watched: Watched
) -> None:
    at = give(open_page, tmp_path, site)
    forget_drawing(studio, at)
    assert len(waveforms(at.run())) == 1
    assert watched.threads == ["sound-work", "sound-work"]  # when it was taken, and now


@pytest.mark.parametrize("error", [NoSound("too_slow"), OSError(28, "No space left on device")], ids=repr)
def test_a_sound_that_cannot_be_drawn_is_tried_once_and_can_still_be_sent(
    studio: Studio, open_page: Open, tmp_path: Path, watched: Watched, error: Exception
) -> None:
    at = upload(open_page, *a_tone(tmp_path, "tone.mp3", 3.0))
    forget_drawing(studio, at)
    watched.error = error
    for _ in range(3):
        assert waveforms(at.run()) == []
    assert len(watched.threads) == 2  # when it was taken, and once more
    assert "was not taken" not in words(at)
    assert at.get("audio")
    assert not next(one for one in at.button if one.label == "Make it speak").disabled


def test_a_long_sound_that_cannot_be_drawn_is_no_dead_end(
    studio: Studio, open_page: Open, tmp_path: Path, watched: Watched
) -> None:
    watched.error = NoSound("too_slow")
    at = upload(open_page, *a_tone(tmp_path, "long.mp3", 62.0))
    assert "no piece can be chosen. Please add it again." in words(at)
    assert at.button[[one.label for one in at.button].index("Trim to this")].disabled
