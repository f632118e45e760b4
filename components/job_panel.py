"""How far one job is. Reads the database only, and refreshes by itself while it runs."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from components.job_account import account_mark
from components.job_kinds import is_video
from components.job_states import step_of, steps
from components.person import Person, speak
from components.wording import ago, span
from lipsync.accounts import Account
from lipsync.explain import explain_waiting
from lipsync.i18n import plural, t
from lipsync.jobs.model import Job, JobState, ThenState
from lipsync.studio import Studio
from lipsync.upstream.replies import TaskKind

REFRESH_SECONDS = 1.0
DOUBT_REFRESH_SECONDS = 3.0
FIRST_GUESS_SECONDS = 300.0
VIDEO_SECONDS = 240.0
"""CometAPI text2video and image2video take 160 to 320 s; the settings tell only of lip syncs."""
MOST_SHOWN = 0.95
"""The bar stops here until the clip is really there."""


def live_panel(studio: Studio, who: Person, job: Job) -> None:
    """Steps, bar and times of a job. Draws the page again when the job's state changes."""
    seen = _signature(studio, job)

    def draw() -> None:
        speak()
        now = studio.jobs.get(job.id, workspace=who.workspace)
        if _signature(studio, now) != seen:
            st.rerun()
        panel(studio, now)
        account_mark(studio.accounts, now.account)

    waits = job.state is JobState.UNKNOWN or job.then_state is ThenState.WAITING
    every = REFRESH_SECONDS if job.is_live else DOUBT_REFRESH_SECONDS if waits else None
    st.fragment(draw, run_every=every)()


def _signature(studio: Studio, job: Job) -> tuple[object, ...]:
    """What the rest of the page depends on."""
    waiting = explain_waiting(job, datetime.now(UTC), usual_seconds(studio, job))
    return job.state, job.problem, job.task_id, job.run, waiting and waiting.what, job.then_state


def panel(studio: Studio, job: Job) -> None:
    """Steps, bar and times, once."""
    usual = usual_seconds(studio, job)
    _step_row(job)
    if not job.is_live:
        return
    if job.state is JobState.QUEUED and job.account not in studio.accounts:
        return  # nobody knows how long that takes; what it waits for stands below
    waited = seconds_at_service(job)
    st.progress(progress(job, waited, usual))
    with st.container(horizontal=True, gap="medium"):
        st.caption(
            ":material/timer: " + t("{time} so far", time=span(job.seconds_taken(datetime.now(UTC)))),
            width="content",
        )
        st.caption(":material/schedule: " + t("Usually about {time}", time=span(usual)), width="content")
        if job.state is JobState.QUEUED:
            st.caption(_queue_words(studio, job), width="content")
        elif job.polled_at:
            st.caption(":material/sync: " + t("Last look {when}", when=ago(job.polled_at)), width="content")
    if explain_waiting(job, datetime.now(UTC), usual) is None:
        st.caption(
            t("You may close this page: the job goes on, and the video will be here when you come back.")
            if is_video(job)
            else t("You may close this page: the job goes on, and the clip will be here when you come back.")
        )


def _step_row(job: Job) -> None:
    at = step_of(job)
    bad = job.state in (JobState.FAILED, JobState.UNKNOWN, JobState.CANCELLED, JobState.CLOSED)
    names = steps()
    with st.container(horizontal=True, gap="xsmall", key=f"job-steps-{job.id}"):
        for index, name in enumerate(names):
            if index < at or job.state is JobState.READY:
                st.badge(name, icon=":material/check:", color="green")
            elif index > at:
                st.badge(name, icon=":material/radio_button_unchecked:", color="gray")
            elif bad:
                st.badge(name, icon=":material/priority_high:", color="orange")
            else:
                st.badge(name, icon=":material/pending:", color="violet")
    if job.is_live:
        st.caption(
            t("Step {number} of {count}: {words}", number=at + 1, count=len(names), words=_now_words(job))
        )


def _now_words(job: Job) -> str:
    if is_video(job) and job.state is JobState.PROCESSING:
        return t("the service is making the video.")
    if is_video(job) and job.state is JobState.FETCHING:
        return t("the video is finished and being fetched.")
    words = {
        JobState.QUEUED: t("waiting for its turn to be sent."),
        JobState.SUBMITTING: t("being sent to the service."),
        JobState.SUBMITTED: t("the service has it and will start soon."),
        JobState.PROCESSING: t("the service is making the clip."),
        JobState.FETCHING: t("the clip is finished and being fetched."),
    }
    return words.get(job.state, "")


def _queue_words(studio: Studio, job: Job) -> str:
    before = studio.jobs.waiting_before(job)
    words = (
        plural(before, "{count} job is before it", "{count} jobs are before it")
        if before
        else t("It is next")
    )
    return f":material/format_list_numbered: {words}"


def usual_seconds(studio: Studio, job: Job) -> float:
    """How long such jobs take, from real results, or a first guess."""
    return usual_at(studio, studio.accounts.get(job.account), job.kind)


def usual_at(studio: Studio, account: Account | None, kind: TaskKind) -> float:
    """How long jobs of a kind take on an account, from real results, or a first guess."""
    if account is None:
        return FIRST_GUESS_SECONDS
    if known := studio.jobs.usual_seconds(account.name, kind):
        return known
    makes_video = kind is not TaskKind.LIP_SYNC
    return VIDEO_SECONDS if makes_video and not account.on_this_machine else account.usual_seconds


def seconds_at_service(job: Job) -> float:
    """How long the service has had a job, in seconds; 0 before it was sent."""
    since = job.sent_at or job.armed_at
    return 0.0 if since is None else max(0.0, (datetime.now(UTC) - since).total_seconds())


def progress(job: Job, waited_seconds: float, usual_seconds: float) -> float:
    """How full the bar is: the share of the usual time, never full before the clip is there."""
    if job.state is JobState.READY:
        return 1.0
    if job.state is JobState.QUEUED:
        return 0.0
    if job.state is JobState.FETCHING:
        return MOST_SHOWN
    return min(MOST_SHOWN - 0.05, waited_seconds / max(usual_seconds, 0.1))
