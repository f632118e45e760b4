"""Shoulders and clothes."""

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
    soft_line,
)

_TORSO = (
    "M70,1500 C70,1060 96,880 196,812 C270,770 392,752 430,706 C452,748 548,748 570,706 "
    "C608,752 730,770 804,812 C904,880 930,1060 930,1500 Z"
)
_OPEN_TORSO = (
    "M70,1500 C70,1060 96,880 196,812 C270,770 392,752 430,706 L500,880 L570,706 "
    "C608,752 730,770 804,812 C904,880 930,1060 930,1500 Z"
)


def clothes(person: Presenter) -> str:
    """The body below the neck, drawn to the shoulders' width."""
    drawn = {
        "blazer": _blazer, "jumper": _jumper, "cardigan": _cardigan, "shirt": _shirt, "pinafore": _pinafore,
        "scarf": _scarf,
    }[person.clothes](person)  # fmt: skip
    k = person.shoulder_scale
    down = 0.7 + 0.3 * k
    # The collar (y 706) stays at the neck, a little below the chin, at any width; a child has less neck.
    lift = person.chin_y + (54 if k > 0.7 else 36) - 706 * down
    return group(drawn, transform=f"translate({500 * (1 - k):.1f} {lift:.1f}) scale({k} {down:.3f})")


def _cloth(shape: str, colour: str, *details: str, sleeves: bool = True) -> str:
    """A piece of cloth with light from the left, its folds and its details inside. What is worn below
    another piece has no `sleeves` to draw."""
    light, dark = mixed(colour, "#ffffff", 0.16), mixed(colour, "#000000", 0.42)
    definition, fill = linear(((0, light), (0.4, colour), (1, dark)), 160, 760, 860, 1100)
    inside = details
    if sleeves:
        arms = "".join(
            soft_line(data, mixed(colour, "#000000", 0.55), 20, 0.5)
            for data in ("M236,920 C216,1040 222,1200 214,1500", "M764,920 C784,1040 778,1200 786,1500")
        )
        folds = "".join(
            soft_line(data, mixed(colour, "#000000", 0.45), 48, 0.3)
            for data in ("M330,1080 Q380,1180 360,1500", "M660,1040 Q620,1180 650,1500")
        )
        rim = soft_line("M120,960 C136,880 190,826 300,790", mixed(colour, "#ffffff", 0.6), 26, 0.24)
        inside = (arms, folds, rim, *details)
    return f"<defs>{definition}</defs>" + path(shape, fill) + (clipped(shape, *inside) if inside else "")


def _blazer(person: Presenter) -> str:
    dark = mixed(person.cloth, "#000000", 0.35)
    light = mixed(person.cloth, "#ffffff", 0.12)
    blouse = _cloth("M420,716 C440,800 470,860 500,900 C530,860 560,800 580,716 L640,1500 L360,1500 Z",
                    person.cloth_second, sleeves=False)  # fmt: skip
    jacket = _cloth(
        "M70,1500 C70,1060 96,880 196,812 C270,770 380,760 424,704 C420,860 450,980 500,1120 "
        "C550,980 580,860 576,704 C620,760 730,770 804,812 C904,880 930,1060 930,1500 Z",
        person.cloth)  # fmt: skip
    left = (
        "M424,704 C396,742 372,760 352,772 L366,862 L330,880 C380,980 440,1060 500,1120 "
        "C452,980 424,860 424,704 Z"
    )
    right = (
        "M576,704 C604,742 628,760 648,772 L634,862 L670,880 C620,980 560,1060 500,1120 "
        "C548,980 576,860 576,704 Z"
    )
    shade = blurred(
        8,
        path(left, "#000000", transform="translate(-4 8)"),
        path(right, "#000000", transform="translate(4 8)"),
        opacity=0.3,
    )
    buttons = ellipse(500, 1170, 11, 11, dark) + ellipse(497, 1167, 4, 4, mixed(person.cloth, "#ffffff", 0.4))
    collar = path("M436,716 L500,872 L462,846 L418,742 Z", "#ffffff") + path(
        "M564,716 L500,872 L538,846 L582,742 Z", "#eae6e0"
    )
    return (
        blouse
        + collar
        + jacket
        + shade
        + path(left, light)
        + path(right, dark)
        + line("M500,1120 L504,1500", dark, 4)
        + buttons
    )


def _jumper(person: Presenter) -> str:
    ribs = "".join(line(f"M{x},700 Q{x + (x - 500) * 0.1:.0f},1080 {x + (x - 500) * 0.05:.0f},1500",
                        mixed(person.cloth, "#000000", 0.5), 2.4) for x in range(140, 880, 22))  # fmt: skip
    body = _cloth(_TORSO, person.cloth, group(ribs, opacity=0.15))
    collar = "M420,700 C440,772 560,772 580,700 L600,722 C580,812 420,812 400,722 Z"
    ticks = "".join(line(f"M{410 + i * 12},{716 + 44 * (1 - ((i - 7.5) / 7.5) ** 2):.0f} "
                         f"l{(i - 7.5) * -0.7:.1f},30",
                         person.cloth_second, 2.2) for i in range(16))  # fmt: skip
    shadow = blurred(7, path(collar, "#000000", transform="translate(0 10)"), opacity=0.3)
    return body + shadow + path(collar, mixed(person.cloth, "#ffffff", 0.08)) + clipped(collar, ticks)


