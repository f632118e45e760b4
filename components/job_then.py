"""The line that waits for a video: where it stands, on the page of the video's job."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.job_facts import request_facts
from components.job_panel import REFRESH_SECONDS, panel
from components.notices import sandbox_mark, trouble
from components.person import Person, speak
from components.places import link
from components.routes import result_url
from components.wording import plain
from lipsync.explain_then import explain_then
from lipsync.i18n import t
from lipsync.jobs.model import Job, JobState, ThenState
from lipsync.jobs.store import JobNotFound
from lipsync.request import LipSyncRequest
from lipsync.sounds import Sound
from lipsync.studio import Studio


def then_panel(studio: Studio, who: Person, job: Job, sound: Sound | None, drop: Callable[[], None]) -> None:
    """What the video is to say, how far that is, and taking it back while it waits."""
    explained = explain_then(job)
    if explained is None or job.then_request is None:
        return
    spoken = _job(studio, who, job.then_job_id)
    with st.container(border=True, gap="small"):
        st.markdown("**" + t("What it should say") + "**")
        request_facts(LipSyncRequest.from_dict(job.then_request), sound)
        if job.then_state is ThenState.NOT_STARTED:
            trouble(explained, tone="warning")
        elif spoken is None or spoken.state is not JobState.READY:
            st.markdown(f":material/info: {plain(explained.what)}  \n{plain(explained.money)}")
            st.caption(plain(explained.todo))
        if job.then_state is ThenState.WAITING:
            st.button(t("Take the line back"), icon=":material/undo:", on_click=drop)
        if spoken is not None:
            _spoken(studio, who, spoken)


def _job(studio: Studio, who: Person, job_id: str | None) -> Job | None:
    try:
        return studio.jobs.get(job_id, workspace=who.workspace) if job_id else None
    except JobNotFound:
        return None


def _spoken(studio: Studio, who: Person, seen: Job) -> None:
    """The line's own job, as far as it is."""

    def draw() -> None:
        speak()
        now = studio.jobs.get(seen.id, workspace=who.workspace)
        if seen.is_live and not now.is_live:
            st.rerun()
        panel(studio, now)

    ready = seen.state is JobState.READY
    if ready and studio.archive.result_path(seen.id).exists():
        st.markdown(":green[:material/check_circle: " + t("Your clip is ready.") + "]")
        st.video(result_url(seen.id), alt=t("The finished clip"))
        sandbox_mark(studio.accounts.get(seen.account))
    else:
        st.fragment(draw, run_every=REFRESH_SECONDS if seen.is_live else None)()
    words = t("Open the clip's own page") if ready else t("Open the job of your line")
    link("jobs", words, icon=":material/arrow_forward:", job=seen.id)


def came_from(studio: Studio, who: Person, job: Job) -> None:
    """On the page of a line: the job whose video it speaks with."""
    before = _job(studio, who, job.after_job_id)
    if before is None:
        return
    link("jobs", t("The job that made its video"), icon=":material/movie:", job=before.id)
