"""Videos: everything that could be made to speak, and looking tasks up by their ids."""

from __future__ import annotations

import streamlit as st

from components.asking import asker
from components.face_check import face_check
from components.notices import empty, no_account_help
from components.parent_cards import account_label, cards, eligible_first, shown_large
from components.parent_picker import find_task
from components.person import person, speak
from components.places import go
from components.wording import ago, clock, plain
from lipsync.accounts import UnknownAccount
from lipsync.explain import explain_call
from lipsync.i18n import plural, t
from lipsync.parent_shelf import KnownParent, ParentNotFound, ParentQuery
from lipsync.parents import eligibility
from lipsync.studio import current
from lipsync.upstream.errors import UpstreamError

PAGE_SIZE = 12
MOST_IDS = 20  # in one paste; each is a call per account
IDS = "videos_ids"
FOUND = "videos_found"
PAGE = "videos_page"
studio, who = current(), person()
recent_subject = ("recent", studio.settings.database_address, who.workspace)


def select(parent_id: str) -> None:
    """Show one video large; kept in the address."""
    st.query_params["video"] = parent_id


def look_again() -> None:
    """Ask the service anew."""
    asker().forget(recent_subject)


def look_up_all() -> None:
    """Look up every pasted id, and say for each what came of it."""
    speak()
    pasted = (st.session_state.get(IDS) or "").replace(",", " ").split()
    wanted = list(dict.fromkeys(pasted))
    said: list[tuple[str, str, bool]] = []
    for task_id in wanted[:MOST_IDS]:
        words, found = find_task(studio, who, task_id)
        said.append((task_id, words, bool(found)))
        if found:
            select(found[0].id)
    if len(wanted) > MOST_IDS:
        said.append(("…", t("Only {count} ids at a time. Paste the rest next.", count=MOST_IDS), False))
    st.session_state[FOUND] = said


def selected(known: list[KnownParent]) -> KnownParent | None:
    """The video shown large: the one in the address, else the first."""
    wanted = st.query_params.get("video")
    try:
        if wanted:
            return studio.parents.get(wanted, workspace=who.workspace)
    except ParentNotFound:
        st.warning(t("The video in this address is not here."))
    return known[0] if known else None


def details(one: KnownParent) -> None:
    """The selected video and what can be done with it."""
    shown_large(one, studio.accounts)
    face_check(studio, who, one)
    parent = one.parent
    usable = eligibility(parent).eligible
    with st.container(horizontal=True):
        if st.button(
            t("Use in Create"), type="primary", icon=":material/arrow_forward:", disabled=not usable
        ):
            go("create", parent=one.id)
        st.button(t("Ask the service again"), icon=":material/refresh:", on_click=refresh, args=(one,))
    if parent.created_at:
        st.caption(t("Made {when} ({clock})", when=ago(parent.created_at), clock=clock(parent.created_at)))
    with st.expander(t("Ids"), icon=":material/tag:"):
        st.caption(t("Account"))
        st.markdown(plain(account_label(studio.accounts, parent.account)))
        st.caption(t("Task id"))
        st.code(parent.task_id, language=None, wrap_lines=True)
        if parent.video_id:
            st.caption(t("Video id"))
            st.code(parent.video_id, language=None, wrap_lines=True)


def refresh(one: KnownParent) -> None:
    """Ask for one video again."""
    speak()
    try:
        answer = asker().ask(
            ("refresh", studio.settings.database_address, one.id),
            lambda: studio.parents.refresh(one, owner=who.owner),
            fresh_seconds=2,
            patience_seconds=4,
        )
    except UnknownAccount:
        st.toast(t("The account of this video is no longer in the settings."))
        return
    if answer.error is not None:
        st.toast(_in_words(answer.error))
    else:
        st.toast(t("Still asking…") if answer.waiting else t("This is how the service describes it now."))


def _in_words(error: UpstreamError) -> str:
    explained = explain_call(error)
    return f"{plain(explained.what)} {plain(explained.todo)}"


def look_up_form() -> None:
    """Add videos by the ids of their tasks."""
    with st.expander(t("Add by task id"), icon=":material/add:", expanded=bool(st.session_state.get(FOUND))):
        with st.form("videos_look_up", border=False):
            st.text_area(
                t("Task ids"), key=IDS, height=80, placeholder=t("One or several, with blanks between them")
            )
            st.form_submit_button(t("Look them up"), icon=":material/search:", on_click=look_up_all)
        for task_id, words, found in st.session_state.get(FOUND) or ():
            mark = ":green[:material/check:]" if found else ":orange[:material/info:]"
            st.markdown(f"{mark} `{task_id.replace('`', '')[:60]}` {words}")


with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title(t("Videos"), width="content")
    if studio.accounts and st.button(t("Make a new video"), type="primary", icon=":material/video_call:"):
        go("new-video")
st.caption(t("Videos made with your accounts. The service lets those of 5 s or 10 s speak, for 30 days."))
if not studio.accounts:
    no_account_help()
    st.stop()

studio.keeper.ask_sync()
known = eligible_first(studio.parents.page(who.workspace, ParentQuery(limit=100)).items)
one = selected(known)

left, right = st.columns([6, 5], gap="large")
with right:
    if one is not None:
        details(one)
with left:
    look_up_form()
    usable_only = st.toggle(t("Only videos that can speak"), key="videos_usable", bind="query-params")
    shown = [k for k in known if eligibility(k.parent).eligible] if usable_only else known
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(plural(len(shown), "{count} video", "{count} videos"), width="content")
        st.button(t("Look again"), icon=":material/refresh:", type="tertiary", on_click=look_again)
    if not shown:
        empty(
            ":material/video_library:",
            t("No videos yet"),
            t("Make a video of 5 s or 10 s with your account, or add one by its task id above."),
        )
    pages = max(1, -(-len(shown) // PAGE_SIZE))
    page = min(st.session_state.get(PAGE) or 1, pages)
    cards(
        shown[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        chosen=one.id if one else None,
        on_choose=select,
        key="videos",
        words=(t("Shown"), t("Show")),
    )
    if pages > 1:
        with st.container(horizontal_alignment="center"):
            st.pagination(pages, key=PAGE)
