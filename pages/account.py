"""Account: which accounts there are, what is left on them, and how this studio is doing."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from components.account_cards import account_card, how_to_use_a_key, studio_facts
from components.asking import asker, rerun_when_answered
from components.notices import empty
from components.person import person
from lipsync.i18n import t
from lipsync.jobs.model import JobState
from lipsync.studio import current

studio, who = current(), person()
BALANCE_SECONDS = 60.0


def balance_subject(name: str) -> tuple[str, ...]:
    """What the question for a balance is kept under."""
    return "balance", studio.settings.database_address, name


st.title(t("Account"))
if not studio.accounts:
    empty(
        ":material/key_off:",
        t("No account yet"),
        t("Give the studio a key for a real account, or switch its sandbox on. Both are explained below."),
    )
for account in studio.accounts.values():
    answer = asker().ask(
        balance_subject(account.name),
        studio.clients.client(account.name).balance,
        fresh_seconds=BALANCE_SECONDS,
        patience_seconds=1.0,
    )
    account_card(
        account,
        answer,
        at_service=studio.jobs.at_service(account.name),
        paused_until=studio.jobs.pause_until(account.name),
        on_ask_again=lambda name=account.name: asker().forget(balance_subject(name)),
    )
    rerun_when_answered(answer, subject=balance_subject(account.name))

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
