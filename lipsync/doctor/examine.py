"""All checks in their order. What is broken must not keep the others from being made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa

from lipsync.accounts import Account, configured_accounts
from lipsync.doctor.database import DatabaseMissing, away, check_database, missing, reading
from lipsync.doctor.finding import Finding, broken, ok, warning
from lipsync.doctor.machine import check_data_folder, check_python, check_tools
from lipsync.doctor.service import check_account
from lipsync.doctor.work import check_jobs
from lipsync.i18n import t
from lipsync.local_sandbox import LocalSandbox
from lipsync.setting_checks import is_loopback
from lipsync.settings import Settings, SettingsError, load_settings


def examine() -> list[Finding]:
    """Every finding about this installation."""
    found = [check_python(), *check_tools()]
    try:
        settings = load_settings()
        settings.database_address  # noqa: B018 (a property: an odd path shows here)
    except SettingsError as error:
        todo = t("Correct the setting. The rest could not be checked.")
        return [*found, broken("settings", str(error), todo)]
    found.append(ok("settings", t("The settings can be read.")))
    found += check_data_folder(settings.data_path)
    found += _database(settings)
    accounts, about_sandbox = _accounts(settings)
    found += about_sandbox
    for account in accounts:
        found += check_account(account)
    found.append(_callbacks(settings, accounts))
    return found


def _database(settings: Settings) -> list[Finding]:
    try:
        with reading(settings.database_address) as engine:
            found = check_database(engine)
            runs = any(one.facts.get("holders") for one in found)
            if _has_jobs(engine):
                found += check_jobs(engine, datetime.now(UTC), engine_runs=runs)
            return found
    except DatabaseMissing:
        return [missing()]
    except (sa.exc.SQLAlchemyError, OSError) as error:
        return [away(error)]


def _has_jobs(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        return sa.inspect(connection).has_table("jobs")


def _accounts(settings: Settings) -> tuple[list[Account], list[Finding]]:
    accounts = list(configured_accounts(settings).values())
    if settings.sandbox == "on" or (settings.sandbox == "auto" and not accounts):
        running = LocalSandbox(settings).running()
        if running is not None:
            return [*accounts, running], [ok("sandbox", t("The built-in sandbox runs."))]
        words = t("The built-in sandbox is used, and does not run now; the studio starts it.")
        return accounts, [ok("sandbox", words)]
    if not accounts:
        return [], [
            broken(
                "accounts", t("There is no account: no key is set, and the sandbox is off."),
                t("Set COMETAPI_KEY, or STUDIO_SANDBOX=auto to try the studio without one."),
            )
        ]  # fmt: skip
    return accounts, []


def _callbacks(settings: Settings, accounts: Iterable[Account]) -> Finding:
    url = settings.public_url
    if url is None:
        return ok("callbacks", t("Callbacks are off; jobs are looked at now and then. That is fine."))
    if is_loopback(url) and not all(account.on_this_machine for account in accounts):
        return warning(
            "callbacks", t("STUDIO_PUBLIC_URL names this machine itself: the service cannot call it."),
            t("Set it to the https address at which people outside reach the studio, or leave it out."),
        )  # fmt: skip
    return ok("callbacks", t("The service is asked to report to {url}.", url=url))
