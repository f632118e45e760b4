"""Task ids out of whatever a person pastes: a list, a whole answer of the API, or a link."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_PASTE = 1_000_000
"""In characters; a list query's answer with 500 tasks has about 400,000."""
MAX_TASK_ID = 200
"""What the table takes; the service's own have about 22 characters."""

_NAMED = re.compile(
    r"""["']?\btask_?id["']?\s*[:=]\s*(?:["']([^"'\s]{1,200})["']|([^\s"',;&#}\]]{1,200}))""", re.I
)
_DATA = re.compile(r"""["']data["']\s*:\s*["']([^"'\s]{1,200})["']""")
_BETWEEN = re.compile(r"""[\s,;|"'`<>(){}\[\]]+""")
_SIGNS = re.compile(r"[\w\-=.+~]+")
LIKELY_FROM = 12
"""In characters: shorter words are taken for ids only when there is nothing better."""
_KINDS = ("text2video", "image2video", "lip-sync", "advanced-lip-sync", "videos", "tasks", "task")


def import_text(text: str) -> tuple[str, ...]:
    """The task ids in a paste, in its order, each once; empty when there is none.

    An answer of the API gives its `task_id`s, a link the id inside it, anything else the words
    that look like ids; where no word does, every word is taken for one. Nothing is asked.
    """
    text = text[:MAX_PASTE]
    named = [first or second for first, second in _NAMED.findall(text)] or _DATA.findall(text)
    if named:
        return _each_once(named)
    parts = [part for part in _BETWEEN.split(text) if part]
    found = [one for part in parts for one in _from_part(part)]
    likely = [one for one in found if _is_likely(one)]
    return _each_once(likely or found)


def _is_likely(word: str) -> bool:
    """Whether a word looks like an id: long, with digits or with capitals inside, as few words are."""
    if not LIKELY_FROM <= len(word) <= MAX_TASK_ID or not _SIGNS.fullmatch(word):
        return False
    return any(c.isdigit() or c in "-_" or c.isupper() for c in word[1:])


def _from_part(part: str) -> Iterator[str]:
    if "://" in part or part.startswith("/"):
        yield from _from_link(part)
    elif "/" not in part:
        yield part.strip(".:!?")


def _from_link(link: str) -> Iterator[str]:
    try:
        pieces = urlsplit(link)
    except ValueError:
        return
    for name, value in parse_qsl(pieces.query):
        if name.lower().replace("_", "") in ("taskid", "task", "id"):
            yield value
            return
    steps = [unquote(step) for step in pieces.path.split("/") if step]
    for kind in _KINDS:
        if kind in steps[:-1]:
            yield steps[steps.index(kind) + 1]
            return
    if steps:
        yield steps[-1]


def _each_once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one and len(one) <= MAX_TASK_ID and "/" not in one))
