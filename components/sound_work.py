"""Work on a sound, done beside the pages: begun by a button, shown where people look, taken over by the page.

A page that works is given up as soon as somebody clicks again, and what came of its work would be
lost. One form has one piece of work; another one takes its place.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import streamlit as st

from components import draft
from components.person import Person
from lipsync.audio.words import full_in_words
from lipsync.i18n import t
from lipsync.media import MediaToolMissing
from lipsync.sounds import ShelfFull, SoundNotFound
from lipsync.studio import Studio

T = TypeVar("T")
DRAWING = "drawing"
"""The place of work that only shows more of a sound; nobody need wait for it."""
_PAUSE_SECONDS = 0.2
_PAGE = "sound_work_page"


@dataclass(frozen=True, slots=True)
class Work:
    """Something about a sound that is being done: where on the page that is said, and in which words.

    `settle` writes what came of it into the session. `sends`: the form is sent afterwards.
    """

    place: str
    words: str
    name: str
    future: Future[Any]
    settle: Callable[[Any], None]
    sends: bool = False


def begin(
    studio: Studio,
    who: Person,
    place: str,
    words: str,
    name: str,
    do: Callable[[], T],
    settle: Callable[[T], None],
    *,
    link: bool = False,
    sends: bool = False,
) -> None:
    """Begin some work in the place of earlier work of this form. Raises `lipsync.sounds.TooMuchUnderWay`."""
    page = st.session_state.setdefault(_PAGE, uuid4().hex)
    person = f"{who.workspace}\0{who.owner}"
    earlier: Work | None = st.session_state.get(draft.WORK)
    if earlier is not None:
        earlier.future.cancel()  # if it still waits: nobody wants it any more
    future = studio.sound_work.begin(do, page=page, person=person, link=link)
    st.session_state[draft.WORK] = Work(place, words, name, future, settle, sends)


def work_in_hand(place: str | None = None) -> None:
    """Say what is being done until it is done, then draw the page anew.

    It is said at the work's own place, where somebody looks; without a place, wherever it belongs.
    """
    work: Work | None = st.session_state.get(draft.WORK)
    if work is None or (place is not None and work.place != place):
        return
    future = work.future
    _say(t("Waiting until other sounds are done."), future, lambda: future.running() or future.done())
    _say(work.words, future, future.done)
    st.rerun()


def settle() -> None:
    """Take over what came of work that is done. Everything that looks at the sound comes after this."""
    work: Work | None = st.session_state.get(draft.WORK)
    if work is None or not work.future.done():
        return
    error = work.future.exception()
    if error is None:
        work.settle(work.future.result())
    elif (words := _in_words(error)) is not None:
        refuse(work.name, words)
    st.session_state[draft.WORK] = None  # last, so that nothing is lost when a newer run overtakes this one
    if error is not None and words is None:
        raise error


def go_on() -> None:
    """Take over what was done, and do what was to follow. A page begins with this, as with a callback."""
    settle()
    then: Callable[[], None] | None = st.session_state.pop(draft.THEN, None)
    if then is not None:
        then()


def too_soon() -> bool:
    """Whether somebody wants to send while the sound is worked on: nothing is paid for unheard."""
    work: Work | None = st.session_state.get(draft.WORK)
    if work is None or work.place == DRAWING:
        return False
    settle()
    if not work.sends:
        words = t("The sound was still being worked on, so nothing was sent. Listen to it, then send.")
        st.toast(words, icon=":material/hourglass_top:", duration="long")
    return True


def refuse(name: str, why: str) -> None:
    """Say in words why a sound was not taken; what was there before stays."""
    st.session_state[draft.REFUSED] = (name, why)


def _say(words: str, future: Future[Any], over: Callable[[], bool]) -> None:
    if over():
        return
    with st.spinner(words, show_time=True):
        while not over():
            wait([future], timeout=_PAUSE_SECONDS)
            st.session_state.get(draft.WORK)  # this run ends here when somebody clicked again


def _in_words(error: BaseException) -> str | None:
    """What kept a sound from being taken; None for what should not have happened."""
    if isinstance(error, ShelfFull):
        return full_in_words()
    if isinstance(error, SoundNotFound):
        return t("Its file is no longer here. Please add it again.")
    if isinstance(error, MediaToolMissing):
        return t("This server lacks the program ffmpeg. Please tell whoever runs it.")
    if isinstance(error, OSError):
        return t("This server could not keep it; its disk may be full. Please tell whoever runs it.")
    return None
