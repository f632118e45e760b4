"""An ffmpeg that waits while a test wants it to: `with gate.closed(): …`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from lipsync.media import find_ffmpeg

# The child's own PATH leads nowhere, so every program is named in full.
_SCRIPT = """#!/bin/sh
while [ -e "{hold}" ]; do /bin/sleep 0.05; done
exec "{ffmpeg}" "$@"
"""


class Gate:
    """A program in a folder: ffmpeg, but only while the gate is open."""

    def __init__(self, folder: Path) -> None:
        self._hold = folder / "hold"
        self.program = folder / "ffmpeg"
        self.program.write_text(_SCRIPT.format(hold=self._hold, ffmpeg=find_ffmpeg()))
        self.program.chmod(0o755)

    @contextlib.contextmanager
    def closed(self) -> Iterator[None]:
        """Nothing gets through; what came meanwhile goes on afterwards."""
        self._hold.touch()
        try:
            yield
        finally:
            self._hold.unlink()
