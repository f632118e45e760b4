"""Hair: what falls behind the head, and what lies on it."""

from __future__ import annotations

import numpy as np

from lipsync.sandbox.presenter.people import Presenter
from lipsync.sandbox.presenter.svg import blurred, clipped, ellipse, group, line, linear, mixed, path


def behind(person: Presenter) -> str:
    """The part behind neck and head."""
    dark = mixed(person.hair, "#000000", 0.35)
    if person.hair_style == "bob":
        return path(
            "M500,172 C360,168 318,270 318,400 C316,500 314,590 330,652 C350,676 420,672 440,650 "
            "L560,650 C580,672 650,676 670,652 C686,590 684,500 682,400 C682,270 640,168 500,172 Z",
            dark)  # fmt: skip
    if person.hair_style == "curls":
        return _curls(dark)
    if person.hair_style == "bunches":
        return _bunch(person, -1) + _bunch(person, 1)
    if person.hair_style == "bun":
        return ellipse(500, 168, 74, 62, dark) + blurred(
            8, ellipse(480, 150, 34, 22, mixed(person.hair, "#ffffff", 0.3)), opacity=0.6
        )
    return ""


def on_top(person: Presenter) -> str:
    """The part over the forehead, with its shine."""
    return {
        "bob": _bob, "curls": _curly_top, "silver": _silver, "short": _short, "bunches": _fringe,
        "bun": _swept,
    }[person.hair_style](person)  # fmt: skip


def _mass(person: Presenter, shape: str, strands: str = "", shine: str = "") -> str:
    lit = mixed(person.hair, "#ffffff", 0.16)
    dark = mixed(person.hair, "#000000", 0.25)
    definition, fill = linear(((0, lit), (0.45, person.hair), (1, dark)), 420, 180, 600, 430)
    shadow = blurred(7, path(shape, "#2a1410", transform="translate(3 9)"), opacity=0.28, margin=0.08)
    return (
        shadow
        + f"<defs>{definition}</defs>"
        + path(shape, fill)
        + clipped(shape, group(strands, opacity=0.4), blurred(9, shine, opacity=0.55))
    )


def _strands(person: Presenter, paths: tuple[str, ...], share: float = 0.22) -> str:
    light, dark = mixed(person.hair, "#ffffff", share), mixed(person.hair, "#000000", 0.4)
    return "".join(line(data, light if i % 2 else dark, 3) for i, data in enumerate(paths))


def _bob(person: Presenter) -> str:
    shape = (
        "M540,226 C478,236 404,282 378,366 C368,400 372,446 382,492 C390,540 386,606 366,660 "
        "C322,648 312,560 314,440 C312,290 360,166 500,164 C640,166 688,290 686,440 C688,560 678,648 634,660 "
        "C614,606 610,540 618,492 C628,446 636,404 624,356 C612,306 584,256 540,226 Z"
    )
    strands = _strands(person, (
        "M520,190 C420,210 350,290 "
        "340,420", "M510,180 C400,196 336,290 328,440", "M545,196 C610,230 650,300 656,430",
        "M552,190 C630,224 668,300 "
        "670,440", "M340,430 C332,520 334,580 336,640", "M662,430 C668,520 664,590 662,640",
    ))  # fmt: skip
    shine = line("M372,268 Q440,196 520,188", mixed(person.hair, "#9fb4d8", 0.55), 16) + line(
        "M612,232 Q650,280 660,330", mixed(person.hair, "#9fb4d8", 0.35), 12
    )
    return _mass(person, shape, strands, shine)


def _curls(colour: str) -> str:
    random = np.random.default_rng(12)
    rim = []
    for angle in np.linspace(0.70 * np.pi, 2.30 * np.pi, 36):
        reach, radius = random.uniform(0.93, 1.03), random.uniform(33, 50)
        x, y = 500 + 196 * reach * np.cos(angle), 366 + 226 * reach * np.sin(angle)
        rim.append(
            ellipse(float(x), float(y), float(radius), float(radius * random.uniform(0.85, 1.0)), colour)
        )
    sides = "".join(ellipse(x, y, 56, 64, colour) for x in (346, 654) for y in (450, 505))
    return ellipse(500, 350, 200, 222, colour) + sides + "".join(rim)


def _curly_top(person: Presenter) -> str:
    circles = (
        (372, 318, 34), (384, 270, 40), (420, 236, 42), (466, 216, 42), (514, 210, 42), (560, 222, 42),
        (602, 250, 40), (624, 292, 36), (634, 336, 26), (362, 352, 22),
    )  # fmt: skip
    shadow = blurred(
        7, "".join(ellipse(x, y + 10, r, r, "#2a1410") for x, y, r in circles), opacity=0.3, margin=0.1
    )
    mass = "".join(ellipse(x, y, r, r, person.hair) for x, y, r in circles)
    lit = mixed(person.hair, "#d08a58", 0.3)
    curls = "".join(
        line(f"M{x - r * 0.5:.0f},{y} a{r * 0.5:.0f},{r * 0.5:.0f} 0 1 1 "
             f"{r * 0.8:.0f},{r * 0.3:.0f}", lit, 3.2)
        for x, y, r in (
            *circles, (344, 250, 40), (326, 330, 38), (322, 410, 38), (344, 490, 36), (674, 270, 40),
            (706, 350, 38),
            (708, 430, 36), (694, 506, 36), (380, 180, 42), (450, 150, 42), (530, 146, 42), (606, 180, 42),
        )
    )  # fmt: skip
    return shadow + mass + group(curls, opacity=0.5)


