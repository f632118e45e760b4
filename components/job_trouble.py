"""When a job is not simply going on: what happened, and the buttons that help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components.job_kinds import is_video
from components.notices import Tone, trouble
from components.places import go
from components.second_charge import accept_key, second_charge
from lipsync.explain import Explanation
from lipsync.i18n import t
from lipsync.jobs.model import Job
from lipsync.problems import Action

TASK_FIELD = "decide_task"
NEWS = "job_news"


@dataclass(frozen=True, slots=True)
class Deeds:
    """What the buttons do. All are called once at the beginning of the next run; but `what_came` draws
    what came of the task id that was given last."""

    try_again: Callable[[], None]
    look_now: Callable[[], None]
    cancel: Callable[[], None]
    adopt: Callable[[], None]
    leave: Callable[[], None]
    send_again: Callable[[], None]
    what_came: Callable[[], None]


def job_trouble(
    job: Job,
    explanation: Explanation,
    deeds: Deeds,
    *,
    repeated: Job | None,
    doubtful: Job | None,
    tone: Tone,
) -> None:
    """The explanation and its buttons. `repeated`: the job that was already made from this one.
    `doubtful`: the one that may have been accepted already, this or an earlier one."""
    trouble(explanation, tone=tone)
    actions = list(explanation.actions)
    if repeated is not None:
        actions = [action for action in actions if action != "try_again"]
    may_repeat = True
    if "try_again" in actions:
        here = doubtful is not None and doubtful.id == job.id
        may_repeat = second_charge(doubtful, key=accept_key(job.id), here=here)
    with st.container(horizontal=True, gap="small"):
        if repeated is not None and st.button(
            t("Open the job that was sent instead"), type="primary", icon=":material/arrow_forward:"
        ):
            go("jobs", job=repeated.id)
        for index, action in enumerate(actions):
            first = index == 0 and repeated is None and doubtful is None
            _button(job, action, deeds, first=first, may_repeat=may_repeat)
    if "decide" in actions:
        _decide(job, deeds)


def _button(job: Job, action: Action, deeds: Deeds, *, first: bool, may_repeat: bool) -> None:
    kind: Literal["primary", "secondary"] = "primary" if first else "secondary"
    if action == "try_again":
        st.button(
            t("Try again"),
            type=kind,
            icon=":material/refresh:",
            disabled=not may_repeat,
            on_click=deeds.try_again,
        )
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


def _decide(job: Job, deeds: Deeds) -> None:
    """The three ways out of a doubt. The person decides, with the facts above."""
    ran, again, leave = st.columns(3, border=True)
    with ran:
        st.markdown("**" + t("It did run") + "**")
        st.caption(
            t("You found it on the service's site. The studio looks whether it can be this job's task, and "
              "then follows it; nothing is sent.")
        )  # fmt: skip
        st.text_input(t("Its task id"), key=TASK_FIELD, on_change="ignore")
        st.button(t("Follow this task"), icon=":material/link:", width="stretch", on_click=deeds.adopt)
        deeds.what_came()
    with again:
        st.markdown("**" + t("Send it again") + "**")
        may_repeat = second_charge(job, key=accept_key(job.id), here=True)
        st.button(
            t("Send again"),
            icon=":material/refresh:",
            width="stretch",
            disabled=not may_repeat,
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
