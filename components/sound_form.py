"""A sound in the form: uploaded, recorded, or behind a link."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import streamlit as st

from components import draft, sound_actions
from components.notices import field_problem
from components.person import Person
from components.routes import sound_url
from components.sound_panel import facts, fit_warning, sound_panel, warnings, whole_waveform
from components.sound_work import work_in_hand
from components.wording import plain
from lipsync.audio.check import MAX_UPLOAD_BYTES
from lipsync.i18n import t
from lipsync.request import Problem
from lipsync.sounds import Sound, SoundNotFound
from lipsync.studio import Studio

RECORDING_RATE = 48_000
"""Samples a second of a recording: what browsers' microphones give."""
_UPLOAD_MB = MAX_UPLOAD_BYTES // 1024 // 1024
_HERE = ("localhost", "127.0.0.1", "::1")


def sound_fields(
    studio: Studio,
    who: Person,
    problems: Sequence[Problem],
    *,
    clip_seconds: float | None,
    record: bool,
) -> None:
    """The sound that was taken, and the place to add one."""
    sound = _the_sound(studio, who)
    if sound is not None:
        sound_panel(studio, who, sound, clip_seconds=clip_seconds)
    if record:
        _recorder(studio, who, another=sound is not None)
    else:
        _uploader(studio, who, another=sound is not None)
    work_in_hand("field")
    refusal()
    field_problem(problems, "sound")


def refusal() -> None:
    """Why the last sound was not taken."""
    refused: tuple[str, str] | None = st.session_state.get(draft.REFUSED)
    if refused is not None:
        name, why = refused
        st.error(
            t("**{name}** was not taken. {why} Nothing was charged.", name=plain(name, most=80),
              why=plain(why)),
            icon=":material/error:",
        )  # fmt: skip


def link_field(
    studio: Studio, who: Person, problems: Sequence[Problem], *, clip_seconds: float | None
) -> None:
    """A link to a sound that the service fetches itself, and what we found behind it."""
    url = st.text_input(
        t("Link to the sound"),
        key=draft.LINK,
        placeholder="https://",
        on_change="ignore",
        persist_state="session",
        help=t("The service fetches it, so it must be public: mp3, wav, m4a or aac, at most 5 MB."),
    )
    st.button(
        t("Check this link"),
        icon=":material/travel_explore:",
        on_click=sound_actions.look_at_link,
        args=(studio, who),
    )
    work_in_hand("link")
    looked = draft.looked_at((url or "").strip())
    refusal()
    if looked is None:
        field_problem(problems, "sound_url")
        return
    sound = _one(studio, who, looked.sound_id)
    if looked.refusal:
        st.error(f"{plain(looked.refusal)} {t('Nothing was charged.')}", icon=":material/error:")
    if sound is not None:
        _our_copy(studio, who, sound, clip_seconds, refused=bool(looked.refusal))


def _the_sound(studio: Studio, who: Person) -> Sound | None:
    """The sound of the form, ready or waiting for its piece, if it is still there."""
    state = st.session_state
    sound_id = state.get(draft.SOUND) or state.get(draft.HELD)
    if not sound_id:
        return None
    sound = _one(studio, who, sound_id)
    if sound is None:
        sound_actions.remove()
        st.warning(t("The sound is no longer here. Add it again."))
    return sound


def _one(studio: Studio, who: Person, sound_id: str | None) -> Sound | None:
    if sound_id is None:
        return None
    try:
        sound = studio.sounds.get(sound_id, workspace=who.workspace)
        studio.sounds.listen_path(sound)
    except SoundNotFound:
        return None
    return sound


def _uploader(studio: Studio, who: Person, *, another: bool) -> None:
    key = sound_actions.field_key("upload")
    given = st.file_uploader(
        t("Another sound instead") if another else t("Sound file"),
        key=key,
        max_upload_size=_UPLOAD_MB,
        on_change=sound_actions.taker(studio, who, key),
        help=t(
            "mp3, wav, m4a and aac are sent as they are. Any other sound, also that of a video, is made "
            "into an mp3. At most {most} MB.",
            most=_UPLOAD_MB,
        ),
    )
    if given is not None:  # a newer run overtook the callback
        sound_actions.take(studio, who, key)


def _recorder(studio: Studio, who: Person, *, another: bool) -> None:
    if not _microphone_allowed():
        st.warning(
            t(
                "Browsers lend the microphone only to secure pages: the address must begin with https, or "
                "be localhost. Ask whoever runs this studio, or upload a recording instead."
            ),
            icon=":material/mic_off:",
        )
        return
    key = sound_actions.field_key("record")
    given = st.audio_input(
        t("Record again") if another else t("Record from 2 to 60 seconds"),
        sample_rate=RECORDING_RATE,
        key=key,
        on_change=sound_actions.taker(studio, who, key),
    )
    if given is not None:
        sound_actions.take(studio, who, key)


def page_url() -> str:
    """The address of the page; without a browser, one where everything is allowed."""
    return st.context.url or "https:"


def _microphone_allowed() -> bool:
    parts = urlsplit(page_url())
    return parts.scheme == "https" or parts.hostname in _HERE


def _our_copy(
    studio: Studio, who: Person, sound: Sound, clip_seconds: float | None, *, refused: bool
) -> None:
    """What is behind the link, to look at and listen to, and the offer to send it as a file."""
    with st.container(border=True, gap="small", key="link-copy"):
        if not refused:
            st.markdown(":green[:material/check_circle: " + t("There is a sound at this link.") + "]")
        facts(sound)
        st.audio(sound_url(sound.id), format=sound.media_type)
        if sound.ready:
            warnings(sound)
            fit_warning(sound.seconds, clip_seconds)
        whole_waveform(studio, who, sound, clip_seconds)
        if refused:
            words = t("The studio has made a copy that can be sent as a file instead of the link.")
        elif sound.remade:
            words = t(
                "The file has a flaw. The studio has made a copy without it, to send instead of the link."
            )
        else:
            words = t(
                "A link is sent as it is. To trim the sound or make it fit, use the studio's copy of it."
            )
        st.markdown(words)
        st.button(
            t("Use the copy"),
            icon=":material/file_copy:",
            on_click=sound_actions.send_copy,
            args=(studio, who, sound.id),
        )
