"""Putting a frame together.

The still drawings (background, person) are made once. A frame is: the still person, a patch for the
eyes, a patch for the mouth, all bent by a smooth field of small shifts (turning head, breath, jaw)
and laid over the background. Patches are kept, so a mouth shape is drawn once. The body below the
neck moves by less than a third of a pixel a frame: it is bent for every second frame only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import NamedTuple

from PIL import Image

from lipsync.sandbox.presenter import clothes, hair, head
from lipsync.sandbox.presenter.backdrop import Backdrop, backdrop
from lipsync.sandbox.presenter.bending import BODY_CELL_UNITS, BODY_FROM, HEAD_CELL_UNITS, Mesh, Pose
from lipsync.sandbox.presenter.canvas import CANVAS, EYES, FRAME_SIZES, MOUTH, ClipSpec, Placement, placement
from lipsync.sandbox.presenter.eyes import Look, eyes
from lipsync.sandbox.presenter.motion import motion
from lipsync.sandbox.presenter.mouth import REST, MouthShape, mouth
from lipsync.sandbox.presenter.people import PRESENTERS, Presenter
from lipsync.sandbox.presenter.svg import Box, group, render

_THREADS, _AHEAD = 2, 2
_BODY_HELD_FRAMES = 2
_PATCHES_KEPT = 150
"""Of about 0.1 MB each; a clip needs about a hundred."""
_MARGIN = 20
"""Pixels drawn beyond the frame's edges, so that a moving person leaves no gap there."""
_OPEN_STEP, _SPREAD_STEP, _DETAIL_STEP = 0.03, 0.08, 0.25


class Stage:
    """Draws the frames of one clip."""

    def __init__(self, spec: ClipSpec) -> None:
        self._size = FRAME_SIZES[spec.orientation]
        self._spec = spec
        self._motion = motion(spec.seed, spec.frames)
        self._backdrop: Backdrop = backdrop(spec)
        self._cast = None if spec.faceless else _Cast(PRESENTERS[spec.presenter], placement(spec), self._size)

    def frames(self, mouths: Sequence[MouthShape] | None = None) -> Iterator[bytes]:
        """The clip's frames as RGB bytes; `mouths` is one shape a frame, none means at rest."""
        count = self._spec.frames

        def drawn(first: int) -> list[bytes]:
            numbers = range(first, min(first + _BODY_HELD_FRAMES, count))
            return [self.frame(number, mouths[number] if mouths else REST).tobytes() for number in numbers]

        # Pillow lets go of the interpreter while it bends, so two threads use two cores.
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="frames") as pool:
            waiting: deque[Future[list[bytes]]] = deque()
            for first in range(0, count, _BODY_HELD_FRAMES):
                waiting.append(pool.submit(drawn, first))
                if len(waiting) > _AHEAD:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()

    def frame(self, number: int, shape: MouthShape = REST) -> Image.Image:
        """One frame."""
        picture = self._backdrop.at(number)
        if self._cast is not None:
            body = self._pose(number - number % _BODY_HELD_FRAMES)
            self._cast.draw(picture, self._motion.looks[number], shape, self._pose(number, shape.open), body)
        self._backdrop.sign(picture)
        return picture

    def _pose(self, number: int, jaw: float = 0.0) -> Pose:
        m = self._motion
        return Pose(
            float(m.yaw[number]), float(m.pitch[number]), float(m.roll[number]), float(m.sway[number]),
            float(m.breath[number]), jaw,
        )  # fmt: skip


class _Cast:
    """The person, standing at their place in the frame."""

    def __init__(self, person: Presenter, place: Placement, size: tuple[int, int]) -> None:
        left, top = max(-_MARGIN, int(place.x)), max(-_MARGIN, int(place.y))
        right = min(size[0] + _MARGIN, int(place.x + CANVAS.width * place.scale))
        bottom = min(size[1] + _MARGIN, int(place.y + CANVAS.height * place.scale))
        self._corner = (left, top)
        k = place.scale
        box = Box((left - place.x) / k, (top - place.y) / k, (right - place.x) / k, (bottom - place.y) / k)
        self._figure = _Figure(person, box, (right - left, bottom - top), k)
        still = _still(self._figure)
        self._ready = still.convert("RGBa")
        border = min(still.height, round((BODY_FROM - box.top) * k))
        self._head = Mesh(still, box, k, (0, border), HEAD_CELL_UNITS)
        self._body = Mesh(still, box, k, (border, still.height), BODY_CELL_UNITS)
        self._body_corner = (left, top + border)
        self._bent_body = lru_cache(maxsize=_THREADS)(self._bend_body)

    def draw(self, picture: Image.Image, look: Look, shape: MouthShape, pose: Pose, body: Pose) -> None:
        """Lay the person over `picture`."""
        drawing = self._ready.copy()
        for patch, at in (_patch(self._figure, look), _patch(self._figure, _rounded(shape))):
            drawing.paste(patch, at)
        head = self._head.bend(drawing, pose)  # premultiplied, as it is laid over the picture
        picture.paste(head, self._corner, head)
        chest = self._bent_body(body)
        picture.paste(chest, self._body_corner, chest)

    def _bend_body(self, pose: Pose) -> Image.Image:
        return self._body.bend(self._ready, pose)


class _Figure(NamedTuple):
    """A person at a size: the part of the canvas that is seen, in how many pixels."""

    person: Presenter
    box: Box
    size: tuple[int, int]
    scale: float


@lru_cache(maxsize=4)
def _still(figure: _Figure) -> Image.Image:
    """Everything but eyes and mouth. Kept, since drawing it takes as long as twenty frames."""
    person = figure.person
    return render(
        group(
            hair.behind(person),
            head.neck(person),
            clothes.clothes(person),
            head.head(person),
            hair.on_top(person),
        ),
        figure.box,
        figure.size,
    )


@lru_cache(maxsize=_PATCHES_KEPT)
def _patch(figure: _Figure, what: Look | MouthShape) -> tuple[Image.Image, tuple[int, int]]:
    """A piece of the still drawing with eyes or mouth drawn in, and where it goes, on whole pixels."""
    part = EYES if isinstance(what, Look) else MOUTH
    k, seen = figure.scale, figure.box
    left, top = int((part.left - seen.left) * k), int((part.top - seen.top) * k)
    width, height = int(part.width * k) + 1, int(part.height * k) + 1
    x, y = seen.left + left / k, seen.top + top / k
    box = Box(x, y, x + width / k, y + height / k)
    drawn = eyes(figure.person, what) if isinstance(what, Look) else mouth(figure.person, what)
    piece = _still(figure).crop((left, top, left + width, top + height))
    piece.alpha_composite(render(drawn, box, (width, height)))
    return piece.convert("RGBa"), (left, top)


def _rounded(shape: MouthShape) -> MouthShape:
    """To steps too small to see, so that equal shapes share a drawing."""

    def near(value: float, step: float) -> float:
        return round(round(value / step) * step, 3)

    return MouthShape(
        near(shape.open, _OPEN_STEP),
        near(shape.spread, _SPREAD_STEP),
        near(shape.press, _DETAIL_STEP),
        near(shape.bite, _DETAIL_STEP),
        near(shape.tongue, _DETAIL_STEP),
    )
