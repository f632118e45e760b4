"""The shipped clips are what the code draws, and are there at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lipsync.media import probe_video
from lipsync.sandbox.parents import CATALOGUE, ShippedParent, spec_of
from lipsync.sandbox.presenter import ClipSpec
from lipsync.sandbox.presenter.canvas import FRAME_SIZES
from lipsync.sandbox.presenter.stage import Stage
from lipsync.sandbox.render import clip_spec
from lipsync.sandbox.shipped import CLIPS, clip_of, copy_clip
from tests.sandbox.presenter.watching import picture_frames
from tests.support.sandbox import running_sandbox

WITH_FILE = [parent for parent in CATALOGUE if clip_of(parent) is not None]


def spec(parent: ShippedParent) -> ClipSpec:
    return clip_spec(dict(spec_of(parent)))


@pytest.mark.parametrize("parent", WITH_FILE, ids=lambda parent: parent.name)
def test_a_shipped_clip_is_what_the_code_draws(parent: ShippedParent) -> None:
    """When this fails the drawing has changed: `python -m lipsync.sandbox.shipped` draws the clips anew."""
    clip, drawn = CLIPS / f"{parent.name}.mp4", Stage(spec(parent))
    facts = probe_video(clip)
    assert (facts.width, facts.height) == FRAME_SIZES[spec(parent).orientation]
    assert facts.seconds == pytest.approx(float(parent.seconds), abs=0.05)
    every = spec(parent).frames // 2
    for number, seen in enumerate(picture_frames(clip, FRAME_SIZES[spec(parent).orientation], every=every)):
        difference = np.abs(seen.astype(np.int16) - np.asarray(drawn.frame(number * every)))
        assert difference.mean() < 2.0, number
        assert np.percentile(difference, 99.99) < 50, number  # a mouth that is open by a tenth makes 67


def test_no_clip_is_shipped_that_no_parent_has() -> None:
    assert {path.stem for path in CLIPS.iterdir()} == {parent.name for parent in WITH_FILE}


def test_a_parent_without_a_file_has_no_clip(tmp_path: Path) -> None:
    gone = [parent for parent in CATALOGUE if parent not in WITH_FILE]
    assert {parent.name for parent in gone} == {"too-old", "failed", "still-processing"}
    assert not any(copy_clip(parent, tmp_path / "clip.mp4") for parent in gone)
    assert list(tmp_path.iterdir()) == []


def test_a_new_sandbox_gives_its_parents_files_without_drawing_them(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, "--renderer", "presenter") as sandbox:
        for parent in WITH_FILE:
            task = sandbox.get(
                f"/kling/v1/videos/text2video/{sandbox.parents()[parent.name]['task_id']}"
            ).json()
            got = sandbox.session.get(task["data"]["task_result"]["videos"][0]["url"], timeout=30)
            assert got.content == (CLIPS / f"{parent.name}.mp4").read_bytes()
