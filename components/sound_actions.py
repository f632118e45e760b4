"""What the buttons around a sound do.

What takes no time is done by the callbacks themselves. What may take seconds is done beside the
pages, and `work_in_hand` says so where people look: a page that works is given up as soon as
somebody clicks again, and what came of its work would be lost. A sound goes to the shelf at
once; the session keeps only its id and sentences.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

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
from lipsync.sounds import LinkTaken, Piece, ShelfFull, Sound, SoundNotFound
from lipsync.studio import Studio

T = TypeVar("T")
WORKERS = 4
"""So many sounds are worked on at once, for all people together; each may use 1 GiB for 15 s."""
_PAUSE_SECONDS = 0.2
_GIVEN = "draft_sounds_given"
_TAKEN = "draft_sound_taken"


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


@st.cache_resource(show_spinner=False)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="sound-work")


def work_in_hand(place: str | None = None) -> None:
    """Say what is being done until it is done, then draw the page anew.

    It is said at the work's own place, where somebody looks; without a place, wherever it belongs.
    """
    work: Work | None = st.session_state.get(draft.WORK)
    if work is None or (place is not None and work.place != place):
        return
    with st.spinner(work.words, show_time=True):
        while not work.future.done():
            wait([work.future], timeout=_PAUSE_SECONDS)
            st.session_state.get(draft.WORK)  # this run ends here when somebody clicked again
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
        _refuse(work.name, words)
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
    if work is None:
        return False
    settle()
    if not work.sends:
        words = t("The sound was still being worked on, so nothing was sent. Listen to it, then send.")
        st.toast(words, icon=":material/hourglass_top:", duration="long")
    return True


def field_key(kind: str) -> str:
    """The key of an uploader or recorder; a new one after each sound, so that its bytes are freed."""
    return f"draft_{kind}_{st.session_state.get(_GIVEN, 0)}"


def taker(studio: Studio, who: Person, key: str) -> Any:
    """The callback of an uploader or recorder."""
    return partial(take, studio, who, key)


def take(studio: Studio, who: Person, key: str) -> None:
    """Keep what was uploaded or recorded, if it is a sound; the same file only once."""
    speak()
    given = st.session_state.get(key)
    if not isinstance(given, UploadedFile) or given.file_id == st.session_state.get(_TAKEN):
        return
    name = t("Recording.wav") if key.startswith("draft_record") else given.name
    words = t("Looking at {name}. This can take up to {most} seconds.",
              name=plain(name, most=60), most=f"{OPERATION_SECONDS:g}")  # fmt: skip
    add = partial(studio.sounds.add, given, name=name, workspace=who.workspace, owner=who.owner)
    _later("field", words, name, add, partial(_made, name, False))
    st.session_state[_TAKEN] = given.file_id
    st.session_state[_GIVEN] = st.session_state.get(_GIVEN, 0) + 1
    st.session_state[draft.REFUSED] = None  # that was another file


def cut(studio: Studio, who: Person, sound: Sound, piece: Piece, *, offer: bool = False) -> None:
    """Take another piece of the original; with `offer`, only to listen to for now."""
    speak()
    words = t("Making it. This can take up to {most} seconds.", most=f"{OPERATION_SECONDS:g}")
    derive = partial(studio.sounds.derive, sound.id, piece, workspace=who.workspace, owner=who.owner)
    _later("offer" if offer else "panel", words, sound.name, derive, partial(_made, sound.name, offer))


def look_at_link(studio: Studio, who: Person) -> None:
    """Fetch and check what the link in the form leads to."""
    speak()
    url = (st.session_state.get(draft.LINK) or "").strip()
    if url:
        _look_later(studio, who, url)


def link_may_be_sent(studio: Studio, who: Person, url: str, *, then: Callable[[], None]) -> bool:
    """Whether a link was looked at and found good.

    If nobody did, it is looked at, and if it is good, `go_on` calls `then`, which sends it.
    """
    looked = draft.looked_at(url)
    if looked is None:
        _look_later(studio, who, url, then)
    return looked is not None and not looked.refusal


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


def send_copy(studio: Studio, who: Person, sound_id: str) -> None:
    """Send our copy of what a link leads to as a file, instead of the link."""
    choose_by_id(studio, who, sound_id)
    st.session_state[draft.SOURCE] = "sound"


def remove() -> None:
    """Go on without a sound."""
    for name in (draft.SOUND, draft.HELD, draft.OFFER, draft.REFUSED):
        st.session_state[name] = None


def fit(show: bool) -> None:
    """Open or close the choice of how a sound is made to fit the clip."""
    st.session_state[draft.FITTING] = show
    st.session_state[draft.OFFER] = None


def _later(
    place: str,
    words: str,
    name: str,
    do: Callable[[], T],
    settle: Callable[[T], None],
    *,
    sends: bool = False,
) -> None:
    st.session_state[draft.WORK] = Work(place, words, name, _workers().submit(do), settle, sends)


def _made(name: str, offer: bool, done: tuple[SoundReport, Sound | None]) -> None:
    report, sound = done
    if sound is None:
        _refuse(name, reason_in_words(report))
    elif offer:
        st.session_state[draft.OFFER] = sound.id
    else:
        choose(sound)


def _look_later(studio: Studio, who: Person, url: str, then: Callable[[], None] | None = None) -> None:
    st.session_state[draft.LOOKED] = None
    words = t("Looking at the link. This can take up to {most} seconds.",
              most=f"{TOTAL_SECONDS + OPERATION_SECONDS:g}")  # fmt: skip
    hosts = frozenset(host.lower() for host in studio.settings.sound_link_hosts)
    fetch = partial(
        studio.sounds.from_link, url, allowed_hosts=hosts, workspace=who.workspace, owner=who.owner
    )
    _later("link", words, t("The link"), fetch, partial(_looked, url, then), sends=then is not None)


def _looked(url: str, then: Callable[[], None] | None, done: LinkTaken) -> None:
    refusal = link_in_words(done.link)
    if done.report is not None and not done.report.accepted:
        refusal = reason_in_words(done.report)
    st.session_state[draft.LOOKED] = draft.Looked(url, refusal, done.sound.id if done.sound else None)
    st.session_state[draft.REFUSED] = None
    if not refusal:
        st.session_state[draft.THEN] = then


def _refuse(name: str, why: str) -> None:
    """Say in words why a sound was not taken; what was there before stays."""
    st.session_state[draft.REFUSED] = (name, why)


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
