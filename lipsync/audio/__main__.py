"""`python -m lipsync.audio FILE…`: one JSON object a line for each file, see docs/audio.md.

Ends with 0 when every file was accepted, 1 when one was refused, 2 when one could not be read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lipsync.audio.check import check_sound


def describe(path: Path) -> dict[str, object]:
    """The verdict on one file as plain data. Raises `OSError` when it cannot be read."""
    report = check_sound(path)
    return {
        "file": str(path),
        "verdict": "accept" if report.accepted else "reject",
        "reason": report.reason,
        "warnings": list(report.warnings),
        "seconds": None if report.seconds is None else round(report.seconds, 3),
        "format": report.format,
        "codec": report.codec,
    }


def main(names: list[str]) -> int:
    """Print one line for each name and return the exit code."""
    if not names:
        print("usage: python -m lipsync.audio FILE…", file=sys.stderr)
        return 2
    code = 0
    for name in names:
        try:
            told = describe(Path(name))
        except OSError as error:
            told = {"file": name, "verdict": "reject", "reason": "unreadable", "warnings": []}
            told |= {"seconds": None, "format": None, "codec": None}
            print(f"{name}: {error.strerror}", file=sys.stderr)
            code = 2
        print(json.dumps(told, ensure_ascii=False), flush=True)
        if told["verdict"] == "reject":
            code = max(code, 1)
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
