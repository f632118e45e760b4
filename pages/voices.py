"""Voices: the catalogue, searchable."""

from __future__ import annotations

import streamlit as st

from components.notices import empty
from components.places import go
from components.wording import language_name, plain
from lipsync.i18n import plural, t
from lipsync.voices import Language, Voice, search_voices

PAGE_SIZE = 24
SEARCH, LANGUAGE, GENDER, PAGE = "voices_search", "voices_language", "voices_gender", "voices_page"


def first_page() -> None:
    """Another search begins on its first page."""
    st.session_state[PAGE] = 1


def filters() -> tuple[str, Language | None, str | None]:
    """What to look for; kept in the address."""
    search, language, gender = st.columns([4, 3, 3], vertical_alignment="bottom", gap="medium")
    with search:
        words = st.text_input(
            t("Search"),
            key=SEARCH,
            icon=":material/search:",
            placeholder=t("A name, a kind or an id"),
            live="150ms",
            on_change=first_page,
        )
    with language:
        tongue = st.segmented_control(
            t("Language"), ["en", "zh"], format_func=language_name, key=LANGUAGE, on_change=first_page,
            bind="query-params",
        )  # fmt: skip
    with gender:
        names = {"female": t("Female"), "male": t("Male")}
        kind = st.segmented_control(
            t("Gender"), list(names), format_func=lambda g: names[g], key=GENDER, on_change=first_page,
            bind="query-params",
        )  # fmt: skip
    return words or "", tongue, kind


def card(voice: Voice) -> None:
    """One voice, and the way to use it."""
    other = f" :gray[{plain(voice.name_zh)}]" if voice.name_zh and voice.name_zh != voice.name else ""
    st.markdown(f"**{plain(voice.name)}**{other}")
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(language_name(voice.language), color="blue" if voice.language == "en" else "violet")
        if voice.gender:
            st.badge(t(voice.gender), color="gray")
    if voice.description and voice.description != f"{voice.gender} voice":
        st.caption(plain(t(voice.description)))
    st.caption(f"`{voice.voice_id}`")
    if st.button(
        t("Use this voice"), key=f"use-{voice.language}-{voice.voice_id}", icon=":material/arrow_forward:",
        width="stretch",
    ):  # fmt: skip
        go("create", voice=voice.voice_id, language=voice.language)


st.title(t("Voices"))
st.caption(
    t(
        "The voices that the service is known to have. Gender and kind were guessed from their names "
        "and are not official. A newer voice can be typed by hand on the Create page."
    )
)
query, language, gender = filters()
found = search_voices(query, language=language, gender=gender)
st.caption(plural(len(found), "{count} voice", "{count} voices"))
if not found:
    empty(
        ":material/voice_over_off:",
        t("No voice fits"),
        t("Search for another word, or take a filter off."),
    )
pages = max(1, -(-len(found) // PAGE_SIZE))
page = min(st.session_state.get(PAGE) or 1, pages)
grid = st.grid(4, min_column_width=220, gap="small")
for voice in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]:
    with grid.container(border=True, gap="xsmall", height="stretch"):
        card(voice)
if pages > 1:
    with st.container(horizontal_alignment="center"):
        st.pagination(pages, key=PAGE)
