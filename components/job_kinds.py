"""What kind of job it is, in words: a face that speaks, or a video that is made."""

from __future__ import annotations

from components.wording import request_title, voice_name
from lipsync.i18n import t
from lipsync.jobs.model import Job
from lipsync.request import LipSyncRequest
from lipsync.upstream.replies import TaskKind
from lipsync.video_request import VideoRequest

KINDS: dict[str, tuple[TaskKind, ...]] = {
    "any": tuple(TaskKind),
    "speaking": (TaskKind.LIP_SYNC,),
    "videos": (TaskKind.TEXT2VIDEO, TaskKind.IMAGE2VIDEO),
}
"""The filter of the list by kind."""


def is_video(job: Job) -> bool:
    """Whether the job makes a video, rather than letting one speak."""
    return job.kind is not TaskKind.LIP_SYNC


def kind_filter_name(kind: str) -> str:
    """A filter's label."""
    names = {"any": t("Every kind"), "speaking": t("Speaking clips"), "videos": t("New videos")}
    return names[kind]


def kind_icon(kind: TaskKind) -> str:
    """The sign of a kind."""
    return {
        TaskKind.LIP_SYNC: ":material/graphic_eq:",
        TaskKind.TEXT2VIDEO: ":material/movie:",
        TaskKind.IMAGE2VIDEO: ":material/image:",
    }[kind]


def kind_word(kind: TaskKind) -> str:
    """What is made."""
    return {
        TaskKind.LIP_SYNC: t("Speaking clip"),
        TaskKind.TEXT2VIDEO: t("New video from words"),
        TaskKind.IMAGE2VIDEO: t("New video from a picture"),
    }[kind]


def title_of_job(job: Job, sound_name: str | None) -> str:
    """What to call a job, in one line of plain text: its words, the name of its sound, its prompt."""
    if is_video(job):
        return VideoRequest.from_dict(job.request).prompt or kind_word(job.kind)
    return request_title(LipSyncRequest.from_dict(job.request), sound_name) or t("Without words")


def detail_of_job(job: Job) -> str:
    """The one thing worth knowing beside the title, as plain text."""
    if is_video(job):
        request = VideoRequest.from_dict(job.request)
        return t("{kind}, {seconds} s", kind=kind_word(job.kind), seconds=request.duration)
    line = LipSyncRequest.from_dict(job.request)
    if line.source == "text":
        return voice_name(line.voice_id, line.voice_language)
    return t("your sound") if line.source == "sound" else t("a link")
