"""The clips as files: what is in them, what they keep, what they refuse."""

from __future__ import annotations

import json
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lipsync.media import find_ffmpeg, find_ffprobe, probe_video
from lipsync.sandbox.presenter import (
    PRESENTERS,
    ClipSpec,
    UnusablePicture,
    UnusableSound,
    render_silent,
    render_speaking,
    thumbnail,
)
from lipsync.sandbox.presenter.canvas import FRAME_SIZES, MOUTH, Orientation, placement
from lipsync.sandbox.presenter.stage import Stage
from tests.sandbox.presenter.watching import marks, mouth_opening, picture_frames, sound, tags

SPEC = ClipSpec("oskar", 1.0, "landscape", seed=4)


def tone(path: Path, seconds: float) -> Path:
    """A loud 200 Hz sound that swells four times a second, roughly as syllables do."""
    times = np.arange(int(22_050 * seconds)) / 22_050
    samples = 0.5 * np.sin(2 * np.pi * 200 * times) * np.abs(np.sin(2 * np.pi * 2 * times))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(22_050)
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clip = tmp_path_factory.mktemp("silent") / "clip.mp4"
    render_silent(SPEC, clip)
    return clip


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speaking")
    render_speaking(SPEC, tone(folder / "long.wav", 3.0), None, folder / "clip.mp4")
    return folder / "clip.mp4"


pytestmark = pytest.mark.xdist_group("clips")


def test_a_clip_is_h264_and_aac_at_25_frames_a_second(silent: Path) -> None:
    command = [
        str(find_ffprobe()),
        "-v",
        "error",
        "-show_streams",
        "-show_format",
        "-of",
        "json",
        str(silent),
    ]
    report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    video, audio = report["streams"]
    assert (video["codec_name"], video["pix_fmt"], video["r_frame_rate"]) == ("h264", "yuv420p", "25/1")
    assert (video["width"], video["height"], video["nb_frames"]) == (1280, 720, "25")
    assert audio["codec_name"] == "aac"


def test_the_file_says_that_it_is_a_sandbox_clip(silent: Path) -> None:
    found = tags(silent)
    assert "Sandbox" in found["title"]
    assert "Sandbox" in found["comment"]


def test_playing_can_begin_before_the_whole_file_is_there(silent: Path) -> None:
    content = silent.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_every_frame_carries_the_mark(silent: Path) -> None:
    white = marks(silent, (1280, 720))
    assert len(white) == 25
    assert white.min() > 150


@pytest.mark.parametrize("name", ["oskar", "diego"])
def test_no_gap_opens_at_the_lower_edge_when_the_person_moves(name: str) -> None:
    stage = Stage(ClipSpec(name, 4.0, "landscape", seed=4))
    for number in range(0, 100, 20):
        last_rows = np.asarray(stage.frame(number).crop((500, 710, 780, 720))).astype(int)
        assert np.median(np.abs(last_rows[-1] - last_rows[-4])) < 10


@pytest.mark.parametrize("orientation", ["landscape", "portrait", "square"])
@pytest.mark.parametrize("name", PRESENTERS)
def test_nobodys_hair_touches_the_upper_edge(name: str, orientation: Orientation) -> None:
    spec = ClipSpec(name, 1.0, orientation, seed=1)
    assert placement(spec).to_pixels(500, PRESENTERS[name].crown_y)[1] >= 20


def test_the_hair_ends_where_the_list_of_people_says(tmp_path: Path) -> None:
    """Before a red picture, whatever is not red is the person (the mark is further right)."""
    Image.new("RGB", (64, 64), (255, 0, 0)).save(tmp_path / "red.png")
    for name, person in PRESENTERS.items():
        spec = ClipSpec(name, 1.0, "landscape", seed=1, image=tmp_path / "red.png")
        red, green, _ = np.moveaxis(np.asarray(Stage(spec).frame(0).crop((850, 0, 1100, 720))), -1, 0)
        top = int(np.argmax(((red < 230) | (green > 40)).any(axis=1)))
        assert top == pytest.approx(placement(spec).to_pixels(500, person.crown_y)[1], abs=14), name


def test_the_person_moves_while_silent(silent: Path) -> None:
    first, last = picture_frames(silent, (1280, 720), every=24).astype(np.int16)
    assert np.abs(first - last)[80:].mean() > 0.05


def test_speaking_changes_the_mouth_and_nothing_else(silent: Path, speaking: Path) -> None:
    before, after = (picture_frames(c, (1280, 720), every=5).astype(np.int16) for c in (silent, speaking))
    difference = np.abs(before - after).mean(axis=(0, 3), dtype=np.float32)
    place = placement(SPEC)
    left, top = (int(v) - 40 for v in place.to_pixels(MOUTH.left, MOUTH.top))
    right, bottom = (int(v) + 90 for v in place.to_pixels(MOUTH.right, MOUTH.bottom))
    inside = difference[top:bottom, left:right].max()
    difference[top:bottom, left:right] = 0
    assert inside > 20
    assert difference.mean() < 0.5  # what the encoder makes of it
    assert difference.max() < 16


def test_a_longer_sound_is_cut_to_the_clip(speaking: Path) -> None:
    facts = probe_video(speaking)
    assert facts.has_sound
    assert facts.seconds == pytest.approx(1.0, abs=0.03)


