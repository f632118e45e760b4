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
from dataclasses import dataclass
from pathlib import Path

WALL_SECONDS = 15.0

_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class ChildFailed(RuntimeError):
    """The child ended badly or said nothing that makes sense."""

    reason = "undecodable"  # the slug of `check.SoundReport`


class ChildTooSlow(ChildFailed):
    """The child ran out of time: the sound is a trap, or this machine is very busy."""

    reason = "too_slow"


@dataclass(frozen=True)
class ChildOutput:
    """What a child wrote, both as bytes."""

    out: bytes
    err: bytes


def python_command(module: str, *arguments: str) -> list[str]:
    """The command line of one of our modules: no site start-up, no folder of the caller's on the path."""
    return [sys.executable, "-S", "-P", "-W", "ignore", "-m", module, *arguments]


def run_limited(command: list[str], folder: Path, *, wall_seconds: float = WALL_SECONDS) -> ChildOutput:
    """Run `command` in `folder` with none of our environment. Raises `ChildFailed`.

    The child leads its own process group, which is killed whatever happens.
    """
    child = subprocess.Popen(
        command, cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        out, err = child.communicate(timeout=wall_seconds)
    except subprocess.TimeoutExpired as error:
        raise ChildTooSlow(f"not finished after {wall_seconds:g} s") from error
    finally:
        _kill_group(child)
    if child.returncode != 0:
        last_words = err[-300:].decode(errors="replace").strip()
        raise ChildFailed(f"ended with code {child.returncode}: {last_words}")
    return ChildOutput(out, err)


def run_program(
    program: Path, arguments: list[str], folder: Path, *, wall_seconds: float = WALL_SECONDS
) -> ChildOutput:
    """Run a program (ffmpeg) under the limits, in `folder`. Raises `ChildFailed`."""
    command = python_command("lipsync.audio.limits", str(program), *arguments)
    return run_limited(command, folder, wall_seconds=wall_seconds)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    elif child.poll() is None:
        child.kill()
    child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()


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
