"""A verdict in words: what was seen, what it means for the result and the money, what to do.

The sentences promise nothing: only the service knows what it will make of a video.
Those on a picture that a video is to be made from are in `words_picture`.
"""

from __future__ import annotations

from lipsync.faces import words_picture
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
            return t("The face is cut off") if verdict.still else t("The face leaves the picture")
        case "could_not_look":
            return t("Not looked at")


def meaning(verdict: FaceVerdict) -> str:
    """What was seen, and what it means for the result and the money."""
    if verdict.still:
        return words_picture.meaning(verdict)
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
            return f"{_leaves(verdict)} " + t(
                "The mouth stays still there, and the clip is charged all the same."
            )
        case "could_not_look":
            return _not_looked(verdict)


def advice(verdict: FaceVerdict) -> str:
    """What a person may do now; empty when there is nothing to do."""
    if verdict.still:
        return words_picture.advice(verdict)
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


def short(verdict: FaceVerdict) -> str:
    """The warning in one line, for beside the button that pays; empty when there is nothing to warn of."""
    if verdict.still:
        return words_picture.short(verdict)
    match verdict.slug:
        case "no_face":
            return t("No face found: the clip may be charged and come back unchanged.")
        case "too_small":
            return t("The face is small: the clip is charged, and the mouth may stay still.")
        case "turned_away":
            return t("The face is turned away: the clip is charged, and the lips may look wrong.")
        case "several_people":
            return t("Several people: the clip is charged, and nobody can say who will speak.")
        case "leaves_picture":
            return t("The face leaves the picture: the clip is charged, and the mouth stays still there.")
        case "one_clear_face" | "could_not_look":
            return ""


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


def _leaves(verdict: FaceVerdict) -> str:
    away, back = verdict.away_from, verdict.away_to
    if away is None:
        return t("The face is cut off or missing in a part of the video.")
    if away == 0 and back is None:
        return t("The face is cut off by the edge of the picture, or missing.")
    if away == 0:
        return t("The face is cut off or missing until about {back} s.", back=f"{back:.1f}")
    if back is None:
        return t("The face is cut off or missing from about {away} s on.", away=f"{away:.1f}")
    return t(
        "The face is cut off or missing between about {away} s and {back} s.",
        away=f"{away:.1f}", back=f"{back:.1f}",
    )  # fmt: skip


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
        case "not_fetched":
            return t(
                "The video could not be fetched from the service just now. "
                "You can use it all the same. Nothing was charged."
            )
        case "gone":
            return t(
                "The service no longer gives this video, so it could not be looked at. "
                "It may not be able to speak any more. Nothing was charged."
            )
        case "not_kept":
            return t(
                "The video could not be stored on this computer. Is the disk full? "
                "You can use it all the same. Nothing was charged."
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
