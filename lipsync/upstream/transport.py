"""One HTTP exchange: what was sent, what came back, and whether anything was sent at all.

`requests` carries it. Added here is what a paid call needs: the certainty whether the body
ever left, a deadline over the whole exchange, a cap on what is read, no redirects, and no
key or signed address in any log or exception.
"""

from __future__ import annotations

import io
import ipaddress
import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Final, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from requests.auth import AuthBase
from urllib3.exceptions import NameResolutionError
from urllib3.util.retry import Retry

from lipsync.upstream.deadline import Watch, WatchedAdapter
from lipsync.upstream.errors import Cause, Interrupted, NotSent, UpstreamError

T = TypeVar("T")
_CHUNK_BYTES: Final = 64 * 1024
_DIRECT: Final = {"http": "", "https": ""}  # no proxy, whatever the environment says


def is_web_address(url: str) -> bool:
    """Whether `url` is an http or https address with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def is_loopback(url: str) -> bool:
    """Whether `url` points at this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Bearer(AuthBase):
    """The key as an Authorization header. Given as `auth`, it also keeps .netrc from replacing it."""

    def __init__(self, key: str) -> None:
        self._header = f"Bearer {key}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


class NoAuth(AuthBase):
    """No Authorization header at all, not even one from .netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One call. `deadline_seconds` bounds the whole exchange, `read_timeout` each silence in it.

    `verbatim` sends path and query exactly as they stand in `url`: they may be signed.
    `fresh` uses a connection of its own: an idle one can be closed by the other side just
    as we write to it, and for a create that would look like an unknown outcome.
    """

    method: str
    url: str = field(repr=False)
    auth: AuthBase
    connect_timeout: float
    read_timeout: float
    deadline_seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    verbatim: bool = False
    fresh: bool = False


class Incoming:
    """An answer whose body has not been read yet."""

    def __init__(self, response: requests.Response) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._raw = response.raw

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives; raises (through `exchange`) when it is cut short."""
        while chunk := self._raw.read1(_CHUNK_BYTES, decode_content=True):
            yield chunk

    def read(self, max_bytes: int) -> bytes:
        """The whole body. Raises Interrupted when it is larger than `max_bytes`."""
        body = bytearray()
        for chunk in self.chunks():
            body += chunk
            if len(body) > max_bytes:
                raise Interrupted(
                    f"the answer is larger than {max_bytes} bytes", http_status=self.status, cause="oversized"
                )
        return bytes(body)


class Transport:
    """Pooled connections for all calls of one client; may be used from several threads."""

    def __init__(self) -> None:
        _hide_queries_from_logs()
        self._session = _session()

    def exchange(self, outgoing: Outgoing, consume: Callable[[Incoming], T]) -> T:
        """Send once, never again, and hand the answer to `consume`.

        Raises NotSent or Interrupted, and whatever `consume` raises. The errors of the HTTP
        library are not chained to them, because their texts hold the address.
        """
        body = _Body(outgoing.body) if outgoing.body is not None else None
        session = _session() if outgoing.fresh else self._session
        watch = Watch(_target(outgoing.url) if outgoing.verbatim else None)
        try:
            with watch.running(outgoing.deadline_seconds):
                result = _attempt(session, outgoing, body, watch, consume)
        finally:
            if outgoing.fresh:
                session.close()
        if watch.fired and not isinstance(result, NotSent):
            # A connection that is shut down can look like an answer that ended early.
            raise Interrupted(f"no complete answer within {outgoing.deadline_seconds:g} s", cause="timeout")
        if isinstance(result, UpstreamError):
            raise result
        return result

    def close(self) -> None:
        """Close the idle connections."""
        self._session.close()


def _attempt(
    session: requests.Session,
    outgoing: Outgoing,
    body: _Body | None,
    watch: Watch,
    consume: Callable[[Incoming], T],
) -> T | UpstreamError:
    """The exchange itself; a failure is returned so that it can be raised outside of the handler."""
    request = requests.Request(
        outgoing.method, outgoing.url, headers=dict(outgoing.headers), data=body, auth=outgoing.auth
    )
    try:
        prepared = session.prepare_request(request)
        proxies = dict(_DIRECT) if is_loopback(outgoing.url) else {}
        settings = session.merge_environment_settings(prepared.url, proxies, True, None, None)
        response = session.send(
            prepared,
            timeout=(outgoing.connect_timeout, outgoing.read_timeout),
            allow_redirects=False,
            **settings,
        )
    except (OSError, urllib3.exceptions.HTTPError, UnicodeError) as error:
        # OSError covers all of requests; a missing CA file is a plain one. UnicodeError: an odd host name.
        # A body that never left proves that nothing was sent; one that left could have been acted upon.
        return _explain(error, sent=body.left if body is not None else watch.connected)
    try:
        return consume(Incoming(response))
    except urllib3.exceptions.HTTPError as error:
        return _explain(error, sent=True, http_status=response.status_code)
    except UpstreamError as error:
        return error
    finally:
        response.close()


def _session() -> requests.Session:
    session = _Session()
    adapter = WatchedAdapter(pool_connections=8, pool_maxsize=16, max_retries=Retry(0, read=False))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    # No cookies: nothing here needs them, and a shared jar would tie threads together.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # Identity: a compressed answer could be small on the wire and huge in memory.
    session.headers.update({"User-Agent": "lipsync-studio", "Accept-Encoding": "identity"})
    return session


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Nothing: even when told not to follow, requests would read the whole body to prepare for it."""
        return None


