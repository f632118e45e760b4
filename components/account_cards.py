"""An account and the studio itself, as facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import streamlit as st

from components.asking import Answer
from components.wording import clock, dollars, plain
from lipsync.accounts import Account
from lipsync.doctor.finding import Finding, Level
from lipsync.explain import explain_call
from lipsync.i18n import plural, t
from lipsync.jobs.engine import EngineStatus
from lipsync.upstream.balances import Balance


def account_card(
    account: Account,
    balance: Answer[Balance],
    connection: Answer[tuple[Finding, ...]] | None,
    *,
    at_service: int,
    charged: int,
    paused_until: datetime | None,
    on_ask_again: Callable[[], None],
    on_check: Callable[[], None],
) -> None:
    """One account: where it points, what is left, what its keys spent, how busy it is.

    `charged` is the number of jobs that went there from here in 30 days and were accepted;
    `connection` what the last check of the connection found, None before the first.
    """
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"#### {plain(account.label)}", width="content", anchors=False)
            if account.on_this_machine:
                st.badge(t("Sandbox, on this computer"), icon=":material/science:", color="gray")
            else:
                st.badge(t("Real: costs money"), icon=":material/paid:", color="orange")
        _figures(account, balance, at_service=at_service, charged=charged)
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
        if balance.value is not None and balance.value.keys:
            _keys(balance.value)
        st.caption(":material/dns: " + t("Talks to {host}", host=plain(urlsplit(account.base_url).netloc)))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                t("Check the connection"),
                key=f"connection-{account.name}",
                icon=":material/network_check:",
                on_click=on_check,
                disabled=connection is not None and connection.waiting,
            )
            st.button(
                t("Ask for the balance again"),
                key=f"balance-{account.name}",
                icon=":material/refresh:",
                type="tertiary",
                on_click=on_ask_again,
            )
        if connection is not None:
            _connection(connection)


def _figures(account: Account, balance: Answer[Balance], *, at_service: int, charged: int) -> None:
    free = account.on_this_machine
    spent = balance.value.used_usd if balance.value else None
    with st.grid(5, min_column_width=130, key=f"figures-{account.name}"):
        st.metric(t("Balance"), balance_in_words(balance), help=_balance_help(account))
        st.metric(
            t("Spent"),
            (t("Asking…") if balance.waiting else t("Not told")) if spent is None else dollars(spent),
            help=t("Ever, by all keys of the account, as the service tells it."),
        )
        st.metric(
            t("Paid from here"),
            plural(charged, "{count} job", "{count} jobs"),
            help=t("Jobs of the last 30 days that the service accepted from this studio."),
        )
        st.metric(
            t("With the service now"),
            t("{count} of {most}", count=at_service, most=account.max_in_flight),
            help=t("So many jobs of this account are sent at the same time; the others wait here."),
        )
        st.metric(
            t("Price of 5 seconds"),
            t("Free") if free else t("About {price}", price=dollars(account.price_per_5_seconds_usd)),
            help=t("An estimate for one started 5 seconds of a lip sync. The service sets the price."),
        )


def _keys(balance: Balance) -> None:
    """What each key of an account spent. Names are the service's; a key itself is never shown."""
    with st.expander(
        plural(len(balance.keys), "{count} key of this account", "{count} keys of this account"),
        icon=":material/key:",
    ):
        told = t("Not told")
        rows = [
            f"| {plain(one.name, most=60) or t('Without a name')} "
            f"| {told if one.used_usd is None else dollars(one.used_usd)} "
            f"| {_left(one.remaining_usd, one.unlimited)} |"
            for one in balance.keys
        ]
        head = f"| {t('Key')} | {t('Spent')} | {t('May still spend')} |"
        st.markdown("\n".join([head, "|---|---|---|", *rows]))
        if balance.requests is not None:
            st.caption(
                plural(balance.requests, "{count} request was ever made.", "{count} requests were ever made.")
            )


def _left(amount: float | None, unlimited: bool) -> str:
    if unlimited:
        return t("Unlimited")
    return t("Not told") if amount is None else dollars(amount)


_LEVELS = {
    Level.OK: ":green[:material/check_circle:]",
    Level.WARNING: ":orange[:material/info:]",
    Level.BROKEN: ":red[:material/error:]",
}


def _connection(found: Answer[tuple[Finding, ...]]) -> None:
    """What a check of the connection found, line by line."""
    if found.value is None or found.waiting:
        st.caption(
            ":material/hourglass_top: " + t("Checking the connection. This takes up to half a minute.")
        )
        return
    with st.container(border=True, gap="xsmall"):
        for one in found.value:
            todo = "" if one.level is Level.OK else " " + plain(one.todo)
            st.markdown(f"{_LEVELS[one.level]} {plain(one.said)}{todo}")
        st.caption(t("Nothing was ordered and nothing charged for this check."))


def balance_in_words(balance: Answer[Balance]) -> str:
    """What is left, or why it is not known."""
    known = balance.value
    if known is None:
        return t("Asking…") if balance.waiting else t("Not known")
    return _left(known.remaining_usd, known.unlimited)


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
