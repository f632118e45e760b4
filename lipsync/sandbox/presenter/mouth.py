"""The mouth, from a few numbers to a drawing."""

from __future__ import annotations

from dataclasses import dataclass

from lipsync.sandbox.presenter.people import Presenter
from lipsync.sandbox.presenter.svg import clipped, ellipse, line, linear, mixed, path, soft

MOUTH_Y = 541.0
OPEN_UNITS = 52.0
"""Height of the inner opening at `open` 1, in canvas units."""


@dataclass(frozen=True)
class MouthShape:
    """What the lips do. All from 0 to 1, but `spread` from −1 (rounded) to 1 (wide).

    `open` is the gap between the lips, `press` lips rolled in (m, b, p), `bite` the lower lip
    under the upper teeth (f, v), `tongue` the tongue's tip behind the upper teeth (l, n, th).
    """

    open: float = 0.0
    spread: float = 0.0
    press: float = 0.0
    bite: float = 0.0
    tongue: float = 0.0


REST = MouthShape()


def mouth(person: Presenter, shape: MouthShape) -> str:
    """The mouth as SVG."""
    wide, narrow = max(shape.spread, 0.0), max(-shape.spread, 0.0)
    w = person.mouth_half_width * (1 + 0.16 * wide - 0.40 * narrow - 0.06 * shape.open)
    gap = OPEN_UNITS * shape.open
    full = person.lip_fullness * (1 - 0.4 * shape.press - 0.12 * wide + 0.22 * narrow)
    upper, lower = 10.5 * full, 14.0 * full * (1 - 0.45 * shape.bite)
    y = MOUTH_Y - 1.5 * shape.press
    top, bottom = y - 0.24 * gap, y + 0.76 * gap
    corner = y - 10.0 - 1.5 * wide + 4.0 * narrow + 0.17 * gap
    outline = _lips(w, top - upper, bottom + lower, corner)
    inner = _opening(w - 3.5, top, bottom, corner)
    dark = mixed(person.lip, "#2a0a0c", 0.45)
    lit = mixed(person.lip, "#ffffff", 0.22)
    definition, fill = linear(((0, mixed(person.lip, "#4a1418", 0.28)), (0.5, person.lip), (1, person.lip)),
                              500, top - upper, 500, bottom + lower)  # fmt: skip
    below = mixed(person.hair, "#000000", 0.3) if person.beard else person.shade
    shadow = soft(502, bottom + lower + 7, w * 0.85, 13, below, 0.62)
    shine = clipped(outline, soft(494, bottom + lower * 0.5, w * 0.5, max(lower * 0.42, 2), lit, 0.9))
    inside = _inside(person, shape, inner, w, top, bottom, gap) if gap > 1.2 else ""
    seam = line(_seam(w - 1, top, corner), dark, 2.6) if gap <= 6 else ""
    corners = soft(500 - w, corner, 6.5, 5.5, person.shade, 0.9) + soft(
        500 + w, corner, 6.5, 5.5, person.shade, 0.9
    )
    return f"<defs>{definition}</defs>" + shadow + corners + path(outline, fill) + shine + inside + seam


