"""The head without eyes, brows and mouth: neck, ears, skin, nose, shading, beard."""

from __future__ import annotations

from lipsync.sandbox.presenter.people import Presenter
from lipsync.sandbox.presenter.svg import (
    blurred,
    clipped,
    ellipse,
    group,
    line,
    linear,
    mixed,
    path,
    radial,
    soft,
)


def outline(person: Presenter) -> str:
    """The face's edge as path data."""
    w, j, chin = person.face_half_width, person.jaw_half_width, person.chin_y
    jaw_y = chin - 74
    return (
        f"M{500 - w},385 C{500 - w},455 {500 - j - 9},{jaw_y - 40} {500 - j},{jaw_y} "
        f"C{500 - j + 12},{jaw_y + 34} {500 - 52},{chin} 500,{chin} "
        f"C{500 + 52},{chin} {500 + j - 12},{jaw_y + 34} {500 + j},{jaw_y} "
        f"C{500 + j + 9},{jaw_y - 40} {500 + w},455 {500 + w},385 "
        f"C{500 + w},268 {500 + 78},205 500,205 C{500 - 78},205 {500 - w},268 {500 - w},385 Z"
    )


def neck(person: Presenter) -> str:
    """Neck and the skin of the upper chest, with the chin's shadow."""
    half = 62 if person.shoulder_scale > 0.85 else 54
    shape = (
        f"M{500 - half},540 C{500 - half},630 {500 - half + 2},660 {500 - half - 12},690 "
        f"C{500 - half - 40},716 400,790 500,905 C600,790 {500 + half + 40},716 {500 + half + 12},690 "
        f"C{500 + half - 2},660 {500 + half},630 {500 + half},540 Z"
    )
    definition, fill = linear(((0, person.skin), (0.55, person.skin), (1, person.shade)), 420, 640, 610, 660)
    shadow = ellipse(
        506, person.chin_y - 8, person.jaw_half_width * 0.95, 74, mixed(person.shade, "#3a1c18", 0.3)
    )
    tendons = line("M474,668 Q486,726 496,744", person.shade, 5) + line(
        "M530,668 Q516,726 506,744", person.shade, 5
    )
    return (
        f"<defs>{definition}</defs>"
        + path(shape, fill)
        + clipped(shape, blurred(16, shadow, opacity=0.62), blurred(4, tendons, opacity=0.4))
    )


def head(person: Presenter) -> str:
    """Ears and the face's skin with its light and shade."""
    edge = outline(person)
    skin, skin_fill = radial(
        ((0, person.light), (0.42, person.skin), (0.8, person.skin), (1, person.shade)), 462, 372, 300
    )
    return "".join(
        (
            f"<defs>{skin}</defs>",
            _ear(person, -1),
            _ear(person, 1),
            path(edge, skin_fill),
            clipped(edge, _modelling(person), _beard(person) if person.beard else ""),
            _lines_of_age(person) if person.age else "",
            _nose(person),
            _earrings(person) if person.earrings else "",
            _freckles(person) if person.freckles else "",
        )
    )


def _ear(person: Presenter, side: int) -> str:
    x = 500 + side * (person.face_half_width - 3)
    inner = line(f"M{x + side * 12},412 q{side * -16},14 {side * -6},42", person.shade, 5)
    skin = person.skin if side < 0 else mixed(person.skin, person.shade, 0.45)
    return ellipse(x, 430, 21, 40, skin) + group(inner, opacity=0.6)


def _modelling(person: Presenter) -> str:
    """Soft light and shade inside the face."""
    w, chin = person.face_half_width, person.chin_y
    side = path(
        f"M{500 + w + 30},240 L{500 + w - 26},330 Q{500 + w - 52},470 "
        f"{500 + person.jaw_half_width - 46},{chin - 70} "
        f"L540,{chin + 30} L{500 + w + 60},{chin + 20} Z",
        person.shade,
    )
    shade, light = person.shade, person.light
    return "".join(
        (
            blurred(20, side, opacity=0.5),
            soft(432, 396, 68, 46, shade, 0.5) + soft(568, 396, 68, 46, shade, 0.5),
            soft(402, 486, 68, 52, person.blush, 0.5) + soft(598, 486, 68, 52, person.blush, 0.5),
            soft(470, 298, 120, 76, light, 0.6),
            soft(412, 462, 46, 30, light, 0.6) + soft(583, 462, 36, 26, light, 0.55),
            soft(500, chin - 44, 46, 15, shade, 0.55),
            soft(492, chin - 25, 44, 24, light, 0.55),
            soft(500, 506, 8, 10, shade, 0.35),
            soft(500, 214, 190, 72, shade, 0.45),
        )
    )


