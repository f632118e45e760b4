"""The two small neural networks, and what goes into them and comes out.

Only the child process imports this module (and with it numpy and LiteRT).
Where the models are from: `models/ORIGIN.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Interpreter: Any = import_module("ai_edge_litert.interpreter").Interpreter
"""Imported by name, for it has no types, and some systems have no wheel of it: an ImportError then."""

MODELS = Path(__file__).parent / "models"
DETECTOR_PIXELS, LANDMARK_PIXELS = 128, 192
Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

_STRIDES = (8, 16, 16, 16)
_ANCHORS_A_CELL = 2


@dataclass(frozen=True)
class Guess:
    """A face the detector believes in. All in shares of the square it looked at, 0 to 1."""

    score: float
    left: float
    top: float
    right: float
    bottom: float
    eyes: tuple[tuple[float, float], tuple[float, float]]
    """The person's right eye, then the left one: (x, y)."""


class Detector:
    """MediaPipe's short-range face detector: 128 × 128 pixels in, 896 anchors out."""

    def __init__(self) -> None:
        self._network = _load("face_detection_short_range.tflite")
        self._regressors, self._scores = _outputs(self._network, "regressors", "classificators")
        self._anchors = _anchors()

    def __call__(self, picture: Pixels, *, at_least: float) -> list[Guess]:
        """Faces in a square `picture` with a score of `at_least`, best first; one face has many."""
        _run(self._network, picture.astype(np.float32) / 127.5 - 1.0)
        raw = np.clip(self._network.get_tensor(self._scores)[0, :, 0], -80, 80)
        scores = 1 / (1 + np.exp(-raw))
        kept = np.flatnonzero(scores >= at_least)
        kept = kept[np.argsort(-scores[kept])]
        numbers = self._network.get_tensor(self._regressors)[0, kept] / DETECTOR_PIXELS
        return [
            _guess(float(scores[which]), row, self._anchors[which])
            for which, row in zip(kept, numbers, strict=True)
        ]


class LandmarkNetwork:
    """MediaPipe's face mesh: 192 × 192 pixels in, 468 points and the probability of a face out."""

    def __init__(self) -> None:
        self._network = _load("face_landmark.tflite")
        details = self._network.get_output_details()
        self._points = next(d["index"] for d in details if d["shape"][-1] == 468 * 3)
        self._presence = next(d["index"] for d in details if d["shape"][-1] == 1)

    def __call__(self, picture: Pixels) -> tuple[Floats, float]:
        """468 points (x, y, z in pixels of `picture`; smaller z is nearer) and how sure it is, 0 to 1."""
        _run(self._network, picture.astype(np.float32) / 255.0)
        points = np.array(self._network.get_tensor(self._points), dtype=np.float32).reshape(468, 3)
        raw = float(np.clip(np.ravel(self._network.get_tensor(self._presence))[0], -80, 80))
        return points, float(1 / (1 + np.exp(-raw)))


def _guess(score: float, row: Floats, anchor: Floats) -> Guess:
    x, y = row[0] + anchor[0], row[1] + anchor[1]
    half_width, half_height = row[2] / 2, row[3] / 2
    points = row[4:].reshape(6, 2) + anchor
    right_eye, left_eye = (
        (float(points[0, 0]), float(points[0, 1])),
        (float(points[1, 0]), float(points[1, 1])),
    )
    return Guess(
        score, float(x - half_width), float(y - half_height), float(x + half_width), float(y + half_height),
        (right_eye, left_eye),
    )  # fmt: skip


def _anchors() -> Floats:
    """The middle of each anchor: two in each cell of a 16 × 16 grid, then six in each of an 8 × 8 grid."""
    parts = []
    for stride in sorted(set(_STRIDES)):
        cells = DETECTOR_PIXELS // stride
        y, x = np.mgrid[0:cells, 0:cells]
        middles = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        parts.append(np.repeat(middles, _ANCHORS_A_CELL * _STRIDES.count(stride), axis=0))
    return np.concatenate(parts).astype(np.float32)


def _load(name: str) -> Any:
    network = Interpreter(model_path=str(MODELS / name), num_threads=1)
    network.allocate_tensors()
    return network


def _outputs(network: Any, *names: str) -> list[int]:
    found = {detail["name"]: int(detail["index"]) for detail in network.get_output_details()}
    return [found[name] for name in names]


def _run(network: Any, picture: Floats) -> None:
    network.set_tensor(network.get_input_details()[0]["index"], picture[np.newaxis])
    network.invoke()
