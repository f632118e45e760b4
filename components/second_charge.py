"""Before something is sent once more that may have been accepted already: a yes to paying twice."""

from __future__ import annotations

import streamlit as st

from components.places import link
from lipsync.i18n import t
from lipsync.jobs.model import Job


def second_charge(doubtful: Job | None, *, key: str, here: bool = False) -> bool:
    """Whether it may be sent: nothing is in doubt, or the person says yes to paying twice.

    `doubtful` is the job that may have been accepted; `here`: its own page, which tells of it already.
    The answer stays in the session below `key`, so that one yes counts for one form or job only.
    """
    if doubtful is None:
        return True
    with st.container(gap="small"):
        if not here:
            sent = (doubtful.armed_at or doubtful.created_at).strftime("%Y-%m-%d %H:%M:%S")
            st.warning(
                t(
                    "**It may be paid for twice.** A request for this left at {time} (UTC), and it is not "
                    "known whether the service accepted it. Look for it before you send it again.",
                    time=sent,
                ),
                icon=":material/help:",
            )
            link("jobs", t("Open the job in doubt"), icon=":material/arrow_forward:", job=doubtful.id)
        st.caption(t("If the first one did run after all, you pay for both."))
        return st.checkbox(t("I accept to pay twice"), key=key)


def accept_key(subject: str) -> str:
    """Where the yes for one form, or for one job, is kept."""
    return f"accept_second_charge_{subject}"


def accepted(key: str) -> bool:
    """Whether the person said yes below `key`."""
    return bool(st.session_state.get(key))