def _silver(person: Presenter) -> str:
    shape = (
        "M356,398 C344,330 348,236 420,192 C470,162 560,160 606,196 C656,236 656,330 644,398 "
        "C640,380 634,340 622,312 C600,270 560,250 520,252 C470,252 420,262 392,300 C374,330 362,370 "
        "356,398 Z"
    )
    strands = _strands(person, (
        "M400,290 C420,230 480,200 "
        "540,204", "M390,310 C400,240 450,190 520,186", "M430,264 C480,226 560,222 610,280",
        "M420,240 C480,196 570,196 "
        "622,270", "M380,340 C370,290 380,240 410,212", "M628,330 C634,290 622,240 596,212",
    ), 0.7)  # fmt: skip
    shine = line("M410,236 Q470,190 540,196", "#ffffff", 14)
    return _mass(person, shape, strands, shine)


def _short(person: Presenter) -> str:
    shape = (
        "M352,402 C338,330 336,232 408,182 C470,146 570,150 618,190 C664,236 662,330 648,402 "
        "C644,372 640,348 630,330 C622,300 600,280 566,276 C510,268 450,262 410,286 C380,300 362,360 "
        "352,402 Z"
    )
    strands = _strands(person, (
        "M392,300 C400,236 450,196 "
        "520,190", "M420,282 C436,226 500,196 570,204", "M470,272 C490,230 550,210 600,232",
        "M520,272 C544,240 590,236 624,270", "M372,330 C364,270 390,214 430,186",
    ))  # fmt: skip
    shine = line("M410,222 Q470,176 550,184", mixed(person.hair, "#c7a58c", 0.5), 14)
    return _mass(person, shape, strands, shine)


def _fringe(person: Presenter) -> str:
    shape = (
        "M344,408 C330,320 338,226 410,184 C466,154 540,154 594,184 C664,226 670,320 656,408 "
        "C650,370 640,340 626,318 C610,332 590,336 574,330 C566,338 540,342 524,332 C512,342 486,342 474,332 "
        "C458,342 434,340 424,330 C404,338 388,332 376,318 C360,344 350,376 344,408 Z"
    )
    strands = _strands(person, (
        "M500,166 C440,190 410,250 "
        "404,322", "M500,166 C470,210 456,270 452,326", "M500,166 C504,220 500,280 498,328",
        "M500,166 C540,210 548,270 "
        "550,326", "M500,166 C570,196 592,250 598,322", "M500,166 C400,180 360,250 352,350",
        "M500,166 C600,180 640,250 648,350",
    ))  # fmt: skip
    shine = line("M378,262 Q440,214 500,212 Q570,214 620,262", mixed(person.hair, "#ffe0a8", 0.6), 15)
    return _mass(person, shape, strands, shine)


def _bunch(person: Presenter, side: int) -> str:
    x = 500 + side * 176
    shape = (
        f"M{x - side * 18},330 C{x + side * 50},300 {x + side * 96},350 {x + side * 92},430 "
        f"C{x + side * 90},510 {x + side * 64},580 {x + side * 30},612 C{x + side * 34},560 "
        f"{x + side * 10},540 "
        f"{x - side * 2},480 C{x - side * 12},430 {x - side * 22},380 {x - side * 18},330 Z"
    )
    strands = _strands(person, (
        f"M{x},350 C{x + side * 50},380 {x + side * 56},480 {x + side * 36},580",
        f"M{x + side * 8},345 C{x + side * 72},380 {x + side * 76},480 {x + side * 52},560",
    ))  # fmt: skip
    bow = ellipse(x - side * 2, 346, 15, 17, person.cloth) + ellipse(
        x - side * 4, 342, 6, 7, "#ffffff", opacity=0.35
    )
    return _mass(person, shape, strands) + bow


def _swept(person: Presenter) -> str:
    shape = (
        "M350,420 C332,330 340,230 412,186 C470,156 540,158 592,188 C660,230 668,330 650,420 "
        "C648,372 636,326 612,296 C584,262 546,246 520,236 C470,262 410,280 384,318 C364,350 354,388 "
        "350,420 Z"
    )
    strands = _strands(person, (
        "M520,230 C450,240 390,270 "
        "366,340", "M514,206 C440,214 380,250 358,330", "M524,230 C580,246 624,290 638,350",
        "M524,206 C590,220 640,270 "
        "648,340", "M516,180 C430,190 370,240 354,310", "M526,180 C600,196 640,240 652,310",
    ), 0.4)  # fmt: skip
    shine = line("M386,270 Q440,206 506,196", mixed(person.hair, "#ffffff", 0.5), 14)
    return _mass(person, shape, strands, shine)