def _cardigan(person: Presenter) -> str:
    shirt = _cloth("M410,716 L500,880 L590,716 L640,1500 L360,1500 Z", person.cloth_second, sleeves=False)
    tie = path("M484,800 L516,800 L512,836 L530,1040 L500,1080 L470,1040 L488,836 Z", "#7b3b37") + clipped(
        "M484,800 L516,800 L512,836 L530,1040 L500,1080 L470,1040 L488,836 Z",
        *(line(f"M460,{y} l90,-50", "#a9605a", 9) for y in range(880, 1130, 44)))  # fmt: skip
    collar = path("M424,700 L500,812 L452,850 L404,744 Z", "#fbf7ee") + path(
        "M576,700 L500,812 L548,850 L596,744 Z", mixed(person.cloth_second, "#000000", 0.08)
    )
    jacket = _cloth(
        "M70,1500 C70,1060 96,880 196,812 C270,770 372,762 412,720 C420,860 440,1000 486,1150 L486,1500 Z "
        "M930,1500 C930,1060 904,880 804,812 C730,770 628,762 588,720 C580,860 560,1000 514,1150 L514,1500 Z",
        person.cloth)  # fmt: skip
    edge = mixed(person.cloth, "#000000", 0.3)
    hems = line("M412,722 C420,860 440,1000 488,1150 L488,1500", edge, 14) + line(
        "M588,722 C580,860 560,1000 512,1150 L512,1500", edge, 14
    )
    return shirt + tie + collar + jacket + hems


def _shirt(person: Presenter) -> str:
    tee = path("M410,730 C440,800 560,800 590,730 L620,1000 L380,1000 Z", person.cloth_second) + blurred(
        6, line("M428,764 Q500,826 572,764", "#8b98a0", 8), opacity=0.5
    )
    body = _cloth(
        "M70,1500 C70,1060 96,880 196,812 C270,770 372,762 416,716 C430,820 470,900 500,960 "
        "C530,900 570,820 584,716 C628,762 730,770 804,812 C904,880 930,1060 930,1500 Z",
        person.cloth)  # fmt: skip
    dark = mixed(person.cloth, "#000000", 0.3)
    left = "M418,696 C392,728 378,742 372,758 L430,872 C452,846 470,826 478,812 C446,780 428,740 418,696 Z"
    right = "M582,696 C608,728 622,742 628,758 L570,872 C548,846 530,826 522,812 C554,780 572,740 582,696 Z"
    shade = blurred(
        6,
        path(left, "#000000", transform="translate(-2 9)"),
        path(right, "#000000", transform="translate(2 9)"),
        opacity=0.3,
    )
    placket = line("M500,960 L502,1500", dark, 4) + line("M478,935 L478,1500", dark, 2.4, opacity=0.5)
    buttons = "".join(ellipse(490, y, 6, 6, "#f6f8fa") for y in (1010, 1120, 1230))
    return (
        tee
        + body
        + shade
        + path(left, mixed(person.cloth, "#ffffff", 0.2))
        + path(right, mixed(person.cloth, "#ffffff", 0.05))
        + placket
        + buttons
    )


def _pinafore(person: Presenter) -> str:
    blouse = _cloth(_TORSO, person.cloth_second)
    collar_left = "M424,706 C440,760 474,780 500,784 C480,824 410,820 384,772 C394,748 410,730 424,706 Z"
    collar_right = "M576,706 C560,760 526,780 500,784 C520,824 590,820 616,772 C606,748 590,730 576,706 Z"
    shade = blurred(
        6,
        path(collar_left, "#6b4a3a", transform="translate(0 9)"),
        path(collar_right, "#6b4a3a", transform="translate(0 9)"),
        opacity=0.3,
    )
    straps = _cloth("M300,790 L372,776 L396,960 L604,960 L628,776 L700,790 L690,1010 L730,1500 "
                    "L270,1500 L310,1010 Z",
                    person.cloth, sleeves=False)  # fmt: skip
    buttons = ellipse(366, 976, 14, 14, "#ffe2a0") + ellipse(634, 976, 14, 14, "#ffe2a0")
    pocket = path("M420,1060 h160 v90 q-80,60 -160,0 Z", mixed(person.cloth, "#000000", 0.14))
    return (
        blouse
        + straps
        + pocket
        + buttons
        + shade
        + path(collar_left, "#ffffff")
        + path(collar_right, "#f3ece2")
    )


def _scarf(person: Presenter) -> str:
    body = _cloth(_OPEN_TORSO, person.cloth)
    gold = mixed(person.cloth_second, "#ffffff", 0.2)
    drape = (
        "M380,742 C420,800 580,800 620,742 C668,780 640,850 560,872 C500,886 430,880 380,846 "
        "C340,812 350,770 380,742 Z"
    )
    tail = "M470,862 C452,960 440,1080 452,1200 L560,1180 C540,1060 548,950 560,862 Z"
    folds = "".join(line(data, mixed(person.cloth_second, "#5b2c10", 0.5), 5) for data in (
        "M372,776 C430,840 570,840 "
        "630,772", "M366,806 C430,866 560,866 640,806", "M490,880 C476,980 472,1080 480,1190",
        "M528,880 C514,980 516,1080 524,1184"))  # fmt: skip
    shade = blurred(
        9,
        path(drape, "#000000", transform="translate(0 12)"),
        path(tail, "#000000", transform="translate(8 6)"),
        opacity=0.35,
    )
    glow = blurred(10, line("M396,776 Q440,812 500,820", "#fff3cf", 14), opacity=0.6)
    return (
        body
        + shade
        + path(tail, person.cloth_second)
        + path(drape, gold)
        + clipped(drape, blurred(2.5, folds, opacity=0.6), glow)
        + clipped(tail, blurred(2.5, folds, opacity=0.5))
    )
