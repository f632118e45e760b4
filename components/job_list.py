"""The list of jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from components.job_states import GROUPS, group_name, state_badge
from components.places import link
from components.routes import parent_picture_url
from components.wording import ago, plain, request_title, voice_name
from lipsync.i18n import t
from lipsync.jobs.model import Job
from lipsync.request import LipSyncRequest

PAGE_SIZE = 12
FILTER = "jobs_filter"
PAGE = "jobs_page"


def filter_choice() -> str:
    """Which jobs to show; kept in the address."""
    st.segmented_control(
        t("Show"),
        list(GROUPS),
        format_func=group_name,
        key=FILTER,
        default="all",
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
    chosen = st.session_state.get(FILTER)
    return chosen if chosen in GROUPS else "all"


def page_choice(count: int) -> int:
    """Which page of the list, counted from 0."""
    pages = max(1, -(-count // PAGE_SIZE))
    if pages == 1:
        return 0
    with st.container(horizontal_alignment="center"):
        return min(st.pagination(pages, key=PAGE), pages) - 1


def rows(
    jobs: Sequence[Job],
    *,
    sound_name: Callable[[str], str | None],
    parent_id: Callable[[LipSyncRequest], str | None],
) -> None:
    """One row per job; each leads to its own page."""
    for job in jobs:
        request = LipSyncRequest.from_dict(job.request)
        title = request_title(request, sound_name(request.sound_id) if request.sound_id else None)
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"row-{job.id}"):
            known = parent_id(request)
            st.image(parent_picture_url(known or "none"), alt=t("The video"), width=104)
            with st.container(gap="xxsmall", width="stretch"):
                link(
                    "jobs",
                    plain(title, most=90) or t("Without words"),
                    icon=":material/chevron_right:",
                    job=job.id,
                )
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    state_badge(job.state)
                    st.caption(_caption(request, job), width="content")


def _caption(request: LipSyncRequest, job: Job) -> str:
    parts = [ago(job.created_at)]
    if request.source == "text":
        parts.insert(0, plain(voice_name(request.voice_id, request.voice_language)))
    elif request.source == "sound":
        parts.insert(0, t("your sound"))
    else:
        parts.insert(0, t("a link"))
    return " · ".join(parts)
