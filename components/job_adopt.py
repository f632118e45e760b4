"""The task id that a person gave for a job in doubt: asked about beside the page, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.asking import asker
from components.job_trouble import NEWS
from components.person import speak
from components.pulse import pulse
from components.wording import plain
from lipsync.explain import explain_adoption, explain_call
from lipsync.i18n import t
from lipsync.jobs.adopting import Adoption

_ASKED = "decide_asked"
KEPT_SECONDS = 86_400.0
"""The answer is not asked for again by itself; another press of the button asks anew."""


def ask_about(job_id: str, task_id: str) -> None:
    """Ask the service whether a task can be this job's; `what_came` says so on the page."""
    st.session_state[_ASKED] = (job_id, task_id)
    asker().forget(_subject(job_id, task_id))


def what_came(job_id: str, adopt: Callable[[str], Adoption]) -> None:
    """What came of the id that was given last, if one was. `adopt` asks the service, beside the page."""
    asked_job, task_id = st.session_state.get(_ASKED) or ("", "")
    if asked_job == job_id:
        st.fragment(_what_came)(job_id, task_id, adopt)


def _what_came(job_id: str, task_id: str, adopt: Callable[[str], Adoption]) -> None:
    speak()
    answer = asker().ask(
        _subject(job_id, task_id), lambda: adopt(task_id), fresh_seconds=KEPT_SECONDS, patience_seconds=1.0
    )
    if answer.waiting:
        st.caption(":material/sync: " + t("Asking the service…"))
        pulse(1.0, key=f"adopt-{job_id}")
    elif answer.error is not None:
        explained = explain_call(answer.error)
        st.caption(
            f":orange[:material/cloud_off: {plain(explained.what)}] "
            + t("So it could not be asked about this task, and nothing was changed. Try again in a moment.")
        )
    elif answer.value in (Adoption.ADOPTED, Adoption.MOVED_ON):
        st.session_state.pop(_ASKED, None)
        st.session_state[NEWS] = explain_adoption(answer.value)
        st.rerun()
    elif answer.value is not None:
        st.caption(f":orange[:material/block: {plain(explain_adoption(answer.value))}]")


def _subject(job_id: str, task_id: str) -> tuple[str, str, str]:
    return "adopt", job_id, task_id
