"""Backgrounds, out of focus, lit from the upper left as the people are.

Drawn on a stage of 1600 × 1600 units, of which a frame shows the middle part of its own shape.
"""

from __future__ import annotations

import numpy as np

from lipsync.sandbox.presenter.svg import Box, blurred, ellipse, group, line, linear, mixed, path, radial

STAGE = 1600


def view(size: tuple[int, int]) -> Box:
    """The part of the stage a frame of this size shows."""
    width, height = size
    scale = STAGE / max(width, height)
    across, down = width * scale, height * scale
    return Box((STAGE - across) / 2, (STAGE - down) / 2, (STAGE + across) / 2, (STAGE + down) / 2)


def scenery(name: str) -> str:
    """The named background as SVG."""
    return {
        "studio": _studio, "home": _home, "library": _library, "evening": _evening, "garden": _garden,
        "gallery": _gallery,
    }[name]()  # fmt: skip


def _wash(top: str, bottom: str) -> str:
    definition, fill = linear(((0, top), (1, bottom)), 300, 0, 900, STAGE)
    return f'<defs>{definition}</defs><rect width="{STAGE}" height="{STAGE}" fill="{fill}"/>'


def _glow(x: float, y: float, radius: float, colour: str, strength: float) -> str:
    definition, fill = radial(((0, colour), (1, colour + "00")), x, y, radius)
    return f"<defs>{definition}</defs>" + ellipse(x, y, radius, radius, fill, opacity=strength)


def _rectangle(x: float, y: float, width: float, height: float, fill: str, radius: float = 0) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" fill="{fill}"/>'


def _studio() -> str:
    panels = "".join(
        _rectangle(x, 0, 128, STAGE, "#1d4e66" if i % 2 else "#255d78")
        for i, x in enumerate(range(0, STAGE, 150))
    )
    ring = '<circle cx="1180" cy="640" r="210" fill="none" stroke="#8fd3e6" stroke-width="14" opacity="0.5"/>'
    strips = line("M0,1060 L1600,1010", "#f0b45e", 16) + line("M0,1110 L1600,1068", "#58b8d4", 7)
    return (
        _wash("#2f7591", "#123347") + blurred(10, panels, opacity=0.55)
        + blurred(9, ring, strips, opacity=0.75)
        + _glow(420, 420, 620, "#bfeaf5", 0.5) + _glow(1280, 560, 420, "#59b5d2", 0.35)
    )  # fmt: skip


def _home() -> str:
    window = (
        _rectangle(150, 330, 330, 560, "#fff6de", 8)
        + _rectangle(305, 330, 14, 560, "#d9bd96")
        + _rectangle(150, 590, 330, 14, "#d9bd96")
    )
    curtain = path("M60,250 C130,560 110,900 70,1180 L-20,1180 L-20,250 Z", "#f0d7b4")
    shelf = (
        _rectangle(1080, 690, 420, 22, "#8a5a3a", 6)
        + _rectangle(1120, 590, 46, 100, "#c46a4a", 6)
        + _rectangle(1172, 610, 34, 80, "#e8c89a", 4)
        + _rectangle(1212, 582, 40, 108, "#5f7d71", 4)
    )
    plant = "".join(
        line(
            f"M1390,690 Q{1390 + dx * 0.4},{560 - abs(dx) * 0.1:.0f} {1390 + dx},{520 + abs(dx) * 0.5:.0f}",
            "#5b8a5c",
            22,
        )
        for dx in (-110, -60, -10, 45, 100)
    ) + path("M1345,690 h90 l-14,-70 h-62 Z", "#d98e5f")
    lamp = ellipse(1330, 420, 70, 70, "#ffe3ad")
    return (
        _wash("#eccfa6", "#b98560") + blurred(14, window, curtain, shelf, plant, opacity=0.95)
        + blurred(26, lamp)
        + _glow(320, 560, 640, "#fff2cf", 0.7) + _glow(1330, 420, 300, "#ffe2a0", 0.5)
    )  # fmt: skip


