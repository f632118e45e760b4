"""The clips the face check is measured on, and what it should say of each.

`benchmarks/face_check.py` looks at all of them; the tests at a few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

from lipsync.faces import Slug
from lipsync.sandbox.presenter import PRESENTERS
from lipsync.sandbox.presenter.canvas import Orientation
from tests.faces import people
from tests.faces.people import Change

FACE_SHARE: dict[Orientation, float] = {"landscape": 0.38, "portrait": 0.425}
"""Forehead to chin of an unchanged presenter, as a share of the frame's shorter side."""
PHOTO_FACES = {"astronaut": (130.0, 118.0, 52.0, 62.0), "grace hopper": (263.0, 228.0, 100.0, 125.0)}
"""Middle and half the size of the face in the photo, in its pixels."""


@dataclass(frozen=True)
class Row:
    """One clip: how it is made, and the verdicts that would be right (several at a limit)."""

    name: str
    right: tuple[Slug, ...]
    pictures: Callable[[], list[Image.Image]]

    def make(self, to: Path) -> Path:
        """Write the clip."""
        return people.encode(self.pictures(), to)


def rows() -> Iterator[Row]:
    """All clips of the drawn presenters."""
    for name in PRESENTERS:
        yield _row(f"{name}, landscape", "one_clear_face", name)
        yield _row(f"{name}, portrait", "one_clear_face", name, orientation="portrait")
    yield from _sizes()
    yield from _turns()
    yield from _edges()
    yield from _company()
    yield from _light()