class _Body(io.BytesIO):
    """A request body that knows whether it was asked for, which happens only on a standing connection."""

    left = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.left = True
        return super().read(size)


def _explain(error: Exception, *, sent: bool, http_status: int | None = None) -> UpstreamError:
    """`error` in our terms, in words of our own."""
    cause = _cause(error)
    if not sent:
        return NotSent(_SENTENCES.get(cause, "no connection"), cause=cause)
    if cause != "timeout":
        cause = "reset"  # it was sent: whatever ended it, the answer is missing
    return Interrupted(_SENTENCES[cause], http_status=http_status, cause=cause)


_SENTENCES: Final[dict[Cause, str]] = {
    "refused": "the connection was refused",
    "dns": "the host name could not be resolved",
    "tls": "no secure connection could be made",
    "timeout": "no answer in time",
    "reset": "the connection ended before the answer was complete",
}


def _cause(error: BaseException) -> Cause:
    """Why there was no connection, or no whole answer."""
    chain = list(_chain(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(link, kinds) for link in chain)

    if has(NameResolutionError, socket.gaierror):
        return "dns"
    if has(ConnectionRefusedError):
        return "refused"
    if has(TimeoutError, requests.Timeout, urllib3.exceptions.ReadTimeoutError):
        return "timeout"
    if has(ssl.SSLError, urllib3.exceptions.SSLError):
        return "tls"
    return "other"


def _chain(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """`error` and all that it was made of: requests and urllib3 nest in `args` and `reason`."""
    yield error
    if depth > 6:
        return
    for inner in (*error.args, getattr(error, "reason", None), error.__cause__, error.__context__):
        if isinstance(inner, BaseException):
            yield from _chain(inner, depth + 1)


def _target(url: str) -> str | None:
    """Path and query of `url` byte for byte, where they can stand in a request line as they are."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return target if re.fullmatch(r"[!-~]+", target) else None


class _HideQuery(logging.Filter):
    """Cuts the query off every address that urllib3 logs: the key or a signature may stand there."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_without_query(arg) for arg in record.args)
        return True


def _without_query(value: object) -> object:
    text = value if isinstance(value, str) else str(value) if isinstance(value, Exception) else None
    return value if text is None or "?" not in text else re.sub(r"\?[^\s'\")]*", "?…", text)


_hide_query: Final = _HideQuery()


def _hide_queries_from_logs() -> None:
    """Once per process; adding the same filter again does nothing."""
    for name in ("connection", "connectionpool", "response", "util.retry", "poolmanager"):
        logging.getLogger(f"urllib3.{name}").addFilter(_hide_query)
