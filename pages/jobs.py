"""Jobs: everything that was sent, and one job with its clip or video."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from components import job_list
from components.asking import asker
from components.job_deeds import OPEN_NEXT, again_key, deeds_for
from components.job_facts import ids, log, request_facts, result, times
from components.job_kinds import KINDS, is_video, title_of_job
from components.job_list import PAGE_SIZE
from components.job_panel import REFRESH_SECONDS, live_panel, usual_seconds
from components.job_states import GROUPS, state_badge
from components.job_then import came_from, then_panel
from components.job_trouble import NEWS, job_trouble, news
from components.job_video import video_facts, video_steps
from components.notices import Tone, empty
from components.parent_cards import account_label
from components.person import person, speak
from components.places import go, link
from components.wording import plain
from lipsync.accounts import UnknownAccount
from lipsync.explain import explain_call, explain_job, explain_waiting
from lipsync.i18n import plural, t
from lipsync.jobs.model import LIVE, Job, JobState, ThenState
from lipsync.jobs.store import JobNotFound
from lipsync.parent_shelf import KnownParent
from lipsync.request import LipSyncRequest
from lipsync.sounds import Sound, SoundNotFound
from lipsync.studio import current
from lipsync.video_request import VideoRequest

studio, who = current(), person()


def sound_of(sound_id: str | None) -> Sound | None:
    """A job's sound, if it is still known."""
    try:
        return studio.sounds.get(sound_id, workspace=who.workspace) if sound_id else None
    except SoundNotFound:
        return None


