from __future__ import annotations

from itertools import pairwise

import pytest
from PIL import Image

from lipsync.faces.finder import FaceFinder
from tests.faces import people
from tests.faces.table import FACE_SHARE

pytestmark = pytest.mark.xdist_group("faces")


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return people.frames("amara", "landscape")[3]


def shrunk(picture: Image.Image) -> Image.Image:
    return picture.resize((853, 480))


def test_a_face_is_measured_where_it_is_drawn(finder: FaceFinder, picture: Image.Image) -> None:
    [face] = finder.find(shrunk(picture))
    x, y, half_width, _ = (value * 480 / 720 for value in people.face_box("amara", "landscape"))
    assert (face.left + face.right) / 2 == pytest.approx(x, abs=15)
    assert face.top < y < face.bottom
    assert face.right - face.left == pytest.approx(2 * half_width, rel=0.2)
    assert face.top < face.mouth[1] < face.bottom
    assert abs(face.yaw) < 5
    assert abs(face.roll) < 5


@pytest.mark.parametrize("share", [0.5, 0.2, 0.12, 0.07])
def test_a_small_face_is_found_and_its_height_is_right(
    finder: FaceFinder, picture: Image.Image, share: float
) -> None:
    [face] = finder.find(shrunk(people.scaled(share, FACE_SHARE["landscape"])(picture, 0)))
    assert face.height / 480 == pytest.approx(share, rel=0.12)


def test_the_turn_grows_with_the_turn_and_tells_the_sides_apart(
    finder: FaceFinder, picture: Image.Image
) -> None:
    box = people.face_box("amara", "landscape")
    yaws = [finder.find(shrunk(people.turned(d, box)(picture, 0)))[0].yaw for d in (-45, -25, 0, 25, 45)]
    assert all(one < other for one, other in pairwise(yaws))
    assert abs(yaws[4]) > 30
    assert abs(yaws[0]) > 30
    assert abs(yaws[1]) < 30
    assert abs(yaws[3]) < 30


@pytest.mark.parametrize("degrees", [-30, 90, 180])
def test_the_tilt_is_right_even_upside_down(finder: FaceFinder, picture: Image.Image, degrees: float) -> None:
    [face] = finder.find(shrunk(people.tilted(degrees)(picture, 0)))
    assert abs(face.roll) == pytest.approx(abs(degrees), abs=6)


def test_the_biggest_of_several_faces_comes_first(finder: FaceFinder, picture: Image.Image) -> None:
    pair = people.beside("amara", 0.6)(picture, 0)
    faces = finder.find(shrunk(pair))
    assert len(faces) == 2
    assert faces[0].height > 1.4 * faces[1].height


def test_one_face_is_found_once(finder: FaceFinder, picture: Image.Image) -> None:
    assert len(finder.find(shrunk(picture), thoroughly=True)) == 1


@pytest.mark.parametrize(
    ("size", "colour"),
    [((1, 1), "black"), ((853, 480), "#c98f68"), ((7, 1280), "white"), ((480, 480), "black")],
)
def test_there_is_no_face_in_a_plain_picture_of_any_size(
    finder: FaceFinder, size: tuple[int, int], colour: str
) -> None:
    frame = Image.new("RGB", size, colour)
    assert finder.find(frame, thoroughly=True) == []
    assert finder.find_at_edges(frame) == []


def test_there_is_no_face_in_noise(finder: FaceFinder) -> None:
    assert finder.find(Image.effect_noise((853, 480), 120).convert("RGB"), thoroughly=True) == []
