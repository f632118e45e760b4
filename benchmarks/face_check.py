"""What the face check says of many clips, and how long it takes.

    python -m benchmarks.face_check [--write] [--pictures FOLDER]

The clips are the drawn presenters changed in many ways (`tests/faces/table.py`), and photos of
scikit-image and matplotlib where those are installed. `--write` puts the table into docs/faces.md.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from lipsync.faces import FaceVerdict, look_at
from lipsync.sandbox.presenter import PRESENTERS, ClipSpec, render_silent
from tests.faces.table import Row, photo_rows, rows

PAGE = Path(__file__).parents[1] / "docs" / "faces.md"
START, END = "<!-- table: python -m benchmarks.face_check --write -->", "<!-- end of table -->"


@dataclass(frozen=True)
class Measured:
    """One look: what came out, and what it took in seconds."""

    verdict: FaceVerdict
    cpu: float
    wall: float


def measure(video: Path) -> Measured:
    """Look once. The processor time is that of ffprobe, of the child and of its ffmpeg."""
    before, started = _children(), time.monotonic()
    verdict = look_at(video)
    return Measured(verdict, _children() - before, time.monotonic() - started)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def line(row: Row, measured: Measured) -> str:
    """The row of the table."""
    v = measured.verdict
    mark = "yes" if v.slug in row.right else "**no**"
    said = f"| {row.name} | {' or '.join(row.right)} | {v.slug} | {mark} | {v.face_share:.0%} "
    if not v.people:
        return said + "| | | | |"
    return said + f"| {v.height_share:.0%} | {v.yaw:.0f}° | {v.roll:.0f}° | {v.cut_share:.0%} |"


def speed(folder: Path) -> list[str]:
    """How long real clips of the sandbox take."""
    lines = ["| clip | CPU, s | wall, s |", "|---|---|---|"]
    for seconds in (5.041, 10.041):
        figures = []
        for name in list(PRESENTERS)[:3]:
            clip = folder / f"{name}-{seconds}.mp4"
            render_silent(ClipSpec(name, seconds, "landscape", 3), clip)
            figures += [measure(clip) for _ in range(2)]
        cpu, wall = (median(getattr(one, what) for one in figures) for what in ("cpu", "wall"))
        lines.append(f"| {seconds:.0f} s, 1280 × 720 | {cpu:.2f} | {wall:.2f} |")
    return lines


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--pictures", type=Path)
    wish = parser.parse_args()
    head = [
        "| clip | right | said | right? | frames with a face | height | yaw | tilt | cut |",
        "|" + "---|" * 9,
    ]
    told, wrong, cpu = list(head), 0, []
    print("\n".join(head))
    with tempfile.TemporaryDirectory(prefix="face-check-") as name:
        folder = Path(name)
        for number, row in enumerate([*rows(), *photo_rows()]):
            measured = measure(row.make(folder / "clip.mp4"))
            told.append(line(row, measured))
            print(told[-1], flush=True)
            wrong += measured.verdict.slug not in row.right
            cpu.append(measured.cpu)
            if wish.pictures is not None and measured.verdict.framed is not None:
                wish.pictures.mkdir(parents=True, exist_ok=True)
                (wish.pictures / f"{number:03d}.jpg").write_bytes(measured.verdict.framed)
        count = len(cpu)
        told += [
            "",
            f"{count - wrong} of {count} right. CPU: median {median(cpu):.2f} s, at most {max(cpu):.2f} s.",
            "",
        ]
        told += speed(folder)
    print("\n".join(told[count + 2 :]))
    if wish.write:
        before, rest = PAGE.read_text(encoding="utf-8").split(START)
        after = rest.split(END)[1]
        PAGE.write_text(f"{before}{START}\n" + "\n".join(told) + f"\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
