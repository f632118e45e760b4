"""What the buttons around a sound do.

What takes no time is done by the callbacks themselves. What may take seconds is only noted
there and done by `work_in_hand`, on the page, where people see that something happens. A sound
goes to the shelf at once; the session keeps only its id and sentences.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components import draft
from components.person import Person, speak
from components.wording import plain
from lipsync.audio.check import SoundReport
from lipsync.audio.deadline import OPERATION_SECONDS
from lipsync.audio.links import TOTAL_SECONDS
from lipsync.audio.words import full_in_words, link_in_words, reason_in_words
from lipsync.i18n import t
from lipsync.media import MediaToolMissing
from lipsync.sounds import Piece, ShelfFull, Sound, SoundNotFound
from lipsync.studio import Studio

_GIVEN = "draft_sounds_given"


@dataclass(frozen=True, slots=True)
class Work:
    """Something that may take seconds: where on the page it is done, what is said meanwhile, what is done."""

    place: str
    words: str
    do: Callable[[], None]


def field_key(kind: str) -> str:
    """The key of an uploader or recorder; a new one after each sound, so that its bytes are freed."""
    return f"draft_{kind}_{st.session_state.get(_GIVEN, 0)}"


def work_in_hand(place: str | None = None) -> None:
    """Do what was clicked, say so meanwhile, and draw the page anew.

    It is done at its `place`, so that it is seen where somebody looks; without a place, wherever
    it belongs. No other click can break into it: a page is only stopped between its elements.
    """
    work: Work | None = st.session_state.get(draft.WORK)
    if work is None or (place is not None and work.place != place):
        return
    with st.spinner(work.words, show_time=True):
        st.session_state[draft.WORK] = None  # before it is done: it is never done twice
        work.do()
    st.rerun()


def go_on() -> None:
    """What was to be done after the work; a page asks for it before it is drawn, like a callback."""
    then: Callable[[], None] | None = st.session_state.pop(draft.THEN, None)
    if then is not None:
        then()


def take(studio: Studio, who: Person, key: str) -> None:
    """Keep what was uploaded or recorded, if it is a sound."""
    speak()
    given = st.session_state.get(key)
    if given is None:
        return
    name = t("Recording.wav") if key.startswith("draft_record") else getattr(given, "name", t("The file"))
    words = t("Looking at {name}. This can take up to {most} seconds.",
              name=plain(name, most=60), most=f"{OPERATION_SECONDS:g}")  # fmt: skip
    st.session_state[draft.REFUSED] = None  # that was another file
    _later("field", words, partial(_take, studio, who, key, name))


def _take(studio: Studio, who: Person, key: str, name: str) -> None:
    given = st.session_state.get(key)
    st.session_state[_GIVEN] = st.session_state.get(_GIVEN, 0) + 1
    if not isinstance(given, UploadedFile):  # the server was started anew meanwhile, say
        st.session_state[draft.REFUSED] = (name, t("It did not arrive. Please choose it again."))
        return
    with _troubles(name):
        report, sound = studio.sounds.add(given, name=name, workspace=who.workspace, owner=who.owner)
        if sound is None:
            _refuse(name, report)
        else:
            choose(sound)


def choose(sound: Sound) -> None:
    """Make a sound the one of the form; one that is too long waits for its piece."""
    state = st.session_state
    state[draft.SOUND], state[draft.HELD] = (sound.id, None) if sound.ready else (None, sound.id)
    state[draft.REFUSED] = state[draft.OFFER] = None
    state[draft.FITTING] = False
    state[draft.TURN] = state.get(draft.TURN, 0) + 1


def choose_by_id(studio: Studio, who: Person, sound_id: str) -> None:
    """Make a sound that is on the shelf the one of the form."""
    speak()
    with contextlib.suppress(SoundNotFound):  # gone meanwhile: the page says so
        choose(studio.sounds.get(sound_id, workspace=who.workspace))


def remove() -> None:
    """Go on without a sound."""
    for name in (draft.SOUND, draft.HELD, draft.OFFER, draft.REFUSED):
        st.session_state[name] = None


def cut(studio: Studio, who: Person, sound: Sound, piece: Piece, *, offer: bool = False) -> None:
    """Take another piece of the original; with `offer`, only to listen to for now."""
    speak()
    words = t("Making it. This can take up to {most} seconds.", most=f"{OPERATION_SECONDS:g}")
    _later("offer" if offer else "panel", words, partial(_cut, studio, who, sound, piece, offer))


def _cut(studio: Studio, who: Person, sound: Sound, piece: Piece, offer: bool) -> None:
    with _troubles(sound.name):
        report, made = studio.sounds.derive(sound.id, piece, workspace=who.workspace, owner=who.owner)
        if made is None:
            _refuse(sound.name, report)
        elif offer:
            st.session_state[draft.OFFER] = made.id
        else:
            choose(made)


def fit(show: bool) -> None:
    """Open or close the choice of how a sound is made to fit the clip."""
    st.session_state[draft.FITTING] = show
    st.session_state[draft.OFFER] = None


def look_at_link(studio: Studio, who: Person) -> None:
    """Fetch and check what the link in the form leads to."""
    speak()
    url = (st.session_state.get(draft.LINK) or "").strip()
    if url:
        _look_later(studio, who, url)


def _look_later(studio: Studio, who: Person, url: str, then: Callable[[], None] | None = None) -> None:
    st.session_state[draft.LOOKED] = None
    words = t("Looking at the link. This can take up to {most} seconds.",
              most=f"{TOTAL_SECONDS + OPERATION_SECONDS:g}")  # fmt: skip
    _later("link", words, partial(_look, studio, who, url, then))


def _look(studio: Studio, who: Person, url: str, then: Callable[[], None] | None) -> None:
    with _troubles(t("The link")):
        hosts = frozenset(host.lower() for host in studio.settings.sound_link_hosts)
        taken = studio.sounds.from_link(url, allowed_hosts=hosts, workspace=who.workspace, owner=who.owner)
        refusal = link_in_words(taken.link)
        if taken.report is not None and not taken.report.accepted:
            refusal = reason_in_words(taken.report)
        st.session_state[draft.LOOKED] = draft.Looked(url, refusal, taken.sound.id if taken.sound else None)
        st.session_state[draft.REFUSED] = None
        if not refusal:
            st.session_state[draft.THEN] = then


def link_may_be_sent(studio: Studio, who: Person, url: str, *, then: Callable[[], None]) -> bool:
    """Whether a link was looked at and found good.

    If nobody did, it is looked at, and if it is good, `go_on` calls `then`, which sends it.
    """
    looked = draft.looked_at(url)
    if looked is None:
        _look_later(studio, who, url, then)
    return looked is not None and not looked.refusal


def send_copy(studio: Studio, who: Person, sound_id: str) -> None:
    """Send our copy of what a link leads to as a file, instead of the link."""
    choose_by_id(studio, who, sound_id)
    st.session_state[draft.SOURCE] = "sound"


def taker(studio: Studio, who: Person, key: str) -> Any:
    """The callback of an uploader or recorder."""
    return partial(take, studio, who, key)


def _later(place: str, words: str, do: Callable[[], None]) -> None:
    st.session_state[draft.WORK] = Work(place, words, do)


def _refuse(name: str, report: SoundReport) -> None:
    st.session_state[draft.REFUSED] = (name, reason_in_words(report))


@contextlib.contextmanager
def _troubles(name: str) -> Iterator[None]:
    """Say in words what kept a sound from being taken; what was there before stays."""
    try:
        yield
    except ShelfFull:
        words = full_in_words()
    except SoundNotFound:
        words = t("Its file is no longer here. Please add it again.")
    except MediaToolMissing:
        words = t("This server lacks the program ffmpeg. Please tell whoever runs it.")
    except OSError:
        words = t("This server could not keep it; its disk may be full. Please tell whoever runs it.")
    else:
        return
    st.session_state[draft.REFUSED] = (name, words)
