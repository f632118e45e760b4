"""What can be chosen when the sandbox starts. `docs/sandbox.md` lists the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DEFAULT_KEY = "sk-sandbox"
DEFAULT_PRICE_USD = 0.07
DEFAULT_BALANCE_USD = 1000.0
DEFAULT_LINK_SECONDS = 24 * 3600.0

RendererName = Literal["presenter", "plain"]


@dataclass(frozen=True, slots=True)
class Options:
    """One sandbox. Money is in US dollars and made up."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    """Address to write into links; by default the one that the caller used."""
    keys: tuple[str, ...] = ()
    """The only keys that are let in; when empty, any key of the form `sk-…` is an account of its own."""
    work_seconds: float = 4.0
    """The least time from acceptance to the result."""
    link_seconds: float = DEFAULT_LINK_SECONDS
    """How long a signed link lives."""
    lists: bool = True
    renderer: RendererName = "presenter"
    price_usd: float = DEFAULT_PRICE_USD
    """Price of a lip sync per started 5 seconds; a new video costs four times as much."""
    balance_usd: float = DEFAULT_BALANCE_USD
    """What every account starts with."""
    max_parallel: int | None = None
    """Unfinished tasks an account may have; above it a create is answered with 1303."""
    fetch_anywhere: bool = False
    """Whether sounds and pictures given as links may come from other machines."""
    """Draw the shipped parents in the background; otherwise each when it is first asked for."""
    faults: tuple[str, ...] = ()
    parent_pid: int | None = None
