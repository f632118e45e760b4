"""When a job is not simply going on: what happened, and the buttons that help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components.job_kinds import is_video
from components.notices import Tone, trouble
from components.places import go
from lipsync.explain import Explanation
from lipsync.i18n import t
from lipsync.jobs.model import Job
from lipsync.problems import Action

TASK_FIELD = "decide_task"
NEWS = "job_news"
_ACCEPT = "decide_accept"


@dataclass(frozen=True, slots=True)
class Deeds:
    """What the buttons do. All are called once at the beginning of the next run."""

    try_again: Callable[[], None]
    look_now: Callable[[], None]
    cancel: Callable[[], None]
    adopt: Callable[[], None]
    leave: Callable[[], None]
    send_again: Callable[[], None]


def job_trouble(
    job: Job, explanation: Explanation, deeds: Deeds, *, repeated: Job | None, tone: Tone
) -> None:
    """The explanation and its buttons. `repeated`: the job that was already made from this one."""
    trouble(explanation, tone=tone)
    actions = list(explanation.actions)
    if repeated is not None:
        actions = [action for action in actions if action != "try_again"]
    with st.container(horizontal=True, gap="small"):
        if repeated is not None and st.button(
            t("Open the job that was sent instead"), type="primary", icon=":material/arrow_forward:"
        ):
            go("jobs", job=repeated.id)
        for index, action in enumerate(actions):
            _button(job, action, deeds, first=index == 0 and repeated is None)
    if "decide" in actions:
        _decide(deeds)


def _button(job: Job, action: Action, deeds: Deeds, *, first: bool) -> None:
    kind: Literal["primary", "secondary"] = "primary" if first else "secondary"
    if action == "try_again":
        st.button(t("Try again"), type=kind, icon=":material/refresh:", on_click=deeds.try_again)
    elif action == "look_now":
        st.button(t("Look now"), icon=":material/search:", on_click=deeds.look_now)
    elif action == "cancel":
        st.button(t("Take it back"), icon=":material/undo:", on_click=deeds.cancel)
    elif action == "leave":
        st.button(t("Leave it as it is"), icon=":material/do_not_disturb_on:", on_click=deeds.leave)
    elif action == "change":
        if st.button(t("Change and send again"), type=kind, icon=":material/edit:"):
            go("new-video" if is_video(job) else "create", **{"from": job.id})
    elif action == "check_account" and st.button(
        t("Open the Account page"), icon=":material/account_circle:"
    ):
        go("account")


def _decide(deeds: Deeds) -> None:
    """The three ways out of a doubt. The person decides, with the facts above."""
    ran, again, leave = st.columns(3, border=True)
    with ran:
        st.markdown("**" + t("It did run") + "**")
        st.caption(t("You found it on the service's site. The studio then follows it; nothing is sent."))
        st.text_input(t("Its task id"), key=TASK_FIELD, on_change="ignore")
        st.button(t("Follow this task"), icon=":material/link:", width="stretch", on_click=deeds.adopt)
    with again:
        st.markdown("**" + t("Send it again") + "**")
        st.caption(t("If the first one did run after all, you pay for both."))
        accepted = st.checkbox(t("I accept to pay twice"), key=_ACCEPT)
        st.button(
            t("Send again"),
            icon=":material/refresh:",
            width="stretch",
            disabled=not accepted,
            on_click=deeds.send_again,
        )
    with leave:
        st.markdown("**" + t("Leave it") + "**")
        st.caption(t("Nothing more is done or sent. The job stays in the list."))
        st.button(
            t("Leave it as it is"), icon=":material/do_not_disturb_on:", width="stretch", on_click=deeds.leave
        )


def news() -> None:
    """What the last button did, once."""
    words = st.session_state.pop(NEWS, None)
    if words:
        st.toast(words)
