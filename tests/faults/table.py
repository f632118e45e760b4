"""Writes the table of faults in docs/reliability.md from what the tests observe.

python -m tests.faults.table            run every case, write outcomes.json and the table
python -m tests.faults.table --render   only write the table anew from outcomes.json
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from tests.faults.matrix import CASES, SLOW, Outcome
from tests.faults.service import desk, make_clip
from tests.faults.special import SPECIAL
from tests.support.bench import Bench
from tests.support.sandbox import ROOT

OUTCOMES = Path(__file__).with_name("outcomes.json")
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin (python -m tests.faults.table) -->", "<!-- faults: end -->"
EVERY = CASES | SPECIAL
HEAD = "| where | fault | what the job does | what the person reads | what it costs |\n|---|---|---|---|---|"


def observe(case: tuple[str, str], bench: Bench, clip: bytes) -> Outcome:
    """Run one case."""
    with desk(bench, clip, slow=case[1] in SLOW) as one:
        return EVERY[case](one)


def observe_all() -> dict[str, dict[str, object]]:
    """Run every case, on one database."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), "http://127.0.0.1:9")
        clip = make_clip(Path(folder))
        try:
            return {key_of(case): asdict(observe(case, bench, clip)) for case in EVERY}
        finally:
            bench.close()


def key_of(case: tuple[str, str]) -> str:
    """The name of a case in `outcomes.json`."""
    return f"{case[0]}: {case[1]}"


def recorded() -> dict[str, Outcome]:
    """What was observed when the table was written."""
    return {key: Outcome(**one) for key, one in json.loads(OUTCOMES.read_text(encoding="utf-8")).items()}


def does(one: Outcome) -> str:
    """What the job does, in words."""
    if not one.state:
        return "no job depends on it"
    if one.state == one.later and one.state in _END:
        return _END[one.state]
    if one.state == one.later == "queued":
        return "stays queued"
    during = _DURING.get(one.state, f"{one.state},")
    return f"{during} {_LATER.get(one.later, one.later)}"


_END = {"failed": "ends as failed", "unknown": "in doubt; the person decides", "ready": "ends ready"}
_DURING = {
    "queued": "stays queued,",
    "submitting": "waits,",
    "unknown": "in doubt, is searched for,",
    "fetching": "is fetched again with a new link,",
    "submitted": "is looked at again,",
    "processing": "is looked at again,",
}
_LATER = {
    "submitted": "goes on by itself",
    "processing": "goes on by itself",
    "ready": "ends ready",
    "unknown": "then the person decides",
    "failed": "ends as failed",
}


def costs(one: Outcome) -> str:
    """What it costs: the creates that reached the service, and what that means."""
    if not one.state:
        return "nothing"
    if one.charge == "charged" and not one.posts_in_all:
        return "nothing more"
    if one.charge == "none" and one.later == "failed":
        return "nothing, " + _posts(one.posts_in_all)
    if one.later == "unknown":
        return "at most one charge, " + _posts(one.posts_in_all)
    if one.charge == "none" and one.posts:
        return f"one charge, {_posts(one.posts_in_all - one.posts)} after one without effect"
    return "one charge, " + _posts(one.posts_in_all)


def _posts(count: int) -> str:
    return {0: "no further POST", 1: "1 POST"}.get(count, f"{count} POSTs")


def table(outcomes: dict[str, Outcome]) -> str:
    """The Markdown table; cases with the same outcome share a row."""
    rows: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for key, one in outcomes.items():
        place, _, fault = key.partition(": ")
        reads = " ".join(part for part in (one.what, one.todo) if part) or "nothing in particular"
        rows.setdefault((does(one), reads, costs(one)), []).append((place, fault))
    lines = [HEAD]
    for (what, reads, cost), cases in rows.items():
        places = list(dict.fromkeys(place for place, _ in cases))
        faults = _short(dict.fromkeys(fault for _, fault in cases))
        lines.append(f"| {', '.join(places)} | {faults} | {what} | {reads} | {cost} |")
    return "\n".join(lines)


def _short(faults: Iterable[str]) -> str:
    """The names of faults, codes in a row drawn together."""
    names, codes = [], []
    for name in faults:
        found = re.fullmatch(r"code (\d+)", name)
        (codes if found else names).append(name if not found else int(found[1]))  # type: ignore[arg-type]
    spans: list[list[int]] = []
    for code in sorted(codes):  # type: ignore[type-var]
        if spans and code == spans[-1][1] + 1:  # type: ignore[operator]
            spans[-1][1] = code  # type: ignore[assignment]
        else:
            spans.append([code, code])  # type: ignore[list-item]
    shown = [str(a) if a == b else f"{a}–{b}" for a, b in spans]
    return "; ".join([*names, *(["code " + ", ".join(shown)] if shown else [])])


def written(page: str, rows: str) -> str:
    """The page with the table between its marks."""
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise SystemExit(f"{PAGE.name} has no marks for the table")
    return f"{before}{BEGIN}\n\n{rows}\n\n{END}{after}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--render", action="store_true")
    if not parser.parse_args().render:
        OUTCOMES.write_text(json.dumps(observe_all(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), table(recorded())), encoding="utf-8")


if __name__ == "__main__":
    main()
