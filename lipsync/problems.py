"""The words for each problem a job or a call can have: what happened, and what to do.

`facts` is what is known beside the problem's name: the service's message and code, mostly.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

from lipsync.i18n import t

Action = Literal["try_again", "change", "look_now", "cancel", "leave", "decide", "check_account"]
"""What a button may offer: the same form again; the form, filled as it was; a look at the
service at once; take it back; look no more; the three choices of a job in doubt; the account page."""

_Words = tuple[str, str, tuple[Action, ...]]
AGAIN: tuple[Action, ...] = ("try_again", "change")
CHANGE: tuple[Action, ...] = ("change",)
ACCOUNT: tuple[Action, ...] = ("check_account", "try_again")


def words_for(problem: str, facts: dict[str, Any]) -> _Words:
    """What happened, what to do, and which buttons help; also for a problem that has no words."""
    found = _WORDS.get(problem)
    if found is None:
        return (
            t("Something went wrong that the studio has no words for ({problem}).", problem=problem),
            t("Try again. If it happens again, tell whoever runs this studio."),
            AGAIN,
        )
    return found(facts)


def _not_sent(facts: dict[str, Any]) -> _Words:
    reasons = {
        "refused": t("The service did not accept a connection."),
        "dns": t("The service's address could not be found. This computer may be offline."),
        "tls": t("No safe connection to the service could be made."),
        "timeout": t("The service could not be reached in time."),
    }
    what = reasons.get(str(facts.get("cause")), t("The service could not be reached."))
    return what, t("Check the network connection, then try again."), AGAIN


def _interrupted(facts: dict[str, Any]) -> _Words:
    unreadable = t("What answered at the service's address cannot be understood.")
    reasons = {
        "timeout": t("The service did not answer in time."),
        "server": t("The service had a trouble of its own and gave no proper answer."),
        "unreadable": unreadable,
        "oversized": unreadable,
    }
    lost = t("The connection broke off before the service's answer arrived.")
    return reasons.get(str(facts.get("cause")), lost), t("Try again in a moment."), AGAIN


def _busy(facts: dict[str, Any]) -> _Words:
    code = facts.get("code")
    if code == 1303:
        what = t("The account already has as many jobs running as its plan allows.")
    elif code == 1302:
        what = t("The service asks for a slower pace.")
    elif code == 5001 or facts.get("http_status") == 503:
        what = t("The service is being maintained or is overloaded.")
    else:
        what = t("The service is busy.")
    return what, t("Try again in a while."), AGAIN


def _invalid(facts: dict[str, Any]) -> _Words:
    if facts.get("voice_not_found"):
        return (
            t("The service does not know this voice in this language."),
            t("Choose another voice and send again."),
            CHANGE,
        )
    if facts.get("http_status") == 413 and _about_a_video(facts):
        return t("The picture is too large for the service."), t("Choose a smaller picture."), CHANGE
    if facts.get("http_status") == 413:
        return t("The sound is too large for the service."), t("Choose a smaller sound."), CHANGE
    return (
        t("The service did not accept the request."),
        t("Read what it said below, change the form and send again."),
        CHANGE,
    )


def _text_refused(facts: dict[str, Any]) -> _Words:
    if facts.get("kind") == "image2video":
        what = (
            t("The service refused the picture or the words: its content check found something it does not "
              "allow.")
            if facts.get("code") == 1301
            else t("The service refused the picture or the words: they are against its rules.")
        )  # fmt: skip
        return what, t("Change the picture or the words and send again."), CHANGE
    what = (
        t("The service refused the words: its content check found something it does not allow.")
        if facts.get("code") == 1301
        else t("The service refused the words: they are against its rules.")
    )
    return what, t("Change the text and send again."), CHANGE


def _task_failed(facts: dict[str, Any]) -> _Words:
    if _about_a_video(facts):
        return (
            t("The service could not make this video."),
            t("Change the words a little, and send again.")
            if facts.get("kind") == "text2video"
            else t("Change the picture or the words a little, and send again."),
            AGAIN,
        )
    said = str(facts.get("message") or "").casefold()
    if re.search(r"\b(human|face)", said):
        return (
            t("The service found no face in the video that could speak."),
            t("Choose a video with one clear, large face that looks at the camera, and send again."),
            CHANGE,
        )
    return t("The service could not make this clip."), t("Try again, or choose another video."), AGAIN


def _not_permitted(facts: dict[str, Any]) -> _Words:
    what = (
        t("This account may not make videos with this model.")
        if _about_a_video(facts)
        else t("This account may not use lip sync.")
    )
    return what, t("Ask the service to allow it, or use another account."), ACCOUNT


def _route_missing(facts: dict[str, Any]) -> _Words:
    what = (
        t("This account's service does not make videos at this address.")
        if _about_a_video(facts)
        else t("This account's service does not offer lip sync at this address.")
    )
    return what, t("Check the address in the settings, or ask the service."), ACCOUNT


def _not_found(facts: dict[str, Any]) -> _Words:
    if _about_a_video(facts) and facts.get("accepted"):
        return (
            t("The service says that it does not know this job."),
            t("Tell whoever runs this studio."),
            AGAIN,
        )
    if _about_a_video(facts):
        return (
            t("The service does not know the model, or does not make such videos on this account."),
            t("Choose another model, or ask the service."),
            CHANGE,
        )
    return (
        t("The service does not know this video or task on this account."),
        t("Check that the video was made by the same account, then choose it again."),
        CHANGE,
    )


def _task_gone(facts: dict[str, Any]) -> _Words:
    need = t("Send it again if you still need the clip.")
    if _about_a_video(facts):
        need = t("Send it again if you still need the video.")
    return t("The service no longer knows this job."), need, AGAIN


def _about_a_video(facts: dict[str, Any]) -> bool:
    """Whether the job makes a video rather than a clip that speaks; its kind is among the facts."""
    return facts.get("kind") in ("text2video", "image2video")


def _fixed(what: Callable[[], str], todo: Callable[[], str], actions: tuple[Action, ...]) -> Any:
    return lambda _facts: (what(), todo(), actions)


def _by_kind(
    clip: Callable[[], str], video: Callable[[], str], todo: Callable[[], str], actions: tuple[Action, ...]
) -> Any:
    return lambda facts: ((video if _about_a_video(facts) else clip)(), todo(), actions)


_WORDS: dict[str, Callable[[dict[str, Any]], _Words]] = {
    "not_sent": _not_sent,
    "busy": _busy,
    "invalid_request": _invalid,
    "text_refused": _text_refused,
    "task_failed": _task_failed,
    "interrupted": _interrupted,
    "restarted": _fixed(
        lambda: t("The studio was stopped in the very moment of sending."),
        lambda: t("Look for the job on the service's site."),
        (),
    ),
    "task_taken": _fixed(
        lambda: t("The service answered with a job that belongs to another one here."),
        lambda: t("Look for the job on the service's site."),
        (),
    ),
    "named_task_gone": _fixed(
        lambda: t("The service does not know the task that was given here for this job."),
        lambda: t("Look for the job on the service's site."),
        (),
    ),
    "key_refused": _fixed(
        lambda: t("The service does not accept this account's key: it is missing, wrong or expired."),
        lambda: t("Whoever runs this studio has to give it a valid key."),
        ACCOUNT,
    ),
    "account_suspended": _fixed(
        lambda: t("The service has suspended this account."),
        lambda: t("Look at the account on the service's site."),
        ACCOUNT,
    ),
    "in_arrears": _fixed(
        lambda: t("The account has no money left."),
        lambda: t("Top the account up on the service's site, then try again."),
        ACCOUNT,
    ),
    "pack_used_up": _fixed(
        lambda: t("The account's resource pack is used up or has expired."),
        lambda: t("Buy a new pack on the service's site, then try again."),
        ACCOUNT,
    ),
    "not_permitted": _not_permitted,
    "address_not_allowed": _fixed(
        lambda: t(
            "The account only takes requests from listed internet addresses, and this one is not among them."
        ),
        lambda: t("Add this server's address to the account's list on the service's site."),
        ACCOUNT,
    ),
    "model_unavailable": _fixed(
        lambda: t("This account does not have the model that the job asks for."),
        lambda: t("Choose another model, or ask the service."),
        CHANGE,
    ),
    "not_found": _not_found,
    "route_missing": _route_missing,
    "refused": _fixed(
        lambda: t("The service refused the request."),
        lambda: t("Read what it said below, change the form and send again."),
        CHANGE,
    ),
    "sound_missing": _fixed(
        lambda: t("The sound of this job is no longer here."),
        lambda: t("Add the sound again and send."),
        CHANGE,
    ),
    "picture_missing": _fixed(
        lambda: t("The picture of this job is no longer here."),
        lambda: t("Add the picture again and send."),
        CHANGE,
    ),
    "account_missing": _fixed(
        lambda: t("This job's account is no longer in the settings."),
        lambda: t("Whoever runs this studio has to put the account back."),
        ACCOUNT,
    ),
    "task_gone": _task_gone,
    "result_broken": _fixed(
        lambda: t("The file that came from the service does not play yet."),
        lambda: t("The studio fetches it again."),
        AGAIN,
    ),
    "download_not_video": _fixed(
        lambda: t("The service sent something that is not a video."),
        lambda: t("The studio fetches it again."),
        AGAIN,
    ),
    "download_expired": _fixed(
        lambda: t("The link to the result had expired."),
        lambda: t("The studio asks for a new one."),
        AGAIN,
    ),
    "download_too_large": _by_kind(
        lambda: t("The file that came from the service is far too large for a clip."),
        lambda: t("The file that came from the service is far too large for such a video."),
        lambda: t("Tell whoever runs this studio."),
        AGAIN,
    ),
    "disk": _by_kind(
        lambda: t("The clip is ready, but it could not be saved: the studio's disk is full or read-only."),
        lambda: t("The video is ready, but it could not be saved: the studio's disk is full or read-only."),
        lambda: t("Whoever runs this studio has to make room."),
        AGAIN,
    ),
    "ffmpeg_missing": _by_kind(
        lambda: t("The clip is ready, but the studio lacks ffmpeg to check it."),
        lambda: t("The video is ready, but the studio lacks ffmpeg to check it."),
        lambda: t("Whoever runs this studio has to install ffmpeg."),
        AGAIN,
    ),
}
PROBLEMS = tuple(_WORDS)
"""Every problem that has words of its own."""
