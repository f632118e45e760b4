"""`python -m lipsync.audio FILE…`: one JSON object a line for each file, see docs/audio.md.

Ends with 0 when every file was accepted, 1 when one was refused, 2 when one could not be looked at.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lipsync.audio.check import check_sound
from lipsync.media import MediaToolMissing


def describe(path: Path) -> dict[str, object]:
    """The verdict on one file as plain data. Raises what `check_sound` raises."""
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
        except (OSError, ValueError) as error:  # ValueError: no file can have such a name
            told = _not_looked_at(name, "unreadable", getattr(error, "strerror", None) or str(error))
            code = 2
        except MediaToolMissing as error:
            told = _not_looked_at(name, "no_ffmpeg", str(error))
            code = 2
        print(_as_line(told), flush=True)
        if told["verdict"] == "reject":
            code = max(code, 1)
    return code


def _not_looked_at(name: str, reason: str, why: str) -> dict[str, object]:
    print(f"{name}: {why}", file=sys.stderr)
    return {
        "file": name, "verdict": "reject", "reason": reason, "warnings": [], "seconds": None, "format": None,
        "codec": None,
    }  # fmt: skip


def _as_line(told: dict[str, object]) -> str:
    """JSON as people read it, or with escapes where standard output cannot write a file's name."""
    line = json.dumps(told, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return json.dumps(told)
    return line


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
