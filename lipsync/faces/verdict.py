"""What a look at a video's faces came to: plain data that can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Slug = Literal[
    "one_clear_face",
    "no_face",
    "too_small",
    "turned_away",
    "several_people",
    "leaves_picture",
    "could_not_look",
]
Trouble = Literal[
    "no_runtime", "no_ffmpeg", "not_playable", "too_slow", "broken", "not_fetched", "not_kept", "gone"
]
SLUGS: tuple[Slug, ...] = get_args(Slug)
TROUBLES: tuple[Trouble, ...] = get_args(Trouble)
JUDGE = 1
"""The version of all that leads to a verdict. One more whenever a limit, a network or the sampling changes:
kept verdicts of an older judge are not shown, and the video is looked at again."""


@dataclass(frozen=True)
class FaceVerdict:
    """Whether a lip sync of a video is likely to look right. A warning, never a wall.

    The numbers are 0 where nothing was seen. They are about the biggest face of each sampled frame.
    """

    slug: Slug
    trouble: Trouble | None = None
    """Why nobody could look; only with `could_not_look`."""
    frames: int = 0
    """How many frames were looked at."""
    face_share: float = 0.0
    """Share of those frames with a face."""
    height_share: float = 0.0
    """Forehead to chin as a share of the frame's shorter side, in the middling frame.

    In a landscape video that is its height.
    """
    yaw: float = 0.0
    """How far the face is turned to a side, in degrees without a sign, in the middling frame."""
    turned_share: float = 0.0
    """Share of the frames with a face in which it is turned or tilted too far."""
    roll: float = 0.0
    """How far the head is tilted, in degrees without a sign, in the middling frame."""
    cut_share: float = 0.0
    """Share of the frames with a face in which mouth, chin or a cheek is over the edge."""
    people: int = 0
    """Faces at least half as high as the biggest one, in a quarter of the frames or more."""
    at_seconds: float | None = None
    """Where in the video the shown frame is."""
    away_from: float | None = None
    """From where on, in seconds, the face is cut or missing; None when it stays."""
    away_to: float | None = None
    """Until when, in seconds; None when it is away to the end, or stays."""
    portrait: bool = False
    still: bool = False
    """A picture was looked at, not a video."""
    framed: bytes | None = field(default=None, repr=False, compare=False)
    """The shown frame as a JPEG, with boxes around the faces. Not part of `as_dict`."""

    @property
    def fine(self) -> bool:
        """True when there is nothing to warn of."""
        return self.slug == "one_clear_face"

    def as_dict(self) -> dict[str, Any]:
        """Everything but the picture, ready for JSON."""
        return {
            "slug": self.slug,
            "trouble": self.trouble,
            "frames": self.frames,
            "face_share": round(self.face_share, 3),
            "height_share": round(self.height_share, 3),
            "yaw": round(self.yaw, 1),
            "turned_share": round(self.turned_share, 3),
            "roll": round(self.roll, 1),
            "cut_share": round(self.cut_share, 3),
            "people": self.people,
            "at_seconds": self.at_seconds,
            "away_from": self.away_from,
            "away_to": self.away_to,
            "portrait": self.portrait,
            "still": self.still,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any], *, framed: bytes | None = None) -> FaceVerdict:
        """A verdict out of `as_dict`, defaults for what is missing. Raises ValueError for an unknown slug."""
        if kept.get("slug") not in SLUGS:
            raise ValueError("not a verdict on faces")
        trouble = kept.get("trouble")
        numbers = ("face_share", "height_share", "yaw", "turned_share", "roll", "cut_share")
        return cls(
            slug=kept["slug"],
            trouble=trouble if trouble in TROUBLES else None,
            frames=int(kept.get("frames", 0)),
            people=int(kept.get("people", 0)),
            at_seconds=_moment(kept.get("at_seconds")),
            away_from=_moment(kept.get("away_from")),
            away_to=_moment(kept.get("away_to")),
            portrait=bool(kept.get("portrait", False)),
            still=bool(kept.get("still", False)),
            framed=framed,
            **{name: float(kept.get(name, 0.0)) for name in numbers},
        )


def nobody_looked(trouble: Trouble, *, still: bool = False) -> FaceVerdict:
    """The verdict when a video (or a picture: `still`) could not be looked at."""
    return FaceVerdict("could_not_look", trouble, still=still)


def _moment(kept: Any) -> float | None:
    return None if kept is None else float(kept)
