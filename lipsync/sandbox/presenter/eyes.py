"""Eyes, lids, lashes, brows and glasses: the patch that blinks and glances."""

from __future__ import annotations

from dataclasses import dataclass

from lipsync.sandbox.presenter.people import Presenter
from lipsync.sandbox.presenter.svg import clipped, ellipse, group, line, mixed, path, radial

_EYE_X, _EYE_Y = 67.0, 408.0


@dataclass(frozen=True)
class Look:
    """Where the eyes point and how far they are open.

    `across` and `down` are canvas units of the iris's shift; `lid` from 0 (shut) to 1 (open);
    `brow` is how many units the brows are raised.
    """

    across: float = 0.0
    down: float = 0.0
    lid: float = 1.0
    brow: float = 0.0


def eyes(person: Presenter, look: Look) -> str:
    """Both eyes with what belongs to them."""
    return "".join(
        (
            _eye(person, -1, look),
            _eye(person, 1, look),
            _brow(person, -1, look.brow),
            _brow(person, 1, look.brow),
            _glasses() if person.glasses else "",
        )
    )


def _eye(person: Presenter, side: int, look: Look) -> str:
    k = person.eye_scale
    x, y, w, h = 500 + side * _EYE_X, _EYE_Y, 31.0 * k, 17.5 * k
    top = y - h * (1.84 * look.lid - 0.56)
    bottom = y + h * (0.62 + 0.06 * look.lid)
    inner, outer = (x - side * w, y + 3.5), (x + side * w, y - 1.5)
    upper = f"C{inner[0] + side * w * 0.5:.2f},{top + 1:.2f} {outer[0] - side * w * 0.5:.2f},{top - 1:.2f}"
    lower = (
        f"C{outer[0] - side * w * 0.4:.2f},{bottom + 3:.2f} {inner[0] + side * w * 0.5:.2f},{bottom + 3:.2f}"
    )
    start, end = f"{inner[0]:.2f},{inner[1]:.2f}", f"{outer[0]:.2f},{outer[1]:.2f}"
    shape = f"M{start} {upper} {end} {lower} {start} Z"
    lash = mixed(person.hair if person.age < 0.8 else "#5b4a44", "#120a08", 0.6)
    lid_line = line(f"M{start} {upper} {end}", lash, 4.6 if person.lashes else 3.4)
    crease_y = y - h * 1.15
    crease = line(
        f"M{inner[0] + side * 5:.1f},{y - h * 0.5:.1f} Q{x:.1f},{crease_y - h * 0.55:.1f} "
        f"{outer[0]:.1f},{y - h * 0.62:.1f}",
        person.shade, 2.6)  # fmt: skip
    wing = (
        line(f"M{end} q{side * 7},{-2 - 5 * look.lid:.1f} {side * 11},{-6 - 5 * look.lid:.1f}", lash, 3.2)
        if person.lashes
        else ""
    )
    under = line(f"M{end} {lower} {start}", person.shade, 2)
    if look.lid < 0.14:
        return group(crease, opacity=0.4) + under + lid_line + wing
    ball = _ball(person, x + look.across, y - 1.5 + look.down, k)
    above = f"M{start} {upper} {end} l0,-40 L{inner[0]:.1f},{y - 44:.1f} Z"
    shade = "".join(
        path(above, "#3a2a35", transform=f"translate(0 {down})", opacity=0.13) for down in (2.5, 4.5, 6.5)
    )
    corner = ellipse(inner[0] + side * 3.5, inner[1] - 0.5, 4, 3, mixed(person.blush, "#ffffff", 0.25))
    return "".join(
        (
            group(crease, opacity=0.6),
            path(shape, "#f7f3f0"),
            clipped(shape, corner, ball, shade),
            group(under, opacity=0.7),
            lid_line,
            wing,
        )
    )


def _ball(person: Presenter, x: float, y: float, k: float) -> str:
    r = 15.6 * k
    light = mixed(person.iris, "#ffffff", 0.35)
    definition, fill = radial(
        ((0, light), (0.55, person.iris), (1, mixed(person.iris, "#000000", 0.6))), x, y + 4, r
    )
    return (
        f"<defs>{definition}</defs>"
        + ellipse(x, y, r, r, fill)
        + ellipse(x, y, r * 0.47, r * 0.47, "#0e0a0c")
        + ellipse(x - r * 0.34, y - r * 0.36, r * 0.25, r * 0.29, "#ffffff")
        + ellipse(x + r * 0.36, y + r * 0.38, r * 0.13, r * 0.13, "#ffffff", opacity=0.6)
    )


def _brow(person: Presenter, side: int, raised: float) -> str:
    t = person.brow_width
    x0, x1, x2 = 500 + side * 35, 500 + side * 74, 500 + side * 110
    y = 364 - raised - (4 if person.eye_scale > 1.1 else 0)
    shape = (
        f"M{x0},{y - 1} C{x0 + side * 14},{y - 8 - t * 0.3:.1f} {x1},{y - 12 - t * 0.3:.1f} {x2},{y + 6} "
        f"C{x1 + side * 6},{y - 6 + t * 0.3:.1f} {x0 + side * 14},{y - 3 + t * 0.55:.1f} "
        f"{x0},{y - 1 + t * 0.8:.1f} Z"
    )
    colour = mixed(person.hair, "#1a0f0c", 0.25) if person.age < 0.8 else mixed(person.hair, "#8a7f78", 0.6)
    return path(shape, colour, opacity=0.9)


def _glasses() -> str:
    rims = []
    for side in (-1, 1):
        x = 500 + side * _EYE_X
        rims.append(f'<rect x="{x - 46}" y="376" width="92" height="70" rx="30" '
                    f'fill="#ffffff" fill-opacity="0.07" '
                    f'stroke="#3b2a22" stroke-width="5"/>')  # fmt: skip
        rims.append(line(f"M{x - 28},392 l14,-8", "#ffffff", 4, opacity=0.5))
        rims.append(line(f"M{500 + side * 113},396 L{500 + side * 128},392", "#3b2a22", 5))
    return "".join(rims) + line("M479,398 Q500,388 521,398", "#3b2a22", 5)
