"""Jobs: everything that was sent, and one job with its clip."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from components import job_list
from components.job_facts import ids, log, request_facts, result, times
from components.job_list import PAGE_SIZE
from components.job_panel import REFRESH_SECONDS, live_panel, usual_seconds
from components.job_states import GROUPS, state_badge
from components.job_trouble import NEWS, TASK_FIELD, Deeds, job_trouble, news
from components.notices import Tone, empty
from components.parent_cards import account_label
from components.person import person, speak
from components.places import go, link
from components.wording import plain, request_title
from lipsync.accounts import UnknownAccount
from lipsync.explain import explain_job, explain_waiting
from lipsync.i18n import plural, t
from lipsync.jobs.model import LIVE, Job, JobState
from lipsync.jobs.store import JobNotFound
from lipsync.request import LipSyncRequest
from lipsync.sounds import Sound, SoundNotFound
from lipsync.studio import current

studio, who = current(), person()
OPEN_NEXT = "job_open_next"


def sound_of(sound_id: str | None) -> Sound | None:
    """A job's sound, if it is still known."""
    try:
        return studio.sounds.get(sound_id, workspace=who.workspace) if sound_id else None
    except SoundNotFound:
        return None


def again_key(job: Job) -> str:
    """The submit key of a job's repetition: however often "again" is clicked, it is one job."""
    return f"again:{job.id}"


def repeat(job: Job) -> None:
    """Send the same request as a new job. Writes it down and returns."""
    try:
        new = studio.engine.submit(
            kind=job.kind,
            account=job.account,
            request=job.request,
            submit_key=again_key(job),
            workspace=who.workspace,
            owner=who.owner,
            previous_job_id=job.id,
        )
    except UnknownAccount:
        st.session_state[NEWS] = t("This job's account is no longer in the settings. Nothing was sent.")
        return
    st.session_state[OPEN_NEXT] = new.id


def deeds_for(job: Job) -> Deeds:
    """What the buttons of a job's trouble do."""

    def say(done: bool, yes: str, no: str) -> None:
        st.session_state[NEWS] = yes if done else no

    def try_again() -> None:
        speak()
        repeat(job)

    def look_now() -> None:
        speak()
        studio.engine.look_now(job.id)
        st.session_state[NEWS] = t("The studio looks at the service now.")

    def cancel() -> None:
        speak()
        say(
            studio.engine.cancel(job.id),
            t("Taken back. Nothing was sent."),
            t("Too late: it is already being sent."),
        )

    def adopt() -> None:
        speak()
        task_id = (st.session_state.get(TASK_FIELD) or "").strip()
        if not task_id:
            st.session_state[NEWS] = t("Give the task id first.")
            return
        say(
            studio.engine.adopt(job.id, task_id, by=who.owner),
            t("The studio follows this task now."),
            t("That task already belongs to another job here, or this job is no longer in doubt."),
        )

    def leave() -> None:
        speak()
        say(
            studio.engine.close(job.id, by=who.owner),
            t("Left as it is."),
            t("This job has moved on meanwhile."),
        )

    def send_again() -> None:
        speak()
        if studio.engine.close(job.id, by=who.owner):
            repeat(job)
        else:
            st.session_state[NEWS] = t("This job has moved on meanwhile. Nothing was sent.")

    return Deeds(try_again, look_now, cancel, adopt, leave, send_again)


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
    request = LipSyncRequest.from_dict(job.request)
    sound = sound_of(request.sound_id)
    account = studio.accounts.get(job.account)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = plain(request_title(request, sound.name if sound else None), most=80)
        st.markdown(f"### {title or t('Job')}", width="content", anchors=False)
        state_badge(job.state)
    times(job)

    main, side = st.columns([5, 3], gap="large")
    with main:
        if job.state is JobState.READY:
            result(job, account, there=studio.archive.result_path(job.id).exists())
        live_panel(studio, who, job)
        trouble = explain_job(job)
        shown = trouble or explain_waiting(job, datetime.now(UTC), usual_seconds(studio, job))
        if shown is not None:
            tone: Tone = "info" if trouble is None else "error" if job.state is JobState.FAILED else "warning"
            repeated = studio.jobs.by_submit_key(again_key(job))
            job_trouble(job, shown, deeds_for(job), repeated=repeated, tone=tone)
        elif job.is_live:
            quiet_buttons(job)
        elif job.state is JobState.READY:
            with st.container(horizontal=True):
                if st.button(t("Make another like this"), icon=":material/content_copy:"):
                    go("create", **{"from": job.id})
        with st.expander(t("What happened, step by step"), icon=":material/history:"):
            log(studio.jobs.events(job.id))
    with side:
        with st.container(border=True):
            st.markdown("**" + t("What was asked for") + "**")
            request_facts(request, sound)
        if job.previous_job_id:
            link("jobs", t("The job before this one"), icon=":material/history:", job=job.previous_job_id)
        with st.expander(t("Account and ids"), icon=":material/tag:"):
            ids(job, request, account_label(studio.accounts, job.account))


def quiet_buttons(job: Job) -> None:
    """For a job that goes on as it should."""
    deeds = deeds_for(job)
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
        return
    states = GROUPS[job_list.filter_choice()]
    count = studio.jobs.count(workspace=who.workspace, states=states)
    place = st.container()
    page = job_list.page_choice(count)
    live = studio.jobs.count(workspace=who.workspace, states=LIVE)

    def draw() -> None:
        speak()
        st.caption(
            plural(studio.jobs.count(workspace=who.workspace, states=states), "{count} job", "{count} jobs")
        )
        shown = studio.jobs.find(
            workspace=who.workspace, states=states, limit=PAGE_SIZE, offset=page * PAGE_SIZE
        )
        if not shown:
            st.markdown(t("No job is in this state."))
        asked = [(job.account, job.request) for job in shown]
        keys = [(account, r.get("parent_task_id", ""), r.get("video_id", "")) for account, r in asked]
        parents = studio.parents.ids(who.workspace, keys)
        job_list.rows(
            shown,
            sound_name=lambda sound_id: getattr(sound_of(sound_id), "name", None),
            parent_id=lambda r: parents.get((r.account, r.parent_task_id, r.video_id)),
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
