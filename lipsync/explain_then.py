"""What a person reads about the line that waits for a video: where it stands, the money, what to do."""

from __future__ import annotations

from lipsync.explain import Explanation
from lipsync.i18n import t
from lipsync.jobs.model import THEN_NO_VIDEO_ID, Job, JobState, ThenState


def explain_then(job: Job) -> Explanation | None:
    """How the line of a video job stands, or None when none was to follow it."""
    state = job.then_state
    if state is None:
        return None
    if state is ThenState.WAITING and job.state is JobState.READY:
        return Explanation(
            t("The video is here, but the service has not said its id yet, and your line needs that."),
            t("The line costs nothing before it is sent. Asking for the id costs nothing."),
            t(
                "Nothing to do: the studio keeps asking, for a day, and sends your line as soon as it knows "
                "the id. You can also ask yourself, or take the line back."
            ),
        )
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
            t("The line was not sent: within a day the service did not say which video it is to speak with."),
            t("Nothing was charged for the line."),
            t(
                "Ask the service again. As soon as it says the id, “Make it speak” opens with your words "
                "filled in."
            ),
        )
    return Explanation(
        t("The line was not sent, because there is no video to speak it."),
        t("Nothing was charged for the line."),
        t("Make the video again; your words are kept with this job."),
    )
