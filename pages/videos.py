"""Videos: everything that could be made to speak, and adding more by their ids."""

from __future__ import annotations

import streamlit as st

from components.look_up_ids import is_looking, look_up_ids
from components.notices import no_account_help
from components.parent_details import OPEN, open_video, parent_details
from components.parent_picker import ask_for_lists
from components.person import person
from components.places import end, go
from components.video_filters import PAGE_SIZE, filters
from components.video_gallery import gallery
from components.video_view import restore
from lipsync.i18n import t
from lipsync.parent_shelf import KnownParent, ParentNotFound, ParentQuery
from lipsync.studio import current

studio, who = current(), person()
restore()


def opened() -> KnownParent | None:
    """The video that the address names, if it is here."""
    wanted = st.query_params.get(OPEN)
    if not wanted:
        return None
    try:
        return studio.parents.get(wanted, workspace=who.workspace)
    except ParentNotFound:
        st.warning(t("The video in this address is not here. Here are all that are."))
        return None


with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title(t("Videos"), width="content")
    if studio.accounts and st.button(t("Make a new video"), type="primary", icon=":material/video_call:"):
        go("new-video")
st.caption(t("Videos made with your accounts. The service lets those of 5 s or 10 s speak, for 30 days."))
if not studio.accounts:
    no_account_help()
    end()

one = opened()
ask_for_lists(studio, who)

with st.expander(t("Add videos by their ids"), icon=":material/add:", expanded=is_looking("videos")):
    look_up_ids(
        studio, who, key="videos", chosen=one.id if one else None, choose=open_video,
        words=(t("Shown"), t("Open")),
    )  # fmt: skip
# Fields to search nothing with would only be in the way.
has_some = bool(studio.parents.items(who.workspace, ParentQuery(limit=1)))
query = filters(studio, who) if has_some else ParentQuery(limit=PAGE_SIZE)
if one is None:
    gallery(studio, who, query, narrow=False)
else:
    with st.container(key="videos-split"):
        left, right = st.columns([7, 5], gap="medium")
    with right, st.container(key="video-details", border=True):
        parent_details(studio, who, one)
    with left:
        gallery(studio, who, query, narrow=True)
