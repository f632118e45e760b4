from __future__ import annotations

from dataclasses import replace

import pytest

from lipsync.faces.judge import judge
from lipsync.faces.measured import FoundFace

SIZE = (854, 480)
FACE = FoundFace(350, 100, 500, 280, height=180, yaw=2, roll=-1, mouth=(425, 230), sure=1.0)
TURNED = replace(FACE, yaw=-45)
CUT = replace(FACE, left=770, right=920, mouth=(845, 230))
Frames = list[list[FoundFace]]


def slug(frames: Frames) -> str:
    return judge(frames, SIZE).verdict.slug


def test_a_face_in_all_frames_is_one_clear_face() -> None:
    verdict = judge([[FACE]] * 8, SIZE).verdict
    assert verdict.slug == "one_clear_face"
    assert (verdict.frames, verdict.face_share, verdict.people) == (8, 1.0, 1)
    assert verdict.height_share == pytest.approx(180 / 480)
    assert (verdict.yaw, verdict.roll, verdict.cut_share, verdict.portrait) == (2, 1, 0, False)


def test_a_face_in_one_frame_of_eight_is_none() -> None:
    assert slug([[FACE]] + [[]] * 7) == "no_face"
    assert slug([[]] * 8) == "no_face"


def test_the_height_of_a_face_is_compared_with_the_shorter_side() -> None:
    low = replace(FACE, height=95)
    assert slug([[low]] * 8) == "too_small"
    assert judge([[low]] * 8, (480, 854)).verdict.slug == "too_small"
    assert judge([[low]] * 8, (480, 854)).verdict.portrait
    assert slug([[replace(FACE, height=97)]] * 8) == "one_clear_face"


@pytest.mark.parametrize(
    "away", [TURNED, replace(FACE, yaw=31), replace(FACE, roll=60), replace(FACE, roll=-179)]
)
def test_a_turned_or_tilted_face_is_turned_away(away: FoundFace) -> None:
    assert slug([[away]] * 8) == "turned_away"


def test_a_glance_aside_is_forgiven() -> None:
    assert slug([[FACE]] * 6 + [[TURNED]] * 2) == "one_clear_face"
    assert slug([[FACE]] * 5 + [[TURNED]] * 3) == "turned_away"


def test_two_faces_of_alike_size_are_several_people() -> None:
    other = replace(FACE, left=50, right=150, height=100)
    verdict = judge([[FACE, other]] * 8, SIZE).verdict
    assert (verdict.slug, verdict.people) == ("several_people", 2)


def test_a_passer_by_in_the_distance_is_nobody() -> None:
    assert slug([[FACE, replace(FACE, height=80)]] * 8) == "one_clear_face"


def test_one_frame_with_two_faces_may_be_wrong() -> None:
    assert slug([[FACE, FACE]] + [[FACE]] * 7) == "one_clear_face"
    assert slug([[FACE, FACE]] * 2 + [[FACE]] * 6) == "several_people"


@pytest.mark.parametrize("missing", [{0}, {7}, {3, 4}])
def test_a_face_missing_at_an_end_or_twice_leaves_the_picture(missing: set[int]) -> None:
    assert slug([[] if i in missing else [FACE] for i in range(8)]) == "leaves_picture"


def test_one_frame_in_the_middle_may_be_missed() -> None:
    assert slug([[] if i == 3 else [FACE] for i in range(8)]) == "one_clear_face"


def test_a_face_over_the_edge_leaves_the_picture_and_is_not_called_turned() -> None:
    assert slug([[CUT]] * 8) == "leaves_picture"
    assert slug([[replace(CUT, yaw=44)]] * 8) == "leaves_picture"


def test_a_face_that_touches_the_edge_is_not_cut_but_a_little_more_is() -> None:
    assert slug([[replace(FACE, left=704, right=854, mouth=(780, 230))]] * 8) == "one_clear_face"
    assert slug([[replace(FACE, left=710, right=860, mouth=(785, 230))]] * 8) == "leaves_picture"
    assert slug([[replace(FACE, left=-6, right=144, mouth=(70, 230))]] * 8) == "leaves_picture"


def test_a_mouth_below_the_edge_leaves_the_picture() -> None:
    assert slug([[replace(FACE, top=350, bottom=530, mouth=(425, 481))]] * 8) == "leaves_picture"


def test_a_forehead_over_the_upper_edge_is_no_reason_to_warn() -> None:
    assert slug([[replace(FACE, top=-70, bottom=110, mouth=(425, 60))]] * 8) == "one_clear_face"


def test_small_comes_before_turned_and_turned_before_missing() -> None:
    assert slug([[replace(TURNED, height=50)]] * 8) == "too_small"
    assert slug([[TURNED]] * 6 + [[]] * 2) == "turned_away"


def test_the_shown_frame_shows_what_the_verdict_says() -> None:
    two = [[FACE], [FACE, FACE], [FACE, FACE], *[[FACE]] * 5]
    assert judge(two, SIZE).shown in (1, 2)
    assert judge([[FACE]] * 5 + [[TURNED]] * 3, SIZE).shown in (5, 6, 7)
    assert judge([[FACE]] * 6 + [[CUT]] * 2, SIZE).shown in (6, 7)
    assert judge([[]] * 5 + [[replace(FACE, height=50)]] * 3, SIZE).shown in (5, 6, 7)
    assert judge([[FACE]] * 8, SIZE).shown in (3, 4)


def test_a_single_frame_is_enough() -> None:
    assert slug([[FACE]]) == "one_clear_face"
    assert slug([[]]) == "no_face"
    assert slug([[FACE, FACE]]) == "several_people"


def test_without_frames_there_is_nothing_to_judge() -> None:
    with pytest.raises(ValueError, match="no frames"):
        judge([], SIZE)


@pytest.mark.parametrize(
    ("missing", "away"),
    [({0}, (0, 0)), ({6, 7}, (6, 7)), ({3, 4}, (3, 4)), (set(range(8)), None), (set(), None)],
)
def test_where_the_face_leaves_is_told_with_the_frames(
    missing: set[int], away: tuple[int, int] | None
) -> None:
    assert judge([[] if i in missing else [FACE] for i in range(8)], SIZE).away == away
    assert judge([[CUT]] * 8, SIZE).away == (0, 7)


def test_the_last_that_one_sees_of_a_face_that_walks_out_is_shown() -> None:
    assert judge([[FACE]] * 6 + [[]] * 2, SIZE).shown == 5
