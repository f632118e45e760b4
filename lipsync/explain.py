"""What a person reads when something is not as it should be.

Every explanation says three things: what happened, what it means for the money, and what
to do. It is made from plain facts when it is shown, in the language of who reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lipsync.i18n import t
from lipsync.jobs.adopting import Adoption
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.schedule import ASK_AFTER_SECONDS, LATE_FACTOR, SLOW_AFTER_SECONDS
from lipsync.problems import Action, words_for
from lipsync.shelf.lists import AccountLists
from lipsync.upstream.errors import UpstreamError


@dataclass(frozen=True, slots=True)
class Explanation:
    """One trouble in words. `service_said` is the service's own sentence, if it gave one."""

    what: str
    money: str
    todo: str
    actions: tuple[Action, ...] = ()
    service_said: str = ""


def explain_job(job: Job, *, account_there: bool = True) -> Explanation | None:
    """Why a job is not simply going on, or None when it is.

    `account_there`: whether the job's account is in the settings.
    """
    if job.state is JobState.QUEUED and not account_there:
        return _waits_for_account(job)
    if job.state is JobState.CANCELLED:
        return Explanation(
            t("You took this job back before it was sent."),
            _money(Charge.NONE),
            t("Send it again whenever you like."),
            ("try_again", "change"),
        )
    if job.state is JobState.CLOSED:
        return Explanation(
            t("You left this job as it is."),
            _money(job.charge),
            t("Look on the service's site whether it ran. Sent again, it may be charged a second time.")
            if job.charge is Charge.UNKNOWN
            else t("Send it again if you still need it."),
            ("try_again", "change"),
        )
    if job.problem is None or job.state is JobState.SUBMITTING:
        return None  # while it is being sent, the row still tells of the attempt before
    facts = job.problem_facts or {}
    what, todo, actions = words_for(
        job.problem, facts | {"kind": job.kind.value, "accepted": job.task_id is not None}
    )
    if job.state is JobState.UNKNOWN:
        return _in_doubt(job, what, facts)
    if job.is_live:
        if job.problem in _ABOUT_A_FORM and job.state is not JobState.QUEUED:
            what = _will_not_tell()
        return Explanation(
            what,
            _money(job.charge),
            _still_going(job, todo),
            ("cancel",) if job.state is JobState.QUEUED else ("look_now",),
            _said(facts, job.problem),
        )
    return Explanation(what, _money_when_over(job), todo, actions, _said(facts, job.problem))


def _waits_for_account(job: Job) -> Explanation:
    _, todo, _ = words_for("account_missing", {})
    return Explanation(
        t("This job waits: its account “{name}” is not in the settings.", name=job.account),
        t("Nothing was sent, and nothing was charged."),
        t("{todo} The job goes on by itself afterwards. You may also take it back.", todo=todo),
        ("cancel", "check_account"),
    )


def explain_adoption(what_came: Adoption) -> str:
    """What came of the task id that a person gave for a job in doubt."""
    nothing = t("Nothing was changed, and the job is still in doubt.")
    return {
        Adoption.ADOPTED: t("The studio follows this task now."),
        Adoption.NO_SUCH_TASK: t(
            "The service knows no such task of this kind on this account. {nothing} Check the id; a task "
            "of the last minute may not be known yet.",
            nothing=nothing,
        ),
        Adoption.OTHER_KIND: t(
            "That task lets a video speak, and this job makes one. {nothing}", nothing=nothing
        ),
        Adoption.OTHER_VIDEO: t("That task speaks with another video. {nothing}", nothing=nothing),
        Adoption.OTHER_ORDER: t("That task belongs to another order. {nothing}", nothing=nothing),
        Adoption.OTHER_TIME: t(
            "That task was not made when this job's request left. {nothing}", nothing=nothing
        ),
        Adoption.TAKEN: t("That task already belongs to another job here. {nothing}", nothing=nothing),
        Adoption.MOVED_ON: t("This job has moved on meanwhile. Nothing was changed."),
        Adoption.ACCOUNT_MISSING: t(
            "This job's account is no longer in the settings, so the service cannot be asked. {nothing}",
            nothing=nothing,
        ),
    }[what_came]


