"""Task ids out of whatever a person pastes: a list, a whole answer of the API, a command, or a link.

A command often holds the key of an account. Keys are left out before anything is looked for, so
that none is ever asked for, shown or written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_PASTE = 1_000_000
"""In characters; a list query's answer with 500 tasks has about 400,000."""
MAX_TASK_ID = 200
"""What the table takes; the service's own have about 22 characters."""
MOST_OF_A_LINK, LONGEST_LINK = 5, 4_000
"""So many parts of one link are asked for at the most, and so many of its characters read."""
OUR_ID = re.compile(r"[0-9a-f]{32}")
"""An id of ours, of a parent or a job."""

_KEYS = re.compile(
    r"""
    (?<![\w-]) sk[-_] [\w-]+                                   # the service's own keys
    | (?<![\w-]) eyJ [\w-]+ \. [\w-]+ (?:\.[\w-]*)?            # a signed token
    | \b authorization ["'\\]{0,4} (?:[^\S\n]{0,9}[:=]|%3A) [^\S\n]{0,9} ["'\\]{0,4}
      (?:(?:bearer|basic|token) (?:[^\S\n]|\+|%20)+)? [^\s"'\\,;&<>{}\]]+
    | \b bearer (?:[^\S\n]|\+|%20)+ ["'\\]{0,4} [^\s"'\\,;&<>{}\]]+
    | (?:key|secret|password) ["'\\]{0,4} (?:=|%3D) ["'\\]{0,4} [^\s"'\\,;&<>{}\]]+
    | (?:x-)? (?:api|access|secret)[-_ ]? (?:key|token) ["'\\]{0,4} [^\S\n]{0,9} :
      [^\S\n]{0,9} ["'\\]{0,4} [^\s"'\\,;&<>{}\]]+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ESCAPED = re.compile(r"""(?<!\\)\\+(["'/nrt])""")
_NAMED = re.compile(
    r"""["']?\btask[ _-]?id["']?\s*[:=]\s*(?:["']([^"'\s]{1,200})["']|([^\s"',;&#}\]]{1,200}))""", re.I
)
_DATA = re.compile(r"""["']data["']\s*:\s*["']([^"'\s]{1,200})["']""")
_BETWEEN = re.compile(r"""[\s,;|"'`<>(){}\[\]]+""")
_SIGNS = re.compile(r"[\w\-=.+~]+")
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")
_INSIDE = re.compile(r"\d|[a-z][A-Z]")
_OPTION = re.compile(r"-[A-Za-z]|--[a-z-]+")
LIKELY_FROM = 12
"""In characters: shorter words are taken for ids only when there is nothing better."""
_KINDS = ("text2video", "image2video", "lip-sync", "advanced-lip-sync", "videos", "tasks", "task")
_OUR_NAMES = ("video", "parent", "job", "from")
"""In addresses of this studio's pages."""
_NO_IDS = re.compile(
    r"sig|token|secret|auth|cred|expire|policy|key|session|hash|access|pass|^x-|^utm|^form$|^added$", re.I
)
"""Names in addresses whose values open something, or tell where somebody came from."""


@dataclass(frozen=True, slots=True)
class Paste:
    """What a paste holds: its task ids in order, each once; and itself, without the keys in it.

    `is_one`: it is one id or one link, so that one video is meant."""

    task_ids: tuple[str, ...]
    text: str
    had_key: bool
    is_one: bool


def read_paste(text: str) -> Paste:
    """The task ids in a paste. Nothing is asked.

    An answer of the API gives its `task_id`s, a link whatever in it looks like an id, anything else the
    words that do; where no word does, and there is no link, every word is taken for one.
    """
    text = text[:MAX_PASTE]
    clean = _KEYS.sub(" ", text)
    ids, is_one = _ids(_ESCAPED.sub(lambda found: found[1] if found[1] in "\"'/" else " ", clean))
    return Paste(ids, clean.strip() if clean != text else text, clean != text, is_one)


def _ids(text: str) -> tuple[tuple[str, ...], bool]:
    named = [first or second for first, second in _NAMED.findall(text)] or _DATA.findall(text)
    if named:
        ids = _each_once(named)
        return ids, len(ids) == 1
    parts = [part for part in _BETWEEN.split(text) if part]
    linked = [list(_from_link(part)) for part in parts if "/" in part]
    words = [word for part in parts if "/" not in part if (word := _word(part))]
    likely = [word for word in words if _is_likely(word)]
    from_links = [one for link in linked for one in link]
    # Words around a link are no ids, even if it has none.
    found = _each_once(from_links + likely) or _each_once([] if linked else words)
    return found, len([link for link in linked if link]) + len(likely) == 1 or len(found) == 1


def _word(part: str) -> str:
    """A word that may be an id; nothing for an option of a command and the name of a header."""
    return "" if _OPTION.fullmatch(part) or part.endswith(":") else part.strip(".:!?")


def _is_likely(word: str) -> bool:
    """Whether a word looks like an id: long, with digits or with capitals inside, as few words are."""
    if not LIKELY_FROM <= len(word) <= MAX_TASK_ID or not _SIGNS.fullmatch(word):
        return False
    return any(c.isdigit() or c in "-_" or c.isupper() for c in word[1:])


def _from_link(link: str) -> Iterator[str]:
    """Whatever in a link looks like an id, most likely first; not too much of it."""
    sure, likely, perhaps = _parts_of(link[:LONGEST_LINK])
    yield from _each_once([*sure, *likely] or perhaps[:1])[:MOST_OF_A_LINK]


def _parts_of(link: str, depth: int = 0) -> tuple[list[str], list[str], list[str]]:
    """Parts of a link that are said to be ids, that look like ids, and that stand where ids do."""
    sure: list[str] = []
    likely: list[str] = []
    try:
        pieces = urlsplit(link)
        values = parse_qsl(pieces.query)
    except ValueError:
        return sure, likely, []
    for name, value in values:
        plain = name.lower().replace("_", "")
        if plain in ("taskid", "task", "id") or (name in _OUR_NAMES and OUR_ID.fullmatch(value)):
            sure.append(value)
        elif not _NO_IDS.search(name):
            likely += [one for one in _steps(value) if _looks_made(one)]
    steps = _steps(pieces.path)
    if not pieces.scheme and not link.startswith("/") and "." in steps[0]:
        del steps[0]  # the host
    likely = [step for step in steps if _looks_made(step)] + likely
    behind = [step for kind, step in pairwise(steps) if kind in _KINDS]
    perhaps = [step for step in reversed(behind) if step not in _KINDS]
    if pieces.fragment and depth == 0:
        more = _parts_of("/" + pieces.fragment.lstrip("!/"), depth + 1)
        sure, likely, perhaps = sure + more[0], likely + more[1], perhaps + more[2]
    return sure, likely, perhaps


def _steps(path: str) -> list[str]:
    """The steps of a path, without the endings of files' names; one empty step where there is none."""
    return [_ENDING.sub("", step) for step in unquote(path).split("/") if step] or [""]


def _looks_made(step: str) -> bool:
    """Whether a part of a link was made by a machine: with digits, or capitals inside."""
    return _is_likely(step) and _INSIDE.search(step) is not None and step not in _KINDS


def _each_once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one and len(one) <= MAX_TASK_ID and "/" not in one))
