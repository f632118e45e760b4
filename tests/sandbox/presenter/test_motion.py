from __future__ import annotations

import numpy as np

from lipsync.sandbox.presenter.motion import motion


def test_the_same_seed_moves_in_the_same_way() -> None:
    first, second = motion(7, 250), motion(7, 250)
    assert first.looks == second.looks
    assert np.array_equal(first.yaw, second.yaw)


def test_another_seed_moves_in_another_way() -> None:
    assert motion(7, 250).looks != motion(8, 250).looks


def test_everybody_blinks_in_ten_seconds_and_mostly_looks() -> None:
    for seed in range(30):
        lids = np.array([look.lid for look in motion(seed, 250).looks])
        assert lids.min() == 0.0
        assert (lids == 1.0).mean() > 0.75


def test_everybody_glances_aside_now_and_then() -> None:
    furthest = [max(abs(look.across) for look in motion(seed, 250).looks) for seed in range(30)]
    assert np.mean(np.array(furthest) > 3) > 0.7


def test_the_head_moves_smoothly() -> None:
    for seed in range(10):
        moved = motion(seed, 250)
        for track in (moved.yaw, moved.pitch, moved.roll, moved.sway, moved.breath):
            assert np.abs(np.diff(track)).max() < 0.2
            assert np.abs(track).max() < 2.5


def test_a_clip_of_one_frame_is_possible() -> None:
    assert len(motion(1, 1).looks) == 1
