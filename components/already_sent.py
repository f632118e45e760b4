"""What stands in place of a form that was sent."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.places import go
from lipsync.i18n import t


def already_sent(job_id: str, *, another: str, begin_anew: Callable[[], object]) -> None:
    """The form became a job, and is not sent again. `another` is the button that begins a new form."""
    with st.container(border=True, gap="medium"):
        st.markdown("#### " + t("This was already sent"))
        st.write(t("It is one job, however often the page is loaded again. Nothing was sent twice."))
        with st.container(horizontal=True):
            if st.button(t("Open the job"), type="primary", icon=":material/arrow_forward:"):
                go("jobs", job=job_id)
            st.button(another, icon=":material/add:", on_click=begin_anew)
