from pathlib import Path

import pytest

from lipsync.media import probe_video
from lipsync.sandbox.orders import RenderOrder
from lipsync.sandbox.plain import render_plain
from tests.sandbox.presenter.watching import marks, tags


@pytest.mark.parametrize(
    ("orientation", "size"), [("landscape", (640, 360)), ("portrait", (360, 640)), ("square", (480, 480))]
)
def test_the_plain_clip_has_the_length_and_form_asked_for_and_says_what_it_is(
    tmp_path: Path, orientation: str, size: tuple[int, int]
) -> None:
    to = tmp_path / "a.mp4"
    render_plain(RenderOrder("plain", {"seconds": 1.0, "orientation": orientation, "seed": 7}, to), None, to)
    facts = probe_video(to)
    assert (facts.width, facts.height) == size
    assert facts.seconds == pytest.approx(1.0, abs=0.1)
    assert facts.has_sound
    assert len(marks(to, size)) == 25
    assert marks(to, size).min() > 50
    assert "Sandbox" in tags(to)["title"]
    assert "sandbox" in tags(to)["comment"]
