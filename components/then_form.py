"""What the video is to say as soon as it is ready: the words form of Create, in the same request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from components import draft, sound_actions, sound_form, sound_work, words_form
from components import video_form_draft as form
from components.known_pace import pace_of
from components.person import Person
from lipsync.i18n import t
from lipsync.request import LipSyncRequest, Problem
from lipsync.studio import Studio
from lipsync.video_request import then_problems


def then_section(
    studio: Studio, who: Person, problems: Sequence[Problem], *, account: str, seconds: float
) -> None:
    """The switch, and below it the words. `seconds` is the length that the video will have."""
    wanted = st.toggle(
        t("When the video is ready, let it say this"),
        key=form.SPEAKS,
        persist_state="session",
        help=t("The line is sent by itself, also if you close this page. Until then you can take it back."),
    )
    if not wanted:
        st.caption(t("Or let it speak later: it will be among your videos."))
        return
    source = words_form.source_choice()
    if source == "text":
        pace = pace_of(studio, who, line(account) or draft.read(None))
        words_form.text_fields(problems, clip_seconds=seconds, pace=pace)
    elif source == "link":
        sound_form.link_field(studio, who, problems, clip_seconds=seconds)
    else:
        sound_form.sound_fields(studio, who, problems, clip_seconds=seconds, record=source == "record")
    sound_work.work_in_hand()


def line(account: str) -> LipSyncRequest | None:
    """The line that waits for the video, or None when none shall."""
    return replace(draft.read(None), account=account) if st.session_state.get(form.SPEAKS) else None


def line_problems(request: LipSyncRequest | None) -> tuple[Problem, ...]:
    """What keeps the line from being sent; nothing when there is none."""
    if request is None:
        return ()
    found = then_problems(request)
    looked = draft.looked_at(request.sound_url) if request.source == "link" and request.sound_url else None
    return (*found, Problem("sound_url", looked.refusal)) if looked is not None and looked.refusal else found


def link_is_good(
    studio: Studio, who: Person, request: LipSyncRequest | None, *, then: Callable[[], None]
) -> bool:
    """Whether a line's link, if it has one, leads to a sound. If nobody looked, `then` is called later."""
    if request is None or request.source != "link":
        return True
    return sound_actions.link_may_be_sent(studio, who, request.sound_url or "", then=then)
