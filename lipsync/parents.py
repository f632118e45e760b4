"""Parent tasks and their videos, and whether one may be used for a lip sync.

The rules are the specification's (CometAPI lip sync, `video_id`): a video of 5 s or 10 s,
made within the last 30 days, by the same account. Real lengths are fractional
("5.041", "10.04"), so a little tolerance belongs to the rule.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lipsync.i18n import plural, t
from lipsync.upstream.replies import Task, TaskKind, TaskStatus

MAX_AGE = timedelta(days=30)
"""CometAPI lip sync, `video_id`: made within the last 30 days."""
SOON = timedelta(days=3)
"""From here on a parent is marked: it will soon be too old."""
ALLOWED_SECONDS = (5.0, 10.0)
"""CometAPI lip sync, `video_id`: only 5 s and 10 s videos."""
TOLERANCE_SECONDS = 0.5
"""Kling's own 5 s videos report 5.041 and 5.1 s, its 10 s ones 10.04 s."""

ParentKey = tuple[str, str, str]
"""Account, task id and video id: what identifies a parent video across accounts."""

PARENT_KINDS = (TaskKind.TEXT2VIDEO, TaskKind.IMAGE2VIDEO)


@dataclass(frozen=True, slots=True)
class Parent:
    """One video that might speak: a video of a parent task, on one account."""

    account: str
    kind: TaskKind
    task_id: str
    video_id: str
    status: TaskStatus
    reason: str
    seconds: float | None
    created_at: datetime | None
    prompt: str = ""
    gone: bool = False
    """The service no longer has it, though it is not too old yet."""

    @property
    def key(self) -> ParentKey:
        """What identifies it across accounts."""
        return self.account, self.task_id, self.video_id


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a parent may be used, and if not, why not, in words."""

    eligible: bool
    reasons: tuple[str, ...]
    in_short: tuple[str, ...]
    """The same in two or three words each, for a card."""
    days_left: int | None
    """Whole days until the video is too old; None where its age is unknown."""
    soon_too_old: bool
    make_again: bool
    """Whether only another video will do: neither time nor asking the service makes this one usable."""

    @property
    def days_left_in_words(self) -> str:
        """How long the video can still be used."""
        if self.days_left is None:
            return t("Age unknown: the service did not say when it was made.")
        if self.days_left <= 0:
            return t("Less than a day left") if self.soon_too_old else t("No days left")
        return plural(self.days_left, "{count} day left", "{count} days left")


def parents_of(task: Task, account: str, *, prompt: str = "") -> tuple[Parent, ...]:
    """The videos of one task as parents; a task without videos is one parent without a video."""
    videos: Iterable[tuple[str, float | None]] = [(v.id, v.seconds) for v in task.videos if v.id] or [
        ("", None)
    ]
    return tuple(
        Parent(
            account=account,
            kind=task.kind,
            task_id=task.task_id,
            video_id=video_id,
            status=task.status,
            reason=task.reason,
            seconds=seconds,
            created_at=task.created_at,
            prompt=prompt,
        )
        for video_id, seconds in videos
    )


def eligibility(
    parent: Parent, now: datetime | None = None, *, accounts: Container[str] | None = None
) -> Eligibility:
    """Whether `parent` may be used at `now` (UTC). `accounts` are the names of those in the settings."""
    now = now or datetime.now(UTC)
    left = None if parent.created_at is None else parent.created_at + MAX_AGE - now
    reasons = [*_status_reasons(parent), *_length_reasons(parent)]
    if accounts is not None and parent.account not in accounts:
        words = t(
            "It belongs to the account {name}, which is no longer in the settings. "
            "Only the account that made a video can let it speak.",
            name=parent.account,
        )
        reasons.append((t("Its account was removed"), words))
    if parent.gone:
        words = t("The service no longer has it, so it cannot speak any more. A copy here stays.")
        reasons.append((t("Gone at the service"), words))
    if left is not None and left <= timedelta(0):
        words = t(
            "It is {days} days old. The service takes videos of the last 30 days only: make it again.",
            days=(now - (parent.created_at or now)).days,
        )
        reasons.append((t("Too old"), words))
    return Eligibility(
        eligible=not reasons,
        reasons=tuple(words for _, words in reasons),
        in_short=tuple(short for short, _ in reasons),
        days_left=None if left is None else max(left, timedelta(0)).days,
        soon_too_old=left is not None and timedelta(0) < left <= SOON,
        make_again=len(reasons) > (1 if _may_come(parent) else 0),
    )


_Reasons = list[tuple[str, str]]
"""In two or three words, and in sentences."""


def _status_reasons(parent: Parent) -> _Reasons:
    if parent.status is TaskStatus.FAILED:
        said = t("Making it failed: {reason}", reason=parent.reason) if parent.reason else ""
        return [(t("Failed"), said or t("Making it failed."))]
    if parent.status is not TaskStatus.SUCCEED:
        return [(t("Still being made"), t("It is still being made. Come back when it is ready."))]
    if not parent.video_id:
        return [(t("No video yet"), t("The service lists no video for it. Look again in a minute."))]
    return []


def _may_come(parent: Parent) -> bool:
    """Whether its video may still come: that is one of the reasons then."""
    return parent.status is not TaskStatus.FAILED and (
        parent.status is not TaskStatus.SUCCEED or not parent.video_id
    )


def _length_reasons(parent: Parent) -> _Reasons:
    if parent.status is not TaskStatus.SUCCEED or not parent.video_id or parent.seconds is None:
        return []
    if any(abs(parent.seconds - allowed) <= TOLERANCE_SECONDS for allowed in ALLOWED_SECONDS):
        return []
    words = t(
        "It is {seconds} s long. The service takes videos of 5 s or 10 s only.",
        seconds=f"{parent.seconds:.1f}",
    )
    return [(t("Not 5 s or 10 s long"), words)]
