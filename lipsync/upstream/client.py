"""The client of CometAPI's Kling routes. Every method makes one attempt; repeating is `retry.call`'s job."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from lipsync.upstream.balances import Balance, read_billing, read_quota
from lipsync.upstream.bodies import LipSyncSpec, encode, lip_sync_body
from lipsync.upstream.classify import Route, classify
from lipsync.upstream.errors import (
    Busy,
    DownloadExpired,
    DownloadNotVideo,
    DownloadTooLarge,
    Interrupted,
    KeyRefused,
    NotFound,
    UpstreamError,
)
from lipsync.upstream.findings import number_of, parse_json, retry_after
from lipsync.upstream.replies import Task, TaskKind, read_task, read_task_list
from lipsync.upstream.transport import (
    Bearer,
    Incoming,
    NoAuth,
    Outgoing,
    Transport,
    is_loopback,
    is_web_address,
)

_ROUTES: Final = "/kling/v1/videos"
_MAX_ANSWER_BYTES: Final = 8 * 1024 * 1024
_MAX_REDIRECTS: Final = 3
_PARENT_KINDS: Final = (TaskKind.TEXT2VIDEO, TaskKind.IMAGE2VIDEO)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A result file that arrived whole. `content_type` is what the host claims."""

    bytes: int
    content_type: str


class UpstreamClient:
    """One account at one upstream. May be used from several threads.

    Time-outs are seconds: `connect_timeout` for the connection, the read time-outs for each
    silence, the deadlines for a whole call. Raises ValueError for a base URL or key that
    cannot be used.
    """

    def __init__(
        self,
        *,
        base_url: str,
        key: str,
        quota_url: str | None = None,
        connect_timeout: float = 5.0,
        read_timeout: float = 30.0,
        create_read_timeout: float = 120.0,
        deadline_seconds: float = 60.0,
        create_deadline_seconds: float = 180.0,
        download_deadline_seconds: float = 900.0,
        max_answer_bytes: int = _MAX_ANSWER_BYTES,
    ) -> None:
        self._base_url = _checked_base_url(base_url)
        self._key = _checked_key(key)
        self._quota_url = quota_url or None
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._create_read_timeout = create_read_timeout
        self._deadline_seconds = deadline_seconds
        self._create_deadline_seconds = create_deadline_seconds
        self._download_deadline_seconds = download_deadline_seconds
        self._max_answer_bytes = max_answer_bytes
        self._transport = Transport()

    def __repr__(self) -> str:
        return f"UpstreamClient(base_url={self._base_url!r})"

    def __enter__(self) -> UpstreamClient:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def base_url(self) -> str:
        """Where this client sends its calls, without a trailing slash."""
        return self._base_url

    def create_lip_sync(self, spec: LipSyncSpec, *, callback_url: str | None = None) -> Task:
        """Send one lip sync. **Costs money when it succeeds, and may when it raises Interrupted.**"""
        return self._create(TaskKind.LIP_SYNC, lip_sync_body(spec, callback_url))

    def create_video(self, kind: TaskKind, body: dict[str, Any]) -> Task:
        """Send one parent video; `body` is a `text2video_body` or `image2video_body`. Costs money too."""
        if kind not in _PARENT_KINDS:
            raise ValueError(f"{kind} is not made this way")
        return self._create(kind, body)

    def query(self, kind: TaskKind, task_id: str) -> Task:
        """The task as it stands now. Free of charge."""
        if not task_id.strip(" ./"):
            # Such an id would be another address, the list's for one. No task is called that.
            raise NotFound("this is no task id", task_id=task_id)
        payload = self._get(f"{_ROUTES}/{kind}/{quote(task_id, safe='')}", Route.QUERY)
        return read_task(payload, kind)

    def list_tasks(self, kind: TaskKind, *, page: int = 1, page_size: int = 30) -> tuple[Task, ...]:
        """One page of the account's tasks. Raises RouteMissing where the upstream has no lists.

        `page` counts from 1, `page_size` goes from 1 to 500 (Kling, list queries).
        """
        path = f"{_ROUTES}/{kind}?pageNum={page:d}&pageSize={page_size:d}"
        return read_task_list(self._get(path, Route.LIST), kind)

    def balance(self) -> Balance:
        """What is left on the account, from the quota route where one is set, else the billing routes."""
        if self._quota_url:
            separator = "&" if "?" in self._quota_url else "?"
            # The key stands in this address: it must never be logged, nor be part of an error.
            url = f"{self._quota_url}{separator}key={quote(self._key, safe='')}"
            try:
                return read_quota(self._get_json(url, Route.BALANCE, auth=False), key=self._key)
            except KeyRefused:
                raise
            except UpstreamError:
                pass  # the other way may still know
        subscription = self._get("/v1/dashboard/billing/subscription", Route.BALANCE)
        usage = self._get("/v1/dashboard/billing/usage", Route.BALANCE)
        return read_billing(subscription, usage)

    def download(self, url: str, to: Path, *, max_bytes: int) -> Downloaded:
        """Fetch a result file into `to`, which is removed again when anything goes wrong.

        The address is used as it is and without the key: it is signed, and the host a foreign one.
        Nothing is flushed to the disk here. Raises DownloadExpired, DownloadNotVideo,
        DownloadTooLarge, NotSent, Interrupted, Busy; OSError when `to` cannot be written.
        """
        for _ in range(_MAX_REDIRECTS + 1):
            self._check_file_address(url)
            outgoing = Outgoing(
                "GET",
                url,
                NoAuth(),
                self._connect_timeout,
                self._read_timeout,
                self._download_deadline_seconds,
                headers={"Accept": "*/*"},
                verbatim=True,
            )
            try:
                arrived = self._transport.exchange(outgoing, lambda answer: _receive(answer, to, max_bytes))
            except BaseException:
                with contextlib.suppress(OSError):
                    to.unlink(missing_ok=True)
                raise
            if isinstance(arrived, Downloaded):
                return arrived
            url = _joined(url, arrived)
        raise DownloadExpired("the file's address only leads from one redirect to the next")

    def close(self) -> None:
        """Close idle connections; the client can still be used afterwards."""
        self._transport.close()

    def _create(self, kind: TaskKind, body: dict[str, Any]) -> Task:
        outgoing = Outgoing(
            "POST",
            f"{self._base_url}{_ROUTES}/{kind}",
            Bearer(self._key),
            self._connect_timeout,
            self._create_read_timeout,
            self._create_deadline_seconds,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            body=encode(body),
            fresh=True,
        )
        return read_task(self._exchange(outgoing, Route.CREATE), kind)

    def _get(self, path: str, route: Route) -> object:
        return self._get_json(f"{self._base_url}{path}", route, auth=True)

    def _get_json(self, url: str, route: Route, *, auth: bool) -> object:
        outgoing = Outgoing(
            "GET",
            url,
            Bearer(self._key) if auth else NoAuth(),
            self._connect_timeout,
            self._read_timeout,
            self._deadline_seconds,
            headers={"Accept": "application/json"},
        )
        return self._exchange(outgoing, route)

    def _exchange(self, outgoing: Outgoing, route: Route) -> object:
        """The JSON of a good answer; anything else is raised."""

        def consume(answer: Incoming) -> object:
            body = answer.read(self._max_answer_bytes)
            error = classify(answer.status, answer.headers, body, route=route, key=self._key)
            if error is not None:
                raise error
            return parse_json(body)

        return self._transport.exchange(outgoing, consume)

    def _check_file_address(self, url: str) -> None:
        if not is_web_address(url):
            raise DownloadNotVideo("the file's address is no web address")
        if is_loopback(url) and not is_loopback(self._base_url):
            # An answer from outside must not make us read what only this machine can.
            raise DownloadNotVideo("the file's address points at this machine")


