from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from lipsync.faces import SLUGS, FaceVerdict, advice, meaning, short, title
from lipsync.faces.verdict import TROUBLES, nobody_looked
from lipsync.i18n import add_catalogue, use_language

VERDICTS = [FaceVerdict(slug, people=2, height_share=0.12) for slug in SLUGS if slug != "could_not_look"]
VERDICTS += [nobody_looked(trouble) for trouble in TROUBLES]


@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda v: v.trouble or v.slug)
def test_every_verdict_has_words_without_gaps(verdict: FaceVerdict) -> None:
    told = f"{title(verdict)} {meaning(verdict)} {advice(verdict)}"
    assert "{" not in told
    assert verdict.slug not in told
    assert title(verdict)
    assert meaning(verdict).endswith(".")


@pytest.mark.parametrize("verdict", [v for v in VERDICTS if not v.fine], ids=lambda v: v.trouble or v.slug)
def test_every_warning_says_what_it_means_for_the_money_and_what_to_do(verdict: FaceVerdict) -> None:
    assert "charged" in meaning(verdict)
    assert advice(verdict)


def test_a_clear_face_needs_no_advice() -> None:
    assert advice(FaceVerdict("one_clear_face")) == ""


def test_no_two_verdicts_sound_alike() -> None:
    for one, other in itertools.combinations(SLUGS, 2):
        assert title(FaceVerdict(one)) != title(FaceVerdict(other))
        assert meaning(FaceVerdict(one)) != meaning(FaceVerdict(other))


def test_a_small_face_is_told_with_its_share() -> None:
    assert "12 % of the picture’s height" in meaning(FaceVerdict("too_small", height_share=0.12))
    assert "12 % as high as the picture is wide" in meaning(
        FaceVerdict("too_small", height_share=0.12, portrait=True)
    )


def test_words_are_in_the_language_of_the_reader() -> None:
    add_catalogue("xx-faces", {"No face found": "Kein Gesicht"})
    use_language("xx-faces")
    try:
        assert title(FaceVerdict("no_face")) == "Kein Gesicht"
    finally:
        use_language("en")


PICTURES = [replace(verdict, still=True) for verdict in VERDICTS]


@pytest.mark.parametrize("verdict", PICTURES, ids=lambda v: v.trouble or v.slug)
def test_every_verdict_on_a_picture_has_words_of_its_own(verdict: FaceVerdict) -> None:
    told = f"{title(verdict)} {meaning(verdict)} {advice(verdict)}"
    assert "{" not in told
    assert "clip" not in told, "the clip comes later; what is paid now is the video"
    assert verdict.fine or "charged" in meaning(verdict)
    assert bool(advice(verdict)) != verdict.fine


@pytest.mark.parametrize("still", [False, True])
def test_the_line_beside_the_button_warns_of_the_money_or_says_nothing(still: bool) -> None:
    said = {verdict.slug: short(replace(verdict, still=still)) for verdict in VERDICTS}
    assert {slug for slug, words in said.items() if not words} == {"one_clear_face", "could_not_look"}
    assert all("charged" in words for words in said.values() if words)


@pytest.mark.parametrize(
    ("away", "back", "words"),
    [
        (None, None, "in a part of the video"),
        (0.0, None, "by the edge of the picture"),
        (0.0, 1.9, "until about 1.9 s"),
        (3.2, None, "from about 3.2 s on"),
        (1.3, 2.6, "between about 1.3 s and 2.6 s"),
    ],
)
def test_where_a_face_leaves_the_picture_is_told(away: float | None, back: float | None, words: str) -> None:
    assert words in meaning(FaceVerdict("leaves_picture", away_from=away, away_to=back))
