"""The accounts: reachable, key valid, balance, and whether our clock agrees. Asks only what is free."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lipsync.accounts import Account
from lipsync.doctor.finding import Finding, broken, ok, warning
from lipsync.explain import explain_call
from lipsync.i18n import t
from lipsync.jobs.settle import CLOCK_SKEW
from lipsync.upstream.classify import Route, classify
from lipsync.upstream.client import UpstreamClient
from lipsync.upstream.errors import NotFound, RouteMissing, UpstreamError
from lipsync.upstream.transport import Bearer, Incoming, Outgoing, Transport

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
ANSWER_BYTES = 1_000_000
_LIST = "/kling/v1/videos/lip-sync?pageNum=1&pageSize=1"
_NO_TASK = "/kling/v1/videos/lip-sync/no-such-task"


@dataclass(frozen=True, slots=True)
class Answer:
    """A free query: how long it took, what was wrong with it, and three readings of clocks: ours when it
    was sent and when the answer began to arrive, and the service's own."""

    seconds: float
    sent_at: datetime
    arrived_at: datetime
    date: datetime | None
    error: UpstreamError | None


def utc_now() -> datetime:
    """What our clock says."""
    return datetime.now(UTC)


def check_account(account: Account, now: Callable[[], datetime] = utc_now) -> list[Finding]:
    """Whether one account can be used. A list, perhaps a query, and the balance; never a create."""
    name = t("account {name}", name=account.name)
    lists = True
    try:
        answer = ask(account, _LIST, now)
        if isinstance(answer.error, NotFound | RouteMissing):
            lists = False
            answer = ask(account, _NO_TASK, now)  # no lists here: a query tells whether the key is taken, too
    except UpstreamError as error:
        said = explain_call(error)
        return [broken(name, said.what, said.todo, reachable=False)]
    facts = {"reachable": True, "seconds": round(answer.seconds, 3)}
    if answer.error is not None and not isinstance(answer.error, NotFound):
        said = explain_call(answer.error)
        return [broken(name, said.what, said.todo, **facts), *_clock(name, answer)]
    words = t("The service answers in {seconds} s and takes the key.", seconds=f"{answer.seconds:.2f}")
    return [ok(name, words, **facts), _lists(name, lists), _balance(name, account), *_clock(name, answer)]


def ask(account: Account, path: str, now: Callable[[], datetime] = utc_now) -> Answer:
    """One free GET with the key. Raises `NotSent` or `Interrupted` when there is no answer."""
    transport = Transport()
    started, sent_at = time.monotonic(), now()
    outgoing = Outgoing(
        "GET", account.base_url + path, Bearer(account.key), CONNECT_SECONDS, ANSWER_SECONDS,
        ANSWER_SECONDS + CONNECT_SECONDS, headers={"Accept": "application/json"},
    )  # fmt: skip

    def consume(incoming: Incoming) -> Answer:
        arrived_at = now()
        body = incoming.read(ANSWER_BYTES)
        route = Route.LIST if "?" in path else Route.QUERY
        error = classify(incoming.status, incoming.headers, body, route=route, key=account.key)
        return Answer(time.monotonic() - started, sent_at, arrived_at, _date(incoming.headers), error)

    try:
        return transport.exchange(outgoing, consume)
    finally:
        transport.close()


def _lists(name: str, there: bool) -> Finding:
    check = t("{account}: lists", account=name)
    words = (
        t("The service lists its tasks, so videos are found by themselves.")
        if there
        else t("The service gives no lists here. That is fine; videos are added by their task ids.")
    )
    return ok(check, words, lists=there)


def _balance(name: str, account: Account) -> Finding:
    check = t("{account}: balance", account=name)
    with UpstreamClient(
        base_url=account.base_url, key=account.key, quota_url=account.quota_url,
        connect_timeout=CONNECT_SECONDS, read_timeout=ANSWER_SECONDS, deadline_seconds=ANSWER_SECONDS,
    ) as client:  # fmt: skip
        try:
            balance = client.balance()
        except UpstreamError as error:
            said = explain_call(error)
            return warning(check, t("The balance is not known. {why}", why=said.what), said.todo)
    if balance.unlimited:
        return ok(check, t("No limit is set."), unlimited=True)
    left = balance.remaining_usd
    if left is None:
        return warning(check, t("The service does not tell the balance."), t("Look on the service's site."))
    words = t("{amount} USD are left.", amount=f"{left:,.2f}")
    if left < account.price_per_5_seconds_usd:
        return warning(check, words, t("Top the account up on the service's site."), remaining_usd=left)
    return ok(check, words, remaining_usd=left)


def _clock(name: str, answer: Answer) -> list[Finding]:
    if answer.date is None:
        return []
    # The service read its clock somewhere between our two readings, and cut the time to whole seconds. As
    # far as a slow answer leaves it open, our clock is right.
    least = (answer.sent_at - answer.date).total_seconds() - 1.0
    most = (answer.arrived_at - answer.date).total_seconds()
    off = min(max(0.0, least), most)
    check = t("{account}: clock", account=name)
    if abs(off) <= CLOCK_SKEW.total_seconds():
        return [ok(check, t("Our clock and the service's agree."), seconds_ahead=round(off, 1))]
    words = (
        t("Our clock is {seconds} s ahead of the service's.", seconds=round(off))
        if off > 0
        else t("Our clock is {seconds} s behind the service's.", seconds=round(-off))
    )
    todo = t("Set the clock (NTP): otherwise a request without an answer cannot be found again.")
    return [warning(check, words, todo, seconds_ahead=round(off, 1))]


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        found = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
