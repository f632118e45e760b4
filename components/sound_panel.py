"""One sound that was taken: what it is, how it sounds, and what can be made of it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components import draft, sound_actions
from components.person import Person
from components.routes import sound_url
from components.sound_work import DRAWING, work_in_hand
from components.waveform import waveform
from components.wording import length, plain, size
from lipsync.audio.check import MAX_SECONDS
from lipsync.audio.fit import MAX_TEMPO, fit_to_clip
from lipsync.audio.pcm import NoSound
from lipsync.audio.waveform import Waveform
from lipsync.audio.words import made_in_words, reason_in_words, warning_in_words
from lipsync.i18n import t
from lipsync.sounds import Piece, Sound, SoundNotFound
from lipsync.studio import Studio

SEEN_SECONDS = 0.3
"""A difference in length below this is not worth a word."""
SPARE_SECONDS = 1.0
CUT_FROM_SECONDS = 0.3
"""Silence at an edge that is shorter than this is left alone."""


def sound_panel(studio: Studio, who: Person, sound: Sound, *, clip_seconds: float | None) -> None:
    """Show a sound, with a player, its waveform, and the buttons that make another one of it."""
    with st.container(border=True, gap="small", key="sound-panel"):
        facts(sound)
        st.audio(sound_url(sound.id), format=sound.media_type)
        if sound.ready:
            warnings(sound)
            fit_warning(sound.seconds, clip_seconds)
        else:
            st.markdown(f":orange[:material/content_cut: {plain(reason_in_words(sound.checked))}]")
        chosen = _piece_field(studio, who, sound, clip_seconds)
        _buttons(studio, who, sound, chosen, clip_seconds)
        if st.session_state.get(draft.FITTING) and clip_seconds and sound.ready:
            _fitting(studio, who, sound, clip_seconds)


def facts(sound: Sound) -> None:
    """Name, format, length, size and loudness of a sound in one line, and how it was made."""
    report = sound.checked
    loudness = report.lufs if report.lufs is not None else report.loudness_dbfs
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**{plain(sound.name, most=60)}**", width="content")
        kind = sound.format.upper() if sound.ready else report.foreign_name or (report.format or "").upper()
        if kind:
            st.badge(kind, color="gray")
        st.badge(length(sound.seconds), icon=":material/timer:", color="gray")
        st.badge(size(sound.bytes or sound.original_bytes), color="gray")
        if loudness is not None:
            words = t(
                "Loudness, measured from the loudest possible (0 dB) down. Speech is good at about −16 dB."
            )
            st.badge(
                t("{level} dB", level=f"{loudness:.0f}".replace("-", "−")),
                icon=":material/volume_up:",
                color="gray",
                help=words,
            )
    if sound.made_from is not None:
        st.markdown(f":material/auto_fix_high: {plain(made_in_words(*sound.made_from))}")


def warnings(sound: Sound) -> None:
    """What is odd about a sound, in words."""
    report = sound.checked
    for slug in report.warnings:
        st.markdown(f":orange[:material/info: {plain(warning_in_words(slug, report))}]")


def fit_warning(seconds: float | None, clip_seconds: float | None) -> None:
    """What comes of a sound that is longer or shorter than the video, in words."""
    if seconds is None or clip_seconds is None:
        return
    if seconds > clip_seconds + SEEN_SECONDS:
        words = t(
            "The sound is {over} s longer than the video. What comes after the video's end will be missing.",
            over=f"{seconds - clip_seconds:.1f}",
        )
    elif seconds < clip_seconds - SPARE_SECONDS:
        words = t(
            "The sound is {under} s shorter than the video. The mouth rests at the end.",
            under=f"{clip_seconds - seconds:.1f}",
        )
    else:
        return
    st.markdown(f":orange[:material/info: {plain(words)}]")


def whole_waveform(studio: Studio, who: Person, sound: Sound, clip_seconds: float | None) -> None:
    """The waveform of a sound that is sent as it is: to look at, without handles."""
    picture = _picture(studio, who, sound)
    if picture is not None:
        waveform(
            picture, url=sound_url(sound.original_id), start=0.0, end=picture.seconds,
            clip_seconds=clip_seconds, token=sound.id, key="draft_link_waveform", fixed=True,
        )  # fmt: skip


def _picture(studio: Studio, who: Person, sound: Sound) -> Waveform | None:
    """The drawn sound; None if it cannot be drawn. One that was kept without a drawing is drawn now."""
    try:
        picture = studio.sounds.picture(sound)
    except NoSound:
        return None
    if picture is None:
        sound_actions.draw(studio, who, sound)
        work_in_hand(DRAWING)  # then the page is drawn anew
    return picture


def _piece_field(studio: Studio, who: Person, sound: Sound, clip_seconds: float | None) -> Piece | None:
    """The waveform; the piece between its handles when that is another one than now."""
    picture = _picture(studio, who, sound)
    if picture is None:
        if not sound.ready:  # one that is ready can still be listened to and sent
            st.caption(t("It could not be drawn just now, so no piece can be chosen. Please add it again."))
        return None
    now = sound.piece or Piece()
    start, end = now.start or 0.0, now.end or min(picture.seconds, MAX_SECONDS)
    chosen = waveform(
        picture, url=sound_url(sound.original_id), start=start, end=end, clip_seconds=clip_seconds,
        token=f"{sound.id} {st.session_state.get(draft.TURN)}", key="draft_waveform",
    )  # fmt: skip
    moved = max(abs(chosen[0] - start), abs(chosen[1] - end)) > 0.005
    return Piece(start=chosen[0], end=chosen[1]) if moved or not sound.ready else None


def _buttons(
    studio: Studio, who: Person, sound: Sound, chosen: Piece | None, clip_seconds: float | None
) -> None:
    now, report = sound.piece or Piece(), sound.checked
    silence = max(report.silent_start_seconds, report.silent_end_seconds)
    with st.container(horizontal=True, gap="small"):
        st.button(
            t("Trim to this"),
            icon=":material/content_cut:",
            disabled=chosen is None,
            on_click=sound_actions.cut,
            args=(studio, who, sound, chosen or now),
        )
        if sound.ready and silence >= CUT_FROM_SECONDS and not now.cut_silence:
            _cut_button(studio, who, sound, t("Cut silent edges"), replace(now, cut_silence=True))
        if sound.ready and "quiet" in report.warnings:
            _cut_button(studio, who, sound, t("Make it louder"), now)
        if sound.ready and clip_seconds and (sound.seconds or 0.0) > clip_seconds + SEEN_SECONDS:
            st.button(
                t("Fit to the clip"), icon=":material/fit_width:", on_click=sound_actions.fit, args=(True,)
            )
        if sound.original_id != sound.id:
            st.button(
                t("Back to the original"),
                icon=":material/undo:",
                on_click=sound_actions.choose_by_id,
                args=(studio, who, sound.original_id),
            )
        st.button(
            t("Remove this sound"), icon=":material/close:", type="tertiary", on_click=sound_actions.remove
        )
    work_in_hand("panel")


def _cut_button(
    studio: Studio, who: Person, sound: Sound, label: str, piece: Piece, *, offer: bool = False
) -> None:
    st.button(
        label,
        on_click=sound_actions.cut,
        args=(studio, who, sound, piece),
        kwargs={"offer": offer},
    )


def _fitting(studio: Studio, who: Person, sound: Sound, clip_seconds: float) -> None:
    """How a sound that is too long is made to fit, to be listened to before it is taken."""
    now = sound.piece or Piece()
    advice = fit_to_clip(sound.seconds or 0.0, clip_seconds)
    tempo = round(now.tempo * advice.tempo, 2) if advice.tempo else None
    with st.container(border=True, gap="small"):
        st.markdown(t("How should it fit? You can listen before you take it."))
        with st.container(horizontal=True, gap="small"):
            shorter = replace(now, max_seconds=clip_seconds)
            label = t("Leave out the last {over} s", over=f"{advice.over_seconds:.1f}")
            _cut_button(studio, who, sound, label, shorter, offer=True)
            if tempo is not None and tempo <= MAX_TEMPO:
                label = t("Speak {tempo} times as fast", tempo=f"{tempo:g}")
                _cut_button(studio, who, sound, label, replace(now, tempo=tempo), offer=True)
        if tempo is None or tempo > MAX_TEMPO:
            most = f"{MAX_TEMPO:g}"
            st.caption(
                t("It is too long to be made to fit by speaking faster: {most} times is the most.", most=most)
            )
        work_in_hand("offer")
        _offer(studio, who)
        st.button(t("Leave it as it is"), type="tertiary", on_click=sound_actions.fit, args=(False,))


def _offer(studio: Studio, who: Person) -> None:
    offered = st.session_state.get(draft.OFFER)
    if not offered:
        return
    try:
        sound = studio.sounds.get(offered, workspace=who.workspace)
    except SoundNotFound:
        st.session_state[draft.OFFER] = None
        return
    faster = sound.piece is not None and sound.piece.max_seconds is None
    st.caption(
        t("Listen: this is it, spoken faster.") if faster else t("Listen: this is it, without the end.")
    )
    st.audio(sound_url(sound.id), format=sound.media_type)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(length(sound.seconds), icon=":material/timer:", color="gray")
        st.button(
            t("Take it"),
            type="primary",
            icon=":material/check:",
            on_click=sound_actions.choose_by_id,
            args=(studio, who, sound.id),
        )
