"""A link to a sound or picture, fetched by us before the upstream is asked to fetch it.

A server that fetches what strangers name can be turned against its own network. So only
http and https; the name is resolved by us once, every address it has must be public, and
the connection goes to the address that was checked; each redirect starts from the beginning.
No cookies, no credentials, no proxy, and no link in any log or message (it may be signed).
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from lipsync.audio.addresses import is_public
from lipsync.audio.check import MAX_SOUND_BYTES
from lipsync.audio.connecting import Refused, connect, resolve
from lipsync.audio.sniff import sniff

MAX_REDIRECTS = 3
TOTAL_SECONDS = 10.0
MAX_URL_CHARACTERS = 2_000
FIRST_BYTES = 65_536
_CHUNK = 65_536
_REDIRECTS = (301, 302, 303, 307, 308)
_PART = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")


@dataclass(frozen=True)
class LinkReport:
    """What came of a link. `reason` is None when the file is at its place, otherwise one of

    bad_link, not_http, has_password, not_public, unknown_host, no_answer, bad_certificate,
    too_slow, not_found (`status` says more), too_many_redirects, only_part, too_big, not_audio, empty.
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
                    raise Refused("too_many_redirects")
                continue
            data, content_type = answer
            to.write_bytes(data)
            return LinkReport(None, len(data), content_type, 200, redirects)
    except Refused as refused:
        return LinkReport(refused.reason, 0, refused.content_type, refused.status, redirects)


def _ask(
    url: str, allowed_hosts: frozenset[str], deadline: float, wanted: Wanted
) -> str | tuple[bytes, str | None]:
    """One request: the next link, or the bytes and their type. Raises `Refused`."""
    parts, host, port = _dissect(url)
    addresses = resolve(host, port, deadline)
    if host not in allowed_hosts and not all(is_public(address) for address in addresses):
        raise Refused("not_public")
    connection = connect(parts.scheme, host, port, addresses, deadline)
    # The time-out of a socket starts anew with every byte; this one does not.
    watchdog = threading.Timer(max(0.0, deadline - time.monotonic()), _shut, (connection.sock,))
    watchdog.daemon = True
    watchdog.start()
    try:
        answer = _exchange(connection, parts, url, wanted)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused("too_slow" if time.monotonic() >= deadline else "no_answer") from error
    except Refused as refused:
        if time.monotonic() < deadline:
            raise
        # Cut off by us, headers or a body without a length look as if they had come to their end.
        raise Refused("too_slow") from refused
    finally:
        watchdog.cancel()
        connection.close()
    if time.monotonic() >= deadline:
        raise Refused("too_slow")
    return answer


def _dissect(url: str) -> tuple[SplitResult, str, int]:
    """Scheme, host and port of a link that makes sense. Raises `Refused`."""
    if len(url) > MAX_URL_CHARACTERS or any(char <= " " or char in '\\\x7f"<>' for char in url):
        raise Refused("bad_link")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").lower()
        host = host if ":" in host else host.encode("idna").decode()
    except ValueError as error:  # UnicodeError is one
        raise Refused("bad_link") from error
    if parts.scheme not in ("http", "https"):
        raise Refused("not_http" if parts.scheme else "bad_link")
    if not host:
        raise Refused("bad_link")
    if "@" in parts.netloc:
        raise Refused("has_password")
    if port is not None and port not in (80, 443) and port < 1024:
        raise Refused("bad_link")  # mail, shell and the like: no place for a sound
    return parts, host, port or (443 if parts.scheme == "https" else 80)


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
        "Connection": "close",
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", quote(target, safe="/%:@!$&'()*+,;=~-._?"), headers=headers)
    answer = connection.getresponse()
    location = answer.getheader("Location")
    if answer.status in _REDIRECTS and location:
        return urljoin(url, location)
    if answer.status not in (200, 206):
        raise Refused("not_found", answer.status)
    content_type = answer.getheader("Content-Type")
    announced = _announced(answer)
    if announced > wanted.most_bytes:
        raise Refused("too_big", answer.status, content_type)
    # Nobody asked for a part; what is given out as one must at least be all of the file.
    if answer.status == 206 and not _covers_all(answer):
        raise Refused("only_part", answer.status, content_type)
    data = _read(answer, content_type, wanted)
    if answer.status == 206 and len(data) != announced:
        raise Refused("only_part", answer.status, content_type)
    return data, content_type


def _covers_all(answer: http.client.HTTPResponse) -> bool:
    said = _PART.fullmatch((answer.getheader("Content-Range") or "").strip().lower())
    return said is not None and int(said[1]) == 0 and int(said[2]) + 1 == int(said[3])


def _announced(answer: http.client.HTTPResponse) -> int:
    """How big the whole file is said to be; 0 when nothing is said."""
    whole = (answer.getheader("Content-Range") or "").rpartition("/")[2]
    said = whole if whole.isdigit() else answer.getheader("Content-Length") or ""
    return int(said) if said.isdigit() and len(said) < 20 else 0


def _read(answer: http.client.HTTPResponse, content_type: str | None, wanted: Wanted) -> bytes:
    """The body, as long as it is short enough and begins as wanted. Raises `Refused`."""
    data, looked_at = b"", False
    while piece := answer.read(_CHUNK):
        data += piece
        if len(data) > wanted.most_bytes:
            raise Refused("too_big", answer.status, content_type)
        if not looked_at and len(data) >= FIRST_BYTES:
            looked_at = True
            if wanted.is_wrong(data, False):
                raise Refused("not_audio", answer.status, content_type)
    if not data:
        raise Refused("empty", answer.status, content_type)
    if wanted.is_wrong(data, True):
        raise Refused("not_audio", answer.status, content_type)
    if answer.length:
        raise http.client.IncompleteRead(data, answer.length)
    return data


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
