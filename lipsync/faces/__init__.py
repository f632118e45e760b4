"""Looking at a video before anybody pays: is there one clear face? See docs/faces.md."""

from lipsync.faces.look import look_at, look_at_picture
from lipsync.faces.verdict import SLUGS, FaceVerdict, Slug, Trouble
from lipsync.faces.words import advice, meaning, short, title

__all__ = [
    "SLUGS", "FaceVerdict", "Slug", "Trouble", "advice", "look_at", "look_at_picture", "meaning", "short",
    "title",
]  # fmt: skip
