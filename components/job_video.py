"""What belongs to a job that makes a video: what was asked for, and what can be done with the result."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components import draft
from components.face_check import face_check
from components.person import Person
from components.picture_field import facts as picture_facts
from components.picture_field import the_picture
from components.places import go
from components.routes import picture_url
from components.wording import plain
from lipsync.i18n import t
from lipsync.jobs.model import Job, ThenState
from lipsync.parent_shelf import KnownParent
from lipsync.parents import eligibility
from lipsync.request import LipSyncRequest
from lipsync.studio import Studio
from lipsync.video_request import VideoRequest


def video_facts(studio: Studio, who: Person, request: VideoRequest) -> None:
    """What was asked for."""
    if request.prompt:
        st.markdown("> " + plain(request.prompt))
    for picture_id, url, words in (
        (request.picture_id, request.picture_url, t("It begins with this picture.")),
        (request.tail_picture_id, request.tail_picture_url, t("It ends with this picture.")),
    ):
        _picture(studio, who, picture_id, url, words)
    if request.negative_prompt:
        st.caption(t("Not to be seen: {words}", words=plain(request.negative_prompt)))
    quality = t("professional quality") if request.mode == "pro" else t("standard quality")
    facts = [t("{seconds} s", seconds=request.duration), quality, plain(request.model_name)]
    if request.aspect_ratio:
        facts.insert(1, _shape(request.aspect_ratio))
    if request.cfg_scale is not None:
        facts.append(t("follows the words at {scale}", scale=f"{request.cfg_scale:g}"))
    st.caption(" · ".join(facts))


def _shape(ratio: str) -> str:
    return {"16:9": t("wide"), "9:16": t("upright"), "1:1": t("square")}.get(ratio, plain(ratio))


def _picture(studio: Studio, who: Person, picture_id: str | None, url: str | None, words: str) -> None:
    if url:
        st.caption(f"{words} :material/link: {plain(url, most=120)}")
    if not picture_id:
        return
    picture = the_picture(studio, who, picture_id)
    if picture is None:
        st.caption(t("A picture of this job is no longer here."))
        return
    st.caption(words)
    with st.container(key=f"whole-picture-{picture.id}"):
        st.image(picture_url(picture.id), alt=plain(picture.name, most=80))
    picture_facts(picture)


def video_steps(studio: Studio, who: Person, job: Job, ask_again: Callable[[KnownParent], None]) -> None:
    """What can be done with the video of a job that is ready."""
    made = next(iter(studio.parents.made_by(job)), None)
    if made is not None:
        _usable(studio, made, ask_again)
        face_check(studio, who, made)
    with st.container(horizontal=True):
        if made is not None:
            usable = eligibility(made.parent, accounts=studio.accounts).eligible
            spoken = job.then_state is ThenState.STARTED
            if st.button(
                t("Let it say something else") if spoken else t("Make it speak"),
                type="secondary" if spoken else "primary",
                icon=":material/graphic_eq:",
                disabled=not usable,
            ):
                _take_words_along(job)
                go("create", parent=made.id)
            if st.button(t("Show among the videos"), icon=":material/video_library:"):
                go("videos", video=made.id)
        if st.button(t("Make another like this"), icon=":material/content_copy:"):
            go("new-video", **{"from": job.id})


def _take_words_along(job: Job) -> None:
    """The words that waited for this video in vain, or were taken back, are filled in where it speaks."""
    if job.then_request and job.then_state in (ThenState.NOT_STARTED, ThenState.DROPPED):
        draft.begin()
        draft.fill_words(LipSyncRequest.from_dict(job.then_request))


def _usable(studio: Studio, made: KnownParent, ask_again: Callable[[KnownParent], None]) -> None:
    """Why a video cannot speak, if it cannot, and what to do about it."""
    if not made.parent.video_id:
        st.warning(
            t(
                "**It cannot speak yet:** the service sent the video, but did not say its id. Asking costs "
                "nothing. Ask again in a minute; meanwhile you can watch and keep it."
            ),
            icon=":material/help:",
        )
        st.button(t("Ask the service again"), icon=":material/refresh:", on_click=ask_again, args=(made,))
        return
    verdict = eligibility(made.parent, accounts=studio.accounts)
    for reason in verdict.reasons:
        st.markdown(f":material/block: {plain(reason)}")
    if verdict.eligible and verdict.days_left is not None:
        colour = "orange" if verdict.soon_too_old else "gray"
        words = t("It can speak: {left}", left=verdict.days_left_in_words)
        st.caption(f":{colour}[:material/event: {plain(words)}]")
