"""The child that looks at one video: `python -m lipsync.faces.child WISH`.

The wish is JSON: `video`, `ffmpeg`, `seconds`, `samples`, `framed` (where the picture goes) and
`timeout_seconds`. One JSON object goes to standard output: a verdict, or `error` with a trouble.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lipsync.audio.limits import limit_this_process

if TYPE_CHECKING:
    from PIL import Image

    from lipsync.faces.measured import FoundFace

THOROUGH_FRAMES = 2


def look(wish: dict[str, Any]) -> dict[str, Any]:
    """Look as wished. A missing runtime or a video without frames is an answer, no crash."""
    # Each thread of numpy's algebra reserves memory, on a big machine more than we may have.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from lipsync.faces.frames import NoFrames, frame_times, sample_frames

    try:
        from lipsync.faces.finder import FaceFinder
    except ImportError:
        return {"error": "no_runtime"}
    from lipsync.faces.drawing import framed
    from lipsync.faces.judge import comparable, judge

    seconds, samples = float(wish["seconds"]), int(wish["samples"])
    try:
        frames = sample_frames(
            Path(wish["video"]), Path(wish["ffmpeg"]), seconds, samples,
            timeout_seconds=float(wish["timeout_seconds"]),
        )  # fmt: skip
    except NoFrames:
        return {"error": "not_playable"}
    faces = find_in(FaceFinder(), frames)
    judged = judge(faces, frames[0].size)
    fine, shown = judged.verdict.fine, judged.shown
    boxes = comparable(faces[shown]) if faces[shown] else []
    Path(wish["framed"]).write_bytes(framed(frames[shown], boxes, fine=fine))
    return judged.verdict.as_dict() | {"at_seconds": round(frame_times(seconds, samples)[shown], 2)}


def find_in(finder: Any, frames: list[Image.Image]) -> list[list[FoundFace]]:
    """The faces of each frame. When there are none at all, some frames are searched once more, and harder."""
    found: list[list[FoundFace]] = [finder.find(frame) for frame in frames]
    if any(found):
        return found
    tried = sorted({len(frames) // 3, 2 * len(frames) // 3})[:THOROUGH_FRAMES]
    again = {number: finder.find(frames[number], thoroughly=True) for number in tried}
    if not any(again.values()):
        return found
    return [
        again[number] if number in again else finder.find(frame, thoroughly=True)
        for number, frame in enumerate(frames)
    ]


def main() -> None:
    """Limit this process, look, print."""
    limit_this_process()
    print(json.dumps(look(json.loads(sys.argv[1]))))


if __name__ == "__main__":
    main()
