"""What belongs to one job: its result, its ids, its log."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.job_kinds import is_video
from components.notices import sandbox_mark
from components.routes import result_url, sound_url
from components.wording import ago, clock, language_name, length, plain, size, span, voice_name
from lipsync.accounts import Account
from lipsync.i18n import t
from lipsync.jobs.model import Job, JobEvent
from lipsync.request import LipSyncRequest
from lipsync.sounds import Sound


def result(job: Job, account: Account | None, *, there: bool) -> None:
    """The finished clip or video, and a link to keep it."""
    if not there:
        st.warning(
            t("The file is missing from the studio's data folder. It was there when the job ended; "
              "whoever runs this studio may have a copy."),
            icon=":material/broken_image:",
        )  # fmt: skip
        return
    video = is_video(job)
    st.video(result_url(job.id), alt=t("The finished video") if video else t("The finished clip"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.link_button(
            t("Download"),
            result_url(job.id, download=True),
            type="secondary" if video else "primary",
            icon=":material/download:",
        )
        st.badge(length(job.result_seconds), icon=":material/timer:", color="gray")
        if job.result_width and job.result_height:
            st.badge(f"{job.result_width} × {job.result_height}", color="gray")
        if job.result_bytes:
            st.badge(size(job.result_bytes), color="gray")
        sandbox_mark(account)
    st.caption(t("Kept here, also after the service deletes its copy (30 days)."))


def request_facts(request: LipSyncRequest, sound: Sound | None) -> None:
    """What was asked for."""
    if request.source == "text":
        st.markdown("> " + plain(request.text or ""))
        language = request.voice_language or "en"
        voice = plain(voice_name(request.voice_id, request.voice_language))
        st.caption(
            t("{voice}, {language}, speed {speed}", voice=voice, language=language_name(language),
              speed=request.voice_speed)
        )  # fmt: skip
    elif request.source == "sound" and sound is not None:
        st.caption(f":material/graphic_eq: {plain(sound.name)} · {length(sound.seconds)}")
        st.audio(sound_url(sound.id), format=sound.media_type)
    elif request.source == "sound":
        st.caption(t("The sound is no longer here."))
    else:
        st.caption(":material/link: " + plain(request.sound_url or "", most=200))


def ids(job: Job, account_label: str) -> None:
    """The account and every id that helps to look further; each can be copied."""
    st.markdown(t("Account: **{label}**", label=plain(account_label)))
    shown = [
        (t("Task id at the service"), job.task_id),
        (t("Request id"), job.request_id),
        (t("Job"), job.id),
        (t("Task id of the video"), job.request.get("parent_task_id")),
        (t("Video id"), job.request.get("video_id")),
    ]
    for label, value in shown:
        if value:
            st.caption(label)
            st.code(value, language=None, wrap_lines=True)


def times(job: Job) -> None:
    """When it began and how long it took."""
    words = [t("Made {when}", when=ago(job.created_at))]
    if job.finished_at:
        words.append(t("took {time}", time=span(job.seconds_taken(job.finished_at))))
    st.caption(" · ".join(words))


def log(job: Job, events: Sequence[JobEvent]) -> None:
    """What happened to a job, oldest first."""
    for one in events:
        extra = _fact_words(one)
        st.markdown(
            f"`{clock(one.at)}` {event_words(one.event, video=is_video(job))}"
            + (f" {extra}" if extra else "")
        )


def event_words(event: str, *, video: bool = False) -> str:
    """One entry of the log; `video`: of a job that makes one."""
    about_a_video = {
        "processing": t("The service is making the video."),
        "fetching": t("The video is finished; fetching it."),
        "ready": t("The video is here."),
    }
    if video and event in about_a_video:
        return about_a_video[event]
    words = {
        "queued": t("Taken in and queued."),
        "sending": t("Sending begins. From here on it is sent once at the most."),
        "sent": t("The service accepted it."),
        "not_sent": t("The service did not take it; it is tried again."),
        "outcome_unknown": t("No answer arrived. It is not known whether the service has it."),
        "processing": t("The service is making the clip."),
        "fetching": t("The clip is finished; fetching it."),
        "ready": t("The clip is here."),
        "failed": t("It failed."),
        "cancelled": t("Taken back before it was sent."),
        "closed": t("Left as it is."),
        "adopted": t("Its task at the service was found."),
        "in_doubt_again": t("The service does not know the task that was given. It is in doubt again."),
        "callback": t("The service reported a change."),
        "search_ended": t("The search for it ended without finding it."),
        "trouble": t("A look at the service did not work; it is repeated."),
        "then_started": t("The line that waited for this video was sent on its way."),
        "then_dropped": t("The line that waited for this video was taken back."),
        "then_not_started": t("The line that waited for this video was not sent."),
    }
    return words.get(event, plain(event.replace("_", " ").capitalize()) + ".")


def _fact_words(one: JobEvent) -> str:
    said = one.facts.get("message") or one.facts.get("task_id")
    return f":gray[{plain(str(said), most=200)}]" if said else ""
