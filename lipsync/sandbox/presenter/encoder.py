"""Frames into an MP4, one by one through a pipe; sounds into samples."""

from __future__ import annotations

import os
import subprocess
import tempfile
import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from lipsync.media import find_ffmpeg
from lipsync.sandbox.presenter.canvas import FRAMES_A_SECOND

TITLE: Final = "Sandbox clip"
COMMENT: Final = (
    "Sandbox: a drawn presenter, made on this computer for trying things out. Not a real service's video."
)
_TIMEOUT_SECONDS: Final = 120.0
_SOUND_RATE: Final = 44_100
FADE_SECONDS: Final = 0.12
"""A sound that is longer than its clip fades out so quickly, instead of being chopped."""


class EncodingFailed(RuntimeError):
    """ffmpeg gave up; the message is the end of what it said."""


class UnusableSound(ValueError):
    """The file is no WAV, MP3, AAC or M4A sound that can be decoded."""


def encode(frames: Iterable[bytes], size: tuple[int, int], count: int, sound: Path | None, to: Path) -> None:
    """Write `count` RGB frames and a sound (a WAV file; none means silence) of the same length to `to`.

    The file appears under its name only when it is whole. Raises `EncodingFailed`.
    """
    seconds = f"{count / FRAMES_A_SECOND:.3f}"
    part = to.with_name(f".{to.name}.{os.getpid()}.part")
    silence = ["-f", "lavfi", "-i", f"anullsrc=r={_SOUND_RATE}:cl=mono"]
    # "superfast" leaves out mbtree, which costs little and saves two thirds of these files' size.
    # One thread encodes faster than two can draw; more threads and longer queues only take memory.
    command = [
        str(find_ffmpeg()), "-v", "error", "-nostdin", "-y", "-filter_threads", "1",
        "-thread_queue_size", "1", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{size[0]}x{size[1]}", "-r", str(FRAMES_A_SECOND), "-i", "pipe:0",
        *(silence if sound is None else ["-f", "wav", "-i", str(sound)]),
        "-map", "0:v", "-map", "1:a", "-af", "apad", "-t", seconds,
        "-vf", "scale=in_range=pc:out_range=tv:out_color_matrix=bt709,format=yuv420p",
        "-c:v", "libx264", "-preset", "superfast", "-x264-params", "mbtree=1:rc-lookahead=10",
        "-crf", "20", "-threads", "1",
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
        "-c:a", "aac", "-b:a", "128k", "-ar", str(_SOUND_RATE),
        "-metadata", f"title={TITLE}", "-metadata", f"comment={COMMENT}",
        "-movflags", "+faststart", "-f", "mp4", str(part),
    ]  # fmt: skip
    try:
        _feed(command, frames)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def decode_sound(path: Path, seconds: float, to: Path) -> npt.NDArray[np.float64]:
    """Write the first `seconds` of any allowed sound to the WAV file `to`; give its samples within ±1.

    A sound that goes on beyond them fades out at their end.
    The kind is read from the first bytes and told to ffmpeg, so that a playlist in disguise
    opens nothing else. Samples come at `sound_rate()` a second. Raises `UnusableSound`.
    """
    command = [
        str(find_ffmpeg()), "-v", "error", "-nostdin", "-y", "-protocol_whitelist", "file",
        "-f", _kind(path), "-i", str(path), "-map", "0:a:0", "-t", f"{seconds:.3f}",
        "-ac", "1", "-ar", str(_SOUND_RATE), "-c:a", "pcm_s16le", "-f", "wav", str(to),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnusableSound("the sound could not be decoded in time") from error
    if done.returncode != 0 or not to.exists():
        raise UnusableSound(done.stderr.decode(errors="replace").strip()[-200:] or "no sound in the file")
    with wave.open(str(to), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)
    if len(samples) >= int(seconds * _SOUND_RATE):
        fade = round(FADE_SECONDS * _SOUND_RATE)
        samples[-fade:] *= np.linspace(1, 0, fade)
        write_wav(to, samples)
    return samples / 32768.0


def write_wav(to: Path, samples: npt.NDArray[np.float64]) -> None:
    """Write samples within ±32,768, at `sound_rate()` a second, as a WAV file."""
    with wave.open(str(to), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_SOUND_RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def sound_rate() -> int:
    """Samples a second of every decoded sound."""
    return _SOUND_RATE


def _kind(path: Path) -> str:
    """The demuxer for the file's first bytes."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] == b"ftyp":
        return "mov"
    if head[:3] == b"ID3":
        return "mp3"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "mp3"
    raise UnusableSound("neither WAV, MP3, AAC nor M4A")


def _feed(command: list[str], frames: Iterable[bytes]) -> None:
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors)
        try:
            assert process.stdin is not None
            try:
                for frame in frames:
                    process.stdin.write(frame)
                process.stdin.close()
            except BrokenPipeError:
                pass  # ffmpeg's own words below say more
            code = process.wait(timeout=_TIMEOUT_SECONDS)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if code != 0:
            errors.seek(0)
            raise EncodingFailed(errors.read().decode(errors="replace").strip()[-300:] or f"ffmpeg: {code}")
