"""Child processes that may use only so much, and only their own folder.

A child is started as `python -m lipsync.audio.limits PROGRAM …` (limits, then the program
takes its place) or as one of our modules that calls `limits.limit_this_process` itself.
Either way the limits are set inside the child: `preexec_fn` is not safe in a program with
threads. Where a system knows no such limits, the wall time and the sniffer's refusals remain.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lipsync.audio.deadline import OPERATION_SECONDS

OUTPUT_BYTES = 16 * 1024 * 1024
"""More than any honest child says: ten minutes of sound at 8,000 samples a second are 9.6 MB."""
MESSAGE_BYTES = 64 * 1024
"""Of what a child complains about, so much of the end is read."""

_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class ChildFailed(RuntimeError):
    """The child ended badly or said nothing that makes sense."""

    reason = "undecodable"  # the slug of `check.SoundReport`


class ChildTooSlow(ChildFailed):
    """The child ran out of time: the sound is a trap, or this machine is very busy."""

    reason = "too_slow"


@dataclass(frozen=True)
class ChildOutput:
    """What a child wrote, both as bytes; of `err` only the end."""

    out: bytes
    err: bytes


def python_command(module: str, *arguments: str) -> list[str]:
    """The command line of one of our modules: no site start-up, no folder of the caller's on the path."""
    return [sys.executable, "-S", "-P", "-W", "ignore", "-m", module, *arguments]


def run_limited(command: list[str], folder: Path, *, wall_seconds: float = OPERATION_SECONDS) -> ChildOutput:
    """Run `command` in `folder` with none of our environment. Raises `ChildFailed`.

    The child leads its own process group, which is killed whatever happens. Nothing is started
    when no time is left. What the child says may not fill our memory either: its messages go to
    a file, which its own limit keeps small, and after `OUTPUT_BYTES` it is not listened to.
    """
    if wall_seconds <= 0:
        raise ChildTooSlow("no time was left to begin")
    with tempfile.TemporaryFile(dir=folder) as messages:
        child = subprocess.Popen(
            command, cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=messages, start_new_session=True,
        )  # fmt: skip
        out = _listen(child, wall_seconds)
        err = _end_of(messages)
    if child.returncode != 0:
        last_words = err[-300:].decode(errors="replace").strip()
        raise ChildFailed(f"ended with code {child.returncode}: {last_words}")
    return ChildOutput(out, err)


def run_program(
    program: Path, arguments: list[str], folder: Path, *, wall_seconds: float = OPERATION_SECONDS
) -> ChildOutput:
    """Run a program (ffmpeg) under the limits, in `folder`. Raises `ChildFailed`."""
    command = python_command("lipsync.audio.limits", str(program), *arguments)
    return run_limited(command, folder, wall_seconds=wall_seconds)


def _listen(child: subprocess.Popen[bytes], wall_seconds: float) -> bytes:
    """What the child says until it ends, or its time is up; then its whole family is gone."""
    assert child.stdout is not None
    late = threading.Event()

    def time_is_up() -> None:
        late.set()
        _kill_group(child)

    watchdog = threading.Timer(wall_seconds, time_is_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        with child.stdout as pipe:
            out = pipe.read(OUTPUT_BYTES + 1)
        if len(out) <= OUTPUT_BYTES:
            child.wait()  # it may have closed its output and go on; the watchdog ends that, too
    finally:
        watchdog.cancel()
        _kill_group(child)
        child.wait()
    if late.is_set():
        raise ChildTooSlow(f"not finished after {wall_seconds:g} s")
    if len(out) > OUTPUT_BYTES:
        raise ChildFailed(f"said more than {OUTPUT_BYTES} bytes")
    return out


def _end_of(messages: BinaryIO) -> bytes:
    messages.seek(max(0, messages.seek(0, os.SEEK_END) - MESSAGE_BYTES))
    return messages.read()


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    elif child.poll() is None:
        child.kill()


def _environment(folder: Path) -> dict[str, str]:
    """A fresh environment: no key of ours, temporary files in the child's own folder."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(_code_folders()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PATH": str(folder),
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "TMP": str(folder),
        "MALLOC_ARENA_MAX": "2",  # glibc reserves 64 MB of address space for each arena
    }


def _code_folders() -> list[str]:
    """Where our package and the child's two libraries are."""
    folders = [str(Path(__file__).resolve().parents[2])]
    for name in ("pydub", "audioop"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin not in (None, "built-in"):
            package = spec.submodule_search_locations is not None
            folder = str(Path(str(spec.origin)).parents[1 if package else 0])
            if folder not in folders and "lib-dynload" not in folder:
                folders.append(folder)
    return folders
