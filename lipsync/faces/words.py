"""A verdict in words: what was seen, what it means for the result and the money, what to do.

The sentences promise nothing: only the service knows what it will make of a video.
"""

from __future__ import annotations

from lipsync.faces.verdict import FaceVerdict
from lipsync.i18n import t


def title(verdict: FaceVerdict) -> str:
    """The verdict in a few words."""
    match verdict.slug:
        case "one_clear_face":
            return t("One clear face")
        case "no_face":
            return t("No face found")
        case "too_small":
            return t("The face is small")
        case "turned_away":
            return t("The face is turned away")
        case "several_people":
            return t("Several people")
        case "leaves_picture":
            return t("The face leaves the picture")
        case "could_not_look":
            return t("Not looked at")


def meaning(verdict: FaceVerdict) -> str:
    """What was seen, and what it means for the result and the money."""
    match verdict.slug:
        case "one_clear_face":
            return t("The face is big enough, looks at the camera and stays in the picture. A good choice.")
        case "no_face":
            return t(
                "Without a face there is no mouth to move. "
                "The clip is likely to fail, or to be charged and come back unchanged."
            )
        case "too_small":
            return _small(verdict)
        case "turned_away":
            return t(
                "Lips look wrong on a face that is seen from the side or lies tilted. "
                "The clip is charged all the same."
            )
        case "several_people":
            return t(
                "We see {count} faces. "
                "Nobody can say which of them will speak, and the clip is charged either way.",
                count=verdict.people,
            )
        case "leaves_picture":
            return t(
                "The face is cut off or missing in a part of the video. "
                "The mouth stays still there, and the clip is charged all the same."
            )
        case "could_not_look":
            return _not_looked(verdict)


def advice(verdict: FaceVerdict) -> str:
    """What a person may do now; empty when there is nothing to do."""
    match verdict.slug:
        case "one_clear_face":
            return ""
        case "no_face":
            return t("Is there a face that we missed? Then go ahead. Otherwise, better choose another video.")
        case "too_small":
            return t("Better choose a video in which the face is closer.")
        case "turned_away":
            return t("Better choose a video in which the person looks at the camera.")
        case "several_people":
            return t("Better choose a video with one person.")
        case "leaves_picture":
            return t("Better choose a video in which the whole face stays in view.")
        case "could_not_look":
            return t("Please look yourself: one person, a face that is not small, looking at the camera.")


def _small(verdict: FaceVerdict) -> str:
    percent = max(1, round(verdict.height_share * 100))
    if verdict.portrait:
        return t(
            "The face is only about {percent} % as high as the picture is wide. "
            "A face too small is charged and comes back with a still mouth.",
            percent=percent,
        )
    return t(
        "The face takes only about {percent} % of the picture’s height. "
        "A face too small is charged and comes back with a still mouth.",
        percent=percent,
    )


def _not_looked(verdict: FaceVerdict) -> str:
    match verdict.trouble:
        case "no_runtime" | "no_ffmpeg":
            return t(
                "This computer lacks a part that looks for faces. You can use the video all the same. "
                "Nothing was charged."
            )
        case "too_slow":
            return t(
                "Looking for faces took too long. You can use the video all the same. Nothing was charged."
            )
        case "not_playable":
            return t(
                "No picture could be taken from this file. You can use the video all the same. "
                "Nothing was charged."
            )
        case _:
            return t(
                "Looking for faces did not work this time. You can use the video all the same. "
                "Nothing was charged."
            )
