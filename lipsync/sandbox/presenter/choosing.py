"""Who is drawn for a prompt: the nearest of the drawn people to the first person whom it names.

A child is the drawn child. Otherwise gender comes first, then the age, and among those who are left the
words for looks, work, clothes, place and origin decide. Nobody in particular is somebody, always the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lipsync.sandbox.presenter.person_finding import find_words
from lipsync.sandbox.presenter.person_words import TRAITS, Age, Gender, Word

# In this order when nothing else decides.
_WHO: Final[dict[str, tuple[Gender, tuple[Age, ...]]]] = {
    "amara": ("female", ("young",)),
    "diego": ("male", ("young", "middle")),
    "oskar": ("male", ("old",)),
    "nasrin": ("female", ("middle", "old")),
    "mei": ("female", ("young",)),
    "lily": ("", ("child",)),
}

_BREAKS: Final = (
    "a", "an", "the", "with", "in", "on", "at", "of", "by", "from", "to", "for", "behind", "beside", "near",
    "next", "under", "over", "and", "or", "who", "that", "is", "are", "was", "were", "as", "into", "through",
    "while", "his", "her", "my", "their", "its",
)  # fmt: skip
"""Words between a describing word and a noun that does not belong to it."""
_ARTICLE: Final = r"(?:an?|the|one|一?[个位名])?\s*"
_IS: Final = re.compile(rf"\s*(?:is|was|are|as|是|为)\s*{_ARTICLE}")
_APART: Final = re.compile(rf"[,，(（:：—–]\s*{_ARTICLE}$")
"""What stands between a trade and the rest of the same description: "the host, a man"."""
_ENDS: Final = re.compile(r"[.;:!?()，。、；：！？和与跟同]")
_CUT: Final = re.compile(rf"(?<![a-z])(?:{'|'.join(_BREAKS)})(?![a-z])|[,.;，。、；和与跟同对给]")
_MOST_WORDS_BETWEEN, _MOST_SIGNS_BETWEEN = 3, 8


def choose_presenter(prompt: str) -> str:
    """The name of the nearest person; the same prompt always gets the same one."""
    person = first_person(prompt.lower())
    names = [name for name in _WHO if _fits(name, person)]
    scores = {name: sum(_weight(word, person.described) for word in TRAITS[name]) for name in names}
    best = max(names, key=lambda name: scores[name])
    if not (scores[best] or person.gender or person.age):
        return names[sum(map(ord, prompt.lower())) % len(names)]
    return best


@dataclass(slots=True)
class Person:
    """What a prompt tells of the first person in it; `described` ends where another one begins."""

    gender: Gender
    age: Age
    described: str

    def take(self, word: Word) -> None:
        """Add what was not known. Years say the age better than any other word."""
        self.gender = self.gender or word.gender
        self.age = (word.age if word.kind == "years" else self.age) or word.age


def first_person(text: str) -> Person:
    """The first person whom a text in lower case names; without a noun, whoever its other words tell of."""
    found = find_words(text)
    first = next((number for number, one in enumerate(found) if one.word.kind == "noun"), len(found))
    person = Person("", "", text)
    if first == len(found):
        for one in found:
            person.take(one.word)
        return person
    person.take(found[first].word)
    start, end = found[first].start, found[first].end
    for one in reversed(found[:first]):
        if one.word.kind == "possessive" or not _belongs(text[one.end : start]):
            break
        person.take(one.word)
        start = one.start
    for one in found[first + 1 :]:
        between = text[end : one.start]
        if one.word.kind in ("possessive", "years"):
            person.take(one.word)
        elif _is_same(person, one.word, between):
            person.take(one.word)
            end = one.end
        elif one.word.kind == "noun":
            cuts = [cut.start() for cut in _CUT.finditer(between)]
            person.described = text[: end + cuts[-1] if cuts else one.start]
            break
    return person


def _belongs(between: str) -> bool:
    """Whether a word before this text belongs to the noun after it: "old, bearded (man)"."""
    words = re.findall(r"[a-z']+", between)
    if words[:1] == ["and"]:
        words = words[1:]
    signs = len(re.findall(r"[^\x00-\u2fff]", between))
    few = len(words) <= _MOST_WORDS_BETWEEN and signs <= _MOST_SIGNS_BETWEEN
    return few and not set(_BREAKS).intersection(words) and not _ENDS.search(between)


def _is_same(person: Person, word: Word, between: str) -> bool:
    """Whether a word goes on telling of the person: "woman doctor", "she is a doctor", "the host, a man"."""
    if person.gender and word.gender not in ("", person.gender):
        return False
    if not between.strip(" -的") or _IS.fullmatch(between):
        return True
    return not person.gender and word.age != "child" and bool(_APART.search(between))


def _fits(name: str, person: Person) -> bool:
    gender, ages = _WHO[name]
    if person.age == "child" or name == "lily":
        return name == "lily" and person.age in ("child", "" if not person.gender else "child")
    return person.gender in ("", gender) and (not person.age or person.age in ages)


def _weight(word: str, text: str) -> int:
    """Longer words count for more; a Chinese sign tells as much as four letters."""
    if word.isascii():
        return len(word) if re.search(rf"(?<![a-z]){re.escape(word)}s?(?![a-z])", text) else 0
    return 4 * len(word) if word in text else 0
