"""Connections that can be ended from outside when an exchange takes too long.

A read time-out bounds each silence, not their sum: a server that drips a byte every few
seconds would hold a call for ever. So every exchange runs under a `Watch`, and the
connections of `WatchedAdapter` tell it which socket they use.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_current = threading.local()
_watch_lock = threading.Lock()


class Watch:
    """Ends an exchange that takes too long, even one that drips a byte now and then."""

    def __init__(self, target: str | None) -> None:
        self.target = target
        self.fired = False
        self._connection: HTTPConnection | None = None

    @contextlib.contextmanager
    def running(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        _current.watch = self
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            _current.watch = None

    @property
    def connected(self) -> bool:
        """Whether a connection stood, so that something may have been sent."""
        return self._connection is not None

    def hold(self, connection: HTTPConnection) -> None:
        """Remember the connection that serves this exchange. Raises TimeoutError when it comes too late."""
        with _watch_lock:
            if self.fired:
                raise TimeoutError("the deadline passed while connecting")
            self._connection = connection
            connection.__dict__["watch"] = self

    def _end(self) -> None:
        with _watch_lock:
            connection = self._connection
            # By now the connection may have gone back to the pool and serve somebody else.
            if connection is not None and connection.__dict__.get("watch") is not self:
                return
            self.fired = True
            if connection is not None:
                _shut_down(connection.__dict__.get("held_socket"))


def _shut_down(sock: object) -> None:
    if isinstance(sock, socket.socket):
        with contextlib.suppress(OSError):
            # The plain socket's method: the TLS one would take the reader's state away under it.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Watched(HTTPConnection):
    """A connection that tells the exchange which socket it uses."""

    def connect(self) -> None:
        super().connect()
        self._tell()

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        watch: Watch | None = getattr(_current, "watch", None)
        self._tell()
        if watch is not None and watch.target is not None and url.startswith("/"):
            url = watch.target
        super().request(method, url, *args, **kwargs)

    def _tell(self) -> None:
        watch: Watch | None = getattr(_current, "watch", None)
        if watch is not None and self.sock is not None:
            self.__dict__["held_socket"] = self.sock
            watch.hold(self)


class _WatchedTLS(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


class WatchedAdapter(HTTPAdapter):
    """An adapter of requests whose connections know their Watch, also behind a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        if isinstance(manager, urllib3.ProxyManager) and type(manager) is urllib3.ProxyManager:
            manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
        return manager