def photo_rows() -> Iterator[Row]:
    """Clips of freely licensed photos out of installed packages; none of those that are not installed."""
    for name, package, path in (
        ("astronaut", "skimage", "data/astronaut.png"),
        ("grace hopper", "matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
    ):
        photo = _photo(package, path)
        if photo is None:
            continue
        if name == "astronaut":
            photo = photo.crop((100, 0, 400, 300))  # her face is a fifth of the whole photo
        yield _still(f"photo: {name}", ("one_clear_face",), photo)
        yield _still(
            f"photo: {name}, 50 % smaller", ("too_small", "one_clear_face"), photo, people.scaled(0.5, 1)
        )
        for degrees in (20, 45, -45):
            change = people.turned(degrees, PHOTO_FACES[name])
            right: Slug = "turned_away" if abs(degrees) > 30 else "one_clear_face"
            yield _still(f"photo: {name}, turned {degrees}°", (right,), photo, change)
        yield _still(f"photo: {name}, dark (20 %)", ("one_clear_face",), photo, people.brightness(0.2))
    for name, path, verdicts in (
        ("cameraman, seen from the side", "data/camera.png", ("turned_away", "too_small")),
        ("cat", "data/chelsea.png", ("no_face",)),
        ("cup of coffee", "data/coffee.png", ("no_face",)),
        ("rocket", "data/rocket.jpg", ("no_face",)),
    ):
        photo = _photo("skimage", path)
        if photo is not None:
            yield _still(f"photo: {name}", verdicts, photo)


def _sizes() -> Iterator[Row]:
    for orientation, name in (("landscape", "amara"), ("portrait", "oskar"), ("landscape", "diego")):
        for percent in (50, 30, 25, 20, 16, 12, 8, 5):
            right: tuple[Slug, ...] = ("one_clear_face",) if percent > 20 else ("too_small",)
            if percent == 20:
                right = ("one_clear_face", "too_small")
            change = people.scaled(percent / 100, FACE_SHARE[orientation])
            yield _row(f"{name}, {orientation}, face of {percent} %", right, name, change, orientation)


def _turns() -> Iterator[Row]:
    for name in ("mei", "diego", "nasrin"):
        for degrees in (-45, 15, 22, 30, 38, 45, 60):
            right: tuple[Slug, ...] = ("one_clear_face",) if abs(degrees) < 30 else ("turned_away",)
            if degrees == 30:
                right = ("one_clear_face", "turned_away")
            change = people.turned(degrees, people.face_box(name, "landscape"))
            yield _row(f"{name}, turned {degrees}°", right, name, change)
    for share in (0.85, 0.7):
        yield _row(
            f"lily, squeezed to {share:.0%} of her width", ("one_clear_face",), "lily", people.squeezed(share)
        )
    for degrees in (20, -30):
        yield _row(f"oskar, tilted {degrees}°", "one_clear_face", "oskar", people.tilted(degrees))
    for degrees in (60, 90, 180):
        yield _row(f"oskar, tilted {degrees}°", ("turned_away", "no_face"), "oskar", people.tilted(degrees))
    face = people.face_box("amara", "landscape")
    yield _row(
        "amara, turns to 50° halfway", "turned_away", "amara", people.after(0.5, people.turned(50, face))
    )


def _edges() -> Iterator[Row]:
    for name, x in (("mei", -0.45), ("diego", 0.45), ("lily", -0.5), ("oskar", 0.5)):
        part = "half" if abs(x) == 0.5 else "a quarter"
        side = "left" if x < 0 else "right"
        yield _row(
            f"{name}, {part} of the face over the {side} edge", "leaves_picture", name, people.shifted(x)
        )
    for name, x in (("nasrin", -0.5), ("diego", 0.5)):
        side = "left" if x < 0 else "right"
        label = f"{name}, portrait, half of the face over the {side} edge"
        yield _row(label, "leaves_picture", name, people.shifted(x), "portrait")
    yield _row("amara, chin and mouth below the edge", "leaves_picture", "amara", people.shifted(0, 0.5))
    yield _row("oskar, forehead above the edge", "one_clear_face", "oskar", people.shifted(0, -0.22))
    yield _row("nasrin, moved to the side, wholly visible", "one_clear_face", "nasrin", people.shifted(0.33))
    yield _row("lily, walks out after a third", "leaves_picture", "lily", people.walking_out(0.3))
    yield _row("oskar, walks out at the end", "leaves_picture", "oskar", people.walking_out(0.7))


def _company() -> Iterator[Row]:
    for one, other, share, right in (
        ("diego", "nasrin", 1.0, "several_people"),
        ("mei", "oskar", 1.0, "several_people"),
        ("amara", "lily", 0.65, "several_people"),
        ("amara", "oskar", 0.35, "one_clear_face"),
    ):
        yield _row(f"{one} beside {other} ({share:.0%} as big)", right, one, people.beside(other, share))
    for name in ("mei", "lily", "oskar"):
        empty = partial(people.frames, name, "landscape", faceless=True)
        yield Row(f"{name}’s room without {name}", ("no_face",), empty)


def _light() -> Iterator[Row]:
    for share in (0.5, 0.25, 0.1):
        yield _row(f"amara, dark ({share:.0%})", ("one_clear_face",), "amara", people.brightness(share))
    yield _row("mei, very bright (180 %)", "one_clear_face", "mei", people.brightness(1.8))
    for pixels in (3, 8, 15):
        right: tuple[Slug, ...] = ("one_clear_face",) if pixels < 10 else ("one_clear_face", "no_face")
        yield _row(f"diego, blurred by {pixels} pixels", right, "diego", people.blurred(pixels))
    yield _row("nasrin, mirrored", "one_clear_face", "nasrin", people.mirrored)
    yield _row("lily, black and white", "one_clear_face", "lily", people.grey)


def _row(
    name: str,
    right: Slug | tuple[Slug, ...],
    presenter: str,
    change: Change | None = None,
    orientation: Orientation = "landscape",
) -> Row:
    def pictures() -> list[Image.Image]:
        drawn = people.frames(presenter, orientation)
        return [change(picture, i) for i, picture in enumerate(drawn)] if change else drawn

    return Row(name, (right,) if isinstance(right, str) else right, pictures)


def _still(name: str, right: tuple[Slug, ...], photo: Image.Image, change: Change | None = None) -> Row:
    def pictures() -> list[Image.Image]:
        even = photo.crop((0, 0, photo.width // 2 * 2, photo.height // 2 * 2))
        return [change(even, 0) if change else even] * people.FRAMES

    return Row(name, right, pictures)


def _photo(package: str, path: str) -> Image.Image | None:
    """A photo out of a package, which is not imported for it."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / path).is_file():
            return Image.open(Path(folder) / path).convert("RGB")
    return None
