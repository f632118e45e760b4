"""What a new video should show and how: the fields of the New video page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import video_form_draft as form
from components.notices import field_problem
from components.person import Person
from components.picture_field import picture_field
from components.video_form_counter import prompt_counter
from lipsync.i18n import t
from lipsync.request import Problem
from lipsync.studio import Studio
from lipsync.upstream.replies import TaskKind
from lipsync.video_request import (
    DURATIONS,
    MAX_CFG_SCALE,
    MAX_NEGATIVE_PROMPT_CODE_POINTS,
    MAX_PROMPT_CODE_POINTS,
    MIN_CFG_SCALE,
    MODES,
    RATIOS,
    field_help,
    models_for,
)

SCALE_STEP = 0.05


def kind_choice() -> TaskKind:
    """Out of words, or out of a picture."""
    names = {
        TaskKind.TEXT2VIDEO.value: ":material/edit_note: " + t("From words"),
        TaskKind.IMAGE2VIDEO.value: ":material/image: " + t("From a picture"),
    }
    st.segmented_control(
        t("What to make it from"),
        list(names),
        format_func=lambda one: names[one],
        key=form.KIND,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
        width="stretch",
    )
    return form.kind()


def what_is_seen(studio: Studio, who: Person, problems: Sequence[Problem]) -> None:
    """The pictures to begin and to end with, where there are to be any, and the words."""
    kind = kind_choice()
    picture = kind is TaskKind.IMAGE2VIDEO
    if picture:
        picture_field(studio, who, problems, "picture")
        _last_picture(studio, who, problems)
    st.text_area(
        t("What should happen? (may stay empty)") if picture else t("What should be seen?"),
        key=form.PROMPT,
        height=130,
        placeholder=t("She looks at the camera and smiles.")
        if picture
        else t("Who is seen, where, and how?"),
        persist_state="session",
        help=_about(form.PROMPT),
    )
    prompt_counter(
        st.session_state.get(form.PROMPT) or "",
        field=form.PROMPT,
        limit=MAX_PROMPT_CODE_POINTS,
        picture=picture,
        said=any(problem.field == "prompt" for problem in problems),
    )
    field_problem(problems, "prompt", "kind")
    if not picture:
        _examples()


def _last_picture(studio: Studio, who: Person, problems: Sequence[Problem]) -> None:
    """The other picture; one of the two is enough."""
    refused: tuple[str, str, str] | None = st.session_state.get(form.REFUSED)
    wrong = any(problem.field == "tail_picture" for problem in problems)
    with st.expander(
        t("A picture to end with, as well or instead"), icon=":material/last_page:",
        expanded=wrong or form.is_given("tail_picture") or bool(refused and refused[0] == "tail_picture"),
    ):  # fmt: skip
        picture_field(studio, who, problems, "tail_picture")


def how_it_looks(problems: Sequence[Problem], models: tuple[str, ...]) -> None:
    """Length, shape, quality and model."""
    kind = form.kind()
    lengths = {one: t("{seconds} s", seconds=one) for one in DURATIONS}
    shapes = {
        "16:9": ":material/crop_16_9: " + t("Wide"),
        "9:16": ":material/crop_9_16: " + t("Upright"),
        "1:1": ":material/crop_square: " + t("Square"),
    }
    qualities = {"std": t("Standard"), "pro": t("Professional")}
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        if kind is TaskKind.TEXT2VIDEO:
            _choice(t("Shape"), {one: shapes[one] for one in RATIOS}, form.RATIO)
        _choice(t("Length"), lengths, form.DURATION)
    field_problem(problems, "aspect_ratio", "duration")
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        _choice(t("Quality"), {one: qualities[one] for one in MODES}, form.MODE)
        _model_field(kind, models)
    field_problem(problems, "mode", "model_name")


def _model_field(kind: TaskKind, models: tuple[str, ...]) -> None:
    key = form.model_field(kind)
    known = list(models_for(kind, models))
    chosen = st.session_state.get(key)
    st.selectbox(
        t("Model"),
        known if chosen in known or not chosen else [chosen, *known],
        key=key,
        accept_new_options=True,
        persist_state="session",
        help=_about(key),
    )


def more_choices(problems: Sequence[Problem]) -> None:
    """The fields that few people need."""
    rare = ("negative_prompt", "cfg_scale")
    wrong = any(problem.field in rare for problem in problems)
    with st.expander(t("More choices"), icon=":material/tune:", expanded=wrong or _is_set()):
        st.text_area(
            t("What should not be seen"),
            key=form.NEGATIVE,
            height=80,
            placeholder=t("text, logos, other people"),
            persist_state="session",
            help=_about(form.NEGATIVE),
        )
        prompt_counter(
            st.session_state.get(form.NEGATIVE) or "",
            field=form.NEGATIVE,
            limit=MAX_NEGATIVE_PROMPT_CODE_POINTS,
            picture=False,
            said=any(problem.field == "negative_prompt" for problem in problems),
            hints=False,
        )
        field_problem(problems, "negative_prompt")
        st.slider(
            t("How closely to follow the words"),
            MIN_CFG_SCALE,
            MAX_CFG_SCALE,
            step=SCALE_STEP,
            key=form.SCALE,
            persist_state="session",
            help=_about(form.SCALE),
        )
        field_problem(problems, "cfg_scale")


def _is_set() -> bool:
    """Whether something in there is chosen, so that it should not be hidden."""
    return bool((st.session_state.get(form.NEGATIVE) or "").strip())


def _about(key: str) -> str:
    return field_help(form.FIELDS.get(key, "model_name"))


def _choice(label: str, names: dict[str, str], key: str) -> None:
    st.segmented_control(
        label,
        list(names),
        format_func=lambda one: names[one],
        key=key,
        required=True,
        persist_state="session",
        help=_about(key),
    )


def examples() -> dict[str, str]:
    """Prompts of good speakers, by what to call them."""
    return {
        t("Presenter"): t(
            "A friendly woman in a yellow jumper looks into the camera, head and shoulders, face large and "
            "evenly lit, calm. Bright kitchen behind her, out of focus. The camera stands still."
        ),
        t("Expert"): t(
            "An older man with a grey beard and round glasses faces the camera, close-up, soft window light, "
            "slight smile. Bookshelves behind him, out of focus. He hardly moves; the camera stands still."
        ),
        t("Newsreader"): t(
            "A newsreader in a dark blue suit sits at a desk and looks straight into the camera, head and "
            "shoulders, studio light. A calm blue studio behind her. The camera stands still."
        ),
        t("Cartoon"): t(
            "A cheerful animated young man with big eyes and red hair faces the camera, close-up, clear "
            "mouth, plain mint background. He nods a little; the camera stands still."
        ),
    }


def _examples() -> None:
    """Always there, so that nothing moves away from under a click that leaves the prompt."""
    known = examples()
    typed = (st.session_state.get(form.PROMPT) or "").strip()
    own = bool(typed) and typed not in known.values()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(t("Begin with an example:"), width="content")
        for name, prompt in known.items():
            st.button(
                name,
                key=f"video_example_{name}",
                disabled=own,
                help=t("Empty the field first: your own words are kept.") if own else None,
                on_click=_use,
                args=(prompt,),
            )


def _use(prompt: str) -> None:
    st.session_state[form.PROMPT] = prompt
