"""Create: choose the video, say what it should say, send it."""

from __future__ import annotations

import streamlit as st

from components import draft, sound_actions, sound_form, sound_work, words_form
from components.already_sent import already_sent
from components.face_check import face_warned, face_warning
from components.known_pace import pace_of
from components.notices import no_account_help
from components.parent_picker import default_parent, parent_picker
from components.person import person, speak
from components.places import end, go, say_in_address
from components.second_charge import accept_key, accepted, second_charge
from components.summary import cannot_be_sent, summary
from lipsync.accounts import UnknownAccount
from lipsync.i18n import t
from lipsync.jobs.doubt import MayBePaidTwice
from lipsync.jobs.store import JobNotFound
from lipsync.parent_shelf import KnownParent, ParentNotFound
from lipsync.parents import eligibility
from lipsync.request import LipSyncRequest
from lipsync.studio import current
from lipsync.upstream.replies import TaskKind

studio, who = current(), person()


def note(words: str) -> None:
    """Say something that stays for as long as the form: the page may be drawn again at any moment."""
    said: list[str] = st.session_state.get(draft.NOTE) or []
    st.session_state[draft.NOTE] = [*said, words] if words not in said else said


def fill_from_job(job_id: str) -> None:
    """Fill the form as an earlier job was."""
    try:
        job = studio.jobs.get(job_id, workspace=who.workspace)
    except JobNotFound:
        note(t("The job to start from is not here. The form is empty instead."))
        return
    if job.kind is not TaskKind.LIP_SYNC:
        go("new-video", **{"from": job.id})
    request = LipSyncRequest.from_dict(job.request)
    key = (request.account, request.parent_task_id, request.video_id)
    seen = studio.parents.find(
        workspace=who.workspace, account=request.account, task_id=request.parent_task_id
    )
    parent = next((k for k in seen if k.parent.key == key), None)
    draft.fill(request, parent=parent, previous_job_id=job.id)


def take_from_address() -> None:
    """A video or a voice that another page chose."""
    parent_id, voice = st.query_params.get("parent"), st.query_params.pop("voice", None)
    if parent_id and parent_id != st.session_state.get(draft.PARENT):
        st.session_state[draft.PARENT] = parent_id
    language = st.query_params.pop("language", "en")
    if voice:
        st.session_state[draft.SOURCE] = "text"
        draft.choose_voice(voice, language)


def chosen_parent() -> KnownParent | None:
    """The chosen video, or the best one for somebody who has not chosen yet."""
    chosen = st.session_state.get(draft.PARENT)
    try:
        found = studio.parents.get(chosen, workspace=who.workspace) if chosen else None
    except ParentNotFound:
        note(t("The video in this address is not here. Choose another one."))
        found = None
    found = found or default_parent(studio, who)
    st.session_state[draft.PARENT] = found.id if found else None
    if found:
        say_in_address("parent", found.id)
    else:
        st.query_params.pop("parent", None)
    return found


def send() -> None:
    """Send the form, once. Writes the job down and returns; nothing slow happens here."""
    speak()
    if st.session_state.get(draft.SENT):
        # A second click that overtook the way to the job.
        st.session_state[draft.OPEN] = st.session_state[draft.SENT]
        return
    if sound_work.too_soon():
        return
    st.session_state[draft.ATTEMPTED] = True
    parent_id = st.session_state.get(draft.PARENT)
    parent = studio.parents.get(parent_id, workspace=who.workspace) if parent_id else None
    request = draft.read(parent)
    if draft.check(request, parent):
        return
    if request.source == "link" and not sound_actions.link_may_be_sent(
        studio, who, request.sound_url or "", then=send
    ):
        return  # it is looked at first, and then sent
    try:
        job = studio.engine.submit(
            kind=TaskKind.LIP_SYNC,
            account=request.account,
            request=request.as_dict(),
            submit_key=draft.submit_key(who, st.session_state[draft.FORM]),
            workspace=who.workspace,
            owner=who.owner,
            previous_job_id=st.session_state.get(draft.PREVIOUS),
            second_charge_accepted=accepted(accept_key(st.session_state[draft.FORM])),
        )
    except (UnknownAccount, MayBePaidTwice):
        return  # the page says so beside the video, or asks above the button
    st.session_state[draft.SENT] = st.session_state[draft.OPEN] = job.id


sound_work.go_on()
to_open = st.session_state.pop(draft.OPEN, None)
if to_open:
    go("jobs", job=to_open)

st.title(t("Make a video speak"))
if not studio.accounts:
    no_account_help()
    end()

arrival = draft.arrive()
sent = studio.jobs.by_submit_key(draft.submit_key(who, arrival.form))
if sent is not None:
    already_sent(sent.id, another=t("Make another clip"), begin_anew=draft.begin_anew)
    end()
if arrival.fill_from:
    fill_from_job(arrival.fill_from)
take_from_address()

parent = chosen_parent()
request = draft.read(parent)
problems = draft.check(request, parent) if st.session_state.get(draft.ATTEMPTED) else ()

with st.container():  # always there: whatever moves the columns loses a file on its way into one of them
    for words in st.session_state.get(draft.NOTE) or ():
        st.warning(words, icon=":material/info:")
left, right = st.columns([9, 10], gap="large")
with left:
    parent_picker(studio, who, parent, problems)
with right:
    st.subheader(t("2. What it should say"), anchor=False)
    source = words_form.source_choice()
    seconds = parent.parent.seconds if parent else None
    if source == "text":
        words_form.text_fields(problems, clip_seconds=seconds, pace=pace_of(studio, who, request))
    elif source == "link":
        sound_form.link_field(studio, who, problems, clip_seconds=seconds)
    else:
        sound_form.sound_fields(studio, who, problems, clip_seconds=seconds, record=source == "record")
    sound_work.work_in_hand()

    st.subheader(t("3. Send it"), anchor=False)
    account = studio.accounts.get(parent.parent.account) if parent else None
    unusable = parent is not None and not eligibility(parent.parent, accounts=studio.accounts).eligible
    with st.container(border=True, gap="medium"):
        if parent is None:
            st.caption(t("Choose a video first."))
        elif unusable or account is None:
            cannot_be_sent(parent, studio.accounts)
        else:
            summary(
                draft.read(parent),
                parent,
                account,
                usual_seconds=studio.jobs.usual_seconds(account.name, TaskKind.LIP_SYNC)
                or account.usual_seconds,
                public_url=studio.settings.public_url,
            )
            face_warning(studio, parent)
        doubtful = studio.engine.doubt_behind(st.session_state.get(draft.PREVIOUS))
        may_send = second_charge(doubtful, key=accept_key(arrival.form))
        st.button(
            t("Make it speak anyway") if face_warned(studio, parent) else t("Make it speak"),
            key="create_send",
            type="primary",
            icon=":material/play_circle:",
            width="stretch",
            on_click=send,
            disabled=unusable or not may_send or bool(st.session_state.get(draft.SENT)),
        )
        if problems:
            st.markdown(
                ":red[" + t("Nothing was sent yet. Put the marked fields right, then send again.") + "]"
            )
