"""Boxes that say how things stand: the sandbox, a trouble, a field that is not right yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import streamlit as st

from components.places import link
from components.wording import plain
from lipsync.accounts import Account
from lipsync.explain import Explanation
from lipsync.i18n import t
from lipsync.request import Problem


def accounts_notice(accounts: Iterable[Account]) -> None:
    """On every page: whether what happens here is real."""
    known = list(accounts)
    here = [a for a in known if a.on_this_machine]
    if not known:
        st.warning(
            t("**No account yet.** Nothing can be sent. The Account page says how to add one, or a sandbox."),
            icon=":material/key_off:",
        )
    elif len(here) == len(known):
        with st.container(key="sandbox-notice"):
            st.info(
                t("**Sandbox:** nothing is sent anywhere, nothing costs anything."), icon=":material/science:"
            )
    elif here:
        names = ", ".join(plain(a.label) for a in here)
        with st.container(key="sandbox-notice"):
            st.info(
                t(
                    "**{names}** is a sandbox: what goes there stays on this computer and is free. "
                    "The other accounts are real and cost money.",
                    names=names,
                ),
                icon=":material/science:",
            )


def sandbox_mark(account: Account | None) -> None:
    """Beside a clip that a sandbox made."""
    if account is not None and account.on_this_machine:
        st.badge(t("Made in the sandbox, not by Kling"), icon=":material/science:", color="gray")


Tone = Literal["error", "warning", "info"]


def trouble(explanation: Explanation, *, tone: Tone = "error") -> None:
    """What happened, what it means for the money, what to do; then what the service said."""
    lines = [f"**{plain(explanation.what)}**", plain(explanation.money), plain(explanation.todo)]
    if explanation.service_said:
        lines.append(t("The service said: {words}", words=f"“{plain(explanation.service_said, most=400)}”"))
    body = "\n\n".join(lines)
    if tone == "error":
        st.error(body, icon=":material/error:")
    elif tone == "warning":
        st.warning(body, icon=":material/help:")
    else:
        st.info(body, icon=":material/info:")


def field_problem(problems: Iterable[Problem], *fields: str) -> None:
    """What is wrong with a field, right below it."""
    for problem in problems:
        if problem.field in fields:
            st.markdown(f":red[:material/error: {plain(problem.words)}]")


def empty(icon: str, title: str, words: str) -> None:
    """A page without content yet: what it is for."""
    with st.container(border=True, horizontal_alignment="center", key=f"empty-{abs(hash(title))}"):
        st.markdown(f"### {icon}", text_alignment="center")
        st.markdown(f"**{title}**", text_alignment="center")
        st.caption(words, text_alignment="center")


def no_account_help() -> None:
    """How to get started without any account."""
    st.markdown(t("There is no account to send anything to yet. Either of these makes one:"))
    st.markdown(
        "\n".join(
            (
                "- "
                + t(
                    "**A real account:** set `COMETAPI_KEY` to your CometAPI key and start the studio again."
                ),
                "- "
                + t(
                    "**A sandbox,** free and on this computer: set `STUDIO_SANDBOX` to `on` and start again."
                ),
            )
        )
    )
    link("account", t("More on the Account page"), icon=":material/arrow_forward:")
