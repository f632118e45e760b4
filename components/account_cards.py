"""An account and the studio itself, as facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import streamlit as st

from components.asking import Answer
from components.wording import clock, dollars, plain
from lipsync.accounts import Account
from lipsync.explain import explain_call
from lipsync.i18n import plural, t
from lipsync.jobs.engine import EngineStatus
from lipsync.upstream.balances import Balance


def account_card(
    account: Account,
    balance: Answer[Balance],
    *,
    at_service: int,
    paused_until: datetime | None,
    on_ask_again: Callable[[], None],
) -> None:
    """One account: where it points, what is left, how busy it is."""
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"#### {plain(account.label)}", width="content", anchors=False)
            if account.on_this_machine:
                st.badge(t("Sandbox, on this computer"), icon=":material/science:", color="gray")
            else:
                st.badge(t("Real: costs money"), icon=":material/paid:", color="orange")
        left, middle, right = st.columns(3, gap="medium")
        with left:
            st.metric(t("Balance"), balance_in_words(balance), help=_balance_help(account))
        with middle:
            st.metric(
                t("With the service now"),
                t("{count} of {most}", count=at_service, most=account.max_in_flight),
                help=t("So many jobs of this account are sent at the same time; the others wait here."),
            )
        with right:
            st.metric(
                t("Price of 5 seconds"),
                t("Free") if account.on_this_machine else dollars(account.price_per_5_seconds_usd),
                help=t("An estimate for one started 5 seconds. The service sets the price."),
            )
        if balance.error is not None:
            explained = explain_call(balance.error)
            st.warning(
                t(
                    "The balance could not be had. {what} {todo}",
                    what=plain(explained.what),
                    todo=plain(explained.todo),
                ),
                icon=":material/cloud_off:",
            )
        if paused_until is not None:
            st.caption(
                ":material/pause_circle: "
                + t("The service asked for a pause; sending goes on at {time}.", time=clock(paused_until))
            )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.caption(
                ":material/dns: " + t("Talks to {host}", host=plain(urlsplit(account.base_url).netloc)),
                width="content",
            )
            st.button(
                t("Ask for the balance again"),
                key=f"balance-{account.name}",
                icon=":material/refresh:",
                type="tertiary",
                on_click=on_ask_again,
            )


def balance_in_words(balance: Answer[Balance]) -> str:
    """What is left, or why it is not known."""
    known = balance.value
    if known is None:
        return t("Asking…") if balance.waiting else t("Not known")
    if known.unlimited:
        return t("Unlimited")
    return t("Not told") if known.remaining_usd is None else dollars(known.remaining_usd)


def _balance_help(account: Account) -> str:
    words = t("Asked for at most once a minute.")
    return t("Play money. {rest}", rest=words) if account.on_this_machine else words


def studio_facts(
    *, engine: EngineStatus, waiting: int, data_folder: str, database: str, callbacks: str | None
) -> None:
    """Whether jobs are worked on, and where things are kept."""
    st.subheader(t("This studio"), anchor=False)
    if engine.running:
        st.markdown(":green[:material/check_circle:] " + t("Jobs are worked on here."))
    elif engine.holder:
        st.markdown(
            ":orange[:material/info:] "
            + t(
                "Jobs are worked on by another process ({holder}). This one takes orders.",
                holder=plain(engine.holder),
            )
        )
    else:
        st.markdown(":orange[:material/hourglass_top:] " + t("The work on jobs is about to start."))
    st.markdown(
        ":material/hourglass_top: " + plural(waiting, "{count} job is waiting.", "{count} jobs are waiting.")
    )
    st.markdown(":material/database: " + t("Jobs are kept in {place}.", place=database))
    if callbacks:
        st.markdown(
            ":material/call_received: " + t("The service reports back to {host}.", host=plain(callbacks))
        )
    else:
        st.markdown(
            ":material/sync: "
            + t("The studio looks for results by itself; the service does not report back.")
        )
    st.caption(t("Clips, sounds and videos are kept in this folder:"))
    st.code(data_folder, language=None, wrap_lines=True)


def how_to_use_a_key(*, sandbox_running: bool) -> None:
    """How to go from the sandbox to the real service, and back."""
    st.subheader(t("Using a real account"), anchor=False)
    st.markdown(
        t(
            "Stop the studio, give it your CometAPI key and start it again. "
            "The key stays in the settings; it is never shown on a page or kept in the database."
        )
    )
    st.code("COMETAPI_KEY=sk-… .venv/bin/streamlit run app.py", language="bash", wrap_lines=True)
    st.markdown(t("For several accounts, write them into `.streamlit/secrets.toml`:"))
    st.code('[accounts.marketing]\nkey = "sk-…"\nlabel = "Marketing"', language="toml")
    if sandbox_running:
        st.caption(t("With a key the sandbox is no longer started. Set STUDIO_SANDBOX to “on” to keep both."))
    else:
        st.caption(
            t("Set STUDIO_SANDBOX to “on” to have a free sandbox on this computer beside your accounts.")
        )
