"""This machine: Python, ffmpeg, the data folder and its disk."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from lipsync.doctor.finding import Finding, broken, ok, warning
from lipsync.i18n import t
from lipsync.media import MediaToolMissing, find_ffmpeg, find_ffprobe

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
    """Whether ffmpeg and ffprobe are there and run."""
    return [_tool("ffmpeg", find_ffmpeg), _tool("ffprobe", find_ffprobe)]


def _tool(name: str, find: Callable[[], Path]) -> Finding:
    todo = t("Install ffmpeg, or name the program in {variable}.", variable=f"{name.upper()}_BINARY")
    try:
        done = subprocess.run(
            [str(find()), "-version"], capture_output=True, text=True, errors="replace",
            timeout=TOOL_TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
    except MediaToolMissing:
        return broken(name, t("{name} was not found: sounds and clips cannot be checked.", name=name), todo)
    except (OSError, subprocess.TimeoutExpired):
        return broken(name, t("{name} was found, but it does not run.", name=name), todo)
    words = done.stdout.split()
    if done.returncode != 0 or len(words) < 3 or words[0] != name:
        return broken(name, t("{name} was found, but it does not run.", name=name), todo)
    return ok(name, t("{name} {version} runs.", name=name, version=words[2]), version=words[2])


def check_data_folder(folder: Path) -> list[Finding]:
    """Whether the studio can write its data, and how much room is left. Writes nothing itself."""
    # `os.path`: unlike `Path.exists`, it takes a folder that may not be entered for missing.
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
