from __future__ import annotations

import json

import pytest

from lipsync.faces import SLUGS, FaceVerdict
from lipsync.faces.verdict import nobody_looked

SEEN = FaceVerdict(
    "turned_away", None, 8, 1.0, 0.375, 34.5, 0.875, 2.5, 0.125, 1, at_seconds=2.19, away_from=1.3,
    away_to=2.5, portrait=True, framed=b"jpeg",
)  # fmt: skip


def test_a_verdict_survives_json() -> None:
    assert FaceVerdict.from_dict(json.loads(json.dumps(SEEN.as_dict()))) == SEEN
    nobody = nobody_looked("too_slow")
    assert FaceVerdict.from_dict(json.loads(json.dumps(nobody.as_dict()))) == nobody


def test_the_picture_is_not_part_of_the_dictionary_and_can_be_given_back() -> None:
    assert "jpeg" not in repr(SEEN.as_dict())
    assert "framed" not in SEEN.as_dict()
    assert FaceVerdict.from_dict(SEEN.as_dict(), framed=b"kept").framed == b"kept"


@pytest.mark.parametrize("kept", [{}, {"slug": "lovely"}, {"slug": None}, {"slug": "no_face", "yaw": "far"}])
def test_what_is_no_verdict_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        FaceVerdict.from_dict(kept)


def test_a_verdict_of_an_older_version_gets_defaults() -> None:
    assert FaceVerdict.from_dict({"slug": "no_face"}) == FaceVerdict("no_face")


def test_only_one_clear_face_is_fine() -> None:
    assert [slug for slug in SLUGS if FaceVerdict(slug).fine] == ["one_clear_face"]
