"""The way on from a video that will never speak: another one like it."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from components.places import LIKE, go
from lipsync.i18n import t
from lipsync.parent_shelf import KnownParent
from lipsync.parents import eligibility
from lipsync.studio import Studio


def make_again(studio: Studio, known: KnownParent, *, primary: bool, in_fragment: bool = False) -> bool:
    """A button that opens New video filled as `known` was; False where waiting or asking may help instead."""
    if not eligibility(known.parent, accounts=studio.accounts).make_again:
        return False
    tone: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    if st.button(t("Make it again"), key=f"again-{known.id}", type=tone, icon=":material/replay:"):
        # The job that made it knows everything that was asked for; without one, what the video shows must do.
        query = {"from": known.job_id} if known.job_id else {LIKE: known.id}
        go("new-video", in_fragment=in_fragment, **query)
    return True
