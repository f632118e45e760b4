"""Who looks at the page, and in which language. Until people log in, everybody is "local"."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lipsync.database.tables import LOCAL
from lipsync.i18n import DEFAULT_LANGUAGE, languages, use_language

_LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Person:
    """Whose jobs, sounds and videos a page may show."""

    workspace: str
    owner: str


def person() -> Person:
    """The person of this session."""
    return Person(workspace=LOCAL, owner=LOCAL)


def may_enter() -> bool:
    """The seam of the log-in: today everybody on this computer may."""
    return True


def choose_language() -> None:
    """Take the language that the browser asks for, if there is a catalogue for it."""
    wanted = (st.context.locale or DEFAULT_LANGUAGE).split("-")[0]
    st.session_state[_LANGUAGE] = wanted if wanted in languages() else DEFAULT_LANGUAGE
    speak()


def speak() -> None:
    """Use the session's language. The shell does it for a whole run; timed fragments and
    callbacks run without the shell and on a thread of their own, so they call this first."""
    use_language(st.session_state.get(_LANGUAGE, DEFAULT_LANGUAGE))
