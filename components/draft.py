"""The form of the Create page between two runs of it.

Its key is in the address (`?form=`) and becomes the job's submit key, so one filled-in form
is one job, however often it is sent and in however many tabs. The fields live in the session
under the names below; sounds and videos only by their ids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import uuid4

import streamlit as st

from components.person import Person
from components.places import FORM_FIELDS, say_in_address
from lipsync.i18n import t
from lipsync.parent_shelf import KnownParent
from lipsync.parents import eligibility
from lipsync.request import (
    MAX_SPEED,
    MIN_SPEED,
    LipSyncRequest,
    Problem,
    Source,
    clean_text,
    problems,
    speed_as_sent,
)
from lipsync.voices import LANGUAGES, Language, find_voice, voices_for

FORM, SENT = FORM_FIELDS["create"]
PARENT: Final = "draft_parent"
SOURCE: Final = "draft_source"
TEXT: Final = "draft_text"
LANGUAGE: Final = "draft_language"
SPEED: Final = "draft_speed"
SOUND: Final = "draft_sound"
HELD: Final = "draft_held_sound"
REFUSED: Final = "draft_refused_sound"
OFFER: Final = "draft_offered_sound"
FITTING: Final = "draft_fitting_sound"
TURN: Final = "draft_sound_turn"
LOOKED: Final = "draft_looked_at_link"
WORK: Final = "draft_sound_work"
THEN: Final = "draft_after_sound_work"
LINK: Final = "draft_link"
ATTEMPTED: Final = "draft_attempted"
PREVIOUS: Final = "draft_previous_job"
OPEN: Final = "draft_open"
NOTE: Final = "draft_note"

_KEY = re.compile(r"[0-9a-f]{32}")
_DEFAULT_VOICES: dict[Language, str] = {"en": "girlfriend_4_speech02", "zh": "genshin_vindi2"}
_WORDS_ANEW: dict[str, Any] = {
    TEXT: "",
    SOUND: None,
    HELD: None,
    REFUSED: None,
    OFFER: None,
    FITTING: False,
    LOOKED: None,
    WORK: None,
    THEN: None,
    LINK: "",
}
_MADE_ANEW: dict[str, Any] = _WORDS_ANEW | {
    ATTEMPTED: False,
    PREVIOUS: None,
    SENT: None,
    OPEN: None,
    NOTE: None,
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the address asked for: the form's key, and a job to fill it from, if any."""

    form: str
    fill_from: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found behind a link: why it cannot be used (or ""), and the id of our copy."""

    url: str
    refusal: str
    sound_id: str | None


def looked_at(url: str) -> Looked | None:
    """What was found behind `url`, if somebody looked."""
    looked: Looked | None = st.session_state.get(LOOKED)
    return looked if looked is not None and looked.url == url else None


def voice_field(language: Language) -> str:
    """The field of the voice; one per language, so that each keeps its choice."""
    return f"draft_voice_{language}"


def named_in_address(have: str | None) -> tuple[str | None, str | None]:
    """The form's key that the address names, and the job to fill it from, unless `have` is that form already.

    What is no key counts as none.
    """
    asked = st.query_params.get("form")
    if asked is not None and not _KEY.fullmatch(asked):
        asked = None
    source = st.query_params.get("from")
    return asked, source if source and (asked is None or asked != have) else None


def arrive() -> Arrival:
    """Find or begin the form that this address means, and write its key into the address."""
    have = st.session_state.get(FORM)
    asked, fill_from = named_in_address(have)
    if asked is not None:
        if asked != have:
            begin(asked)
    elif have is None or fill_from or st.session_state.get(SENT):
        begin()
    say_in_address("form", st.session_state[FORM])
    return Arrival(st.session_state[FORM], fill_from)


def begin(form: str | None = None) -> None:
    """Begin a new form. The video, the voice and the speed stay as they were chosen last."""
    state = st.session_state
    state[FORM] = form or uuid4().hex
    for name, value in _MADE_ANEW.items():
        state[name] = value
    state.setdefault(PARENT, None)
    state.setdefault(SOURCE, "text")
    state.setdefault(LANGUAGE, "en")
    state.setdefault(SPEED, 1.0)
    for language in LANGUAGES:
        state.setdefault(voice_field(language), default_voice(language))


def begin_anew() -> None:
    """Begin another form and forget what the address asked for."""
    for name in ("form", "from"):
        st.query_params.pop(name, None)
    begin()
    st.query_params["form"] = st.session_state[FORM]


def default_voice(language: Language) -> str:
    """The voice that a newcomer gets."""
    wanted = _DEFAULT_VOICES[language]
    return wanted if find_voice(wanted, language) else voices_for(language)[0].voice_id


def submit_key(who: Person, form: str) -> str:
    """The submit key of a form. Forms of two workspaces never meet, whatever their addresses say."""
    return f"form:{who.workspace}:{form}"


def fill(request: LipSyncRequest, *, parent: KnownParent | None, previous_job_id: str) -> None:
    """Fill the form exactly as `request` was."""
    st.session_state[PARENT] = parent.id if parent else None
    st.session_state[PREVIOUS] = previous_job_id
    fill_words(request)


def fill_words(request: LipSyncRequest) -> None:
    """Fill in what is said and how, exactly as `request` was."""
    state = st.session_state
    state[SOURCE] = request.source
    if request.source == "text":
        state[TEXT] = request.text or ""
        choose_voice(request.voice_id or "", request.voice_language or "en")
        state[SPEED] = float(request.voice_speed or 1.0)
    state[SOUND] = request.sound_id
    for name in (HELD, REFUSED, OFFER, FITTING, LOOKED):
        state[name] = _MADE_ANEW[name]
    state[LINK] = request.sound_url or ""


def forget_words() -> None:
    """What was to be said was sent, with a video that is still to be made: the next form begins empty."""
    st.session_state.update(_WORDS_ANEW)


def choose_voice(voice_id: str, language: str) -> None:
    """Choose a voice, of the catalogue or typed by hand."""
    if language in LANGUAGES and voice_id:
        st.session_state[LANGUAGE] = language
        st.session_state[voice_field(cast(Language, language))] = voice_id


def speak_at(speed: float) -> None:
    """Choose a speed; one that cannot be asked for is brought into range."""
    st.session_state[SPEED] = min(float(MAX_SPEED), max(float(MIN_SPEED), round(speed, 1)))


def read(parent: KnownParent | None) -> LipSyncRequest:
    """The request that the form asks for, as it stands. It may have problems."""
    state = st.session_state
    one = parent.parent if parent else None
    chosen = state.get(SOURCE) or "text"
    source: Source = "sound" if chosen == "record" else chosen
    common = {
        "account": one.account if one else "",
        "parent_task_id": one.task_id if one else "",
        "video_id": one.video_id if one else "",
        "source": source,
    }
    if source == "sound":
        return LipSyncRequest(**common, sound_id=state.get(SOUND))
    if source == "link":
        return LipSyncRequest(**common, sound_url=(state.get(LINK) or "").strip())
    language: Language = state.get(LANGUAGE) or "en"
    return LipSyncRequest(
        **common,
        text=clean_text(state.get(TEXT) or ""),
        voice_id=(state.get(voice_field(language)) or "").strip(),
        voice_language=language,
        voice_speed=speed_as_sent(state.get(SPEED) or 1.0),
    )


def check(request: LipSyncRequest, parent: KnownParent | None) -> tuple[Problem, ...]:
    """Everything that keeps the form from being sent."""
    found = problems(request)
    looked = looked_at(request.sound_url) if request.source == "link" and request.sound_url else None
    if looked is not None and looked.refusal:
        found += (Problem("sound_url", looked.refusal),)
    if parent is not None and (reasons := eligibility(parent.parent).reasons):
        words = t("This video cannot speak. {reasons} Choose another one.", reasons=" ".join(reasons))
        found = (Problem("video", words), *(p for p in found if p.field != "video"))
    return found
