"""Will it work? What a look at the faces in a video or picture came to, before anybody pays.

A warning, never a wall: nothing here keeps anybody from sending. While a look is under way only
these lines are drawn again, never the page.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.person import Person, speak
from components.pulse import pulse
from components.routes import face_frame_url
from components.wording import plain
from lipsync.faces import FaceVerdict, advice, meaning, short, title
from lipsync.faces.checks import FaceCheck
from lipsync.i18n import t
from lipsync.parent_shelf import KnownParent
from lipsync.parents import eligibility
from lipsync.pictures import Picture
from lipsync.studio import Studio

LOOK_EVERY_SECONDS = 1.5
FETCH_AGAIN_SECONDS = 20.0
Ask = Callable[[bool], None]
"""Asks for a look; True looks once more in any case."""


def face_check(studio: Studio, who: Person, known: KnownParent) -> None:
    """What was seen in a video, with the frame; asks for a look where there was none yet."""
    del who  # whoever may see the video may see this
    if _worth_a_look(studio, known):
        _panel(studio, known.id, lambda again: studio.faces.look(known.id, again=again))


def picture_check(studio: Studio, who: Person, picture: Picture) -> None:
    """The same for a picture that a video is to be made from."""
    del who
    if studio.faces.enabled:
        _panel(studio, picture.id, lambda again: studio.faces.look_at_picture(picture.id, again=again))


def face_warned(studio: Studio, known: KnownParent | None) -> bool:
    """Whether there is something to warn of before `known` is sent."""
    if known is None or not _worth_a_look(studio, known):
        return False
    check = studio.faces.state(known.id)
    return check is not None and check.verdict is not None and bool(short(check.verdict))


def face_warning(studio: Studio, known: KnownParent) -> None:
    """The warning in one line, for beside the button that pays; nothing when all is well."""
    if _worth_a_look(studio, known):
        _warning_line(studio, known.id)


def picture_warning(studio: Studio, picture_id: str | None) -> None:
    """The same for a picture of ours, beside the button that pays for its video and for a line."""
    if picture_id is not None and studio.faces.enabled:
        _warning_line(studio, picture_id)


def _warning_line(studio: Studio, one_id: str) -> None:
    def draw() -> None:
        speak()
        check = studio.faces.state(one_id)
        if check is None or check.waiting:
            pulse(LOOK_EVERY_SECONDS, key=f"warning-{one_id}")
        elif check.verdict is not None and short(check.verdict):
            st.markdown(f":orange[:material/warning: {plain(short(check.verdict))}]")

    with st.container(key="face-line"):
        st.fragment(draw)()


def face_mark(verdict: FaceVerdict | None) -> str:
    """The warning in a few words of Markdown, for a card; empty when all is well or nobody looked."""
    if verdict is None or not short(verdict):
        return ""
    return f":orange[:material/warning: {title(verdict)}]"


def _worth_a_look(studio: Studio, known: KnownParent) -> bool:
    """What cannot be sent needs no warning."""
    return studio.faces.enabled and eligibility(known.parent, accounts=studio.accounts).eligible


def _panel(studio: Studio, one_id: str, ask: Ask) -> None:
    ask(False)

    def draw() -> None:
        speak()
        check = studio.faces.state(one_id)
        if check is None:
            ask(False)  # the wish was forgotten, by a restart for example
        if check is None or check.verdict is None:
            st.caption(":material/frame_person: " + t("Looking for a face…"))
            pulse(LOOK_EVERY_SECONDS, key=f"look-{one_id}")
        elif check.verdict.fine:
            _fine(one_id, check, check.verdict)
        elif check.verdict.slug == "could_not_look":
            _not_looked(one_id, check.verdict, ask)
        else:
            _warning(one_id, check, check.verdict)

    st.fragment(draw)()


def _fine(one_id: str, check: FaceCheck, verdict: FaceVerdict) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":green[:material/face: {title(verdict)}]", width="content", help=plain(meaning(verdict))
        )
        if check.frame:
            with st.popover(t("See it"), type="tertiary"):
                _frame(one_id, check, verdict)


def _warning(one_id: str, check: FaceCheck, verdict: FaceVerdict) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(f":orange[:material/warning: **{title(verdict)}**]")
        if check.frame and not (verdict.still and verdict.slug == "no_face"):
            # In a picture, which is shown above, without a face there is nothing to frame.
            left, right = st.columns([2, 3], gap="medium")
            with left:
                _frame(one_id, check, verdict)
        else:
            right = st.container()
        with right:
            st.markdown(plain(meaning(verdict)))
            st.caption(plain(advice(verdict)))


def _not_looked(one_id: str, verdict: FaceVerdict, ask: Ask) -> None:
    st.caption(f":material/visibility_off: {plain(meaning(verdict))} {plain(advice(verdict))}")
    st.button(
        t("Look again"), key=f"look-again-{one_id}", icon=":material/refresh:", type="tertiary",
        on_click=ask, args=(True,),
    )  # fmt: skip
    if verdict.trouble == "not_fetched":
        ask(False)  # taken up when it is time for the next try
        pulse(FETCH_AGAIN_SECONDS, key=f"fetch-{one_id}")


def _frame(one_id: str, check: FaceCheck, verdict: FaceVerdict) -> None:
    assert check.checked_at is not None
    with st.container(key="face-frame", gap="xsmall"):
        st.image(face_frame_url(one_id, check.checked_at), alt=title(verdict))
        if verdict.at_seconds is not None:
            st.caption(t("At {seconds} s", seconds=f"{verdict.at_seconds:.1f}"))
