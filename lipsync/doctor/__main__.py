"""`python -m lipsync.doctor`: one page, or JSON; see docs/reliability.md.

Ends with 0 when the installation works (also with warnings), 1 when something is broken, and 2 when
it was called wrongly. With `--strict`, a warning ends with 1, too.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import textwrap

from lipsync.doctor.examine import examine
from lipsync.doctor.finding import Finding, Level, worst
from lipsync.i18n import t

WIDTH = 100


def main(arguments: list[str] | None = None) -> int:
    """Examine, print, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lipsync.doctor", description=t("Says on one page whether this installation works.")
    )
    parser.add_argument("--json", action="store_true", help=t("for machines"))
    parser.add_argument("--strict", action="store_true", help=t("a warning counts as broken"))
    given = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)  # the page says it in words
    findings = examine()
    level = worst(findings)
    if given.json:
        told = {"verdict": level, "findings": [finding.as_dict() for finding in findings]}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print(page(findings, level))
    return 1 if level is Level.BROKEN or (given.strict and level is Level.WARNING) else 0


def page(findings: list[Finding], level: Level) -> str:
    """The findings as text, each that needs something with what to do."""
    marks = {Level.OK: t("ok"), Level.WARNING: t("LOOK"), Level.BROKEN: t("BROKEN")}
    names = max(len(finding.check) for finding in findings)
    lines = []
    for finding in findings:
        begin = f"{marks[finding.level]:<6}  {finding.check:<{names}}  "
        indent = " " * len(begin)
        lines.append(textwrap.fill(finding.said, WIDTH, initial_indent=begin, subsequent_indent=indent))
        if finding.todo:
            lines.append(
                textwrap.fill(finding.todo, WIDTH, initial_indent=indent + "→ ", subsequent_indent=indent)
            )
    verdict = {
        Level.OK: t("This installation works."),
        Level.WARNING: t("This installation works. Something should be looked at."),
        Level.BROKEN: t("This installation does not work yet: see what is BROKEN."),
    }
    return "\n".join([*lines, "", verdict[level]])


if __name__ == "__main__":
    sys.exit(main())
