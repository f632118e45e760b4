"""The states of a job in words, colours and steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from lipsync.i18n import t
from lipsync.jobs.model import Job, JobState

Colour = Literal["gray", "blue", "violet", "green", "red", "orange"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown."""

    words: str
    icon: str
    colour: Colour


def look_of(state: JobState) -> Look:
    """The badge of a state."""
    looks: dict[JobState, Look] = {
        JobState.QUEUED: Look(t("Waiting"), ":material/hourglass_top:", "gray"),
        JobState.SUBMITTING: Look(t("Being sent"), ":material/upload:", "blue"),
        JobState.SUBMITTED: Look(t("Sent"), ":material/outgoing_mail:", "blue"),
        JobState.PROCESSING: Look(t("In the making"), ":material/animation:", "violet"),
        JobState.FETCHING: Look(t("Being fetched"), ":material/download:", "violet"),
        JobState.READY: Look(t("Ready"), ":material/check_circle:", "green"),
        JobState.FAILED: Look(t("Failed"), ":material/error:", "red"),
        JobState.UNKNOWN: Look(t("In doubt"), ":material/help:", "orange"),
        JobState.CANCELLED: Look(t("Taken back"), ":material/undo:", "gray"),
        JobState.CLOSED: Look(t("Left as it is"), ":material/do_not_disturb_on:", "gray"),
    }
    return looks[state]


def state_badge(state: JobState) -> None:
    """A state as a badge."""
    look = look_of(state)
    st.badge(look.words, icon=look.icon, color=look.colour)


def steps() -> tuple[str, ...]:
    """The way of every job, in words."""
    return t("Queued"), t("Sent"), t("In the making"), t("Fetched"), t("Ready")


def step_of(job: Job) -> int:
    """Which of `steps` a job is at, counted from 0; for one that ended badly, how far it came."""
    at = {
        JobState.QUEUED: 0,
        JobState.SUBMITTING: 1,
        JobState.UNKNOWN: 1,
        JobState.SUBMITTED: 2,
        JobState.PROCESSING: 2,
        JobState.FETCHING: 3,
        JobState.READY: 4,
        JobState.CANCELLED: 0,
    }
    if job.state in at:
        return at[job.state]
    if job.fetching_at:
        return 3
    return 2 if job.task_id else (1 if job.sends else 0)


GROUPS: dict[str, tuple[JobState, ...]] = {
    "all": tuple(JobState),
    "running": (
        JobState.QUEUED,
        JobState.SUBMITTING,
        JobState.SUBMITTED,
        JobState.PROCESSING,
        JobState.FETCHING,
    ),
    "ready": (JobState.READY,),
    "attention": (JobState.UNKNOWN, JobState.FAILED),
    "ended": (JobState.CANCELLED, JobState.CLOSED),
}
"""The filters of the list."""


def group_name(group: str) -> str:
    """A filter's label."""
    names = {
        "all": t("All"),
        "running": t("Running"),
        "ready": t("Ready"),
        "attention": t("Failed or in doubt"),
        "ended": t("Taken back or left"),
    }
    return names[group]
