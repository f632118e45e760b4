"""The video that is open on the Videos page: how it stands, where it came from, what it was used for."""

from __future__ import annotations

import streamlit as st

from components.asking import asker
from components.face_check import face_check
from components.into_view import into_view
from components.make_again import make_again
from components.parent_cards import account_label, kind_words, picture_of, source_words, title_of
from components.parent_large import facts, player
from components.person import Person, speak
from components.places import go, link
from components.pulse import pulse
from components.wording import ago, clock, plain, request_title, size
from lipsync.accounts import UnknownAccount
from lipsync.database.tables import LOCAL
from lipsync.explain import explain_call
from lipsync.i18n import plural, t
from lipsync.jobs.model import Job, JobState
from lipsync.parent_shelf import KnownParent
from lipsync.parents import eligibility
from lipsync.request import LipSyncRequest
from lipsync.shelf.rows import NO_USES
from lipsync.studio import Studio

OPEN = "video"
"""The name in the address of the video that is open."""
MOST_JOBS = 5
_ASKED = "video_asked_again"


def open_video(parent_id: str) -> None:
    """Show one video large; kept in the address."""
    st.query_params[OPEN] = parent_id
    st.session_state.pop(_ASKED, None)


def close_video() -> None:
    """Back to the gallery alone."""
    st.query_params.pop(OPEN, None)


def parent_details(studio: Studio, who: Person, known: KnownParent) -> None:
    """One video and what can be done with it."""
    into_view(known.id, key="video-details-here")
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.markdown(f"**{plain(title_of(known.parent), most=160)}**", width="stretch")
        st.button(
            t("Close"), key="video_close", icon=":material/close:", type="tertiary", on_click=close_video
        )
    player(studio, known)
    st.fragment(_standing)(studio, who, known)
    face_check(studio, who, known)
    _siblings(studio, known)
    _origin(known)
    _uses(studio, who, known)
    _ids(studio, known)


def _standing(studio: Studio, who: Person, known: KnownParent) -> None:
    """How it stands, and the buttons; drawn anew by itself while the service is being asked."""
    speak()
    known = studio.parents.get(known.id, workspace=who.workspace)
    facts(known, studio.accounts)
    usable = eligibility(known.parent, accounts=studio.accounts).eligible
    with st.container(horizontal=True):
        again = make_again(studio, known, primary=True, in_fragment=True)
        if not again and st.button(
            t("Use in Create"), type="primary", icon=":material/arrow_forward:", disabled=not usable
        ):
            go("create", in_fragment=True, parent=known.id)
        st.button(
            t("Ask the service again"), icon=":material/refresh:", on_click=_begin_asking, args=(known,),
            disabled=known.parent.account not in studio.accounts,
        )  # fmt: skip
    if st.session_state.get(_ASKED) == known.id:
        _asked_again(studio, who, known)


def _begin_asking(known: KnownParent) -> None:
    st.session_state[_ASKED] = known.id
    asker().forget(_subject(known))


def _subject(known: KnownParent) -> tuple[str, str]:
    return "refresh", known.id


def _asked_again(studio: Studio, who: Person, known: KnownParent) -> None:
    """What came of asking once more."""

    def ask() -> bool:
        try:
            studio.parents.refresh(known, owner=who.owner)
        except UnknownAccount:
            return False
        return True

    # Not asked again by itself: the answer stays as long as somebody looks at this video.
    answer = asker().ask(_subject(known), ask, fresh_seconds=86_400, patience_seconds=0.5)
    if answer.waiting:
        st.caption(":material/sync: " + t("Asking the service…"))
        pulse(1.0, key=f"refresh-{known.id}")
    elif answer.error is not None:
        explained = explain_call(answer.error)
        st.caption(
            f":orange[:material/cloud_off: {plain(explained.what)}] {plain(explained.todo)} "
            f"{plain(explained.money)}"
        )
    elif answer.value:
        st.caption(":material/check: " + t("This is how the service describes it now."))


def _siblings(studio: Studio, known: KnownParent) -> None:
    """The other videos of the same task, to pick from."""
    parent = known.parent
    several = studio.parents.find(workspace=known.workspace, account=parent.account, task_id=parent.task_id)
    if len(several) < 2:
        return
    st.caption(t("Its task made {count} videos. Each can speak by itself:", count=len(several)))
    grid = st.grid(4, min_column_width=96, gap="small", key="video-siblings")
    for number, one in enumerate(several, start=1):
        with grid.container(gap="xxsmall"):
            st.image(picture_of(one), alt=t("Video {number}", number=number), width="stretch")
            st.button(
                t("Video {number}", number=number),
                key=f"sibling-{one.id}",
                disabled=one.id == known.id,
                type="primary" if one.id == known.id else "secondary",
                width="stretch",
                on_click=open_video,
                args=(one.id,),
            )


def _origin(known: KnownParent) -> None:
    parent = known.parent
    lines = []
    if parent.created_at:
        when, exactly = ago(parent.created_at), clock(parent.created_at)
        lines.append((t("Made"), exactly if exactly.startswith(when) else f"{when} ({exactly})"))
    lines.append((t("Made from"), kind_words(parent.kind)))
    came = source_words(known.source)
    if known.source != "listed" and known.owner and known.owner != LOCAL:
        came = t("{how}, by {person}", how=came, person=known.owner)
    lines.append((t("How it came here"), came))
    if known.copy_bytes:
        lines.append((t("Kept here"), t("a copy of {size}", size=size(known.copy_bytes))))
    st.caption("  \n".join(f":gray[{label}:] {plain(value)}" for label, value in lines))
    if known.job_id:
        link("jobs", t("The job that made it"), icon=":material/movie_edit:", job=known.job_id)


def _uses(studio: Studio, who: Person, known: KnownParent) -> None:
    """The clips that speak with it."""
    if not known.used_count:
        return
    st.markdown(plural(known.used_count, "**Used once:**", "**Used {count} times:**"))
    states = [state for state in JobState if state not in NO_USES]
    jobs = studio.jobs.find(workspace=who.workspace, states=states, parent=known.parent.key, limit=MOST_JOBS)
    with st.container(gap="xxsmall"):
        for job in jobs:
            link("jobs", _job_title(job), icon=":material/movie:", job=job.id)
    if known.used_count > len(jobs):
        st.caption(t("… and {count} more on the Jobs page.", count=known.used_count - len(jobs)))


def _job_title(job: Job) -> str:
    words = plain(request_title(LipSyncRequest.from_dict(job.request)), most=48)
    return f"{words} · {ago(job.created_at)}"


def _ids(studio: Studio, known: KnownParent) -> None:
    parent = known.parent
    with st.expander(t("Account and ids"), icon=":material/tag:"):
        st.markdown(t("Account: **{label}**", label=plain(account_label(studio.accounts, parent.account))))
        st.caption(t("Task id"))
        st.code(parent.task_id, language=None, wrap_lines=True)
        if parent.video_id:
            st.caption(t("Video id"))
            st.code(parent.video_id, language=None, wrap_lines=True)
