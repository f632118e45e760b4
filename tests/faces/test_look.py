from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lipsync import media
from lipsync.faces import FaceVerdict, look, look_at, look_at_picture
from lipsync.faces.verdict import nobody_looked
from tests.faces import people
from tests.support.clips import ffmpeg

pytestmark = pytest.mark.xdist_group("faces")
GREEN, AMBER = (0x2F, 0xBF, 0x71), (0xFF, 0xB0, 0x20)
Look = Callable[[str], FaceVerdict]


@pytest.mark.parametrize(
    ("clip", "slug"),
    [
        ("amara, landscape", "one_clear_face"),
        ("diego, landscape, face of 12 %", "too_small"),
        ("diego, turned 45°", "turned_away"),
        ("diego beside nasrin (100% as big)", "several_people"),
        ("amara, chin and mouth below the edge", "leaves_picture"),
    ],
)
def test_a_clip_gets_its_verdict(look: Look, clip: str, slug: str) -> None:
    assert look(clip).slug == slug


def test_the_framed_frame_is_a_picture_with_a_green_box(look: Look) -> None:
    verdict = look("amara, landscape")
    assert verdict.framed is not None
    picture = Image.open(io.BytesIO(verdict.framed))
    assert (picture.format, picture.size) == ("JPEG", (853, 480))
    assert share_of(picture, GREEN) > 0.002
    assert verdict.at_seconds == pytest.approx(2.5, abs=0.5)


def test_a_warning_has_an_amber_box(look: Look) -> None:
    verdict = look("diego, turned 45°")
    assert verdict.framed is not None
    picture = Image.open(io.BytesIO(verdict.framed))
    assert share_of(picture, AMBER) > 0.002
    assert share_of(picture, GREEN) == 0


def share_of(picture: Image.Image, colour: tuple[int, int, int]) -> float:
    away = np.abs(np.asarray(picture.convert("RGB")).astype(int) - colour).max(axis=2)
    return float((away < 40).mean())


def test_a_room_without_anybody_has_no_face(look: Look) -> None:
    verdict = look("oskar’s room without oskar")
    assert (verdict.slug, verdict.frames, verdict.people) == ("no_face", 8, 0)
    assert verdict.framed is not None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 5000,
        b"#EXTM3U\nhttp://127.0.0.1:1/x.ts\n",
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\xff" * 999,
    ],
)
def test_rubbish_could_not_be_looked_at(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rubbish.mp4").write_bytes(content)
    assert look_at(tmp_path / "rubbish.mp4") == FaceVerdict("could_not_look", "not_playable")


@pytest.mark.parametrize("name", ["nothing.mp4", "no\0name.mp4", ".", "-version"])
def test_a_name_that_is_no_video_could_not_be_looked_at(tmp_path: Path, name: str) -> None:
    assert look_at(tmp_path / name).trouble == "not_playable"


def test_a_video_that_breaks_off_is_judged_by_what_is_there(clear_clip: Path, tmp_path: Path) -> None:
    ffmpeg("-i", clear_clip, "-c", "copy", "-movflags", "+faststart", tmp_path / "whole.mp4")
    whole = (tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) * 2 // 3])
    verdict = look_at(tmp_path / "half.mp4", samples=6)
    assert verdict.slug == "one_clear_face"
    assert 0 < verdict.frames <= 6


def test_a_name_with_spaces_quotes_and_signs_is_no_trouble(clear_clip: Path, tmp_path: Path) -> None:
    odd = tmp_path / 'it\'s 50% "ready"; 你好 %d.mp4'
    odd.write_bytes(clear_clip.read_bytes())
    assert look_at(odd, samples=1).slug == "one_clear_face"


def test_a_name_may_be_relative(clear_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clear_clip.parent)
    assert look_at(Path(clear_clip.name), samples=1).slug == "one_clear_face"


def test_a_child_that_takes_too_long_is_ended(clear_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "WALL_SECONDS", 0.01)
    assert look_at(clear_clip) == FaceVerdict("could_not_look", "too_slow")


def test_a_child_that_crashes_harms_nobody(clear_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        look.sys, "executable", "/bin/false" if os.path.exists("/bin/false") else "/usr/bin/false"
    )
    assert look_at(clear_clip) == FaceVerdict("could_not_look", "broken")


@pytest.mark.parametrize("said", ["", "no json", "[]", '"x"', '{"slug": "lovely"}', '{"error": "odd"}', "{}"])
def test_a_child_that_says_something_odd_is_not_believed(
    clear_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    liar = tmp_path / "liar"
    liar.write_text(f"#!/bin/sh\necho '{said}'\n")
    liar.chmod(0o755)
    monkeypatch.setattr(look.sys, "executable", str(liar))
    assert look_at(clear_clip) == FaceVerdict("could_not_look", "broken")


def test_without_ffmpeg_it_says_so(clear_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise media.MediaToolMissing("no ffmpeg")

    monkeypatch.setattr(look, "find_ffmpeg", missing)
    assert look_at(clear_clip).trouble == "no_ffmpeg"


def test_nothing_is_left_behind(clear_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    look_at(clear_clip, samples=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("samples", [0, -1, 33])
def test_the_number_of_samples_is_bounded(clear_clip: Path, samples: int) -> None:
    with pytest.raises(ValueError, match="1 to 32"):
        look_at(clear_clip, samples=samples)


def test_a_face_leaves_at_a_moment(look: Look) -> None:
    verdict = look("oskar, walks out at the end")
    assert verdict.slug == "leaves_picture"
    assert verdict.away_from == pytest.approx(4.4, abs=0.4)
    assert verdict.away_to is None


def test_half_a_face_at_the_edge_is_a_face(look: Look) -> None:
    verdict = look("oskar, half of the face over the right edge")
    assert (verdict.slug, verdict.away_from, verdict.away_to) == ("leaves_picture", 0.0, None)


def test_a_picture_is_looked_at_like_a_video(tmp_path: Path) -> None:
    people.frames("amara", "landscape")[3].save(tmp_path / "amara.png")
    verdict = look_at_picture(tmp_path / "amara.png")
    assert (verdict.slug, verdict.still, verdict.frames, verdict.at_seconds) == (
        "one_clear_face",
        True,
        1,
        None,
    )
    assert verdict.framed is not None


def test_rubbish_is_no_picture_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "rubbish.jpg").write_bytes(b"\xff\xd8\xff" + b"\0" * 500)
    assert look_at_picture(tmp_path / "rubbish.jpg") == nobody_looked("not_playable", still=True)
