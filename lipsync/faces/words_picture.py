"""What a verdict means for a picture that a video is to be made from.

The video itself can be made from any picture; what is at stake is that it speaks later.
"""

from __future__ import annotations

from lipsync.faces.verdict import FaceVerdict
from lipsync.i18n import t


def meaning(verdict: FaceVerdict) -> str:
    """What was seen, and what it means for the video and the money."""
    match verdict.slug:
        case "one_clear_face":
            return t("The face is big enough and looks at the camera. A good start for a video that speaks.")
        case "no_face":
            return t(
                "A video from it can be made and is charged. "
                "But without a face there is no mouth to move, so it is not likely to speak."
            )
        case "too_small":
            return t(
                "The face takes only about {percent} % of the picture. The video is charged all the same, "
                "and a face too small speaks with a still mouth.",
                percent=max(1, round(verdict.height_share * 100)),
            )
        case "turned_away":
            return t(
                "Lips look wrong on a face that is seen from the side or lies tilted. "
                "The video is charged all the same."
            )
        case "several_people":
            return t(
                "We see {count} faces. Nobody can say which of them will speak later, "
                "and the video is charged either way.",
                count=verdict.people,
            )
        case "leaves_picture":
            return t(
                "The edge of the picture cuts the face, so the mouth may not move well. "
                "The video is charged all the same."
            )
        case "could_not_look":
            return t(
                "Looking for a face did not work. You can use the picture all the same. Nothing was charged."
            )


def short(verdict: FaceVerdict) -> str:
    """The warning in one line for a picture whose video is to speak; empty when all is well."""
    match verdict.slug:
        case "no_face":
            return t("No face found in the picture: your line is likely to fail, or to be charged in vain.")
        case "too_small":
            return t("The face is small: your line is charged, too, and the mouth may stay still.")
        case "turned_away":
            return t("The face is turned away: your line is charged, too, and the lips may look wrong.")
        case "several_people":
            return t("Several people: your line is charged, too, and nobody can say who will speak.")
        case "leaves_picture":
            return t("The face is cut off: your line is charged, too, and the mouth may stay still.")
        case "one_clear_face" | "could_not_look":
            return ""


def advice(verdict: FaceVerdict) -> str:
    """What a person may do now; empty when there is nothing to do."""
    match verdict.slug:
        case "one_clear_face":
            return ""
        case "no_face":
            return t("Should the video speak, better choose a picture of one person who looks at the camera.")
        case "too_small":
            return t("Better crop the picture so that the face is closer.")
        case "turned_away":
            return t("Better choose a picture in which the person looks at the camera.")
        case "several_people":
            return t("Better choose a picture of one person, or crop the others away.")
        case "leaves_picture":
            return t("Better choose a picture with the whole face in view.")
        case "could_not_look":
            return t("Please look yourself: one person, a face that is not small, looking at the camera.")
