"""What to look for on the Videos page. Every choice is kept in the address, so it can be bookmarked."""

from __future__ import annotations

import streamlit as st

from components.parent_cards import account_label, kind_words, source_words
from lipsync.i18n import t
from lipsync.parent_shelf import ParentQuery
from lipsync.shelf.pages import Sort
from lipsync.shelf.rows import Source
from lipsync.studio import Studio
from lipsync.upstream.replies import TaskKind

PAGE_SIZE = 24
MOST_LETTERS = 200
"""Of a search; a longer one finds nothing, only later."""
SEARCH, SHOW, SORT, PAGE = "videos_search", "videos_show", "videos_sort", "videos_page"
ACCOUNT, SOURCE, KIND = "videos_account", "videos_source", "videos_kind"
MORE = (ACCOUNT, SOURCE, KIND)
SOURCES: tuple[Source, ...] = ("listed", "looked_up", "made")
KINDS = {"words": TaskKind.TEXT2VIDEO, "picture": TaskKind.IMAGE2VIDEO}
ORDERS: tuple[Sort, ...] = ("newest", "oldest", "most_used", "longest")


def first_page() -> None:
    """Another choice begins on its first page."""
    st.session_state[PAGE] = 1


def clear_filters() -> None:
    """Show everything again."""
    st.session_state[SEARCH] = ""
    for name in (SHOW, *MORE):
        st.session_state[name] = None
    first_page()


def filters(studio: Studio) -> ParentQuery:
    """The fields, and the query that they ask for; its page is still the first."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="videos-filters"):
        words = st.text_input(
            t("Search"), key=SEARCH, type="search", placeholder=t("Search for words or an id"), live="300ms",
            on_change=first_page, bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
        shown = st.segmented_control(
            t("Show only"), ["usable", "soon"], key=SHOW, on_change=first_page, bind="query-params",
            format_func={"usable": t("Can speak"), "soon": t("3 days left or less")}.__getitem__,
            label_visibility="collapsed",
        )  # fmt: skip
        account, source, kind = _more(studio)
        sort = st.selectbox(
            t("Order"), ORDERS, key=SORT, on_change=first_page, bind="query-params",
            format_func={
                "newest": t("Newest first"), "oldest": t("Oldest first"),
                "most_used": t("Most used first"), "longest": t("Longest first"),
            }.__getitem__, label_visibility="collapsed", width=170,
        )  # fmt: skip
    return ParentQuery(
        search=(words or "")[:MOST_LETTERS],
        eligible=shown == "usable",
        soon_too_old=shown == "soon",
        account=account,
        source=source,
        kind=KINDS.get(kind or ""),
        sort=sort or "newest",
        limit=PAGE_SIZE,
    )


def _more(studio: Studio) -> tuple[str | None, Source | None, str | None]:
    """The filters that fewer people need."""
    set_now = sum(1 for name in MORE if st.session_state.get(name) or st.query_params.get(name))
    label = t("More filters ({count})", count=set_now) if set_now else t("More filters")
    with st.popover(label, icon=":material/tune:"):
        account = None
        names = _accounts(studio)
        if len(names) > 1:
            account = st.selectbox(
                t("Account"), names, index=None, key=ACCOUNT, placeholder=t("Any"), on_change=first_page,
                format_func=lambda name: account_label(studio.accounts, name), bind="query-params",
            )  # fmt: skip
        source = st.selectbox(
            t("How it came here"), SOURCES, index=None, key=SOURCE, placeholder=t("Any"),
            format_func=source_words, on_change=first_page, bind="query-params",
        )  # fmt: skip
        kind = st.selectbox(
            t("Made from"), list(KINDS), index=None, key=KIND, placeholder=t("Any"),
            format_func=lambda name: kind_words(KINDS[name]), on_change=first_page, bind="query-params",
        )  # fmt: skip
    return account, source, kind


def _accounts(studio: Studio) -> list[str]:
    """Those in the settings, and one of the address that is there no more."""
    asked = st.session_state.get(ACCOUNT) or st.query_params.get(ACCOUNT)
    names = list(studio.accounts)
    return [*names, asked] if asked and asked not in names else names


def is_narrowed(query: ParentQuery) -> bool:
    """Whether some videos may be left out."""
    return bool(
        query.search.strip()
        or query.eligible
        or query.soon_too_old
        or query.account
        or query.source
        or query.kind
    )