def one_job(job_id: str) -> None:
    """One job: how far it is, what became of it."""
    link("jobs", t("All jobs"), icon=":material/arrow_back:")
    try:
        job = studio.jobs.get(job_id, workspace=who.workspace)
    except JobNotFound:
        empty(
            ":material/search_off:",
            t("There is no such job here"),
            t("Check the address, or look through the list of all jobs."),
        )
        return
    sound = sound_of(job.request.get("sound_id"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = plain(title_of_job(job, sound.name if sound else None), most=80)
        st.markdown(f"### {title}", width="content", anchors=False)
        state_badge(job.state)
    times(job)

    main, side = st.columns([5, 3], gap="large")
    with main:
        if job.state is JobState.READY:
            there = studio.archive.result_path(job.id).exists()
            result(job, studio.accounts.get(job.account), there=there)
        live_panel(studio, who, job)
        spoken = job.then_state is ThenState.STARTED
        if spoken:
            what_it_says(job)
        how_it_stands(job)
        if not spoken:
            what_it_says(job)
        with st.expander(t("What happened, step by step"), icon=":material/history:"):
            log(job, studio.jobs.events(job.id))
    with side:
        with st.container(border=True):
            st.markdown("**" + t("What was asked for") + "**")
            if is_video(job):
                video_facts(studio, who, VideoRequest.from_dict(job.request))
            else:
                request_facts(LipSyncRequest.from_dict(job.request), sound)
        came_from(studio, who, job)
        if job.previous_job_id:
            link("jobs", t("The job before this one"), icon=":material/history:", job=job.previous_job_id)
        with st.expander(t("Account and ids"), icon=":material/tag:"):
            ids(job, account_label(studio.accounts, job.account))


def how_it_stands(job: Job) -> None:
    """What is wrong, if anything is, and what can be done now."""
    trouble = explain_job(job, account_there=job.account in studio.accounts)
    shown = trouble or explain_waiting(job, datetime.now(UTC), usual_seconds(studio, job))
    if shown is not None:
        tone: Tone = "info" if trouble is None else "error" if job.state is JobState.FAILED else "warning"
        repeated = studio.jobs.by_submit_key(again_key(job))
        doubtful = studio.engine.doubt_behind(job.id)
        job_trouble(job, shown, deeds_for(studio, who, job), repeated=repeated, doubtful=doubtful, tone=tone)
    elif job.is_live:
        quiet_buttons(job)
    elif job.state is JobState.READY and is_video(job):
        video_steps(studio, who, job, ask_again)
    elif job.state is JobState.READY:
        with st.container(horizontal=True):
            if st.button(t("Make another like this"), icon=":material/content_copy:"):
                go("create", **{"from": job.id})


def what_it_says(job: Job) -> None:
    """The line that was sent, or is to be sent, when a video is ready."""
    then_panel(studio, who, job, sound_of((job.then_request or {}).get("sound_id")), drop_line(job))


def drop_line(job: Job) -> Callable[[], None]:
    """What taking back the line of a video does."""

    def drop() -> None:
        speak()
        st.session_state[NEWS] = (
            t("Taken back. Only the video is made.")
            if studio.engine.drop_then(job.id)
            else t("Too late: the line was sent already.")
        )

    return drop


def ask_again(made: KnownParent) -> None:
    """Ask the service for the id of a video that came without one; a line that waits for it goes on."""
    speak()

    def ask() -> tuple[KnownParent, bool]:
        known = studio.parents.refresh(made, owner=who.owner)
        return known, bool(known.job_id) and studio.engine.then_goes_on(known.job_id or "")

    try:
        answer = asker().ask(
            ("refresh", studio.settings.database_address, made.id),
            ask,
            fresh_seconds=2,
            patience_seconds=4,
        )
    except UnknownAccount:
        st.session_state[NEWS] = t("The account of this video is no longer in the settings.")
        return
    if answer.error is not None:
        explained = explain_call(answer.error)
        st.session_state[NEWS] = f"{plain(explained.what)} {plain(explained.todo)}"
    elif answer.value is None:
        st.session_state[NEWS] = t("The service has not answered yet. Ask again in a moment.")
    elif not answer.value[0].parent.video_id:
        st.session_state[NEWS] = t("The service still does not say the id. Ask again in a few minutes.")
    elif answer.value[1]:
        st.session_state[NEWS] = t("The video can speak now, and your line was sent on.")
    else:
        st.session_state[NEWS] = t("The video can speak now.")


def quiet_buttons(job: Job) -> None:
    """For a job that goes on as it should."""
    deeds = deeds_for(studio, who, job)
    with st.container(horizontal=True):
        if job.state is JobState.QUEUED:
            st.button(t("Take it back"), icon=":material/undo:", on_click=deeds.cancel)
        elif job.task_id:
            st.button(t("Look now"), icon=":material/search:", on_click=deeds.look_now)


def all_jobs() -> None:
    """The list."""
    st.title(t("Jobs"))
    if studio.jobs.count(workspace=who.workspace) == 0:
        empty(
            ":material/movie_edit:",
            t("No clips yet"),
            t("Choose a video and give it something to say; the clip and its progress will be here."),
        )
        link("create", t("Make the first one"), icon=":material/arrow_forward:")
        link("new-video", t("Or make a new video first"), icon=":material/arrow_forward:")
        return
    with st.container(horizontal=True, gap="medium"):
        states = GROUPS[job_list.filter_choice()]
        kinds = KINDS[job_list.kind_choice()]
    count = studio.jobs.count(workspace=who.workspace, states=states, kinds=kinds)
    place = st.container()
    page = job_list.page_choice(count)
    live = studio.jobs.count(workspace=who.workspace, states=LIVE)

    def draw() -> None:
        speak()
        many = studio.jobs.count(workspace=who.workspace, states=states, kinds=kinds)
        st.caption(plural(many, "{count} job", "{count} jobs"))
        shown = studio.jobs.find(
            workspace=who.workspace, states=states, kinds=kinds, limit=PAGE_SIZE, offset=page * PAGE_SIZE
        )
        if not shown:
            st.markdown(t("No job is in this state."))
        job_list.rows(
            shown,
            studio.accounts,
            sound_name=lambda sound_id: getattr(sound_of(sound_id), "name", None),
            picture=job_list.pictures(studio, who, shown),
        )

    with place:
        st.fragment(draw, run_every=REFRESH_SECONDS * 2 if live else None)()


news()
next_job = st.session_state.pop(OPEN_NEXT, None)
if next_job:
    go("jobs", job=next_job)
wanted = st.query_params.get("job")
if wanted:
    one_job(wanted)
else:
    all_jobs()
