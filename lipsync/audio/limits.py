"""What a child process may use: `python -m lipsync.audio.limits PROGRAM …` becomes that program, limited.

Imports next to nothing, because every child waits for it. macOS may ignore the limit on
memory, and Windows has no `resource`.
"""

from __future__ import annotations

import os
import sys

MEMORY_BYTES = 512 * 1024 * 1024  # for each of the two processes of a check: together 1 GiB
CPU_SECONDS = 10
FILE_BYTES = 64 * 1024 * 1024
OPEN_FILES = 64
STACK_BYTES = 2 * 1024 * 1024


def limit_this_process() -> None:
    """Bound memory, processor time, file size and open files of this process and its children."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_STACK, STACK_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        try:  # noqa: SIM105 - contextlib would double the start-up time
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # macOS refuses some; an outer limit may be lower
            pass


def become(command: list[str]) -> None:
    """Put a program in the place of this process, under the limits."""
    limit_this_process()
    if os.name == "nt":
        import subprocess

        raise SystemExit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)  # noqa: S606 - the command comes from our own caller as a list


if __name__ == "__main__":
    become(sys.argv[1:])
