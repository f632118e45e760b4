"""What the buttons of a job's trouble do."""

from __future__ import annotations

import streamlit as st

from components import job_adopt
from components.job_trouble import NEWS, TASK_FIELD, Deeds
from components.person import Person, speak
from components.second_charge import accept_key, accepted
from lipsync.accounts import UnknownAccount
from lipsync.i18n import t
from lipsync.jobs.doubt import MayBePaidTwice
from lipsync.jobs.model import Job, ThenState
from lipsync.studio import Studio

OPEN_NEXT = "job_open_next"
"""The job whose page is opened in the next run."""


def again_key(job: Job) -> str:
    """The submit key of a job's repetition: however often "again" is clicked, it is one job."""
    return f"again:{job.id}"


def repeat(studio: Studio, who: Person, job: Job) -> None:
    """Send the same request as a new job, with the line that waited for it in vain. Returns at once."""
    waits = job.then_state in (ThenState.WAITING, ThenState.NOT_STARTED)
    try:
        new = studio.engine.submit(
            kind=job.kind,
            account=job.account,
            request=job.request,
            submit_key=again_key(job),
            workspace=who.workspace,
            owner=who.owner,
            previous_job_id=job.id,
            then=job.then_request if waits else None,
            second_charge_accepted=accepted(accept_key(job.id)),
        )
    except MayBePaidTwice:
        st.session_state[NEWS] = t(
            "It may be paid for twice: say first that you accept that. Nothing was sent."
        )
        return
    except UnknownAccount:
        st.session_state[NEWS] = t("This job's account is no longer in the settings. Nothing was sent.")
        return
    st.session_state[OPEN_NEXT] = new.id


def deeds_for(studio: Studio, who: Person, job: Job) -> Deeds:
    """What the buttons of a job's trouble do."""

    def say(done: bool, yes: str, no: str) -> None:
        st.session_state[NEWS] = yes if done else no

    def try_again() -> None:
        speak()
        repeat(studio, who, job)

    def look_now() -> None:
        speak()
        studio.engine.look_now(job.id)
        st.session_state[NEWS] = t("The studio looks at the service now.")

    def cancel() -> None:
        speak()
        say(
            studio.engine.cancel(job.id),
            t("Taken back. Nothing was sent."),
            t("Too late: it is already being sent."),
        )

    def adopt() -> None:
        speak()
        task_id = (st.session_state.get(TASK_FIELD) or "").strip()
        if not task_id:
            st.session_state[NEWS] = t("Give the task id first.")
            return
        job_adopt.ask_about(job.id, task_id)

    def what_came() -> None:
        job_adopt.what_came(job.id, lambda task_id: studio.engine.adopt(job.id, task_id, by=who.owner))

    def leave() -> None:
        speak()
        say(
            studio.engine.close(job.id, by=who.owner),
            t("Left as it is."),
            t("This job has moved on meanwhile."),
        )

    def send_again() -> None:
        speak()
        if accepted(accept_key(job.id)) and not studio.engine.close(job.id, by=who.owner):
            st.session_state[NEWS] = t("This job has moved on meanwhile. Nothing was sent.")
        else:
            repeat(studio, who, job)  # which says so if the yes is missing

    return Deeds(try_again, look_now, cancel, adopt, leave, send_again, what_came)
