"""The form of the New video page between two runs of it.

As on Create, its key is in the address (`?form=`) and becomes the job's submit key, so one
filled-in form is one job. What was filled in is also kept beside the pages for a while, by
that key: a page that is loaded again has it back. The words that the video is to say are those of
Create (`components.draft`): one line, whether the video for it is there or still to be made.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import log
from typing import Any, Final
from uuid import uuid4

import streamlit as st

from components import draft
from components.person import Person
from components.places import FORM_FIELDS, LIKE, say_in_address
from lipsync.parent_shelf import KnownParent
from lipsync.request import LipSyncRequest
from lipsync.upstream.replies import TaskKind
from lipsync.video_request import DEFAULT_CFG_SCALE, DURATIONS, MODES, RATIOS, VideoRequest, models_for
from lipsync.voices import LANGUAGES

FORM, SENT = FORM_FIELDS["new-video"]
KIND: Final = "video_kind"
PROMPT: Final = "video_prompt"
NEGATIVE: Final = "video_negative"
SCALE: Final = "video_scale"
MODE: Final = "video_mode"
DURATION: Final = "video_duration"
RATIO: Final = "video_ratio"
ACCOUNT: Final = "video_account"
SPEAKS: Final = "video_speaks"
FIELDS: Final = {
    PROMPT: "prompt",
    NEGATIVE: "negative_prompt",
    SCALE: "cfg_scale",
    MODE: "mode",
    DURATION: "duration",
    RATIO: "aspect_ratio",
}
"""The field of the request that each of these fills."""
PICTURES: Final = {"picture": "video_picture", "tail_picture": "video_tail"}
"""The first and the last frame: field of the request, and where its id is kept."""
ADDRESSES: Final = {"picture": "video_picture_url", "tail_picture": "video_tail_url"}
"""Where the addresses of pictures are typed."""
REMADE: Final = {"picture": "video_picture_remade", "tail_picture": "video_tail_remade"}
"""In words, what the studio made of a picture that was given."""
REFUSED: Final = "video_refused"
ATTEMPTED: Final = "video_attempted"
PREVIOUS: Final = "video_previous_job"
OPEN: Final = "video_open"
NOTE: Final = "video_note"

MOST_KEPT = 300
_MADE_ANEW: dict[str, Any] = {
    PROMPT: "", NEGATIVE: "", SCALE: DEFAULT_CFG_SCALE, SPEAKS: False, REFUSED: None, ATTEMPTED: False,
    PREVIOUS: None, SENT: None, OPEN: None, NOTE: None,
    **dict.fromkeys(PICTURES.values()), **dict.fromkeys([*ADDRESSES.values(), *REMADE.values()], ""),
}  # fmt: skip
_CHOSEN: dict[str, Any] = {
    KIND: TaskKind.TEXT2VIDEO.value, MODE: MODES[0], DURATION: DURATIONS[0], RATIO: RATIOS[0], ACCOUNT: None
}  # fmt: skip


def model_field(kind: TaskKind) -> str:
    """The field of the model; one per kind, because they do not take the same ones."""
    return f"video_model_{kind.value}"


@dataclass(frozen=True, slots=True)
class Arrival(draft.Arrival):
    """As on Create; `like` is a video to make again."""

    like: str | None = None


def arrive(who: Person, models: tuple[str, ...]) -> Arrival:
    """Find or begin the form that this address means, and write its key into the address."""
    have = st.session_state.get(FORM)
    asked, fill_from = draft.named_in_address(have)
    like = None if asked is not None and asked == have else st.query_params.get(LIKE)
    if asked is not None and asked != have:
        begin(models, asked)
        if _restored(who):
            fill_from = like = None
    elif asked is None and (have is None or fill_from or like or st.session_state.get(SENT)):
        begin(models)
    say_in_address("form", st.session_state[FORM])
    return Arrival(st.session_state[FORM], fill_from, like)


def begin(models: tuple[str, ...], form: str | None = None) -> None:
    """Begin a new form. How the video should look stays as it was chosen last."""
    state = st.session_state
    state[FORM] = form or uuid4().hex
    for name, value in _MADE_ANEW.items():
        state[name] = value
    for name, value in _CHOSEN.items():
        state.setdefault(name, value)
    for kind in (TaskKind.TEXT2VIDEO, TaskKind.IMAGE2VIDEO):
        state.setdefault(model_field(kind), next(iter(models_for(kind, models)), ""))
    if draft.TEXT not in state:
        draft.begin()


def begin_anew(models: tuple[str, ...]) -> None:
    """Begin another form and forget what the address asked for."""
    for name in ("form", "from", LIKE):
        st.query_params.pop(name, None)
    begin(models)
    st.query_params["form"] = st.session_state[FORM]


def submit_key(who: Person, form: str) -> str:
    """The submit key of a form; never that of a form of Create or of another workspace."""
    return f"video:{who.workspace}:{form}"


def kind() -> TaskKind:
    """From words, or from a picture."""
    return TaskKind(st.session_state.get(KIND) or TaskKind.TEXT2VIDEO)


def is_given(field: str) -> bool:
    """Whether there is a picture for this field of the request, or an address of one."""
    state = st.session_state
    return bool(state.get(PICTURES[field]) or (state.get(ADDRESSES[field]) or "").strip())


def read(account: str) -> VideoRequest:
    """The video that the form asks for, as it stands. It may have problems."""
    state, chosen = st.session_state, kind()
    scale = state.get(SCALE)
    common: dict[str, Any] = {
        "account": account,
        "kind": chosen,
        "model_name": (state.get(model_field(chosen)) or "").strip(),
        "prompt": state.get(PROMPT) or "",
        "negative_prompt": state.get(NEGATIVE) or None,
        # What is the service's own default is left to it: some models take none.
        "cfg_scale": None if scale in (None, DEFAULT_CFG_SCALE) else round(float(scale), 2),
        "mode": state.get(MODE) or MODES[0],
        "duration": state.get(DURATION) or DURATIONS[0],
    }
    if chosen is TaskKind.TEXT2VIDEO:
        return VideoRequest(**common, aspect_ratio=state.get(RATIO) or RATIOS[0])
    for field, name in PICTURES.items():
        common[f"{field}_id"] = state.get(name)
        common[f"{field}_url"] = (state.get(ADDRESSES[field]) or "").strip() or None
    return VideoRequest(**common)


def fill(request: VideoRequest, *, previous_job_id: str, line: LipSyncRequest | None) -> None:
    """Fill the form exactly as `request` was, and the line that was to follow it."""
    state = st.session_state
    state[KIND] = request.kind.value
    state[model_field(request.kind)] = request.model_name
    state[PROMPT], state[NEGATIVE] = request.prompt, request.negative_prompt or ""
    state[SCALE] = DEFAULT_CFG_SCALE if request.cfg_scale is None else request.cfg_scale
    state[MODE], state[DURATION] = request.mode, request.duration
    state[RATIO] = request.aspect_ratio or RATIOS[0]
    state[ACCOUNT], state[PREVIOUS] = request.account, previous_job_id
    for field, name in PICTURES.items():
        state[name] = getattr(request, f"{field}_id")
        state[ADDRESSES[field]] = getattr(request, f"{field}_url") or ""
        state[REMADE[field]] = ""
    state[SPEAKS] = line is not None
    if line is not None:
        draft.fill_words(line)


def fill_like(known: KnownParent) -> None:
    """Fill the form as far as a video tells how it was made: words, kind, shape, length, account."""
    state, parent = st.session_state, known.parent
    state[KIND], state[PROMPT], state[ACCOUNT] = parent.kind.value, parent.prompt, parent.account
    if parent.seconds:
        seconds = parent.seconds
        state[DURATION] = min(DURATIONS, key=lambda one: abs(float(one) - seconds))
    if known.width and known.height:
        shape = known.width / known.height
        state[RATIO] = min(RATIOS, key=lambda one: abs(log(_quotient(one) / shape)))


def _quotient(ratio: str) -> float:
    width, _, height = ratio.partition(":")
    return int(width) / int(height)


# -- kept beside the pages -------------------------------------------------------------------


def keep(who: Person) -> None:
    """Keep what is filled in, for when the page is loaded again."""
    state, kept = st.session_state, _kept()
    names = [
        *_MADE_ANEW,
        *_CHOSEN,
        *(model_field(one) for one in (TaskKind.TEXT2VIDEO, TaskKind.IMAGE2VIDEO)),
    ]
    words = [draft.SOURCE, draft.TEXT, draft.LANGUAGE, draft.SPEED, draft.SOUND, draft.LINK]
    names += [*words, *(draft.voice_field(language) for language in LANGUAGES)] if state.get(SPEAKS) else []
    form = submit_key(who, state[FORM])
    kept[form] = {name: state[name] for name in names if name in state and name not in (SENT, OPEN, NOTE)}
    kept.move_to_end(form)
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)


def forget(who: Person) -> None:
    """The form was sent: nothing of it is needed any more."""
    _kept().pop(submit_key(who, st.session_state[FORM]), None)


def _restored(who: Person) -> bool:
    found = _kept().get(submit_key(who, st.session_state[FORM]))
    if found is None:
        return False
    for name, value in found.items():
        st.session_state[name] = value
    return True


@st.cache_resource(show_spinner=False)
def _kept() -> OrderedDict[str, dict[str, Any]]:
    """Half-filled forms by their submit keys; in memory only, the newest last."""
    return OrderedDict()