def _library() -> str:
    random = np.random.default_rng(7)
    colours = ("#7d3c33", "#3e5a52", "#b08a4d", "#54432f", "#6a6f7c", "#93604a", "#2f4657", "#a59a7c")
    books = []
    for shelf_y in range(120, STAGE, 250):
        x = 0.0
        while x < STAGE:
            width, height = float(random.uniform(26, 62)), float(random.uniform(150, 215))
            if random.random() > 0.1:
                books.append(_rectangle(round(x), round(shelf_y + 222 - height), round(width - 4),
                                        round(height),
                                        colours[int(random.integers(len(colours)))], 4))  # fmt: skip
            x += width
        books.append(_rectangle(0, shelf_y + 222, STAGE, 20, "#4a2f1f"))
    return (
        _wash("#5b3d28", "#2b1b12") + blurred(11, *books) + group(
            _rectangle(0, 0, STAGE, STAGE, "#24150c"), opacity=0.38)
        + _glow(360, 500, 560, "#ffca7a", 0.55) + _glow(1320, 760, 420, "#ffb35c", 0.28)
    )  # fmt: skip


def _evening() -> str:
    random = np.random.default_rng(21)
    towers = "".join(
        _rectangle(x, 620 + int(random.integers(0, 300)), 120, 1000, colour)
        for x, colour in zip(range(-20, STAGE, 128), ("#1d2440", "#252d4d", "#1a2038") * 5, strict=False)
    )
    lights = []
    for _ in range(110):
        x, y = float(random.uniform(0, STAGE)), float(random.normal(880, 170))
        colour = ("#ffc678", "#ff9d6b", "#ffe9b8", "#8fb6ff", "#ff7f8f")[int(random.integers(5))]
        radius = float(random.uniform(9, 30))
        lights.append(
            ellipse(x, y, radius, radius, colour, opacity=round(float(random.uniform(0.25, 0.8)), 2))
        )
    return (
        _wash("#33406e", "#c4705c") + _glow(800, 900, 900, "#ff9a6a", 0.55) + blurred(9, towers, opacity=0.8)
        + blurred(3.5, *lights) + _glow(300, 380, 600, "#93a8e8", 0.35)
    )  # fmt: skip


def _garden() -> str:
    random = np.random.default_rng(5)
    leaves = []
    for _ in range(150):
        x, y = float(random.uniform(0, STAGE)), float(random.uniform(250, STAGE))
        colour = ("#8ec06c", "#6aa557", "#b6d987", "#4f8a4c", "#d6eaa0")[int(random.integers(5))]
        radius = float(random.uniform(24, 80))
        leaves.append(
            ellipse(x, y, radius, radius * 0.9, colour, opacity=round(float(random.uniform(0.3, 0.8)), 2))
        )
    flowers = [
        ellipse(float(random.uniform(0, STAGE)), float(random.uniform(980, 1250)), 17, 17,
                ("#ffd1dc", "#fff3b0", "#ffffff")[int(random.integers(3))])
        for _ in range(34)
    ]  # fmt: skip
    return (
        _wash("#cfeaf2", "#5f9a55") + blurred(22, *leaves) + blurred(6, *flowers, opacity=0.85)
        + _glow(380, 380, 700, "#fffbd6", 0.75)
    )  # fmt: skip


def _gallery() -> str:
    picture = (
        _rectangle(180, 400, 330, 430, "#d8b67a", 4)
        + _rectangle(200, 420, 290, 390, "#e9e4da")
        + path("M200,810 L300,600 L380,700 L440,620 L490,700 L490,810 Z", "#7b8f9c")
        + ellipse(400, 520, 42, 42, "#e3905f")
    )
    arch = path(
        "M1090,1400 L1090,640 C1090,500 1190,440 1270,440 C1350,440 1450,500 1450,640 L1450,1400 Z", "#c9bcae"
    )
    arch_in = path(
        "M1120,1400 L1120,650 C1120,530 1200,470 1270,470 C1340,470 1420,530 1420,650 L1420,1400 Z", "#f7e8cd"
    )
    floor = _rectangle(0, 1180, STAGE, 420, mixed("#b6a08c", "#6b574a", 0.4))
    return (
        _wash("#d9d0c6", "#a3948a") + blurred(12, picture, arch, arch_in, floor)
        + _glow(360, 420, 620, "#fff7e6", 0.75)
        + _glow(1270, 760, 360, "#ffe9bd", 0.5)
    )  # fmt: skip
