"""The drawn waveforms: made when a sound is taken, kept beside it, and failures remembered."""

from __future__ import annotations

import io
import json
from pathlib import Path
from time import monotonic

import pytest

from lipsync.audio import pcm
from lipsync.audio.deadline import Deadline
from lipsync.audio.pcm import NoSound
from lipsync.sounds import Piece, Sound, SoundShelf
from lipsync.sounds.drawings import draw, drawing
from tests.support.clips import make_tone


@pytest.fixture(scope="module")
def flac(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tone(tmp_path_factory.mktemp("tones") / "tone.flac")


def kept(shelf: SoundShelf, file: Path) -> Sound:
    sound = shelf.add(io.BytesIO(file.read_bytes()), name=file.name, workspace="local", owner="ada")[1]
    assert sound is not None
    return sound


@pytest.fixture
def nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a sound was decoded")

    monkeypatch.setattr(pcm, "run_program", refuse)


def test_a_sound_is_drawn_when_it_is_taken_and_never_again(
    shelf: SoundShelf, flac: Path, request: pytest.FixtureRequest
) -> None:
    sound = kept(shelf, flac)
    piece = shelf.derive(sound.id, Piece(start=0.5), workspace="local", owner="ada")[1]
    assert piece is not None
    request.getfixturevalue("nothing_is_decoded")
    picture = shelf.picture(sound)
    assert picture is not None
    assert (len(picture.peaks), picture.seconds) == (800, pytest.approx(3.0, abs=0.1))
    assert shelf.picture(piece) == picture  # of the original, whatever was made of it


def test_a_sound_that_waits_for_its_piece_has_a_loudness_too(shelf: SoundShelf, tmp_path: Path) -> None:
    sound = kept(shelf, make_tone(tmp_path / "long.mp3", seconds=62.0))
    assert not sound.ready
    picture = shelf.picture(sound)
    assert picture is not None
    # A sine whose top is half of the loudest possible is at -9 dB, and on the whole at -3 dB of that.
    assert sound.checked.loudness_dbfs == picture.loudness_dbfs == pytest.approx(-9.1, abs=0.5)


def test_a_sound_kept_without_a_drawing_is_drawn_when_somebody_asks(shelf: SoundShelf, flac: Path) -> None:
    sound = kept(shelf, flac)
    picture = shelf.picture(sound)
    drawn = next(shelf.folder.glob("*.json"))
    for lost in (drawn.unlink, lambda: drawn.write_text('{"peaks": [0.1, 0.')):
        lost()
        assert shelf.picture(sound) is None
        shelf.draw(sound.id, workspace="local")
        assert shelf.picture(sound) == picture


def test_what_cannot_be_drawn_is_not_tried_again(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text, to = tmp_path / "a", tmp_path / "a.drawing.json"
    text.write_text("no sound at all, but a letter")
    assert drawing(to) is None
    assert draw(text, to) is None
    request.getfixturevalue("nothing_is_decoded")
    with pytest.raises(NoSound, match="not_audio"):
        drawing(to)


def test_a_drawing_for_which_no_time_was_left_may_be_tried_again(tmp_path: Path, flac: Path) -> None:
    to = tmp_path / "a.drawing.json"
    assert draw(flac, to, deadline=Deadline(monotonic())) is None
    assert drawing(to) is None
    assert draw(flac, to) == drawing(to) is not None


def test_a_drawing_is_written_whole_or_not_at_all(
    tmp_path: Path, flac: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        draw(flac, tmp_path / "a.drawing.json")
    assert list(tmp_path.iterdir()) == []


def test_a_drawing_is_small(tmp_path: Path, flac: Path) -> None:
    to = tmp_path / "a.drawing.json"
    draw(flac, to)
    assert to.stat().st_size < 10_000
    assert set(json.loads(to.read_bytes())) == {"peaks", "seconds", "loudness_dbfs"}
