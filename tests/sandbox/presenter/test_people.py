from __future__ import annotations

from lipsync.sandbox.presenter import PRESENTERS


def test_there_are_at_least_four_clearly_different_people() -> None:
    assert len(PRESENTERS) >= 4
    for trait in ("skin", "hair", "hair_style", "clothes", "scenery"):
        assert len({getattr(person, trait) for person in PRESENTERS.values()}) == len(PRESENTERS)