def test_a_longer_sound_fades_out_while_the_lips_come_together(tmp_path: Path) -> None:
    """The sound is at its loudest when the clip ends."""
    render_speaking(SPEC, tone(tmp_path / "long.wav", 3.0), None, tmp_path / "clip.mp4", seconds=0.88)
    heard, mouth = np.abs(sound(tmp_path / "clip.mp4")), mouth_opening(tmp_path / "clip.mp4", SPEC)
    end = int(0.88 * 22_050)
    assert heard[end - 6_000 : end - 3_000].max() > 0.3
    assert heard[end - 300 : end].max() < 0.06
    assert mouth[10:18].max() > 200
    assert mouth[-1] == 0


def test_after_a_shorter_sound_the_mouth_rests(tmp_path: Path) -> None:
    render_speaking(SPEC, tone(tmp_path / "short.wav", 0.4), None, tmp_path / "clip.mp4")
    mouth = mouth_opening(tmp_path / "clip.mp4", SPEC)
    heard = sound(tmp_path / "clip.mp4")
    assert mouth[:9].max() > 200
    assert mouth[13:].max() == 0
    assert np.abs(heard[int(0.5 * 22_050) :]).max() < 0.01


def test_a_clip_can_be_given_another_length(tmp_path: Path) -> None:
    render_speaking(SPEC, tone(tmp_path / "t.wav", 1.0), None, tmp_path / "clip.mp4", seconds=0.48)
    assert probe_video(tmp_path / "clip.mp4").seconds == pytest.approx(0.48, abs=0.03)


@pytest.mark.parametrize("orientation", ["portrait", "square"])
def test_a_clip_has_the_size_of_its_orientation(orientation: Orientation, tmp_path: Path) -> None:
    render_silent(ClipSpec("lily", 0.12, orientation, seed=1), tmp_path / "clip.mp4")
    facts = probe_video(tmp_path / "clip.mp4")
    assert (facts.width, facts.height) == FRAME_SIZES[orientation]


def test_a_faceless_clip_shows_the_empty_room(tmp_path: Path) -> None:
    thumbnail(ClipSpec("mei", 1.0, "landscape", seed=1), tmp_path / "with.png")
    thumbnail(ClipSpec("mei", 1.0, "landscape", seed=1, faceless=True), tmp_path / "without.png")
    middle = (610, 52, 670, 72)  # the hair above the forehead, or the wall behind it
    with_person, without = (
        np.asarray(Image.open(tmp_path / name).crop(middle)).mean() for name in ("with.png", "without.png")
    )
    assert with_person < 0.8 * without


def test_a_given_picture_is_the_scene_and_somebody_stands_before_it(tmp_path: Path) -> None:
    Image.new("RGB", (400, 300), (250, 10, 10)).save(tmp_path / "red.jpg")
    thumbnail(ClipSpec("mei", 1.0, "landscape", 1, image=tmp_path / "red.jpg"), tmp_path / "t.png")
    seen = np.asarray(Image.open(tmp_path / "t.png")).astype(int)
    red = (seen[..., 0] > 230) & (seen[..., 1] < 40)
    assert red[:, :500].mean() > 0.95
    assert red[:, 700:].mean() < 0.85


def test_a_thumbnail_is_the_first_frame(tmp_path: Path, silent: Path) -> None:
    thumbnail(SPEC, tmp_path / "t.png")
    first = picture_frames(silent, (1280, 720))[0].astype(int)
    assert np.abs(np.asarray(Image.open(tmp_path / "t.png")).astype(int) - first).mean() < 3


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken"])
def test_a_file_that_is_no_picture_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(content)
    with pytest.raises(UnusablePicture):
        render_silent(
            ClipSpec("mei", 0.1, "landscape", 1, image=tmp_path / "picture.png"), tmp_path / "clip.mp4"
        )
    assert not (tmp_path / "clip.mp4").exists()


@pytest.mark.parametrize(
    "content", [b"", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", b"RIFF\0\0\0\0WAVE", b"\xff\xfb" * 9]
)
def test_a_file_that_is_no_sound_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "sound.mp3").write_bytes(content)
    with pytest.raises(UnusableSound):
        render_speaking(SPEC, tmp_path / "sound.mp3", None, tmp_path / "clip.mp4")
    assert not (tmp_path / "clip.mp4").exists()


@pytest.mark.parametrize("ending", ["mp3", "m4a", "aac"])
def test_sounds_people_upload_are_read(ending: str, tmp_path: Path) -> None:
    tone(tmp_path / "t.wav", 0.4)
    command = [
        str(find_ffmpeg()),
        "-v",
        "error",
        "-i",
        str(tmp_path / "t.wav"),
        str(tmp_path / f"t.{ending}"),
    ]
    subprocess.run(command, check=True)
    render_speaking(SPEC, tmp_path / f"t.{ending}", None, tmp_path / "clip.mp4", seconds=0.2)
    assert np.abs(sound(tmp_path / "clip.mp4")).max() > 0.1


def test_nothing_is_left_behind_beside_the_clip(silent: Path) -> None:
    assert [path.name for path in silent.parent.iterdir()] == ["clip.mp4"]
