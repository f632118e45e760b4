"""`python -m lipsync.sandbox`: start a sandbox. `docs/sandbox.md` explains the options."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lipsync.sandbox.fault_values import FaultError
from lipsync.sandbox.faults import parse_words
from lipsync.sandbox.options import DEFAULT_BALANCE_USD, DEFAULT_LINK_SECONDS, DEFAULT_PRICE_USD, Options
from lipsync.sandbox.server import NotLoopback, serve


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(
        "python -m lipsync.sandbox", description="A lip-sync service that only pretends."
    )
    add = found.add_argument
    add("--data", type=Path, required=True, help="folder for tasks and files")
    add("--port", type=int, default=0, help="0 (default): any free port")
    add("--host", default="127.0.0.1", help="address to listen at")
    add("--allow-other-machines", action="store_true", help="listen even where other machines can reach it")
    add("--public-url", help="address to write into links")
    add("--key", action="append", default=[], help="let in only this key (may be repeated)")
    add("--work-seconds", type=float, default=4.0, help="least time a task takes")
    add("--link-seconds", type=float, default=DEFAULT_LINK_SECONDS, help="how long a signed link lives")
    add("--no-lists", action="store_true", help="answer list queries with 404")
    add(
        "--renderer",
        choices=("presenter", "plain"),
        default="presenter",
        help="plain: one colour, made quickly",
    )
    add("--price-usd", type=float, default=DEFAULT_PRICE_USD, help="price per started 5 seconds")
    add("--balance-usd", type=float, default=DEFAULT_BALANCE_USD, help="what each account starts with")
    add("--max-parallel", type=int, help="unfinished tasks an account may have (1303 above)")
    add(
        "--fetch-anywhere",
        action="store_true",
        help="fetch linked sounds and pictures from other machines too",
    )
    add(
        "--fault",
        action="append",
        default=[],
        help='switch a fault on: "http route=query status=503 count=3"',
    )
    add("--parent-pid", type=int, help="end when this process ends")
    return found


def main() -> None:
    """Read the command line and serve."""
    given = parser().parse_args()
    options = Options(
        data=given.data.resolve(), host=given.host, port=given.port, public_url=given.public_url,
        keys=tuple(given.key), work_seconds=given.work_seconds, link_seconds=given.link_seconds,
        lists=not given.no_lists, renderer=given.renderer, price_usd=given.price_usd,
        balance_usd=given.balance_usd, max_parallel=given.max_parallel, fetch_anywhere=given.fetch_anywhere,
        faults=tuple(given.fault), parent_pid=given.parent_pid,
    )  # fmt: skip
    try:
        for words in options.faults:
            parse_words(words)
        serve(options, allow_other_machines=given.allow_other_machines)
    except (FaultError, NotLoopback, OSError) as error:
        sys.exit(f"The sandbox cannot start: {error}")
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
