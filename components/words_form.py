"""What the face should say: a text with a voice, a sound, or a link to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import streamlit as st

from components import draft
from components.counter import text_counter
from components.notices import field_problem
from components.routes import sound_url
from components.wording import language_name, length, plain, size, voice_label
from lipsync.audio.check import SoundReport
from lipsync.audio.words import reason_in_words, warning_in_words
from lipsync.i18n import t
from lipsync.request import MAX_SPEED, MIN_SPEED, SOUND_FORMATS, SPEED_STEP, Problem
from lipsync.sounds import Sound
from lipsync.voices import LANGUAGES, Language, find_voice, voices_for

UPLOAD_MB = 5
"""What the uploader itself refuses above, in the browser. The sound check decides, by content."""
_UPLOADS = "draft_uploads"


def source_choice() -> str:
    """Text, sound or link."""
    names = {"text": t("Type a text"), "sound": t("Upload a sound"), "link": t("Link to a sound")}
    st.segmented_control(
        t("How"),
        list(names),
        format_func=lambda source: names[source],
        key=draft.SOURCE,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
        width="stretch",
    )
    return st.session_state[draft.SOURCE]


def text_fields(problems: Sequence[Problem], *, clip_seconds: float | None) -> None:
    """The text with its counter, then language, voice and speed."""
    state = st.session_state
    st.text_area(
        t("What should it say?"),
        key=draft.TEXT,
        height=110,
        placeholder=t("Type up to 120 characters."),
        # A rerun when the field is left would swallow the very click that left it.
        on_change="ignore",
        persist_state="session",
    )
    language: Language = state.get(draft.LANGUAGE) or "en"
    text_counter(
        state.get(draft.TEXT) or "",
        field=draft.TEXT,
        language=language,
        speed=float(state.get(draft.SPEED) or 1.0),
        clip_seconds=clip_seconds,
        key="draft_counter",
        said=any(problem.field == "text" for problem in problems),
    )
    field_problem(problems, "text")
    if not state.get(draft.TEXT):
        st.button(
            t("Use an example text"), icon=":material/lightbulb:", type="tertiary", on_click=_use_example
        )
    _voice_fields(problems, language)


def _voice_fields(problems: Sequence[Problem], language: Language) -> None:
    left, right = st.columns(2, gap="medium", vertical_alignment="top")
    with left:
        st.segmented_control(
            t("Language"),
            LANGUAGES,
            format_func=language_name,
            key=draft.LANGUAGE,
            required=True,
            persist_state="session",
        )
        field_problem(problems, "voice_language")
    with right:
        st.slider(
            t("Speed"),
            float(MIN_SPEED),
            float(MAX_SPEED),
            step=float(SPEED_STEP),
            format="%.1f×",
            key=draft.SPEED,
            persist_state="session",
        )
        field_problem(problems, "voice_speed")
    known = [voice.voice_id for voice in voices_for(language)]
    chosen = st.session_state.get(draft.voice_field(language))
    st.selectbox(
        t("Voice"),
        known if chosen in known or not chosen else [chosen, *known],
        format_func=lambda voice_id: _voice_option(voice_id, language),
        key=draft.voice_field(language),
        accept_new_options=True,
        persist_state="session",
        help=t(
            "Type to search by name or kind. A voice id that is not in the list can be typed by hand. "
            "What the voices are like was guessed from their names."
        ),
    )
    field_problem(problems, "voice_id")


def _voice_option(voice_id: str, language: Language) -> str:
    voice = find_voice(voice_id, language)
    if voice is None:
        return t("{voice_id} (typed by hand)", voice_id=voice_id)
    label = voice_label(voice)
    # Several ids share a name and a description; then the id tells them apart.
    twins = [v for v in voices_for(language) if voice_label(v) == label]
    return f"{label} · {voice_id}" if len(twins) > 1 else label


def _use_example() -> None:
    language = st.session_state.get(draft.LANGUAGE) or "en"
    st.session_state[draft.TEXT] = (
        "你好！今天天气真好，我们一起去公园散步吧。" if language == "zh"
        else "Hello! It's a beautiful day, and I can finally speak."
    )  # fmt: skip


def sound_fields(
    problems: Sequence[Problem],
    sound: Sound | None,
    *,
    clip_seconds: float | None,
    on_upload: Callable[[str], None],
) -> None:
    """The sound that was taken, or the place to add one. `on_upload` gets the uploader's key."""
    if sound is not None:
        _taken(sound, clip_seconds)
    key = f"draft_upload_{st.session_state.get(_UPLOADS, 0)}"
    st.file_uploader(
        t("Another sound instead") if sound else t("Sound file"),
        type=[*SOUND_FORMATS],
        key=key,
        max_upload_size=UPLOAD_MB,
        on_change=on_upload,
        args=(key,),
        help=t("mp3, wav, m4a or aac, at most 5 MB, from 2 to 60 seconds."),
    )
    refused: tuple[str, SoundReport] | None = st.session_state.get(draft.REFUSED)
    if refused is not None:
        name, report = refused
        st.error(
            t("**{name}** was not taken. {why} Nothing was charged.", name=plain(name, most=80),
              why=plain(reason_in_words(report))),
            icon=":material/error:",
        )  # fmt: skip
    field_problem(problems, "sound")


