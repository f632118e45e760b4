"""Drawn sounds: the waveform of an original, kept beside it, so that no page ever decodes a sound."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from lipsync.audio.deadline import Deadline
from lipsync.audio.pcm import NoSound
from lipsync.audio.waveform import Waveform, waveform


def draw(file: Path, to: Path, *, deadline: Deadline | None = None) -> Waveform | None:
    """Draw the sound in `file` and keep the drawing at `to`. None, remembered there, if it cannot be drawn.

    Without a `deadline` it takes at most 15 s. What does not come about before a given one is not
    remembered: another try may have more time. Raises `OSError` and `lipsync.media.MediaToolMissing`.
    """
    try:
        drawn = waveform(file, deadline=deadline)
    except NoSound as error:
        if deadline is None or error.reason != "too_slow":
            _keep({"reason": error.reason}, to)
        return None
    _keep(asdict(drawn), to)
    return drawn


def drawing(path: Path) -> Waveform | None:
    """A kept drawing; None if there is none yet. Raises `NoSound` for what could not be drawn."""
    try:
        told = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):  # ValueError: the machine stopped while it was written
        return None
    if "reason" in told:
        raise NoSound(told["reason"])
    return Waveform(**told | {"peaks": tuple(told["peaks"])})


def _keep(told: dict[str, object], to: Path) -> None:
    partial = to.with_name(f".{to.name}.{os.urandom(4).hex()}.part")
    try:
        partial.write_text(json.dumps(told))
        partial.replace(to)
    finally:
        partial.unlink(missing_ok=True)