def _nose(person: Presenter) -> str:
    shade = person.shade
    wide = 1.0 + 0.16 * (person.lip_fullness > 1.1) + 0.1 * (person.shoulder_scale > 0.85)
    small = 0.8 if person.shoulder_scale < 0.7 else 1.0
    a = 24 * wide * small
    bridge = path(f"M511,392 C516,430 {500 + a - 2},462 {500 + a},478 Q{500 + a - 8},492 506,490 Z", shade)
    glint = soft(494, 470, 14 * small, 16 * small, person.light, 0.75) + soft(
        494, 430, 9, 34, person.light, 0.6
    )
    base = path(
        f"M{500 - a},480 C{500 - a + 4},494 {500 - 10},490 500,497 C{500 + 10},490 {500 + a - 4},494 "
        f"{500 + a},480 "
        f"C{500 + a - 8},488 {500 + 10},484 500,489 C{500 - 10},484 {500 - a + 8},488 {500 - a},480 Z",
        mixed(shade, "#4a1d18", 0.35),
    )
    nostrils = ellipse(500 - a * 0.45, 487.5, 6, 2.8, "#3c1713") + ellipse(
        500 + a * 0.45, 487.5, 6, 2.8, "#3c1713"
    )
    wings = line(f"M{500 - a + 1},470 q-7,10 1,16", shade, 3) + line(
        f"M{500 + a - 1},470 q7,10 -1,16", shade, 3
    )
    return (
        blurred(6, bridge, opacity=0.55)
        + glint
        + group(base, opacity=0.5)
        + group(nostrils, opacity=0.5)
        + group(wings, opacity=0.5)
    )


def _lines_of_age(person: Presenter) -> str:
    """Folds from nose to mouth, under the eyes and on the brow."""
    strength = 0.75 * person.age
    folds = line("M470,484 Q444,508 440,544", person.shade, 3.4) + line(
        "M530,484 Q556,508 560,544", person.shade, 3.4
    )
    bags = line("M408,440 Q432,456 458,442", person.shade, 3) + line(
        "M542,442 Q568,456 592,440", person.shade, 3
    )
    brow = line("M440,300 Q500,290 560,300", person.shade, 2.6) + line(
        "M450,276 Q500,268 550,276", person.shade, 2.2
    )
    return blurred(1.6, folds, bags, brow if person.age > 0.8 else "", opacity=strength)


def _earrings(person: Presenter) -> str:
    x = person.face_half_width + 4
    drops = []
    for at in (500 - x, 500 + x):
        drops.append(ellipse(at, 474, 6.5, 6.5, "#e7c069") + ellipse(at - 2, 472, 2.2, 2.2, "#fff6d8"))
        if person.earrings == "hoops":
            drops.append(f'<circle cx="{at}" cy="500" r="24" fill="none" stroke="#d9ad4e" stroke-width="5"/>')
    return "".join(drops)


def _freckles(person: Presenter) -> str:
    dots = (
        (424, 470), (438, 462), (452, 472), (436, 480), (412, 460), (548, 472), (562, 462), (576, 470),
        (564, 480),
        (588, 460), (486, 462), (514, 464),
    )  # fmt: skip
    spots = (ellipse(x, y, 2.6, 2.3, mixed(person.shade, "#8a4a2a", 0.4)) for x, y in dots)
    return group(*spots, opacity=0.55)


def _beard(person: Presenter) -> str:
    """A short beard: dense along the jaw, thinner on the cheek, open around the mouth."""
    w, j, chin = person.face_half_width, person.jaw_half_width, person.chin_y
    shape = (
        f"M{500 - w - 8},396 C{500 - w + 16},440 {500 - w + 16},500 {500 - j + 26},534 "
        f"C{500 - j + 44},544 438,520 462,512 C480,506 490,511 500,514 C510,511 520,506 538,512 "
        f"C562,520 {500 + j - 44},544 {500 + j - 26},534 C{500 + w - 16},500 {500 + w - 16},440 "
        f"{500 + w + 8},396 "
        f"L{500 + w},{chin + 20} L{500 - w},{chin + 20} Z"
    )
    lip_room = path(
        "M446,541 Q474,524 500,528 Q526,524 554,541 Q528,566 500,567 Q472,566 446,541 Z", person.skin
    )
    soul = ellipse(500, 574, 15, 5, mixed(person.hair, person.skin, 0.2))
    return (
        blurred(4, path(shape, person.hair), opacity=0.74)
        + blurred(2.6, lip_room, opacity=0.85)
        + blurred(2, soul, opacity=0.8)
    )
