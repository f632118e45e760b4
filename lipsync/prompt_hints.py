"""Hints about a prompt for a video that is to speak: is one face seen, large and from the front?

A lip sync needs one clearly visible human face; a video without is paid for all the same. Words are
only a sign of what will be seen, so this is a hint and never keeps anything from being sent.
The browser repeats `prompt_hint` while somebody types, from the same lists.
"""

from __future__ import annotations

import re
from typing import Literal

from lipsync.i18n import t

Hint = Literal["several", "far", "covered", "nobody"]

SIGNS: dict[Hint, tuple[str, ...]] = {
    "several": (
        "two", "three", "several", "many", "crowd", "group", "couple", "people", "women", "men", "children",
        "kids", "girls", "boys", "family", "team", "audience", "twins", "friends", "两个", "三个", "几个",
        "一群", "人群", "们", "情侣", "夫妻", "观众",
    ),
    "far": (
        "far away", "distant", "in the distance", "from afar", "from behind", "back view", "silhouette",
        "wide shot", "long shot", "aerial", "drone", "bird s eye", "full body", "side view", "in profile",
        "远景", "远处", "背影", "背面", "航拍", "侧面", "全身", "剪影",
    ),
    "covered": ("mask", "masked", "helmet", "veil", "balaclava", "面具", "口罩", "头盔", "面纱"),
}  # fmt: skip
"""Words, without capitals, whose presence gives the hint; the first that is found wins."""
PERSONS = (
    "person", "human", "face", "portrait", "someone", "somebody", "he", "she", "him", "her", "his",
    "woman", "man", "girl", "boy", "lady", "gentleman", "child", "kid", "baby", "teenager", "adult",
    "mother", "father", "mom", "dad", "grandmother", "grandfather", "grandma", "grandpa", "sister",
    "brother", "aunt", "uncle", "bride", "groom", "king", "queen", "prince", "princess", "speaker",
    "presenter", "host", "anchor", "newsreader", "reporter", "journalist", "teacher", "professor",
    "student", "pupil", "doctor", "nurse", "scientist", "engineer", "chef", "cook", "baker", "waiter",
    "waitress", "barista", "farmer", "gardener", "artist", "painter", "singer", "musician", "actor",
    "actress", "dancer", "model", "manager", "ceo", "founder", "salesman", "saleswoman", "clerk",
    "lawyer", "judge", "soldier", "officer", "pilot", "astronaut", "athlete", "runner", "coach",
    "trainer", "guide", "librarian", "writer", "author", "poet", "priest", "monk", "nun", "wizard",
    "witch", "clown", "avatar", "character", "businessman", "businesswoman", "fisherman", "policeman",
    "policewoman", "craftsman", "carpenter", "hairdresser", "人", "女", "男", "孩", "脸", "她", "他", "老师",
    "先生", "小姐", "爷爷", "奶奶", "妈妈", "爸爸", "主播", "主持", "医生", "教授", "演员", "歌手", "厨师",
    "学生",
)  # fmt: skip
"""Words that name somebody. Without any of them the hint is "nobody"."""
KNOWN_LANGUAGE = ("a", "an", "the", "in", "of", "with", "and", "on", "at", "under", "through")
"""Only in English and Chinese can these lists tell that nobody is named."""
LEAST_LETTERS = 12
"""Shorter prompts are still being typed."""

_GAPS = re.compile(r"[\W\d_]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def prompt_hint(prompt: str, *, picture: bool = False) -> Hint | None:
    """What may keep the video from speaking well, or None. With a `picture`, somebody is in that."""
    words = f" {_GAPS.sub(' ', prompt.lower())} "
    for hint, signs in SIGNS.items():
        if _any(signs, words):
            return hint
    if picture or (len(prompt) < LEAST_LETTERS and not _HAN.search(prompt)):
        return None
    known = bool(_HAN.search(prompt)) or _any(KNOWN_LANGUAGE, words)
    return "nobody" if known and not _any(PERSONS, words) else None


def hints_in_words() -> dict[Hint, str]:
    """What to say about each hint."""
    return {
        "several": t("To speak well, a video should show one person. Several faces may confuse it."),
        "far": t("To speak well, a face should be large and seen from the front."),
        "covered": t("To speak well, the mouth should be seen. Leave out what covers it."),
        "nobody": t("To speak, a video needs a face. Say who is seen, close to the camera."),
    }


def _any(signs: tuple[str, ...], words: str) -> bool:
    return any(sign in words if _HAN.search(sign) else f" {sign} " in words for sign in signs)
