"""From the name of a host to a connection with it, before a deadline (`time.monotonic`).

The name is looked up once; whoever calls checks all that it leads to, and hands on what was checked.
"""

from __future__ import annotations

import http.client
import queue
import socket
import ssl
import threading
import time
from itertools import zip_longest

from requests.utils import DEFAULT_CA_BUNDLE_PATH

MAX_ADDRESSES = 4
"""So many addresses of one host are tried, one after the other, each for its share of the time."""
_INSIDE_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet")


class Refused(Exception):
    """What is wrong with a link: a slug of `links.LinkReport`, and what the site answered."""

    def __init__(self, reason: str, status: int | None = None, content_type: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status, self.content_type = reason, status, content_type


def resolve(host: str, port: int, deadline: float) -> list[str]:
    """Every address of a host, asked for once, in time. Raises `Refused`."""
    if host == "localhost" or host.endswith(_INSIDE_NAMES):
        raise Refused("not_public")
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.put(OSError(str(error)))

    threading.Thread(target=look_up, name="link-look-up", daemon=True).start()
    try:
        found = answers.get(timeout=max(0.01, deadline - time.monotonic()))
    except queue.Empty as error:
        raise Refused("too_slow") from error
    if isinstance(found, OSError) or not found:
        raise Refused("unknown_host")
    return found


def connect(
    scheme: str, host: str, port: int, addresses: list[str], deadline: float
) -> http.client.HTTPConnection:
    """A connection to one of the addresses that were checked, never to the name. Raises `Refused`.

    An address that does not answer takes only its share of the time that is left.
    """
    tried = _both_families(addresses)[:MAX_ADDRESSES]
    for at, address in enumerate(tried):
        now = time.monotonic()
        if now >= deadline:
            break
        raw = _reach(scheme, host, address, port, now + (deadline - now) / (len(tried) - at))
        if raw is not None:
            connection = http.client.HTTPConnection(host, port)
            raw.settimeout(max(0.01, deadline - time.monotonic()))
            connection.sock = raw
            return connection
    raise Refused("too_slow" if time.monotonic() >= deadline else "no_answer")


def _both_families(addresses: list[str]) -> list[str]:
    """IPv6 and IPv4 in turns, beginning as the system does, so that one that leads nowhere is not all."""
    first = ":" in addresses[0]
    mine, others = ([one for one in addresses if (":" in one) is family] for family in (first, not first))
    return [one for pair in zip_longest(mine, others) for one in pair if one is not None]


def _reach(scheme: str, host: str, address: str, port: int, until: float) -> socket.socket | None:
    """A connection to an address, encrypted for https; None where there is none in time. Raises `Refused`."""
    raw = None
    try:
        raw = socket.create_connection((address, port), timeout=max(0.01, until - time.monotonic()))
        raw.settimeout(max(0.01, until - time.monotonic()))
        return _secured(raw, host) if scheme == "https" else raw
    except (OSError, ValueError) as error:
        if raw is not None:
            raw.close()
        if isinstance(error, ssl.SSLCertVerificationError):
            raise Refused("bad_certificate") from error
        return None


def _secured(raw: socket.socket, host: str) -> socket.socket:
    """The connection encrypted, once the other side has proved to be `host`."""
    trusted = ssl.create_default_context()
    # Not every system brings a list of authorities: Python for macOS does not.
    trusted.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return trusted.wrap_socket(raw, server_hostname=host)
