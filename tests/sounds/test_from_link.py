"""Links: looked at from here first, with a copy to listen to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lipsync.audio.words import link_in_words
from lipsync.sounds import LinkTaken, SoundShelf
from tests.support.sound_site import sound_site

ALLOWED = frozenset({"127.0.0.1"})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with sound_site(tmp_path_factory.mktemp("site")) as url:
        yield url


def look(shelf: SoundShelf, url: str, allowed: frozenset[str] = ALLOWED) -> LinkTaken:
    return shelf.from_link(url, allowed_hosts=allowed, workspace="local", owner="ada")


def test_a_link_to_a_sound_gives_a_copy_to_listen_to(shelf: SoundShelf, site: str) -> None:
    taken = look(shelf, f"{site}/hello%20there.mp3?token=secret")
    assert taken.link.fetched
    assert taken.sound is not None
    assert (taken.sound.name, taken.sound.remade) == ("hello there.mp3", False)
    assert taken.sound.checked.warnings == ()
    assert shelf.path(taken.sound).exists()
    assert "secret" not in repr(shelf.get(taken.sound.id))


def test_a_link_to_what_cannot_be_sent_gives_a_copy_that_can(shelf: SoundShelf, site: str) -> None:
    taken = look(shelf, f"{site}/hello.flac")
    assert taken.report is not None
    assert taken.report.reason == "wrong_container"
    assert taken.sound is not None
    assert taken.sound.remade
    assert taken.sound.ready


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "0x7f.1"])
def test_a_link_inside_is_refused_and_nothing_is_kept(shelf: SoundShelf, tmp_path: Path, host: str) -> None:
    taken = look(shelf, f"http://{host}:8000/a.mp3", frozenset())
    assert (taken.link.reason, taken.report, taken.sound) == ("not_public", None, None)
    assert "could not reach it either" in link_in_words(taken.link)
    assert not [path for path in (tmp_path / "sounds").rglob("*") if path.is_file()]


def test_a_web_page_behind_a_link_is_refused(shelf: SoundShelf, site: str) -> None:
    taken = look(shelf, f"{site}/page.html")
    assert (taken.link.reason, taken.sound) == ("not_audio", None)
