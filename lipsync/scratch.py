"""Folders for the work of a moment, in the system's temporary folder."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

SCRATCH = "lipsync-scratch-"
"""How their names begin. The temporary folder is everybody's: by this `lipsync.leftovers` knows ours."""


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder that is gone afterwards, unless this process is killed meanwhile."""
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as name:
        yield Path(name)
