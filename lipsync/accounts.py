"""The accounts a job can be sent to.

An account is a key and an address. The built-in sandbox is one more account: nothing
below asks which kind it is, only whether its address is on this machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from lipsync.setting_checks import is_loopback
from lipsync.settings import DEFAULT_ACCOUNT, DEFAULT_QUOTA_URL, Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Account:
    """One upstream account. `key` never shows in `repr`."""

    name: str
    label: str
    key: str = field(repr=False)
    base_url: str
    quota_url: str | None
    max_in_flight: int
    price_per_5_seconds_usd: float
    usual_seconds: float
    """How long a lip sync usually takes here until real results say better, in seconds."""
    video_price_std_usd: float | None = None
    video_price_pro_usd: float | None = None
    """What a new video of 5 s costs, as whoever runs the studio knows it; None where nobody said."""

    @property
    def on_this_machine(self) -> bool:
        """Whether nothing sent to this account leaves the machine, so nothing can cost money."""
        return is_loopback(self.base_url)


class UnknownAccount(LookupError):
    """A job or parent names an account that is no longer in the settings."""

    def __init__(self, name: str) -> None:
        super().__init__(f"account {name!r} is not in the settings")
        self.name = name


def configured_accounts(settings: Settings) -> dict[str, Account]:
    """Accounts from the settings by name, the one of `COMETAPI_KEY` first. May be empty."""
    found: dict[str, Account] = {}
    if settings.cometapi_key is not None:
        found[DEFAULT_ACCOUNT] = Account(
            name=DEFAULT_ACCOUNT,
            label="Sandbox" if is_loopback(settings.cometapi_base_url) else "CometAPI",
            key=settings.cometapi_key.get_secret_value(),
            base_url=settings.cometapi_base_url,
            quota_url=_quota_url(settings.cometapi_base_url, settings.cometapi_quota_url),
            max_in_flight=settings.max_in_flight,
            price_per_5_seconds_usd=settings.price_per_5_seconds_usd,
            usual_seconds=usual_seconds(settings, settings.cometapi_base_url, 300.0),
            video_price_std_usd=settings.video_price_std_usd,
            video_price_pro_usd=settings.video_price_pro_usd,
        )
    for name, given in settings.accounts.items():
        found[name] = Account(
            name=name,
            label=given.label or name,
            key=given.key.get_secret_value(),
            base_url=given.base_url,
            quota_url=_quota_url(given.base_url, given.quota_url),
            max_in_flight=given.max_in_flight or settings.max_in_flight,
            price_per_5_seconds_usd=_first(given.price_per_5_seconds_usd, settings.price_per_5_seconds_usd),
            usual_seconds=usual_seconds(settings, given.base_url, given.usual_seconds),
            video_price_std_usd=_first(given.video_price_std_usd, settings.video_price_std_usd),
            video_price_pro_usd=_first(given.video_price_pro_usd, settings.video_price_pro_usd),
        )
    return found


def usual_seconds(settings: Settings, base_url: str, elsewhere: float) -> float:
    """First guess of a job's length: on this machine little more than the work asked for."""
    return settings.sandbox_work_seconds + 4.0 if is_loopback(base_url) else elsewhere


def _first(own: T | None, common: T) -> T:
    """An account's own value, or that of all accounts; 0 is a value."""
    return common if own is None else own


def _quota_url(base_url: str, quota_url: str) -> str | None:
    # A key for an address on this machine must not be sent to a host elsewhere.
    if is_loopback(base_url) and not is_loopback(quota_url):
        return f"{base_url}/user/quota"
    # Nor may another service's key be told to CometAPI, only because nobody said where else to ask.
    if quota_url == DEFAULT_QUOTA_URL and not _is_cometapi(base_url):
        return None
    return quota_url


def _is_cometapi(url: str) -> bool:
    host = (urlsplit(url).hostname or "").lower()
    return host == "cometapi.com" or host.endswith(".cometapi.com")
