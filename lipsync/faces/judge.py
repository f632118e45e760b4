"""From the faces of some frames to one verdict. Where the limits come from: docs/faces.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from lipsync.faces.measured import FoundFace
from lipsync.faces.verdict import FaceVerdict, Slug

SMALLEST_SHARE = 0.20
MOST_YAW, MOST_ROLL = 30.0, 40.0
"""Degrees. Lip sync copes with heads tilted 30°; a little more is let pass, since heads sway."""
RARELY = 0.25
"""A face in fewer of the frames than this is none."""
TURNED_OFTEN, AWAY_OFTEN = 0.34, 0.2
"""Shares of the frames. Of 8 frames, one in the middle may be missed, two not."""
COMPARABLE = 0.5
"""Somebody half as high as the biggest face is another person, not a passer-by."""
OVER_EDGE = 0.02
"""Share of a face's width or height that may be over the edge. So little, because the points shrink back into
the picture: of a quarter that is cut off they show as little as 3 % (measured)."""


@dataclass(frozen=True)
class Judgement:
    """The verdict, and which of the frames shows it best."""

    verdict: FaceVerdict
    shown: int
    away: tuple[int, int] | None = None
    """The first and the last frame in which the face is cut or missing; None when it stays."""


def judge(frames: Sequence[Sequence[FoundFace]], size: tuple[int, int]) -> Judgement:
    """Judge the faces of frames of `size` pixels; the faces of a frame come biggest first.

    Raises ValueError without frames.
    """
    if not frames:
        raise ValueError("no frames")
    mains = [faces[0] for faces in frames if faces]
    verdict = FaceVerdict(
        slug="no_face",
        frames=len(frames),
        face_share=len(mains) / len(frames),
        portrait=size[1] > size[0],
    )
    if mains:
        verdict = _measured(verdict, frames, mains, size)
    away = [number for number, gone in enumerate(_away(frames, size)) if gone]
    leaves = verdict.slug == "leaves_picture" and away
    return Judgement(verdict, _shown(verdict.slug, frames, size), (away[0], away[-1]) if leaves else None)


def _measured(
    counted: FaceVerdict, frames: Sequence[Sequence[FoundFace]], mains: list[FoundFace], size: tuple[int, int]
) -> FaceVerdict:
    verdict = FaceVerdict(
        slug="no_face",
        frames=counted.frames,
        face_share=counted.face_share,
        height_share=median(face.height for face in mains) / min(size),
        yaw=median(abs(face.yaw) for face in mains),
        turned_share=sum(_turned(face) for face in mains) / len(mains),
        roll=median(abs(face.roll) for face in mains),
        cut_share=sum(_cut(face, size) for face in mains) / len(mains),
        people=_people(frames),
        portrait=counted.portrait,
    )
    return replace(verdict, slug=_slug(verdict, leaves=_leaves(frames, size)))


def _slug(seen: FaceVerdict, *, leaves: bool) -> Slug:
    """What is seen of a cut face says little of how it is turned. A turned one is missed now and then."""
    if seen.face_share < RARELY:
        return "no_face"
    if seen.people > 1:
        return "several_people"
    if seen.height_share < SMALLEST_SHARE:
        return "too_small"
    if seen.cut_share >= AWAY_OFTEN:
        return "leaves_picture"
    if seen.turned_share >= TURNED_OFTEN:
        return "turned_away"
    return "leaves_picture" if leaves else "one_clear_face"


def _leaves(frames: Sequence[Sequence[FoundFace]], size: tuple[int, int]) -> bool:
    """Whether the face is missing or cut at the beginning, at the end, or more than now and then."""
    away = _away(frames, size)
    return away[0] or away[-1] or sum(away) / len(away) > AWAY_OFTEN


def _away(frames: Sequence[Sequence[FoundFace]], size: tuple[int, int]) -> list[bool]:
    return [not faces or _cut(faces[0], size) for faces in frames]


def _turned(face: FoundFace) -> bool:
    return abs(face.yaw) > MOST_YAW or abs(face.roll) > MOST_ROLL


def _cut(face: FoundFace, size: tuple[int, int]) -> bool:
    """Whether the edge takes away a part that speaks. A forehead over the upper edge is a usual close-up."""
    width, height = face.right - face.left, face.bottom - face.top
    beyond = max(-face.left, face.right - size[0]) > OVER_EDGE * width
    x, y = face.mouth
    inside = 0 <= x < size[0] and 0 <= y < size[1]
    return beyond or not inside or face.bottom - size[1] > OVER_EDGE * height


def comparable(faces: Sequence[FoundFace]) -> list[FoundFace]:
    """The faces of one frame that count as people."""
    return [face for face in faces if face.height >= COMPARABLE * faces[0].height]


def _people(frames: Sequence[Sequence[FoundFace]]) -> int:
    counts = sorted((len(comparable(faces)) for faces in frames if faces), reverse=True)
    # With 8 frames the second highest, since one frame alone may be wrong.
    return max(1, counts[min(len(counts) - 1, round(RARELY * len(frames)) - 1)])


def _shown(slug: Slug, frames: Sequence[Sequence[FoundFace]], size: tuple[int, int]) -> int:
    """The frame in which one sees what the verdict says; the middle one when all are alike."""
    middle = (len(frames) - 1) / 2
    away = _away(frames, size)

    def telling(number: int) -> tuple[float, float]:
        faces = frames[number]
        if not faces:
            return (-1.0, -abs(number - middle))
        main = faces[0]
        if slug == "several_people":
            told = float(len(comparable(faces)))
        elif slug == "turned_away":
            told = float(_turned(main))
        elif slug == "leaves_picture":
            # Cut by the edge, or the last and the first that one sees of it.
            told = 2.0 * _cut(main, size) + any(away[max(0, number - 1) : number + 2])
        else:
            told = round(main.sure, 1)
        return (told, -abs(number - middle))

    return max(range(len(frames)), key=telling)
