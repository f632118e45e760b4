"""Putting a frame together.

The still drawing (background, person) is made once a clip. A frame is: the still person, a patch
for the eyes, a patch for the mouth, all bent by a smooth field of small shifts (turning head,
breath, jaw) and laid over the background. Patches are cached, so a mouth shape is drawn once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

from PIL import Image

from lipsync.sandbox.presenter import clothes, hair, head
from lipsync.sandbox.presenter.backdrop import Backdrop, backdrop
from lipsync.sandbox.presenter.bending import Mesh, Pose
from lipsync.sandbox.presenter.canvas import CANVAS, EYES, FRAME_SIZES, MOUTH, ClipSpec, Placement, placement
from lipsync.sandbox.presenter.eyes import Look, eyes
from lipsync.sandbox.presenter.motion import motion
from lipsync.sandbox.presenter.mouth import REST, MouthShape, mouth
from lipsync.sandbox.presenter.people import PRESENTERS, Presenter
from lipsync.sandbox.presenter.svg import Box, group, render

_THREADS, _AHEAD = 2, 4
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

        def drawn(number: int) -> bytes:
            return self.frame(number, mouths[number] if mouths else REST).tobytes()

        # Pillow lets go of the interpreter while it bends, so two threads use two cores.
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="frames") as pool:
            waiting: deque[Future[bytes]] = deque()
            for number in range(self._spec.frames):
                waiting.append(pool.submit(drawn, number))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def frame(self, number: int, shape: MouthShape = REST) -> Image.Image:
        """One frame."""
        picture = self._backdrop.at(number)
        if self._cast is not None:
            m = self._motion
            pose = Pose(
                float(m.yaw[number]), float(m.pitch[number]), float(m.roll[number]), float(m.sway[number]),
                float(m.breath[number]), shape.open,
            )  # fmt: skip
            self._cast.draw(picture, m.looks[number], shape, pose)
        self._backdrop.sign(picture)
        return picture


class _Cast:
    """The person, standing at their place in the frame."""

    def __init__(self, person: Presenter, place: Placement, size: tuple[int, int]) -> None:
        self._person, self._place = person, place
        left, top = max(-_MARGIN, int(place.x)), max(-_MARGIN, int(place.y))
        right = min(size[0] + _MARGIN, int(place.x + CANVAS.width * place.scale))
        bottom = min(size[1] + _MARGIN, int(place.y + CANVAS.height * place.scale))
        self._corner = (left, top)
        pixels = (right - left, bottom - top)
        k = place.scale
        box = Box((left - place.x) / k, (top - place.y) / k, (right - place.x) / k, (bottom - place.y) / k)
        self._box = box
        self._still = _still(person, box, pixels)
        self._ready = self._still.convert("RGBa")
        self._mesh = Mesh(self._still, box, k)
        self._patches = lru_cache(maxsize=256)(self._patch)

    def draw(self, picture: Image.Image, look: Look, shape: MouthShape, pose: Pose) -> None:
        """Lay the person over `picture`."""
        drawing = self._ready.copy()
        for patch, at in (self._patches(look), self._patches(_rounded(shape))):
            drawing.paste(patch, at)
        bent = self._mesh.bend(drawing, pose).convert("RGBA")
        picture.paste(bent, self._corner, bent)

    def _patch(self, what: Look | MouthShape) -> tuple[Image.Image, tuple[int, int]]:
        """A piece of the still drawing with eyes or mouth drawn in, and where it goes, on whole pixels."""
        part = EYES if isinstance(what, Look) else MOUTH
        k = self._place.scale
        left, top = int((part.left - self._box.left) * k), int((part.top - self._box.top) * k)
        width, height = int(part.width * k) + 1, int(part.height * k) + 1
        x, y = self._box.left + left / k, self._box.top + top / k
        box = Box(x, y, x + width / k, y + height / k)
        drawn = eyes(self._person, what) if isinstance(what, Look) else mouth(self._person, what)
        piece = self._still.crop((left, top, left + width, top + height))
        piece.alpha_composite(render(drawn, box, (width, height)))
        return piece.convert("RGBa"), (left, top)


@lru_cache(maxsize=4)
def _still(person: Presenter, box: Box, size: tuple[int, int]) -> Image.Image:
    """Everything but eyes and mouth. Kept, since drawing it takes as long as twenty frames."""
    return render(
        group(
            hair.behind(person),
            head.neck(person),
            clothes.clothes(person),
            head.head(person),
            hair.on_top(person),
        ),
        box,
        size,
    )


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
