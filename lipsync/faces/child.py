"""The child that looks at one video or picture: `python -m lipsync.faces.child WISH`.

The wish is JSON: `framed` (where the framed frame goes), and either `video`, `ffmpeg`, `seconds`,
`samples` and `timeout_seconds`, or `picture`. One JSON object goes to standard output: a verdict,
or `error` with a trouble.
"""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lipsync.audio.limits import limit_this_process

if TYPE_CHECKING:
    from PIL import Image

    from lipsync.faces.judge import Judgement
    from lipsync.faces.measured import FoundFace

THOROUGH_FRAMES = 2


def look(wish: dict[str, Any]) -> dict[str, Any]:
    """Look as wished. A missing runtime or a file without a picture is an answer, no crash."""
    # Each thread of numpy's algebra reserves memory, on a big machine more than we may have.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from lipsync.faces.frames import NoFrames

    try:
        from lipsync.faces.finder import FaceFinder
    except ImportError:
        return {"error": "no_runtime"}
    from lipsync.faces.drawing import framed
    from lipsync.faces.judge import comparable, judge

    try:
        frames = _frames(wish)
    except NoFrames:
        return {"error": "not_playable"}
    faces = find_in(FaceFinder(), frames)
    judged = judge(faces, frames[0].size)
    fine, shown = judged.verdict.fine, judged.shown
    boxes = comparable(faces[shown]) if faces[shown] else []
    Path(wish["framed"]).write_bytes(framed(frames[shown], boxes, fine=fine))
    told = judged.verdict.as_dict()
    if "picture" in wish:
        return told | {"still": True}
    return told | _moments(judged, float(wish["seconds"]), int(wish["samples"]), len(frames))


def _frames(wish: dict[str, Any]) -> list[Image.Image]:
    from lipsync.faces.frames import read_picture, sample_frames

    if "picture" in wish:
        return [read_picture(Path(wish["picture"]))]
    return sample_frames(
        Path(wish["video"]), Path(wish["ffmpeg"]), float(wish["seconds"]), int(wish["samples"]),
        timeout_seconds=float(wish["timeout_seconds"]),
    )  # fmt: skip


def _moments(judged: Judgement, seconds: float, samples: int, frames: int) -> dict[str, float | None]:
    """Where in the video the shown frame is, and where the face is away: half-way to the frames beside."""
    from lipsync.faces.frames import frame_times

    times = frame_times(seconds, samples)
    told: dict[str, float | None] = {"at_seconds": round(times[judged.shown], 2)}
    if judged.away is not None:
        first, last = judged.away
        told["away_from"] = round((times[first - 1] + times[first]) / 2, 1) if first else 0.0
        told["away_to"] = round((times[last] + times[last + 1]) / 2, 1) if last + 1 < frames else None
    return told


def find_in(finder: Any, frames: list[Image.Image]) -> list[list[FoundFace]]:
    """The faces of each frame. When there are none at all, some frames are searched once more: harder
    for small ones, then at the edges for halves; all frames, where that finds somebody."""
    found: list[list[FoundFace]] = [finder.find(frame) for frame in frames]
    if any(found):
        return found
    tried = sorted({len(frames) // 3, 2 * len(frames) // 3})[:THOROUGH_FRAMES]
    for search in (partial(finder.find, thoroughly=True), finder.find_at_edges):
        again = {number: search(frames[number]) for number in tried}
        if any(again.values()):
            return [again[n] if n in again else search(frame) for n, frame in enumerate(frames)]
    return found


def main() -> None:
    """Limit this process, look, print."""
    limit_this_process()
    print(json.dumps(look(json.loads(sys.argv[1]))))


if __name__ == "__main__":
    main()
