"""Drawing with SVG text: a few helpers to write it, and resvg to turn it into pixels.

All measures are canvas units (see `canvas.py`); resvg draws them with anti-aliasing at any scale.
"""

from __future__ import annotations

import io
from itertools import count
from typing import NamedTuple

import resvg_py
from PIL import Image


class Box(NamedTuple):
    """A part of the canvas, in canvas units."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


def render(body: str, box: Box, size: tuple[int, int]) -> Image.Image:
    """Draw SVG elements: the part `box` of the canvas, into an RGBA picture of `size` pixels."""
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
        f'viewBox="{box.left:.3f} {box.top:.3f} {box.width:.3f} {box.height:.3f}" '
        f'preserveAspectRatio="none">{body}</svg>'
    )
    png = resvg_py.svg_to_bytes(svg_string=text, skip_system_fonts=True)
    return Image.open(io.BytesIO(png)).convert("RGBA")


_numbers = count()


def fresh_id() -> str:
    """A name for a gradient, clip or filter that no other element has."""
    return f"i{next(_numbers)}"


# Fill and stroke are given their own opacity: an element's `opacity` costs a layer of its own.


def path(data: str, fill: str, *, opacity: float = 1.0, **attributes: object) -> str:
    """A filled shape."""
    return f'<path d="{data}" fill="{fill}" fill-opacity="{opacity:.4f}"{_written(attributes)}/>'


def line(data: str, colour: str, width: float, *, opacity: float = 1.0) -> str:
    """A stroke with round ends."""
    return (
        f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{width:.2f}" '
        f'stroke-opacity="{opacity:.4f}" stroke-linecap="round" stroke-linejoin="round"/>'
    )


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, *, opacity: float = 1.0) -> str:
    """An ellipse around (x, y)."""
    return (
        f'<ellipse cx="{x:.2f}" cy="{y:.2f}" rx="{max(rx, 0):.2f}" ry="{max(ry, 0):.2f}" '
        f'fill="{fill}" fill-opacity="{opacity:.4f}"/>'
    )


def group(*parts: str, **attributes: object) -> str:
    """Elements that share attributes."""
    return f"<g{_written(attributes)}>{''.join(parts)}</g>"


def clipped(outline: str, *parts: str) -> str:
    """Elements seen only inside the outline (path data)."""
    name = fresh_id()
    return (
        f'<clipPath id="{name}"><path d="{outline}"/></clipPath>'
        f'<g clip-path="url(#{name})">{"".join(parts)}</g>'
    )


def blurred(deviation: float, *parts: str, opacity: float = 1.0, margin: float = 0.3) -> str:
    """Elements out of focus; `deviation` in canvas units, `margin` a share of the elements' size.

    Blurring is most of the cost of a drawing, and small deviations cost most a pixel: keep those
    to small things, and give large ones a small margin (three deviations are enough).
    """
    name = fresh_id()
    return (
        f'<filter id="{name}" x="{-margin:.0%}" y="{-margin:.0%}" width="{1 + 2 * margin:.0%}" '
        f'height="{1 + 2 * margin:.0%}">'
        f'<feGaussianBlur stdDeviation="{deviation}"/></filter>'
        f'<g filter="url(#{name})" opacity="{opacity}">{"".join(parts)}</g>'
    )


def soft(x: float, y: float, rx: float, ry: float, colour: str, opacity: float = 1.0) -> str:
    """An ellipse that fades towards its edge: many times cheaper than a blurred one."""
    name = fresh_id()
    return (
        f'<radialGradient id="{name}"><stop offset="0" stop-color="{colour}"/>'
        f'<stop offset="0.45" stop-color="{colour}" stop-opacity="0.72"/>'
        f'<stop offset="0.75" stop-color="{colour}" stop-opacity="0.2"/>'
        f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
        + ellipse(x, y, rx, ry, f"url(#{name})", opacity=opacity)
    )


def soft_line(data: str, colour: str, width: float, opacity: float) -> str:
    """A stroke that fades to both sides: strokes of growing width over each other, no filter."""
    steps = 8
    share = 1 - (1 - opacity) ** (1 / steps)
    widths = (width * (0.25 + 1.75 * (step / (steps - 1)) ** 1.2) for step in range(steps))
    return "".join(line(data, colour, each, opacity=share) for each in widths)


def linear(
    stops: tuple[tuple[float, str], ...], x1: float, y1: float, x2: float, y2: float
) -> tuple[str, str]:
    """A gradient from (x1, y1) to (x2, y2) in canvas units: (its definition, how to fill with it)."""
    name = fresh_id()
    definition = (
        f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}">'
        f"{_stops(stops)}</linearGradient>"
    )
    return definition, f"url(#{name})"


def radial(stops: tuple[tuple[float, str], ...], x: float, y: float, radius: float) -> tuple[str, str]:
    """A gradient around (x, y) in canvas units: (its definition, how to fill with it)."""
    name = fresh_id()
    definition = (
        f'<radialGradient id="{name}" gradientUnits="userSpaceOnUse" cx="{x}" cy="{y}" r="{radius}">'
        f"{_stops(stops)}</radialGradient>"
    )
    return definition, f"url(#{name})"


def mixed(first: str, second: str, share: float) -> str:
    """A colour between two `#rrggbb` colours; `share` of the second."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _stops(stops: tuple[tuple[float, str], ...]) -> str:
    written = []
    for offset, colour in stops:
        opacity = int(colour[7:9], 16) / 255 if len(colour) == 9 else 1.0
        written.append(f'<stop offset="{offset}" stop-color="{colour[:7]}" stop-opacity="{opacity:.3f}"/>')
    return "".join(written)


def _written(attributes: dict[str, object]) -> str:
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
