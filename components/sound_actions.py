"""What the buttons around a sound do.

What takes no time is done by the callbacks themselves; what may take seconds, by `sound_work`. A
sound goes to the shelf at once; the session keeps only its id and sentences.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components import draft
from components.person import Person, speak
from components.sound_work import DRAWING, begin, refuse
from components.wording import plain
from lipsync.audio.check import SoundReport
from lipsync.audio.deadline import OPERATION_SECONDS
from lipsync.audio.links import TOTAL_SECONDS
from lipsync.audio.words import link_in_words, reason_in_words
from lipsync.i18n import t
from lipsync.media import MediaToolMissing
from lipsync.sounds import LinkTaken, Piece, Sound, SoundNotFound, TooMuchUnderWay
from lipsync.studio import Studio

T = TypeVar("T")
_GIVEN = "draft_sounds_given"
_TAKEN = "draft_sound_taken"
_DRAWN = "draft_sound_drawn"


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
    st.session_state[draft.REFUSED] = None  # that was another file
    _later(studio, who, "field", words, name, add, partial(_made, name, False))
    # Afterwards: a newer run may end this one anywhere, and must then find a file that is still to be taken.
    st.session_state[_TAKEN] = given.file_id
    st.session_state[_GIVEN] = st.session_state.get(_GIVEN, 0) + 1


def cut(studio: Studio, who: Person, sound: Sound, piece: Piece, *, offer: bool = False) -> None:
    """Take another piece of the original; with `offer`, only to listen to for now."""
    speak()
    words = t("Making it. This can take up to {most} seconds.", most=f"{OPERATION_SECONDS:g}")
    derive = partial(studio.sounds.derive, sound.id, piece, workspace=who.workspace, owner=who.owner)
    place = "offer" if offer else "panel"
    _later(studio, who, place, words, sound.name, derive, partial(_made, sound.name, offer))


def draw(studio: Studio, who: Person, sound: Sound) -> None:
    """Draw a sound that was never drawn, if nothing else is being done; in a session only once."""
    state = st.session_state
    if state.get(draft.WORK) is not None or state.get(_DRAWN) == sound.original_id:
        return

    def do() -> None:
        with contextlib.suppress(SoundNotFound, MediaToolMissing, OSError):  # the page shows it without
            studio.sounds.draw(sound.id, workspace=who.workspace)

    with contextlib.suppress(TooMuchUnderWay):
        begin(studio, who, DRAWING, t("Drawing the sound…"), sound.name, do, lambda _: None)
        state[_DRAWN] = sound.original_id


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
    try:
        begin(studio, who, place, words, name, do, settle, link=link, sends=sends)
    except TooMuchUnderWay:
        refuse(name, t("Very many sounds are being worked on just now. Please try again in a minute."))


def _made(name: str, offer: bool, done: tuple[SoundReport, Sound | None]) -> None:
    report, sound = done
    if sound is None:
        refuse(name, reason_in_words(report))
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
    looked, sends = partial(_looked, url, then), then is not None
    _later(studio, who, "link", words, t("The link"), fetch, looked, link=True, sends=sends)


def _looked(url: str, then: Callable[[], None] | None, done: LinkTaken) -> None:
    refusal = link_in_words(done.link)
    if done.report is not None and not done.report.accepted:
        refusal = reason_in_words(done.report)
    st.session_state[draft.LOOKED] = draft.Looked(url, refusal, done.sound.id if done.sound else None)
    st.session_state[draft.REFUSED] = None
    if not refusal:
        st.session_state[draft.THEN] = then
