"""Step 1 of Create: the video that should speak."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import draft
from components.asking import asker
from components.face_check import face_check
from components.notices import field_problem
from components.parent_cards import cards, eligible_first, shown_large
from components.person import Person, speak
from components.wording import plain
from lipsync.explain import explain_call
from lipsync.i18n import plural, t
from lipsync.parent_shelf import KnownParent
from lipsync.parents import eligibility
from lipsync.request import Problem
from lipsync.studio import Studio

CARDS_A_PAGE = 6
_LOOKED_UP = "picker_looked_up"
_TASK = "picker_task"


def default_parent(known: Sequence[KnownParent]) -> KnownParent | None:
    """The newest video that may be used."""
    return next((k for k in known if eligibility(k.parent).eligible), None)


def parent_picker(
    studio: Studio,
    who: Person,
    parent: KnownParent | None,
    known: Sequence[KnownParent],
    problems: Sequence[Problem],
) -> None:
    """The chosen video, others to choose from, and a field for a task id."""
    st.subheader(t("1. The video that should speak"), anchor=False)
    if parent is not None:
        shown_large(parent, studio.accounts)
        face_check(studio, who, parent)
    else:
        st.markdown(t("There is no video here yet that can speak. Give its task id below."))
    field_problem(problems, "video")
    if known:
        with st.expander(t("Choose another video"), icon=":material/video_library:", expanded=parent is None):
            _choice(known, parent)
    with st.expander(t("Use a task id"), icon=":material/tag:", expanded=parent is None or _has_news()):
        _look_up_field(studio, who)


def _choice(known: Sequence[KnownParent], parent: KnownParent | None) -> None:
    ordered = eligible_first(known)
    pages = -(-len(ordered) // CARDS_A_PAGE)
    page = min(st.session_state.get("picker_page", 1), pages)
    first = (page - 1) * CARDS_A_PAGE
    cards(
        ordered[first : first + CARDS_A_PAGE],
        chosen=parent.id if parent else None,
        on_choose=choose,
        key="picker",
    )
    if pages > 1:
        with st.container(horizontal_alignment="center"):
            st.pagination(pages, key="picker_page")


def choose(parent_id: str) -> None:
    """Make a video the form's own, also in the address."""
    st.session_state[draft.PARENT] = parent_id
    st.query_params["parent"] = parent_id


def _has_news() -> bool:
    return bool(st.session_state.get(_LOOKED_UP))


def _look_up_field(studio: Studio, who: Person) -> None:
    with st.form("picker_look_up", border=False):
        st.text_input(
            t("Task id"),
            key=_TASK,
            placeholder=t("The id of the task that made the video"),
            help=t("The service gave this id when the video was ordered. Every account is asked for it."),
        )
        st.form_submit_button(t("Look it up"), icon=":material/search:", on_click=look_up, args=(studio, who))
    news: tuple[str, tuple[str, ...]] | None = st.session_state.get(_LOOKED_UP)
    if news is None:
        return
    words, ids = news
    (st.success if ids else st.warning)(words)
    if len(ids) > 1:
        several = [studio.parents.get(one, workspace=who.workspace) for one in ids]
        cards(several, chosen=st.session_state.get(draft.PARENT), on_choose=choose, key="found")


def look_up(studio: Studio, who: Person) -> None:
    """Ask every account for a task, and choose its first video that may be used."""
    speak()
    task_id = (st.session_state.get(_TASK) or "").strip()
    if not task_id:
        st.session_state[_LOOKED_UP] = (t("Type or paste a task id first."), ())
        return
    words, found = find_task(studio, who, task_id)
    st.session_state[_LOOKED_UP] = (words, tuple(k.id for k in found))
    usable = next((k for k in found if eligibility(k.parent).eligible), None)
    if found:
        choose((usable or found[0]).id)


def find_task(studio: Studio, who: Person, task_id: str) -> tuple[str, tuple[KnownParent, ...]]:
    """The videos of a task, and what to say about it. Waits a few seconds at the most."""
    answer = asker().ask(
        ("task", studio.settings.database_address, who.workspace, task_id),
        lambda: _found_or_not(studio, who, task_id),
        fresh_seconds=3,
        patience_seconds=6,
    )
    if answer.waiting:
        return t("The service has not answered yet. Look it up again in a moment."), ()
    if answer.error is not None:
        explained = explain_call(answer.error)
        return f"{plain(explained.what)} {plain(explained.todo)}", ()
    if not answer.value:
        return t(
            "No account knows this task. Check the id; the video must have been made with one of them."
        ), ()
    count = len([k for k in answer.value if k.parent.video_id])
    if count == 0:
        return t("Found, but it has no video yet."), answer.value
    return plural(count, "Found: {count} video.", "Found: {count} videos. Choose one."), answer.value


def _found_or_not(studio: Studio, who: Person, task_id: str) -> tuple[KnownParent, ...]:
    found = studio.parents.look_up(task_id, workspace=who.workspace, owner=who.owner)
    if found.error is not None:
        raise found.error
    return found.parents
