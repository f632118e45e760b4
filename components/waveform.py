"""The picture of a sound with two handles: which piece of it is taken.

Drawn and moved in the browser; Python hears of a piece when a handle is let go. The region
that the video is long is marked, from the start of the piece on.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.waveform_script import CSS, HTML, JS
from lipsync.audio.check import MAX_SECONDS, MIN_SECONDS
from lipsync.audio.waveform import Waveform
from lipsync.i18n import t

_waveform = st.components.v2.component("sound_waveform", html=HTML, css=CSS, js=JS)


def waveform(
    picture: Waveform,
    *,
    url: str,
    start: float,
    end: float,
    clip_seconds: float | None,
    token: str,
    key: str,
    fixed: bool = False,
) -> tuple[float, float]:
    """Show a sound and return the piece between the handles, in seconds.

    `url` is where the sound itself is. The handles stand at `start` and `end` until somebody
    moves them; a new `token` (the sound that is shown, say) puts them back there. `fixed`: there are no
    handles, the sound is only looked at and listened to.
    """
    moved = _moved(key, token)
    if moved is not None:
        start, end = moved
    shown = {
        "peaks": list(picture.peaks),
        "seconds": picture.seconds,
        "start": start,
        "end": end,
        "clip_seconds": clip_seconds,
        "least": min(MIN_SECONDS, picture.seconds),
        "most": MAX_SECONDS,
        "url": url,
        "token": token,
        "fixed": fixed,
        "words": {
            "start": t("Start of the piece"),
            "end": t("End of the piece"),
            "play": t("Play this piece"),
            "stop": t("Stop"),
            "piece": t("{start} s to {end} s, that is {length} s"),
            "clip": t("video"),
            "at": t("{seconds} seconds"),
        },
    }
    _waveform(key=key, data=shown, on_selection_change=lambda: None)
    return start, end


def _moved(key: str, token: str) -> tuple[float, float] | None:
    """Where the handles were left, if that was for the sound that is shown now."""
    state: Any = st.session_state.get(key)
    selection = state.get("selection") if state else None
    if not selection or selection.get("token") != token:
        return None
    return float(selection["start"]), float(selection["end"])
