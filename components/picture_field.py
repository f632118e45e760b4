"""A picture in the form: uploaded or fetched from an address, judged at once, and kept by its id."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import partial

import streamlit as st

from components import video_form_draft as form
from components.face_check import picture_check
from components.notices import field_problem
from components.person import Person, speak
from components.routes import picture_url
from components.wording import plain, size
from lipsync.i18n import t
from lipsync.picture_links import picture_from_link
from lipsync.pictures import (
    MAX_GIVEN_BYTES,
    Picture,
    PictureNotFound,
    picture_in_words,
    remade_in_words,
)
from lipsync.request import Problem
from lipsync.studio import Studio
from lipsync.video_request import field_help

MOST_MB = MAX_GIVEN_BYTES // 1024 // 1024
_GIVEN = {"picture": "video_pictures_given", "tail_picture": "video_tails_given"}


def picture_field(studio: Studio, who: Person, problems: Sequence[Problem], field: str) -> None:
    """The first or the last frame: what was taken, and the places to give one."""
    kept = the_picture(studio, who, st.session_state.get(form.PICTURES[field]))
    lost = kept is None and bool(st.session_state.get(form.PICTURES[field]))
    if lost:
        remove(field)
    with st.container():  # always there: an uploader that is moved loses the file on its way
        if lost:
            st.warning(t("The picture is no longer here. Add it again."))
        if kept is not None:
            _shown(kept, field)
            if field == "picture" or not form.is_given("picture"):
                picture_check(studio, who, kept)
    _uploader(studio, who, field, another=kept is not None)
    if kept is None:
        _address(studio, who, field)
    _refusal(field)
    field_problem(problems, field)


def the_picture(studio: Studio, who: Person, picture_id: str | None) -> Picture | None:
    """A kept picture, if it and its file are still here."""
    if not picture_id:
        return None
    try:
        picture = studio.pictures.get(picture_id, workspace=who.workspace)
        studio.pictures.path(picture)
    except PictureNotFound:
        return None
    return picture


def facts(picture: Picture) -> None:
    """Format, sides and size of a picture in one line."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.badge(picture.format.upper(), color="gray")
        st.badge(f"{picture.width} × {picture.height}", icon=":material/aspect_ratio:", color="gray")
        st.badge(size(picture.bytes), color="gray")


def remove(field: str) -> None:
    """Go on without this picture."""
    state = st.session_state
    state[form.PICTURES[field]] = None
    state[form.REMADE[field]] = ""
    if state.get(form.REFUSED) and state[form.REFUSED][0] == field:
        state[form.REFUSED] = None


def _shown(picture: Picture, field: str) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"whole-picture-{field}"
    ):
        st.image(picture_url(picture.id), alt=plain(picture.name, most=80), width=160)
        with st.container(gap="xsmall", width="stretch"):
            st.markdown(f"**{plain(picture.name, most=60)}**")
            facts(picture)
            if made := st.session_state.get(form.REMADE[field]):
                st.caption(":material/auto_fix_high: " + plain(made))
            st.button(
                t("Remove this picture"), key=f"video_remove_{field}", icon=":material/close:",
                type="tertiary", on_click=remove, args=(field,),
            )  # fmt: skip


def _uploader(studio: Studio, who: Person, field: str, *, another: bool) -> None:
    first = t("Picture to begin with (may stay empty)") if form.is_given("tail_picture") else t(
        "Picture to begin with"
    )  # fmt: skip
    labels = {
        "picture": t("Another picture instead") if another else first,
        "tail_picture": t("Another last picture instead") if another else t("Picture to end with"),
    }
    # A new field after each picture, so that the bytes of the last one are freed.
    key = f"video_upload_{field}_{st.session_state.get(_GIVEN[field], 0)}"
    # Files of every kind: what a browser refuses by itself it says in a hint that touch screens never show.
    given = st.file_uploader(
        labels[field],
        key=key,
        max_upload_size=MOST_MB,
        on_change=partial(take, studio, who, field, key),
        help=field_help(field),
    )
    if given is not None:  # a newer run overtook the callback
        take(studio, who, field, key)
        st.rerun()


def _address(studio: Studio, who: Person, field: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            t("Or the address of a picture"),
            key=form.ADDRESSES[field],
            placeholder="https://",
            on_change="ignore",
            persist_state="session",
            help=t("The studio fetches it and keeps a copy, which is sent. The address itself is not kept."),
        )
        st.button(
            t("Fetch it"), key=f"video_fetch_{field}", icon=":material/download:", on_click=fetch,
            args=(studio, who, field),
        )  # fmt: skip


def fetch(studio: Studio, who: Person, field: str) -> bool:
    """Fetch and keep what the address in the form leads to. False if it could not be had."""
    speak()
    url = (st.session_state.get(form.ADDRESSES[field]) or "").strip()
    if not url:
        return True
    hosts = frozenset(host.lower() for host in studio.settings.sound_link_hosts)
    name = t("The link")
    with _troubles(field, name):
        found = picture_from_link(
            studio.pictures, url, allowed_hosts=hosts, workspace=who.workspace, owner=who.owner
        )
        _settle(field, name, found.picture, found.why_not, found.remade)
        return found.picture is not None
    return False


def take(studio: Studio, who: Person, field: str, key: str) -> None:
    """Keep what was uploaded, if it may be sent."""
    speak()
    given = st.session_state.get(key)
    if given is None:
        return
    with _troubles(field, given.name):
        given.seek(0)
        report, picture = studio.pictures.add(
            given, name=given.name, workspace=who.workspace, owner=who.owner
        )
        _settle(field, given.name, picture, picture_in_words(report), remade_in_words(report))
    # Last: as long as the field holds the file, a run that was overtaken is made up for.
    st.session_state[_GIVEN[field]] = st.session_state.get(_GIVEN[field], 0) + 1


def _settle(field: str, name: str, picture: Picture | None, why_not: str, made: str) -> None:
    """Write down what came of a picture. Where it was not taken, an earlier one stays."""
    state = st.session_state
    if picture is None:
        state[form.REFUSED] = (field, name, why_not)
        return
    state[form.PICTURES[field]] = picture.id
    state[form.REMADE[field]] = made
    state[form.ADDRESSES[field]] = ""
    state[form.REFUSED] = None


@contextlib.contextmanager
def _troubles(field: str, name: str) -> Iterator[None]:
    """Say in words that a picture could not be kept."""
    try:
        yield
    except OSError:
        why = t("This server could not keep it; its disk may be full. Please tell whoever runs it.")
        st.session_state[form.REFUSED] = (field, name, why)


def _refusal(field: str) -> None:
    """Why the last picture was not taken."""
    refused: tuple[str, str, str] | None = st.session_state.get(form.REFUSED)
    if refused is not None and refused[0] == field:
        st.error(
            t("**{name}** was not taken. {why} Nothing was charged.", name=plain(refused[1], most=80),
              why=plain(refused[2])),
            icon=":material/error:",
        )  # fmt: skip