def upload_taken(sound: Sound) -> None:
    """Remember an accepted upload by its id, and empty the uploader so that its bytes are freed."""
    _empty_uploader()
    st.session_state[draft.SOUND] = sound.id
    st.session_state[draft.REFUSED] = None


def upload_refused(name: str, report: SoundReport) -> None:
    """Remember why an upload was refused; a sound that was taken before stays."""
    _empty_uploader()
    st.session_state[draft.REFUSED] = (name, report)


def _empty_uploader() -> None:
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1


def _taken(sound: Sound, clip_seconds: float | None) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f"**{plain(sound.name, most=60)}**", width="content")
            st.badge(sound.format.upper(), color="gray")
            st.badge(length(sound.seconds), icon=":material/timer:", color="gray")
            st.badge(size(sound.bytes), color="gray")
        st.audio(sound_url(sound.id), format=sound.media_type)
        report = cast(SoundReport, _report_of(sound))
        for slug in report.warnings:
            st.markdown(f":orange[:material/info: {plain(warning_in_words(slug, report))}]")
        _fit_warning(sound.seconds, clip_seconds)
        st.button(t("Remove this sound"), icon=":material/close:", type="tertiary", on_click=_remove_sound)


def _report_of(sound: Sound) -> SoundReport:
    known = SoundReport.__dataclass_fields__
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in sound.report.items() if k in known}
    return SoundReport(**values)


def _fit_warning(seconds: float | None, clip_seconds: float | None) -> None:
    if seconds is None or clip_seconds is None:
        return
    if seconds > clip_seconds + 0.3:
        words = t(
            "The sound is {over} s longer than the video. What comes after the video's end will be missing.",
            over=f"{seconds - clip_seconds:.1f}",
        )
    elif seconds < clip_seconds - 1.0:
        words = t(
            "The sound is {under} s shorter than the video. The mouth rests at the end.",
            under=f"{clip_seconds - seconds:.1f}",
        )
    else:
        return
    st.markdown(f":orange[:material/info: {plain(words)}]")


def _remove_sound() -> None:
    st.session_state[draft.SOUND] = None


def link_field(problems: Sequence[Problem]) -> None:
    """A link to a sound that the service fetches itself."""
    st.text_input(
        t("Link to the sound"),
        key=draft.LINK,
        placeholder="https://",
        on_change="ignore",
        persist_state="session",
        help=t("The service fetches it, so it must be public: mp3, wav, m4a or aac, at most 5 MB."),
    )
    field_problem(problems, "sound_url")
