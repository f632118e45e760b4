"""The drawn people: what tells them apart, as data."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True)
class Presenter:
    """One person. Colours are `#rrggbb`; lengths are canvas units; `age` from 0 (smooth) to 1 (lined)."""

    name: str
    skin: str
    shade: str
    light: str
    blush: str
    lip: str
    hair: str
    hair_style: Literal["bob", "curls", "silver", "short", "bunches", "bun"]
    iris: str
    brow_width: float
    clothes: Literal["blazer", "jumper", "cardigan", "shirt", "pinafore", "scarf"]
    cloth: str
    cloth_second: str
    scenery: Literal["studio", "home", "library", "evening", "garden", "gallery"]
    crown_y: float = 160
    """Where the hair ends above (canvas)."""
    face_half_width: float = 148
    jaw_half_width: float = 108
    chin_y: float = 612
    shoulder_scale: float = 0.8
    eye_scale: float = 1.0
    lip_fullness: float = 1.0
    mouth_half_width: float = 46
    lashes: bool = True
    glasses: bool = False
    beard: bool = False
    freckles: bool = False
    earrings: Literal["", "studs", "hoops"] = ""
    age: float = 0.0


_EVERYBODY = (
    Presenter(
        name="mei",
        skin="#f3cfb3", shade="#cf9678", light="#fbdfc8", blush="#ef9a8a", lip="#c9525e",
        hair="#221d24", hair_style="bob", iris="#4a2f22", brow_width=7, clothes="blazer",
        cloth="#27364f", cloth_second="#f4efe8", scenery="studio", jaw_half_width=100, shoulder_scale=0.77,
        earrings="studs",
    ),
    Presenter(
        name="amara",
        skin="#8a5539", shade="#5a3222", light="#b67a55", blush="#a4493c", lip="#8e3b40",
        hair="#231815", hair_style="curls", crown_y=84, iris="#2c1a12", brow_width=8, clothes="jumper",
        cloth="#e2a23b", cloth_second="#c2822a", scenery="home", jaw_half_width=106, shoulder_scale=0.78,
        earrings="hoops",
        lip_fullness=1.3, mouth_half_width=48,
    ),
    Presenter(
        name="oskar",
        skin="#eec3a8", shade="#c08a70", light="#fce0cc", blush="#e08c7c", lip="#b9746a",
        hair="#d8d6d2", hair_style="silver", iris="#5c7f94", brow_width=10, clothes="cardigan",
        cloth="#56644f", cloth_second="#e9e2d3", scenery="library", jaw_half_width=116, chin_y=618,
        shoulder_scale=0.88, lip_fullness=0.72, lashes=False, glasses=True, age=1.0,
    ),
    Presenter(
        name="diego",
        skin="#c98f68", shade="#94603f", light="#e6b48c", blush="#c06c52", lip="#a45f50",
        hair="#1d1613", hair_style="short", iris="#3b2415", brow_width=11, clothes="shirt",
        cloth="#7fa3bd", cloth_second="#e8eef2", scenery="evening", face_half_width=150, jaw_half_width=120,
        chin_y=620, shoulder_scale=0.93, lip_fullness=0.85, lashes=False, beard=True, age=0.25,
    ),
    Presenter(
        name="lily",
        skin="#fbd9c4", shade="#dda287", light="#ffe6d6", blush="#f49a8e", lip="#d98381",
        hair="#b5652e", hair_style="bunches", iris="#4e7d4a", brow_width=6, clothes="pinafore",
        cloth="#d95f5f", cloth_second="#fff4e3", scenery="garden", face_half_width=152, jaw_half_width=112,
        chin_y=598, shoulder_scale=0.62, freckles=True, eye_scale=1.26, lip_fullness=0.68,
        mouth_half_width=38, lashes=False,
    ),
    Presenter(
        name="nasrin",
        skin="#ddab85", shade="#a9754f", light="#f5cfae", blush="#d77c68", lip="#a94a4c",
        hair="#5b4a45", hair_style="bun", crown_y=106, iris="#5a3d1f", brow_width=7.5, clothes="scarf",
        cloth="#5d3a58", cloth_second="#d9b36c", scenery="gallery", jaw_half_width=104, shoulder_scale=0.78,
        earrings="studs",
        age=0.42,
    ),
)  # fmt: skip

PRESENTERS = MappingProxyType({person.name: person for person in _EVERYBODY})
