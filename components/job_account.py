"""Which account a job goes to, where that is worth saying: there are several, or it is no longer there."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from components.parent_cards import account_label
from components.wording import plain
from lipsync.accounts import Account
from lipsync.i18n import t


def account_mark(accounts: Mapping[str, Account], name: str) -> None:
    """The account's label, and whether it is a sandbox; nothing where there is only this one."""
    known = accounts.get(name)
    if known is not None and len(accounts) == 1:
        return
    label = plain(account_label(accounts, name), most=60)
    if known is None:
        st.caption(f":orange[:material/no_accounts: {label}]", width="content")
    elif known.on_this_machine:
        # The built-in one is called that already.
        words = label if known.label == "Sandbox" else t("{account} (sandbox)", account=label)
        st.caption(f":material/science: {words}", width="content")
    else:
        st.caption(f":material/account_circle: {label}", width="content")
