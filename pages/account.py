"""Account: which accounts there are, what is left on them, and how this studio is doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import streamlit as st

from components.account_cards import account_card, how_to_use_a_key, studio_facts
from components.asking import Answer, account_asker, rerun_when_answered
from components.notices import empty
from components.person import person, speak
from lipsync.accounts import Account
from lipsync.doctor.finding import Finding
from lipsync.doctor.service import check_account
from lipsync.i18n import current_language, t, use_language
from lipsync.jobs.model import JobState
from lipsync.studio import current
from lipsync.upstream.balances import Balance

studio, who = current(), person()
BALANCE_SECONDS = 60.0
CONNECTION_SECONDS = 3_600.0  # until somebody asks again, or goes away for long
CHECKED = "account_checked"
CHARGED_SINCE = timedelta(days=30)


def balance_subject(name: str) -> tuple[str, ...]:
    """What the question for a balance is kept under."""
    return "balance", studio.settings.database_address, name


def connection_subject(name: str) -> tuple[str, ...]:
    """What a check of the connection is kept under: its words are in the language of who asked."""
    return "connection", studio.settings.database_address, name, current_language()


def ask_balance(name: str) -> Answer[Balance]:
    """What is left; the page waits a moment for it and is drawn again when it comes later."""
    return account_asker().ask(
        balance_subject(name),
        studio.clients.client(name).balance,
        fresh_seconds=BALANCE_SECONDS,
        patience_seconds=0.5,
    )


def check_connection(name: str) -> None:
    """Somebody wants the connection of an account checked."""
    speak()
    account_asker().forget(connection_subject(name))
    st.session_state[CHECKED] = [*(st.session_state.get(CHECKED) or ()), name]


def ask_connection(account: Account) -> Answer[tuple[Finding, ...]] | None:
    """What the check of a connection found, once somebody wanted one."""
    if account.name not in (st.session_state.get(CHECKED) or ()):
        return None
    language = current_language()

    def look() -> tuple[Finding, ...]:
        use_language(language)
        return tuple(check_account(account))

    return account_asker().ask(
        connection_subject(account.name), look, fresh_seconds=CONNECTION_SECONDS, patience_seconds=0.5
    )


st.title(t("Account"))
if not studio.accounts:
    empty(
        ":material/key_off:",
        t("No account yet"),
        t("Give the studio a key for a real account, or switch its sandbox on. Both are explained below."),
    )
for account in studio.accounts.values():
    balance, connection = ask_balance(account.name), ask_connection(account)
    account_card(
        account,
        balance,
        connection,
        at_service=studio.jobs.at_service(account.name),
        charged=studio.jobs.charged(account.name, datetime.now(UTC) - CHARGED_SINCE),
        paused_until=studio.jobs.pause_until(account.name),
        on_ask_again=lambda name=account.name: account_asker().forget(balance_subject(name)),
        on_check=lambda name=account.name: check_connection(name),
    )
    rerun_when_answered(balance, subject=balance_subject(account.name), by=account_asker())
    if connection is not None:
        rerun_when_answered(connection, subject=connection_subject(account.name), by=account_asker())

left, right = st.columns(2, gap="large")
with left:
    address = studio.settings.database_address
    studio_facts(
        engine=studio.engine.status(),
        waiting=studio.jobs.count(workspace=who.workspace, states=[JobState.QUEUED]),
        data_folder=str(studio.settings.data_path),
        database=t("a file in the data folder") if address.startswith("sqlite") else t("PostgreSQL"),
        callbacks=urlsplit(studio.settings.public_url).hostname if studio.settings.public_url else None,
    )
with right:
    how_to_use_a_key(sandbox_running=studio.sandbox is not None)
