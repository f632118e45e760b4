"""One pooled upstream client per account, made when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from lipsync.accounts import Account, UnknownAccount
from lipsync.upstream.client import UpstreamClient


class Clients:
    """The accounts of this installation and their clients. Safe to use from many threads."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self.accounts = dict(accounts)
        self._clients: dict[str, UpstreamClient] = {}
        self._lock = Lock()

    def account(self, name: str) -> Account:
        """An account by name. Raises `UnknownAccount`."""
        try:
            return self.accounts[name]
        except KeyError:
            raise UnknownAccount(name) from None

    def client(self, name: str) -> UpstreamClient:
        """The client of an account. Raises `UnknownAccount`."""
        account = self.account(name)
        with self._lock:
            if name not in self._clients:
                self._clients[name] = UpstreamClient(
                    base_url=account.base_url, key=account.key, quota_url=account.quota_url
                )
            return self._clients[name]

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()
