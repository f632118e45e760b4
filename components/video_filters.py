"""What to look for on the Videos page. Every choice is kept in the address, so it can be bookmarked."""

from __future__ import annotations

import streamlit as st

from components.parent_cards import account_label, kind_words, source_words
from components.person import Person
from components.video_view import ACCOUNT, KIND, NEWEST, SEARCH, SHOW, SORT, SOURCE, first_page, read
from lipsync.i18n import t
from lipsync.parent_shelf import ParentQuery
from lipsync.shelf.pages import Sort
from lipsync.shelf.rows import Source
from lipsync.studio import Studio
from lipsync.upstream.replies import TaskKind

PAGE_SIZE = 24
MOST_LETTERS = 200
"""Of a search; a longer one finds nothing, only later."""
MORE = (ACCOUNT, SOURCE, KIND)
SHOWS = ("usable", "soon")
SOURCES: tuple[Source, ...] = ("listed", "looked_up", "made")
KINDS = {"words": TaskKind.TEXT2VIDEO, "picture": TaskKind.IMAGE2VIDEO}
ORDERS: tuple[Sort, ...] = (NEWEST, "oldest", "most_used", "longest")


def filters(studio: Studio, who: Person) -> ParentQuery:
    """The fields, and the query that they ask for; its page is still the first."""
    accounts = _accounts(studio, who)
    read({SHOW: SHOWS, ACCOUNT: accounts, SOURCE: SOURCES, KIND: KINDS, SORT: ORDERS})
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="videos-filters"):
        words = st.text_input(
            t("Search"), key=SEARCH, type="search", placeholder=t("Search for words or an id"), live="500ms",
            on_change=first_page, label_visibility="collapsed",
        )  # fmt: skip
        shown = st.segmented_control(
            t("Show only"), SHOWS, key=SHOW, on_change=first_page, label_visibility="collapsed",
            format_func={"usable": t("Can speak"), "soon": t("3 days left or less")}.__getitem__,
        )  # fmt: skip
        account, source, kind = _more(studio, accounts)
        sort = st.selectbox(
            t("Order"), ORDERS, key=SORT, on_change=first_page, label_visibility="collapsed", width=170,
            format_func={
                "newest": t("Newest first"), "oldest": t("Oldest first"),
                "most_used": t("Most used first"), "longest": t("Longest first"),
            }.__getitem__,
        )  # fmt: skip
    return ParentQuery(
        search=(words or "")[:MOST_LETTERS],
        eligible=shown == "usable",
        soon_too_old=shown == "soon",
        account=account,
        source=source,
        kind=KINDS.get(kind or ""),
        sort=sort,
        limit=PAGE_SIZE,
    )


def _more(studio: Studio, accounts: list[str]) -> tuple[str | None, Source | None, str | None]:
    """The filters that fewer people need."""
    set_now = sum(1 for name in MORE if st.session_state.get(name))
    label = t("More filters ({count})", count=set_now) if set_now else t("More filters")
    with st.popover(label, icon=":material/tune:"):
        account = None
        if len(accounts) > 1:
            account = st.selectbox(
                t("Account"), accounts, index=None, key=ACCOUNT, placeholder=t("Any"), on_change=first_page,
                format_func=lambda name: account_label(studio.accounts, name),
            )  # fmt: skip
        source = st.selectbox(
            t("How it came here"), SOURCES, index=None, key=SOURCE, placeholder=t("Any"),
            format_func=source_words, on_change=first_page,
        )  # fmt: skip
        kind = st.selectbox(
            t("Made from"), list(KINDS), index=None, key=KIND, placeholder=t("Any"),
            format_func=lambda name: kind_words(KINDS[name]), on_change=first_page,
        )  # fmt: skip
    return account, source, kind


def _accounts(studio: Studio, who: Person) -> list[str]:
    """Those in the settings, then those that are there no more but made some of the videos."""
    return list(dict.fromkeys([*studio.accounts, *studio.parents.accounts_of(who.workspace)]))


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
