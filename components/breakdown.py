"""What a person reads when a page itself breaks down. The log gets the details, the page never."""

from __future__ import annotations

import logging

import sqlalchemy as sa
import streamlit as st

from components.person import speak
from lipsync.i18n import t

log = logging.getLogger(__name__)


def on_script_error(error: Exception) -> bool:
    """Say it in words instead of the red box. Always handles the error."""
    log.log(logging.ERROR, "a page broke down", exc_info=error)
    speak()
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError):
        what = t("The studio's database cannot be reached just now.")
    elif isinstance(error, OSError):
        what = t("The studio's disk is full or cannot be written to.")
    else:
        what = t("Something went wrong on this page.")
    st.error(
        "\n\n".join(
            (
                f"**{what}**",
                t("Jobs that were sent go on and are paid for only once, also if you send this form again."),
                t("Wait a moment and load the page again. If it stays, tell whoever runs this studio."),
            )
        ),
        icon=":material/error:",
    )
    return True