def _inside(
    person: Presenter, shape: MouthShape, inner: str, w: float, top: float, bottom: float, gap: float
) -> str:
    teeth_y = top + min(11.0, 4.0 + 0.22 * gap)
    teeth = path(
        f"M{500 - w * 0.78:.2f},{top - 8:.2f} L{500 + w * 0.78:.2f},{top - 8:.2f} "
        f"L{500 + w * 0.7:.2f},{teeth_y - 2:.2f} "
        f"Q500,{teeth_y + 2.5:.2f} {500 - w * 0.7:.2f},{teeth_y - 2:.2f} Z", "#f6f1ea")  # fmt: skip
    lower = (
        path(
            f"M{500 - w * 0.55:.2f},{bottom + 6:.2f} L{500 - w * 0.5:.2f},{bottom - 5:.2f} "
            f"Q500,{bottom - 1:.2f} "
            f"{500 + w * 0.5:.2f},{bottom - 5:.2f} L{500 + w * 0.55:.2f},{bottom + 6:.2f} Z",
            "#ddd3cb",
        )
        if shape.spread > 0.35 and gap > 14
        else ""
    )
    lift = shape.tongue * max(gap - 9, 0)
    high = 9 + 0.16 * gap + lift * 0.2
    tongue = ellipse(500, bottom + 5 - lift * 0.75, w * 0.56, high, "#b34a52") + soft(
        496, bottom + 4 - lift * 0.75, w * 0.45, high * 0.8, "#d4707a", 0.8
    )
    depth = "".join(line(inner, "#16040a", width, opacity=0.2) for width in (3, 6, 9))
    return clipped(inner, path(inner, "#3d0d14"), tongue, lower, teeth, depth) + line(
        inner, mixed(person.lip, "#2a0a0c", 0.5), 1.4, opacity=0.7
    )


def _lips(w: float, top: float, bottom: float, corner: float) -> str:
    """The outer edge, with Cupid's bow."""
    left, right = 500 - w, 500 + w
    return (
        f"M{left:.2f},{corner:.2f} C{500 - w * 0.62:.2f},{corner - (corner - top) * 0.62:.2f} "
        f"{500 - w * 0.42:.2f},{top - 1.5:.2f} "
        f"{500 - w * 0.2:.2f},{top - 1.2:.2f} Q500,{top - 0.8:.2f} 500,{top + 2.4:.2f} Q500,{top - 0.8:.2f} "
        f"{500 + w * 0.2:.2f},{top - 1.2:.2f} C{500 + w * 0.42:.2f},{top - 1.5:.2f} "
        f"{500 + w * 0.62:.2f},{corner - (corner - top) * 0.62:.2f} {right:.2f},{corner:.2f} "
        f"C{500 + w * 0.88:.2f},{corner + (bottom - corner) * 0.74:.2f} "
        f"{500 + w * 0.4:.2f},{bottom:.2f} 500,{bottom:.2f} "
        f"C{500 - w * 0.4:.2f},{bottom:.2f} "
        f"{500 - w * 0.88:.2f},{corner + (bottom - corner) * 0.74:.2f} {left:.2f},{corner:.2f} Z"
    )


def _opening(w: float, top: float, bottom: float, corner: float) -> str:
    left, right = 500 - w, 500 + w
    return (
        f"M{left:.2f},{corner:.2f} C{500 - w * 0.6:.2f},{corner - (corner - top) * 0.9:.2f} "
        f"{500 - w * 0.3:.2f},{top:.2f} 500,{top + 0.8:.2f} "
        f"C{500 + w * 0.3:.2f},{top:.2f} {500 + w * 0.6:.2f},{corner - (corner - top) * 0.9:.2f} "
        f"{right:.2f},{corner:.2f} "
        f"C{500 + w * 0.88:.2f},{corner + (bottom - corner) * 0.8:.2f} "
        f"{500 + w * 0.36:.2f},{bottom:.2f} 500,{bottom:.2f} "
        f"C{500 - w * 0.36:.2f},{bottom:.2f} "
        f"{500 - w * 0.88:.2f},{corner + (bottom - corner) * 0.8:.2f} {left:.2f},{corner:.2f} Z"
    )


def _seam(w: float, y: float, corner: float) -> str:
    return (
        f"M{500 - w:.2f},{corner:.2f} Q{500 - w * 0.45:.2f},{y + 1.5:.2f} {500 - w * 0.14:.2f},{y + 0.2:.2f} "
        f"Q500,{y + 2.6:.2f} {500 + w * 0.14:.2f},{y + 0.2:.2f} Q{500 + w * 0.45:.2f},{y + 1.5:.2f} "
        f"{500 + w:.2f},{corner:.2f}"
    )
