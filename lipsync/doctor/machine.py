"""This machine: Python, ffmpeg, the data folder and its disk."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

from lipsync.audio.fit import make_fit
from lipsync.doctor.finding import Finding, broken, ok, warning
from lipsync.i18n import t
from lipsync.media import MediaToolMissing, find_ffmpeg, find_ffprobe
from lipsync.scratch import scratch_folder

OLDEST_PYTHON = (3, 11)
TOOL_TIMEOUT_SECONDS = 20.0
LITTLE_BYTES = 2_000_000_000
"""Below this, somebody should make room soon: a clip takes a few MB."""
TOO_LITTLE_BYTES = 100_000_000
"""Below this, a result may not fit any more."""


def check_python() -> Finding:
    """Whether Python is new enough."""
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        return broken(
            "python", t("Python {version} is too old.", version=version),
            t("Install Python 3.11 or newer."), version=version,
        )  # fmt: skip
    return ok("python", t("Python {version}.", version=version), version=version)


def check_tools() -> list[Finding]:
    """Whether ffmpeg and ffprobe are there and run, and whether this ffmpeg can do what is asked of it."""
    return [_tool("ffmpeg", find_ffmpeg, converts_sounds), _tool("ffprobe", find_ffprobe)]


def converts_sounds() -> bool:
    """Whether a small sound can be made into what is sent: an old or small ffmpeg may lack something."""
    with scratch_folder() as folder:
        given = folder / "tone.wav"
        with wave.open(str(given), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes((b"\x00\x20" * 40 + b"\x00\xe0" * 40) * 600)
        return make_fit(given, folder / "made.mp3").accepted


def _tool(name: str, find: Callable[[], Path], works: Callable[[], bool] = lambda: True) -> Finding:
    variable = f"{name.upper()}_BINARY"
    todo = t("Install ffmpeg 5.1 or newer, or name the program in {variable}.", variable=variable)
    fails = broken(name, t("{name} was found, but it does not run.", name=name), todo)
    try:
        path = find()
        done = subprocess.run(
            [str(path), "-version"], capture_output=True, text=True, errors="replace",
            timeout=TOOL_TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
        words = done.stdout.split()
        if done.returncode != 0 or len(words) < 3 or words[0] != name:
            return fails
        if not works():
            said = t("{name} {version} runs, but it cannot convert a sound.", name=name, version=words[2])
            return broken(name, said, todo, version=words[2], path=str(path))
    except MediaToolMissing:
        return broken(name, t("{name} was not found: sounds and clips cannot be checked.", name=name), todo)
    except (OSError, subprocess.TimeoutExpired):
        return fails
    said = t("{name} {version} runs ({path}).", name=name, version=words[2], path=path)
    return ok(name, said, version=words[2], path=str(path))


def check_data_folder(folder: Path) -> list[Finding]:
    """Whether the studio can write its data, and how much room is left. Writes nothing itself."""
    # `os.path`: unlike `Path.exists`, it takes a folder that may not be entered for missing.
    there = next(one for one in (folder, *folder.parents) if os.path.exists(one))
    if not os.path.isdir(there):
        return [
            broken(
                "data folder", t("{path} is a file where a folder should be.", path=there),
                t("Move it away, or set STUDIO_DATA_DIR to another folder."),
            )
        ]  # fmt: skip
    if not os.access(there, os.W_OK | os.X_OK):
        found = broken(
            "data folder", t("The data folder {path} cannot be written to.", path=folder),
            t("Give the studio's user the right to write there, or set STUDIO_DATA_DIR to another folder."),
        )  # fmt: skip
    elif there != folder:
        found = ok("data folder", t("{path} is not there yet; the first start makes it.", path=folder))
    else:
        found = ok("data folder", t("{path} can be written to.", path=folder))
    return [found, _room(there)]


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    said = t("{size} GB are left on the disk.", size=f"{free / 1e9:.1f}")
    if free < TOO_LITTLE_BYTES:
        return broken("disk", said, t("Make room: finished clips cannot be saved."), free_bytes=free)
    if free < LITTLE_BYTES:
        return warning("disk", said, t("Make room soon: each clip takes a few MB."), free_bytes=free)
    return ok("disk", said, free_bytes=free)
