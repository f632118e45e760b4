"""Everything that can go wrong with a *call*. None of it says anything about the job.

    UpstreamError                 the call failed
    ├── NotSent                   no connection: refused, DNS, TLS, connect time-out; nothing was sent
    ├── Interrupted               time-out, reset, 500/502/504/524, 5000/5002, an answer that cannot be read:
    │                             for a create nobody knows whether the job runs
    ├── Busy                      plain 429, 1302, 1303, 503, 5001: later, please
    └── Refused                   the answer is no; the same call will get the same answer
        ├── KeyRefused            401, 1000-1004
        ├── AccountSuspended      1100
        ├── InArrears             1101
        ├── PackUsedUp            1102
        ├── NotPermitted          1103, plain 403
        ├── InvalidRequest        1200, 1201, 400, 413, 500 with `invalid_request`
        ├── NotFound              1203, 404 of a query
        ├── RouteMissing          1202; 404, 405, a redirect or a page where the route should be
        ├── TextRefused           1300, 1301
        ├── AddressNotAllowed     1304
        ├── ModelUnavailable      503 with `model_not_found`
        ├── DownloadExpired       400-404, 410 of a result file: ask the task for a fresh address
        ├── DownloadNotVideo      the file is a page or a message
        └── DownloadTooLarge      the file is over the limit given

A failed *job* is no exception: it is a `Task` whose status is FAILED (`replies.py`).

No message holds a key or the signed part of an address. All errors survive pickling,
because the job engine stores them.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final, Literal

from lipsync.upstream.findings import clean

Cause = Literal["refused", "dns", "tls", "timeout", "reset", "unreadable", "oversized", "server", "other"]


class UpstreamError(Exception):
    """The call failed. `str(error)` is for logs and developers, and safe there.

    `code` is Kling's business code or the relay's word; `retry_after_seconds` is what the upstream asked for.
    """

    slug: ClassVar[str] = "upstream_error"
    retry_query: ClassVar[bool] = False
    retry_create: ClassVar[bool] = False
    outcome_unknown_on_create: ClassVar[bool] = False

    def __init__(
        self,
        message: str = "",
        *,
        code: int | str | None = None,
        http_status: int | None = None,
        request_id: str | None = None,
        task_id: str | None = None,
        retry_after_seconds: float | None = None,
        cause: Cause | None = None,
    ) -> None:
        super().__init__(clean(message))
        self.code = code
        self.http_status = http_status
        self.request_id = request_id
        self.task_id = task_id
        self.retry_after_seconds = retry_after_seconds
        self.cause = cause

    @property
    def message(self) -> str:
        """What the upstream (or the connection) said, cleaned; may be empty."""
        return str(self.args[0])

    def __str__(self) -> str:
        facts = [
            f"{name} {value}"
            for name, value in (
                ("HTTP", self.http_status),
                ("code", self.code),
                ("cause", self.cause),
                ("request", self.request_id),
                ("task", self.task_id),
            )
            if value is not None
        ]
        text = self.message or self.slug.replace("_", " ")
        return f"{text} ({', '.join(facts)})" if facts else text


class NotSent(UpstreamError):
    """No connection came about; the upstream knows nothing of this call. `cause` says why."""

    slug = "not_sent"
    retry_query = True
    retry_create = True


class Interrupted(UpstreamError):
    """The call went out and no usable answer came back: a create may have been accepted, and billed."""

    slug = "interrupted"
    retry_query = True
    outcome_unknown_on_create = True


class Busy(UpstreamError):
    """Not now: too fast, too many parallel tasks, or maintenance. The call had no effect."""

    slug = "busy"
    retry_query = True
    retry_create = True


class Refused(UpstreamError):
    """A clear no without effect; repeating the same call is useless."""

    slug = "refused"


class KeyRefused(Refused):
    """The key is missing, wrong or expired."""

    slug = "key_refused"


class AccountSuspended(Refused):
    """The account is in an abnormal state."""

    slug = "account_suspended"


class InArrears(Refused):
    """The account has no money left."""

    slug = "in_arrears"


class PackUsedUp(Refused):
    """The resource pack is used up or has expired."""

    slug = "pack_used_up"


class NotPermitted(Refused):
    """The key may not use this API or model, or the call was blocked."""

    slug = "not_permitted"


class InvalidRequest(Refused):
    """The upstream did not accept a field of the request."""

    slug = "invalid_request"

    @property
    def voice_not_found(self) -> bool:
        """Whether it is the voice that does not exist (for this language)."""
        return _VOICE_MISSING.search(self.message) is not None


class NotFound(Refused):
    """The task (or model) does not exist; for a task made a minute ago it may yet appear."""

    slug = "not_found"


class RouteMissing(Refused):
    """This route is not available on this account; says nothing about any task."""

    slug = "route_missing"


class TextRefused(Refused):
    """The content was refused: change the text."""

    slug = "text_refused"

    @property
    def kind(self) -> Literal["policy", "safety"]:
        """Platform policy (1300) or content safety (1301)."""
        return "safety" if self.code == 1301 else "policy"


class AddressNotAllowed(Refused):
    """This machine's IP address is not on the account's allow-list."""

    slug = "address_not_allowed"


class ModelUnavailable(Refused):
    """The model does not exist on this account, for good."""

    slug = "model_unavailable"


class DownloadExpired(Refused):
    """The address of a result no longer works: query the task for a fresh one."""

    slug = "download_expired"


class DownloadNotVideo(Refused):
    """What came instead of a result file is a page or a message."""

    slug = "download_not_video"


class DownloadTooLarge(Refused):
    """The result file is larger than the limit that was given."""

    slug = "download_too_large"


_VOICE_MISSING: Final = re.compile(
    r"voice.{0,40}(not (found|exist)|n't exist|invalid|unsupported)|invalid voice", re.IGNORECASE
)
