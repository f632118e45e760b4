"""The clips of the parents that every account starts with, drawn once and shipped.

`python -m lipsync.sandbox.shipped` draws them anew; do so whenever the drawing changes. They
are shipped so that the first page of a new user is full of pictures at once, and so that nothing
is drawn in the background while their first clip is made.
"""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Final

from lipsync.sandbox.orders import RenderOrder
from lipsync.sandbox.parents import CATALOGUE, ShippedParent, spec_of

CLIPS: Final = Path(__file__).parent / "clips"


def clip_of(parent: ShippedParent) -> Path | None:
    """The shipped clip of a parent; None for those whose file is gone, or never was."""
    return CLIPS / f"{parent.name}.mp4" if parent.has_file else None


def copy_clip(parent: ShippedParent, to: Path) -> bool:
    """Put the parent's shipped clip into its place at once. False when there is none."""
    clip = clip_of(parent)
    if clip is None or not clip.is_file():
        return False
    part = to.with_name(f".{to.stem}-{uuid.uuid4().hex[:8]}.part.mp4")
    try:
        shutil.copyfile(clip, part)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    return True


def draw_clips() -> None:
    """Draw every shipped clip as a job of the sandbox would."""
    from lipsync.sandbox.render import carry_out  # drawing brings numpy and Pillow with it

    CLIPS.mkdir(exist_ok=True)
    for parent in CATALOGUE:
        clip = clip_of(parent)
        if clip is not None:
            carry_out(RenderOrder("presenter", dict(spec_of(parent)), clip))
            print(clip.name, clip.stat().st_size // 1024, "kB", flush=True)


if __name__ == "__main__":
    draw_clips()
