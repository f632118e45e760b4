"""What the face should say: a text with a voice, a sound, or a link to one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import draft
from components.counter import text_counter
from components.notices import field_problem
from components.wording import language_name, voice_label
from lipsync.i18n import t
from lipsync.pace import Pace
from lipsync.request import MAX_SPEED, MIN_SPEED, SPEED_STEP, Problem
from lipsync.voices import LANGUAGES, Language, find_voice, voices_for


def source_choice() -> str:
    """Where the words come from: text, sound, record or link."""
    names = {
        "text": t("Type a text"),
        "sound": t("Upload"),
        "record": t("Record"),
        "link": t("Link"),
    }
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


def text_fields(problems: Sequence[Problem], *, clip_seconds: float | None, pace: Pace) -> None:
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
        pace=pace,
        on_faster=draft.speak_at,
    )
    # A place that stays: what comes or goes before a field moves it, and half a word typed there is lost.
    with st.container():
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
