"""What a person reads about the line that waits for a video: where it stands, the money, what to do."""

from __future__ import annotations

from lipsync.explain import Explanation
from lipsync.i18n import t
from lipsync.jobs.model import THEN_NO_VIDEO_ID, Job, ThenState


def explain_then(job: Job) -> Explanation | None:
    """How the line of a video job stands, or None when none was to follow it."""
    state = job.then_state
    if state is None:
        return None
    if state is ThenState.WAITING:
        return Explanation(
            t("When the video is ready, your line is sent by itself."),
            t("The line costs nothing before it is sent."),
            t("Nothing to do. You can take the line back until the video is ready."),
        )
    if state is ThenState.STARTED:
        return Explanation(
            t("The video is ready, and your line was sent on."),
            t("The line is a job of its own and is charged on its own."),
            t("Nothing to do: it goes on by itself, and you may close this page."),
        )
    if state is ThenState.DROPPED:
        return Explanation(
            t("You took the line back; only the video is made."),
            t("Nothing was charged for the line."),
            t("When the video is ready, you can still let it speak."),
        )
    if job.then_problem == THEN_NO_VIDEO_ID:
        return Explanation(
            t("The line was not sent: the service did not say which video it is to speak with."),
            t("Nothing was charged for the line."),
            t("Open the video on the Videos page, ask the service again, and let it speak from there."),
        )
    return Explanation(
        t("The line was not sent, because there is no video to speak it."),
        t("Nothing was charged for the line."),
        t("Make the video again; your words are kept with this job."),
    )