def explain_waiting(job: Job, now: datetime, usual_seconds: float) -> Explanation | None:
    """Words for a job that is simply slow, or None while it is not. There is no deadline: after a
    day the person is asked whether to go on looking.

    `usual_seconds` is how long such jobs usually take at the service.
    """
    if job.state not in _WITH_SERVICE or job.sent_at is None:
        return None
    age = (now - job.sent_at).total_seconds()
    if age > ASK_AFTER_SECONDS:
        return Explanation(
            t("The service has had this job for over a day and has not finished it."),
            _money(job.charge),
            t(
                "Go on looking, or leave it: then the studio looks no more, and its result does not come "
                "here. The service's own site may say what became of it."
            ),
            ("look_now", "leave"),
        )
    if age > SLOW_AFTER_SECONDS:
        return Explanation(
            t("The service has had this job for over an hour."),
            _money(job.charge),
            t("Nothing to do: the studio looks every few minutes, and you may close this page."),
            ("look_now",),
        )
    if age > LATE_FACTOR * usual_seconds:
        return Explanation(
            t("This job is taking longer than usual."),
            _money(job.charge),
            t("Nothing to do: the studio keeps looking by itself, and you may close this page."),
            ("look_now",),
        )
    return None


def explain_call(error: UpstreamError) -> Explanation:
    """A call that a page made itself (a list, a look-up, a balance): it never costs anything."""
    facts = {
        "message": error.message,
        "code": error.code,
        "cause": error.cause,
        "http_status": error.http_status,
    }
    return _explain_look(error.slug, facts)


def explain_lists(lists: AccountLists) -> Explanation | None:
    """Why an account's lists bring nothing, or None when they were read."""
    if lists.state == "no_lists":
        return Explanation(
            t("This account gives no list of its videos."),
            t("Looking costs nothing."),
            t("Add videos by their task ids."),
        )
    return _explain_look(lists.problem, lists.problem_facts or {}) if lists.problem else None


def _explain_look(problem: str, facts: dict[str, Any]) -> Explanation:
    facts = {name: fact for name, fact in facts.items() if name != "voice_not_found"}  # no look has a voice
    what, todo, _ = words_for(problem, facts)
    if problem in _ABOUT_A_FORM:
        todo = t("Try again in a while. If it stays so, tell whoever runs this studio.")
    return Explanation(what, t("Looking costs nothing."), todo, (), _said(facts))


def _will_not_tell() -> str:
    """For a look that was refused: words about a form would be about nothing that the person did."""
    return t("The service refuses to say how things stand.")


def _money(charge: Charge) -> str:
    if charge is Charge.NONE:
        return t("Nothing was charged.")
    if charge is Charge.CHARGED:
        return t("The service accepted this job, so it is paid for once. Waiting costs nothing more.")
    return t("It is not known whether this was charged. The studio will not send it again by itself.")


def _money_when_over(job: Job) -> str:
    if job.charge is Charge.CHARGED:
        return t(
            "The service accepted this job, so it may have been charged; "
            "the balance on the Account page tells."
        )
    return _money(job.charge)


def _in_doubt(job: Job, what: str, facts: dict[str, Any]) -> Explanation:
    sent = (job.armed_at or job.created_at).strftime("%Y-%m-%d %H:%M:%S")
    answered = job.problem == "task_taken"
    return Explanation(
        t("{what} The request left at {time} (UTC).", what=what, time=sent)
        if answered
        else t("{what} The request left at {time} (UTC), and no answer arrived.", what=what, time=sent),
        _money(Charge.UNKNOWN),
        t(
            "Look for the job on the service's site. If it runs there, give its task id here. "
            "If it does not, you can send it again, which may be charged a second time, or leave it."
        ),
        ("look_now", "decide"),
        _said(facts),
    )


def _still_going(job: Job, todo: str) -> str:
    if job.state is JobState.QUEUED:
        return t("Nothing to do: the studio sends it as soon as it can. You may also take it back.")
    if job.problem in _NEEDS_SOMEBODY:
        return t("{todo} The job goes on by itself afterwards.", todo=todo)
    return t("Nothing to do: the studio keeps looking by itself, and you may close this page.")


def _said(facts: dict[str, Any], problem: str = "") -> str:
    if problem in _OUR_OWN:
        return ""  # those words are not the service's
    # With any other cause the sentence is our own about the connection, not the service's.
    if facts.get("cause") not in (None, "server"):
        return ""
    return str(facts.get("message") or "").strip()


_NEEDS_SOMEBODY = frozenset(
    {
        "account_missing",
        "key_refused",
        "not_permitted",
        "address_not_allowed",
        "disk",
        "ffmpeg_missing",
        "account_suspended",
    }
)

_ABOUT_A_FORM = frozenset({"invalid_request", "text_refused", "model_unavailable", "refused"})
"""Problems whose words tell the person to change what was sent; no help where somebody only looked."""

_WITH_SERVICE = (JobState.SUBMITTED, JobState.PROCESSING)

_OUR_OWN = frozenset({"disk", "ffmpeg_missing", "result_broken"})
"""Problems of this installation, about which the service said nothing."""
