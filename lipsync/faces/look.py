"""Looking at a video, or at the picture for one, before anybody pays: `look_at`, `look_at_picture`.

The work is done in a child process with its own limits on memory and time, so that neither a
trap of a video nor a crash in a native library can touch the server.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from lipsync.audio.runner import ChildFailed, ChildTooSlow, run_limited
from lipsync.faces.verdict import TROUBLES, FaceVerdict, Trouble, nobody_looked
from lipsync.media import MediaToolMissing, NotPlayable, find_ffmpeg, probe_video
from lipsync.scratch import scratch_folder

WALL_SECONDS = 25.0
"""Usually one or two are enough; a machine may be busy. `lipsync.audio.limits` bounds the child otherwise."""
FRAMES_SECONDS = 15.0
MOST_SAMPLES = 32
MOST_PICTURE_BYTES = 2 * 1024 * 1024


def look_at(video: Path, *, samples: int = 8) -> FaceVerdict:
    """Whether a lip sync of `video` (MP4 or MOV) is likely to look right, from `samples` of its frames.

    Takes a second or two, so call it off the page's own thread. It never raises for what is wrong with the
    video or this machine: the verdict is then `could_not_look`, with a `trouble`. Raises ValueError for
    `samples` outside 1 to 32.
    """
    if not 1 <= samples <= MOST_SAMPLES:
        raise ValueError("samples must be 1 to 32")
    try:
        ffmpeg = find_ffmpeg()
        seconds = probe_video(video).seconds
    except MediaToolMissing:
        return nobody_looked("no_ffmpeg")
    except (NotPlayable, OSError, ValueError):  # ValueError: a NUL in the name
        return nobody_looked("not_playable")
    wish = {
        "video": str(video.resolve()),
        "ffmpeg": str(ffmpeg),
        "seconds": seconds,
        "samples": samples,
        "timeout_seconds": FRAMES_SECONDS,
    }
    return _ask_child(wish, still=False)


def look_at_picture(picture: Path) -> FaceVerdict:
    """The same for a picture (JPEG or PNG) that a video is to be made from; `still` is true then."""
    return _ask_child({"picture": str(picture.resolve())}, still=True)


def _ask_child(wish: dict[str, Any], *, still: bool) -> FaceVerdict:
    with scratch_folder() as folder:
        framed = folder / "framed.jpg"
        return _answer(wish | {"framed": str(framed)}, folder, framed, still=still)


def _answer(wish: dict[str, Any], folder: Path, framed: Path, *, still: bool) -> FaceVerdict:
    # Not `-S` as for sounds: the site start-up is what finds numpy, Pillow and LiteRT.
    command = [sys.executable, "-P", "-W", "ignore", "-m", "lipsync.faces.child", json.dumps(wish)]
    try:
        told = json.loads(run_limited(command, folder, wall_seconds=WALL_SECONDS).out)
        trouble = _trouble(told.get("error"))
        if trouble is not None:
            return nobody_looked(trouble, still=still)
        shown = framed.read_bytes() if framed.stat().st_size <= MOST_PICTURE_BYTES else None
        return FaceVerdict.from_dict(told, framed=shown)
    except ChildTooSlow:
        return nobody_looked("too_slow", still=still)
    except (ChildFailed, OSError, ValueError, AttributeError):
        # The child's words are checked like a stranger's.
        return nobody_looked("broken", still=still)


def _trouble(said: object) -> Trouble | None:
    if said is None:
        return None
    return next((trouble for trouble in TROUBLES if trouble == said), "broken")
