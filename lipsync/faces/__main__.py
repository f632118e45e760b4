"""`python -m lipsync.faces [--pictures FOLDER] FILE…`: one JSON object a line for each video or picture.

What ends in .jpg, .jpeg or .png is a picture. What it says is explained in docs/faces.md.

Ends with 0 when every one has one clear face, 1 when there is something to warn of, 2 when one could
not be looked at.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from lipsync.faces.look import look_at, look_at_picture

PICTURES = {".jpg", ".jpeg", ".png"}


def main(arguments: list[str] | None = None) -> int:
    """Print one line for each file and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lipsync.faces", description=__doc__)
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="write the framed frames there")
    parser.add_argument("files", nargs="+", metavar="FILE")
    wish = parser.parse_args(arguments)
    code = 0
    for number, name in enumerate(wish.files):
        picture = Path(name).suffix.lower() in PICTURES
        verdict = look_at_picture(Path(name)) if picture else look_at(Path(name))
        if wish.pictures is not None and verdict.framed is not None:
            wish.pictures.mkdir(parents=True, exist_ok=True)
            (wish.pictures / f"{number + 1:03d}-{Path(name).stem}.jpg").write_bytes(verdict.framed)
        print(json.dumps({"file": name, **verdict.as_dict()}, ensure_ascii=False), flush=True)
        code = max(code, 2 if verdict.slug == "could_not_look" else int(not verdict.fine))
    return code


if __name__ == "__main__":
    raise SystemExit(main())
