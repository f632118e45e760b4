import numpy as np
import pytest
from PIL import Image

from lipsync.sandbox.presenter.backdrop import filling

SIZES = [(1382, 778), (778, 1382), (1037, 1037)]
"""Of backdrops: the frames' sizes and room for the camera."""


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_of_any_sides_fills_the_frame(size: tuple[int, int]) -> None:
    sides = {(side, side) for side in range(300, 1081, 3)}
    sides |= {(300 + step * 13, 1400 - step * 11) for step in range(60)}
    sides |= {(1440, 1080), (1080, 1440), (1920, 1080), (1080, 1920), (1600, 1080), (2700, 1080), size}
    for width, height in sides:
        # Pillow resizes black and white quickly, and looks at the part asked for as for any other.
        assert filling(Image.new("1", (width, height)), size).size == size


def test_the_middle_of_a_picture_is_kept() -> None:
    columns = np.linspace(0, 255, 900).astype(np.uint8)[None].repeat(300, axis=0)
    seen = np.asarray(filling(Image.fromarray(columns), (1037, 1037))).astype(float)
    assert seen.mean() == pytest.approx(127.5, abs=2)
    assert seen[:, 0].mean() == pytest.approx(255 / 3, abs=3)
    assert seen[:, -1].mean() == pytest.approx(255 * 2 / 3, abs=3)
