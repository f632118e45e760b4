"""A link to a sound or picture, fetched by us before the upstream is asked to fetch it.

A server that fetches what strangers name can be turned against its own network. So only
http and https; the name is resolved by us once, every address it has must be public, and
the connection goes to the address that was checked; each redirect starts from the beginning.
No cookies, no credentials, no proxy, and no link in any log or message (it may be signed).
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from lipsync.audio.addresses import is_public
from lipsync.audio.check import MAX_SOUND_BYTES
from lipsync.audio.sniff import sniff

MAX_REDIRECTS = 3
TOTAL_SECONDS = 10.0
MAX_URL_CHARACTERS = 2_000
FIRST_BYTES = 65_536
_CHUNK = 65_536
_REDIRECTS = (301, 302, 303, 307, 308)
_INSIDE_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet")


@dataclass(frozen=True)
class LinkReport:
    """What came of a link. `reason` is None when the file is at its place, otherwise one of

    bad_link, not_http, has_password, not_public, unknown_host, no_answer, bad_certificate,
    too_slow, not_found (`status` says more), too_many_redirects, too_big, not_audio, empty.
    `words.link_in_words` has the sentences.
    """

    reason: str | None
    bytes: int = 0
    content_type: str | None = None
    status: int | None = None
    redirects: int = 0

    @property
    def fetched(self) -> bool:
        """Whether the file was fetched; whether it may be sent is for `check.check_sound` to say."""
        return self.reason is None


@dataclass(frozen=True)
class Wanted:
    """What kind of file a link should lead to."""

    most_bytes: int
    accept: str
    """The value of the HTTP header of that name."""
    is_wrong: Callable[[bytes, bool], bool]
    """Whether the beginning of a file (or, with True, all of it) is surely nothing of the kind."""


class _Refused(Exception):
    def __init__(self, reason: str, status: int | None = None, content_type: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status, self.content_type = reason, status, content_type


def _no_sound(data: bytes, whole: bool) -> bool:
    if whole:
        return sniff(data).problem == "not_audio"
    return sniff(data, MAX_SOUND_BYTES).problem == "not_audio" and not data.startswith(b"ID3")


SOUND = Wanted(MAX_SOUND_BYTES, "audio/*, */*;q=0.5", _no_sound)


def fetch_link(
    url: str, to: Path, *, allowed_hosts: frozenset[str] = frozenset(), wanted: Wanted = SOUND
) -> LinkReport:
    """Fetch what `url` leads to into `to`: within 10 s and 3 redirects. What a link does never raises.

    `allowed_hosts` (lower case, as in the link, without port) are not asked where they lead:
    for an administrator who knows. `to` is written only when all of it was fetched.
    """
    deadline = time.monotonic() + TOTAL_SECONDS
    redirects = 0
    try:
        while True:
            answer = _ask(url, allowed_hosts, deadline, wanted)
            if isinstance(answer, str):
                url, redirects = answer, redirects + 1
                if redirects > MAX_REDIRECTS:
                    raise _Refused("too_many_redirects")
                continue
            data, content_type = answer
            to.write_bytes(data)
            return LinkReport(None, len(data), content_type, 200, redirects)
    except _Refused as refused:
        return LinkReport(refused.reason, 0, refused.content_type, refused.status, redirects)


def _ask(
    url: str, allowed_hosts: frozenset[str], deadline: float, wanted: Wanted
) -> str | tuple[bytes, str | None]:
    """One request: the next link, or the bytes and their type. Raises `_Refused`."""
    parts, host, port = _dissect(url)
    addresses = _resolve(host, port, deadline)
    if host not in allowed_hosts and not all(is_public(address) for address in addresses):
        raise _Refused("not_public")
    connection = _connect(parts.scheme, host, port, addresses, deadline)
    # The time-out of a socket starts anew with every byte; this one does not.
    watchdog = threading.Timer(max(0.0, deadline - time.monotonic()), _shut, (connection.sock,))
    watchdog.daemon = True
    watchdog.start()
    try:
        answer = _exchange(connection, parts, url, wanted)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _Refused("too_slow" if time.monotonic() >= deadline else "no_answer") from error
    except _Refused as refused:
        if time.monotonic() < deadline:
            raise
        # Cut off by us, headers or a body without a length look as if they had come to their end.
        raise _Refused("too_slow") from refused
    finally:
        watchdog.cancel()
        connection.close()
    if time.monotonic() >= deadline:
        raise _Refused("too_slow")
    return answer


def _dissect(url: str) -> tuple[SplitResult, str, int]:
    """Scheme, host and port of a link that makes sense. Raises `_Refused`."""
    if len(url) > MAX_URL_CHARACTERS or any(char <= " " or char in '\\\x7f"<>' for char in url):
        raise _Refused("bad_link")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").lower()
        host = host if ":" in host else host.encode("idna").decode()
    except ValueError as error:  # UnicodeError is one
        raise _Refused("bad_link") from error
    if parts.scheme not in ("http", "https"):
        raise _Refused("not_http" if parts.scheme else "bad_link")
    if not host:
        raise _Refused("bad_link")
    if "@" in parts.netloc:
        raise _Refused("has_password")
    if port is not None and port not in (80, 443) and port < 1024:
        raise _Refused("bad_link")  # mail, shell and the like: no place for a sound
    return parts, host, port or (443 if parts.scheme == "https" else 80)


def _resolve(host: str, port: int, deadline: float) -> list[str]:
    """Every address of a host, asked for once, in time. Raises `_Refused`."""
    if host == "localhost" or host.endswith(_INSIDE_NAMES):
        raise _Refused("not_public")
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
        raise _Refused("too_slow") from error
    if isinstance(found, OSError) or not found:
        raise _Refused("unknown_host")
    return found


def _connect(
    scheme: str, host: str, port: int, addresses: list[str], deadline: float
) -> http.client.HTTPConnection:
    """A connection to one of the addresses that were checked, never to the name. Raises `_Refused`."""
    connection = http.client.HTTPConnection(host, port)
    for address in addresses[:3]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _Refused("too_slow")
        raw = None
        try:
            raw = socket.create_connection((address, port), timeout=left)
            if scheme == "https":
                raw = _secured(raw, host)
        except (OSError, ValueError) as error:
            if raw is not None:
                raw.close()
            if isinstance(error, ssl.SSLCertVerificationError):
                raise _Refused("bad_certificate") from error
            continue
        connection.sock = raw
        return connection
    raise _Refused("too_slow" if time.monotonic() >= deadline else "no_answer")


def _secured(raw: socket.socket, host: str) -> socket.socket:
    """The connection encrypted, once the other side has proved to be `host`."""
    trusted = ssl.create_default_context()
    # Not every system brings a list of authorities: Python for macOS does not.
    trusted.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return trusted.wrap_socket(raw, server_hostname=host)


def _exchange(
    connection: http.client.HTTPConnection, parts: SplitResult, url: str, wanted: Wanted
) -> str | tuple[bytes, str | None]:
    host = f"[{connection.host}]" if ":" in connection.host else connection.host
    usual = connection.port == (443 if parts.scheme == "https" else 80)
    headers = {
        "Host": host if usual else f"{host}:{connection.port}",
        "User-Agent": "lipsync-studio",
        "Accept": wanted.accept,
        "Accept-Encoding": "identity",
        "Range": f"bytes=0-{wanted.most_bytes}",  # one more than is allowed
        "Connection": "close",
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", quote(target, safe="/%:@!$&'()*+,;=~-._?"), headers=headers)
    answer = connection.getresponse()
    location = answer.getheader("Location")
    if answer.status in _REDIRECTS and location:
        return urljoin(url, location)
    if answer.status not in (200, 206):
        raise _Refused("not_found", answer.status)
    content_type = answer.getheader("Content-Type")
    if _announced(answer) > wanted.most_bytes:
        raise _Refused("too_big", answer.status, content_type)
    return _read(answer, content_type, wanted), content_type


def _announced(answer: http.client.HTTPResponse) -> int:
    """How big the whole file is said to be; 0 when nothing is said."""
    whole = (answer.getheader("Content-Range") or "").rpartition("/")[2]
    said = whole if whole.isdigit() else answer.getheader("Content-Length") or ""
    return int(said) if said.isdigit() and len(said) < 20 else 0


def _read(answer: http.client.HTTPResponse, content_type: str | None, wanted: Wanted) -> bytes:
    """The body, as long as it is short enough and begins as wanted. Raises `_Refused`."""
    data, looked_at = b"", False
    while piece := answer.read(_CHUNK):
        data += piece
        if len(data) > wanted.most_bytes:
            raise _Refused("too_big", answer.status, content_type)
        if not looked_at and len(data) >= FIRST_BYTES:
            looked_at = True
            if wanted.is_wrong(data, False):
                raise _Refused("not_audio", answer.status, content_type)
    if not data:
        raise _Refused("empty", answer.status, content_type)
    if wanted.is_wrong(data, True):
        raise _Refused("not_audio", answer.status, content_type)
    if answer.length:
        raise http.client.IncompleteRead(data, answer.length)
    return data


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
