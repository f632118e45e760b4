from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from lipsync.faces.frames import NoFrames, frame_times, read_picture, sample_frames
from lipsync.media import find_ffmpeg
from tests.faces.people import encode
from tests.support.clips import ffmpeg


def take(video: Path, seconds: float, samples: int = 8) -> list[Image.Image]:
    return sample_frames(video, find_ffmpeg(), seconds, samples, timeout_seconds=30)


def plain(grey: int, size: tuple[int, int] = (320, 180)) -> Image.Image:
    return Image.new("RGB", size, (grey, grey, grey))


def test_frames_are_the_middles_of_equal_parts(tmp_path: Path) -> None:
    video = encode([plain(20 * i + 20) for i in range(10)], tmp_path / "steps.mp4", seconds=5)
    greys = [frame.getpixel((160, 90))[0] for frame in take(video, 5, 5)]  # type: ignore[index]
    assert [round(grey / 20) for grey in greys] == [2, 4, 6, 8, 10]
    assert frame_times(5, 5) == [0.5, 1.5, 2.5, 3.5, 4.5]


def test_of_a_long_video_the_first_minute_is_looked_at() -> None:
    assert frame_times(600, 8)[-1] < 60


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((320, 180), (320, 180)),
        ((1920, 1080), (853, 480)),
        ((720, 1280), (480, 853)),
        ((2000, 64), (1280, 40)),
    ],
)
def test_frames_are_made_smaller_never_larger(
    tmp_path: Path, size: tuple[int, int], seen: tuple[int, int]
) -> None:
    video = encode([plain(90, size)] * 2, tmp_path / "size.mp4", seconds=1)
    assert {frame.size for frame in take(video, 1, 2)} == {seen}


def test_a_video_that_is_played_turned_is_seen_turned(tmp_path: Path) -> None:
    flat = encode([plain(90)] * 2, tmp_path / "flat.mp4", seconds=1)
    ffmpeg("-display_rotation", "90", "-i", flat, "-c", "copy", tmp_path / "turned.mp4")
    assert take(tmp_path / "turned.mp4", 1, 1)[0].size == (180, 320)


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    flat = encode([plain(90)] * 2, tmp_path / "flat.mp4", seconds=1)
    ffmpeg("-i", flat, "-vf", "setsar=2", "-c:v", "libx264", tmp_path / "wide.mp4")
    assert take(tmp_path / "wide.mp4", 1, 1)[0].size == (640, 180)


def test_a_video_that_is_shorter_than_it_says_gives_fewer_frames(tmp_path: Path) -> None:
    video = encode([plain(90)] * 4, tmp_path / "short.mp4", seconds=2)
    assert 0 < len(take(video, 8, 8)) < 8


def test_a_playlist_that_calls_itself_a_video_opens_nothing(tmp_path: Path) -> None:
    encode([plain(90)] * 2, tmp_path / "secret.mp4", seconds=1)
    for text in (
        f"ffconcat version 1.0\nfile '{tmp_path}/secret.mp4'\n",
        "#EXTM3U\n#EXTINF:1,\nsecret.mp4\n",
    ):
        (tmp_path / "list.mp4").write_text(text)
        with pytest.raises(NoFrames):
            take(tmp_path / "list.mp4", 1)


def test_a_video_that_takes_too_long_gives_no_frames(tmp_path: Path) -> None:
    video = encode([plain(90)] * 2, tmp_path / "slow.mp4", seconds=1)
    with pytest.raises(NoFrames, match="too long"):
        sample_frames(video, find_ffmpeg(), 1, 8, timeout_seconds=0.0)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA", "CMYK", "I;16", "1"])
def test_a_picture_of_any_mode_is_a_small_frame(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("picture.jpg" if mode == "CMYK" else "picture.png")
    Image.new(mode, (1600, 1200)).save(path)
    frame = read_picture(path)
    assert (frame.size, frame.mode) == ((640, 480), "RGB")


def test_a_picture_that_lies_on_its_side_is_put_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6  # turned by 90°, as phones write it
    plain(90, (640, 480)).save(tmp_path / "phone.jpg", exif=exif)
    assert read_picture(tmp_path / "phone.jpg").size == (480, 640)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 99, b"GIF89a" + b"\0" * 99])
def test_what_is_no_picture_has_no_frame(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rubbish.png").write_bytes(content)
    with pytest.raises(NoFrames):
        read_picture(tmp_path / "rubbish.png")
