"""Words in a text or prompt that make trouble, so that a person can rehearse it by typing.

Each stands in square brackets, so that no ordinary sentence meets one by accident.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lipsync.sandbox.refusals import CODES, Refusal
from lipsync.sandbox.work import NO_HUMAN

SLOW_FACTOR: Final = 5.0

# word → what happens; `docs/sandbox.md` is checked against it.
WORDS: Final[dict[str, str]] = {
    "unsafe": "refused with 1301 (content safety)",
    "policy": "refused with 1300 (platform policy)",
    "fail": "accepted, then the task fails",
    "no face": "accepted, then the task fails: There is no human in the video",
    "slow": "accepted, and takes five times as long",
    "lost": "accepted and charged, but the connection breaks before the answer",
    "nobody": "in a prompt: the video has no face, and a lip sync of it fails",
    "1201": "refused with that code; any code of the API's table can stand here",
}

_KEY_PREFIX: Final = "sk-sandbox-"
_LAST_KEY_CODE: Final = 1004
_BRACKETS: Final = re.compile(r"[\[【]\s*([a-z0-9 ]+?)\s*[\]】]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the words ask for."""

    will_fail: str = ""
    slow: bool = False
    lost: bool = False
    nobody: bool = False


def trouble_in(text: str) -> Trouble:
    """What the words in `text` ask for. Raises `Refusal` when they ask for one."""
    found = {word.lower() for word in _BRACKETS.findall(text)}
    for word, code in (("unsafe", 1301), ("policy", 1300)):
        if word in found:
            raise Refusal(code)
    for word in found:
        if word.isdecimal() and int(word) in CODES:
            raise Refusal(int(word))
    reason = (
        NO_HUMAN if "no face" in found else "The task could not be carried out" if "fail" in found else ""
    )
    return Trouble(will_fail=reason, slow="slow" in found, lost="lost" in found, nobody="nobody" in found)


def check_key(key: str, *, is_create: bool) -> None:
    """`sk-sandbox-1101` is an account in arrears, and so on for each code up to 1304.

    Keys that are wrong in themselves are refused everywhere, the others only where a
    task would be made. Raises `Refusal`.
    """
    word = key.removeprefix(_KEY_PREFIX) if key.startswith(_KEY_PREFIX) else ""
    if word.isdecimal() and int(word) in CODES and (is_create or int(word) <= _LAST_KEY_CODE):
        raise Refusal(int(word))
