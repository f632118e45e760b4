import subprocess
from pathlib import Path

import pytest

from lipsync.media import find_ffmpeg
from lipsync.sandbox.sound import sniff
from tests.sandbox.bodies import wav_bytes

SINE = ["-f", "lavfi", "-i", "sine=duration=1"]
PICTURE = ["-f", "lavfi", "-i", "color=s=64x64:d=1"]


def made(folder: Path, name: str, *arguments: str, picture: bool = False) -> bytes:
    path = folder / name
    inputs = [*SINE, *PICTURE] if picture else SINE
    subprocess.run([str(find_ffmpeg()), "-v", "error", *inputs, *arguments, str(path)], check=True)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.mp3", []), ("a.mp3", ["-ar", "16000", "-q:a", "5"]), ("a.mp3", ["-id3v2_version", "0"]),
        ("a.wav", []), ("a.wav", ["-c:a", "pcm_f32le"]),
        ("a.m4a", ["-c:a", "aac"]), ("a.aac", ["-c:a", "aac"]),
    ],
)  # fmt: skip
def test_each_of_the_four_formats_is_known_by_its_content(
    tmp_path: Path, name: str, arguments: list[str]
) -> None:
    assert sniff(made(tmp_path, name, *arguments)) == name.partition(".")[2]


@pytest.mark.parametrize(
    ("name", "arguments", "picture"),
    [
        ("a.flac", [], False), ("a.ogg", ["-c:a", "flac"], False), ("a.mp2", [], False),
        ("a.aiff", [], False),
        ("a.wav", ["-c:a", "adpcm_ms"], False), ("a.m4a", ["-c:a", "alac"], False),
        ("a.mp4", ["-c:v", "libx264", "-c:a", "aac"], True),
    ],
)  # fmt: skip
def test_another_format_is_none_of_the_four(
    tmp_path: Path, name: str, arguments: list[str], picture: bool
) -> None:
    assert sniff(made(tmp_path, name, *arguments, picture=picture)) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"RIFF", wav_bytes()[:44], b"#EXTM3U\n/etc/passwd\n", b"ID3" + b"\x7f" * 7,
     b"\xff\xfb\x90\x64",
     b"\0\0\0\x18ftypM4A ", b"<html>" * 99, bytes(range(256)) * 400],
)  # fmt: skip
def test_rubbish_and_cut_files_are_none_of_the_four(data: bytes) -> None:
    assert sniff(data) is None