def _receive(answer: Incoming, to: Path, max_bytes: int) -> Downloaded | str:
    """The file into `to`, or the address that the host points to."""
    _raise_for_status(answer)
    if answer.status in (301, 302, 303, 307, 308):
        return answer.headers["Location"]
    content_type = answer.headers.get("Content-Type", "")
    if any(word in content_type.lower() for word in ("html", "json", "xml")):
        raise DownloadNotVideo(f"the file is {content_type}", http_status=answer.status)
    too_large = DownloadTooLarge(f"the file is larger than {max_bytes} bytes", http_status=answer.status)
    if (number_of(answer.headers.get("Content-Length")) or 0) > max_bytes:
        raise too_large
    size = 0
    with to.open("wb") as file:
        for chunk in answer.chunks():
            if size == 0 and chunk.lstrip()[:1] in (b"<", b"{"):
                raise DownloadNotVideo("the file is a page or a message", http_status=answer.status)
            size += len(chunk)
            if size > max_bytes:
                raise too_large
            file.write(chunk)
    if size == 0:
        raise Interrupted("the file is empty", http_status=answer.status, cause="unreadable")
    return Downloaded(size, content_type)


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise DownloadExpired("the file's address leads nowhere") from None


def _raise_for_status(answer: Incoming) -> None:
    """Raise for an answer that brings no file. The host is foreign: its codes are not Kling's."""
    status = answer.status
    if status == 200 or (status in (301, 302, 303, 307, 308) and answer.headers.get("Location")):
        return
    wait = retry_after(answer.headers)
    if status in (425, 429, 503):
        raise Busy("the file host is busy", http_status=status, retry_after_seconds=wait)
    if 400 <= status < 500 and status != 408:
        raise DownloadExpired("the file's address no longer works", http_status=status)
    raise Interrupted("the file host failed", http_status=status, retry_after_seconds=wait, cause="server")


def _checked_base_url(base_url: str) -> str:
    parts = urlsplit(base_url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("the base URL must look like https://host or http://host:port")
    if parts.username or parts.password:
        raise ValueError("the base URL must not hold a name or a password")
    return base_url.strip().rstrip("/")


def _checked_key(key: str) -> str:
    """`key` without blanks around it; the complaint never quotes it."""
    key = key.strip()
    if not key:
        raise ValueError("the key is empty")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("the key holds characters that no key has")
    return key
