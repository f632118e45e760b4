from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from lipsync.faces.crop import Crop


@pytest.mark.parametrize("degrees", [0, 30, -90, 180])
def test_a_point_of_the_cut_picture_leads_back_to_where_it_was(degrees: float) -> None:
    frame = Image.new("RGB", (400, 300))
    frame.paste((255, 255, 255), (247, 97, 254, 104))
    crop = Crop((220, 120), 160, math.radians(degrees))
    seen = crop.cut(frame, 192)[:, :, 0]
    y, x = np.unravel_index(np.argmax(seen), seen.shape)
    spot = np.argwhere(seen > 200).mean(axis=0)
    points = np.array([[spot[1] + 0.5, spot[0] + 0.5, 12.0], [float(x), float(y), 0.0]], dtype=np.float32)
    back = crop.back(points, 192)
    assert back[0, :2] == pytest.approx([250.5, 100.5], abs=1.0)
    assert back[0, 2] == pytest.approx(10.0)


def test_what_lies_beyond_the_frame_is_black() -> None:
    seen = Crop((0, 0), 100, 0).cut(Image.new("RGB", (50, 50), "white"), 64)
    assert seen[:30, :30].max() == 0
    assert seen[40:60, 40:60].min() == 255
