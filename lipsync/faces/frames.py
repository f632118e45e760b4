"""A few frames out of a video, through ffmpeg, or a picture as one frame: bounded in number and size.

The demuxer is fixed and no protocol but `file` allowed, as for every file from outside.
"""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

from PIL import Image, ImageOps

SHORT_SIDE_PIXELS = 480
"""Enough for a face of a twentieth of the frame, and a picture worth showing."""
LONGEST_LOOK_SECONDS = 60.0
"""Of a longer video only the beginning is looked at; the service takes 10 s at most."""
LONG_SIDE_PIXELS = 1280
MOST_BYTES = 64 * 1024 * 1024


class NoFrames(ValueError):
    """No picture could be got out of the file."""


def frame_times(seconds: float, samples: int) -> list[float]:
    """The middles of `samples` equal parts of the video, in seconds."""
    step = min(seconds, LONGEST_LOOK_SECONDS) / samples
    return [(i + 0.5) * step for i in range(samples)]


def sample_frames(
    video: Path, ffmpeg: Path, seconds: float, samples: int, *, timeout_seconds: float
) -> list[Image.Image]:
    """`samples` RGB frames, fewer when the video breaks off. Raises `NoFrames`, also when it is too slow."""
    step = min(seconds, LONGEST_LOOK_SECONDS) / samples
    shrunk = f"min(1,min({SHORT_SIDE_PIXELS}/min(iw*sar,ih),{LONG_SIDE_PIXELS}/max(iw*sar,ih)))"
    # The quotes keep the commas of an expression from ending the filter.
    chosen = f"select='gte(t-start_t,(selected_n+0.5)*{step:.6f})'"
    # Pixels that are not square are made so; nothing is made larger.
    scaled = f"scale='max(1,trunc(iw*sar*{shrunk}))':'max(1,trunc(ih*{shrunk}))'"
    command = [
        str(ffmpeg), "-v", "error", "-nostdin", "-protocol_whitelist", "file", "-f", "mov", "-threads", "2",
        "-t", f"{LONGEST_LOOK_SECONDS:g}", "-i", str(video), "-map", "0:v:0", "-an", "-sn", "-dn",
        "-vf", f"{chosen},{scaled},setsar=1", "-fps_mode", "passthrough", "-frames:v", str(samples),
        "-c:v", "ppm", "-f", "image2pipe", "-",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=timeout_seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise NoFrames("taking frames took too long") from error
    frames = _pictures(done.stdout[:MOST_BYTES], samples)
    if not frames:
        raise NoFrames("no frame could be taken")
    return frames


def read_picture(path: Path) -> Image.Image:
    """A JPEG or PNG as a frame, as small as those of a video, and the right way up. Raises `NoFrames`."""
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as picture:
            shrunk = min(1.0, SHORT_SIDE_PIXELS / min(picture.size), LONG_SIDE_PIXELS / max(picture.size))
            size = (max(1, round(picture.width * shrunk)), max(1, round(picture.height * shrunk)))
            picture.draft("RGB", size)  # a large JPEG is unfolded no larger than needed
            small = picture.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
            return ImageOps.exif_transpose(small).convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise NoFrames("the picture cannot be read") from error


def _pictures(ppm: bytes, most: int) -> list[Image.Image]:
    """The pictures of a row of PPM files: `P6`, width and height, 255, then three bytes a pixel."""
    frames: list[Image.Image] = []
    stream = io.BytesIO(ppm)
    while len(frames) < most and stream.readline().strip() == b"P6":
        width, height = map(int, stream.readline().split())
        stream.readline()
        pixels = stream.read(width * height * 3)
        if len(pixels) < width * height * 3:
            break
        frames.append(Image.frombytes("RGB", (width, height), pixels))
    return frames
