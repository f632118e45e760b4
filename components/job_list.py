"""The list of jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st

from components.job_account import account_mark
from components.job_kinds import KINDS, detail_of_job, is_video, kind_filter_name, kind_icon, title_of_job
from components.job_states import GROUPS, group_name, state_badge
from components.person import Person
from components.places import link
from components.routes import picture_url, thumbnail_url
from components.wording import ago, plain
from lipsync.accounts import Account
from lipsync.i18n import t
from lipsync.jobs.model import Job, ThenState
from lipsync.studio import Studio

PAGE_SIZE = 12
FILTER = "jobs_filter"
KIND = "jobs_kind"
PAGE = "jobs_page"


def filter_choice() -> str:
    """Which jobs to show; kept in the address."""
    return _choice(t("Show"), GROUPS, group_name, key=FILTER, default="all")


def kind_choice() -> str:
    """Which kind of jobs to show; kept in the address."""
    return _choice(t("Kind"), KINDS, kind_filter_name, key=KIND, default="any")


def _choice(label: str, options: Iterable[str], name: Callable[[str], str], *, key: str, default: str) -> str:
    known = list(options)
    st.segmented_control(
        label,
        known,
        format_func=name,
        key=key,
        default=default,
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
    chosen = st.session_state.get(key)
    return chosen if chosen in known else default


def page_choice(count: int) -> int:
    """Which page of the list, counted from 0."""
    pages = max(1, -(-count // PAGE_SIZE))
    if pages == 1:
        return 0
    with st.container(horizontal_alignment="center"):
        return min(st.pagination(pages, key=PAGE), pages) - 1


def pictures(studio: Studio, who: Person, jobs: Sequence[Job]) -> Callable[[Job], str]:
    """What finds the address of a job's small picture: the video that speaks, or the one that was made."""

    def key(job: Job) -> tuple[str, str, str]:
        return job.account, job.request.get("parent_task_id", ""), job.request.get("video_id", "")

    known = studio.parents.ids(who.workspace, [key(job) for job in jobs if not is_video(job)])

    def find(job: Job) -> str:
        if not is_video(job):
            return thumbnail_url(known.get(key(job), "none"))
        if made := studio.parents.made_by(job):
            return thumbnail_url(made[0].id)
        picture = job.request.get("picture_id")
        return picture_url(picture) if picture else thumbnail_url("none")

    return find


def rows(
    jobs: Sequence[Job],
    accounts: Mapping[str, Account],
    *,
    sound_name: Callable[[str], str | None],
    picture: Callable[[Job], str],
) -> None:
    """One row per job; each leads to its own page. `picture` gives the address of a small picture."""
    for job in jobs:
        sound_id = job.request.get("sound_id")
        title = title_of_job(job, sound_name(sound_id) if sound_id else None)
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"row-{job.id}"):
            st.image(picture(job), alt=t("The video"), width=104)
            with st.container(gap="xxsmall", width="stretch"):
                link("jobs", plain(title, most=90), icon=kind_icon(job.kind), job=job.id)
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    state_badge(job.state)
                    st.caption(" · ".join([plain(detail_of_job(job)), ago(job.created_at)]), width="content")
                    account_mark(accounts, job.account)
                    if job.then_state is ThenState.WAITING:
                        st.caption(":material/graphic_eq: " + t("then it speaks"), width="content")
