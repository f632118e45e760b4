"""Money on an account, read from either of the two ways that CometAPI tells it.

Both count in US dollars, the usage of the billing route in cents; -1 and very large numbers
mean that no limit is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from lipsync.upstream.errors import Interrupted
from lipsync.upstream.findings import clean, number_of

_UNLIMITED_FROM_USD: Final = 99_999_999.0  # 999999999 on one route, 100000000 on the other
MOST_KEYS: Final = 50
"""Of one answer; an account has a handful, and a page should stay one."""


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """What one of the account's keys has spent and may still spend, in USD; None is not told."""

    name: str
    remaining_usd: float | None
    used_usd: float | None
    unlimited: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """Money on the account in USD. `source` is the route that told; only the quota route tells of
    `keys` and of the number of requests ever made."""

    remaining_usd: float | None
    used_usd: float | None
    unlimited: bool
    source: Literal["quota", "billing"]
    requests: int | None = None
    keys: tuple[KeyUsage, ...] = ()


def read_quota(payload: object, *, key: str = "") -> Balance:
    """The balance from the quota route: `total_quota` is what is left, in USD; a key may have a cap.

    `key` is taken out of names, should the service echo it. Raises `Interrupted` when the
    answer holds no balance.
    """
    node = _unwrapped(payload)
    remaining, used = number_of(node.get("total_quota")), number_of(node.get("total_used_quota"))
    if remaining is None:
        raise Interrupted("the answer holds no balance", cause="unreadable")
    given = node.get("keys")
    keys = tuple(
        _key_usage(one, key) for one in (given if isinstance(given, list) else []) if isinstance(one, dict)
    )[:MOST_KEYS]
    caps = [remaining]
    if len(keys) == 1 and keys[0].remaining_usd is not None:  # of several, ours is not known
        caps.append(keys[0].remaining_usd)
    limited = [value for value in caps if not _is_unlimited(value)]
    requests = number_of(node.get("request_count"))
    return Balance(
        min(limited) if limited else None,
        used,
        unlimited=not limited,
        source="quota",
        requests=None if requests is None or requests < 0 else int(requests),
        keys=keys,
    )


def read_billing(subscription: object, usage: object) -> Balance:
    """The balance from the two billing routes: a limit in USD and a usage in cents.

    Raises `Interrupted` when the answers hold no balance.
    """
    limit = number_of(_unwrapped(subscription).get("hard_limit_usd"))
    cents = number_of(_unwrapped(usage).get("total_usage"))
    if limit is None:
        raise Interrupted("the answer holds no balance", cause="unreadable")
    used = None if cents is None else cents / 100
    if _is_unlimited(limit):
        return Balance(None, used, unlimited=True, source="billing")
    remaining = None if used is None else round(limit - used, 6)
    return Balance(remaining, used, unlimited=False, source="billing")


def _key_usage(entry: Mapping[str, Any], key: str) -> KeyUsage:
    name = entry.get("name")
    left, used = number_of(entry.get("remain_quota")), number_of(entry.get("used_quota"))
    unlimited = left is not None and _is_unlimited(left)
    return KeyUsage(
        name=clean(name, key=key) if isinstance(name, str) else "",
        remaining_usd=None if unlimited else left,
        used_usd=used,
        unlimited=unlimited,
    )


def _is_unlimited(value: float) -> bool:
    return value == -1 or value >= _UNLIMITED_FROM_USD


def _unwrapped(payload: object) -> Mapping[str, Any]:
    if not isinstance(payload, dict):
        return {}
    data = payload.get("data")
    return data if isinstance(data, dict) else payload
