"""New video: say what should be seen, and perhaps what it should say; send it."""

from __future__ import annotations

import streamlit as st

from components import draft, sound_work, then_form, video_form
from components import video_form_draft as form
from components.already_sent import already_sent
from components.face_check import picture_warning
from components.notices import no_account_help
from components.person import person, speak
from components.picture_field import fetch
from components.places import end, go, link
from components.second_charge import accept_key, accepted, second_charge
from components.video_form_summary import account_choice, video_summary
from lipsync.accounts import UnknownAccount
from lipsync.i18n import t
from lipsync.jobs.doubt import MayBePaidTwice
from lipsync.jobs.store import JobNotFound
from lipsync.parent_shelf import ParentNotFound
from lipsync.request import LipSyncRequest
from lipsync.studio import current
from lipsync.upstream.replies import TaskKind
from lipsync.video_request import VideoRequest, video_problems

studio, who = current(), person()
models = studio.settings.video_models


def fill_from_job(job_id: str) -> None:
    """Fill the form as an earlier job was, and the line that waited for its video."""
    try:
        job = studio.jobs.get(job_id, workspace=who.workspace)
    except JobNotFound:
        st.session_state[form.NOTE] = t("The job to start from is not here. The form is empty instead.")
        return
    if job.kind is TaskKind.LIP_SYNC:
        go("create", **{"from": job.id})
    line = LipSyncRequest.from_dict(job.then_request) if job.then_request else None
    form.fill(VideoRequest.from_dict(job.request), previous_job_id=job.id, line=line)


def fill_like(parent_id: str) -> None:
    """Fill the form so that it makes a video like one that cannot speak any more."""
    try:
        known = studio.parents.get(parent_id, workspace=who.workspace)
    except ParentNotFound:
        st.session_state[form.NOTE] = t("The video to make again is not here. The form is empty instead.")
        return
    form.fill_like(known)
    if known.parent.kind is TaskKind.IMAGE2VIDEO:
        st.session_state[form.NOTE] = t(
            "The picture that the video was made from is not known here. Add it again."
        )
    elif not known.parent.prompt:
        st.session_state[form.NOTE] = t(
            "The words that the video was made from are not known here. Say again what should be seen."
        )


def send() -> None:
    """Send the form, once. Writes the job down and returns; nothing slow happens here."""
    speak()
    state = st.session_state
    if state.get(form.SENT):
        # A second click that overtook the way to the job.
        state[form.OPEN] = state[form.SENT]
        return
    if sound_work.too_soon():
        return
    state[form.ATTEMPTED] = True
    if form.kind() is TaskKind.IMAGE2VIDEO and not all(fetch(studio, who, field) for field in form.PICTURES):
        return
    request = form.read(state.get(form.ACCOUNT) or "")
    line = then_form.line(request.account)
    if video_problems(request) or then_form.line_problems(line):
        return
    if not then_form.link_is_good(studio, who, line, then=send):
        return  # it is looked at first, and then sent
    try:
        job = studio.engine.submit(
            kind=request.kind,
            account=request.account,
            request=request.as_dict(),
            submit_key=form.submit_key(who, state[form.FORM]),
            workspace=who.workspace,
            owner=who.owner,
            previous_job_id=state.get(form.PREVIOUS),
            then=line.as_dict() if line else None,
            second_charge_accepted=accepted(accept_key(state[form.FORM])),
        )
    except (UnknownAccount, MayBePaidTwice):
        return  # the next run chooses one that is there and shows it, or asks above the button
    state[form.SENT] = state[form.OPEN] = job.id
    form.forget(who)
    if line is not None:
        draft.forget_words()


sound_work.go_on()
to_open = st.session_state.pop(form.OPEN, None)
if to_open:
    go("jobs", job=to_open)

st.title(t("Make a new video"))
if not studio.accounts:
    no_account_help()
    end()

arrival = form.arrive(who, models)
sent = studio.jobs.by_submit_key(form.submit_key(who, arrival.form))
if sent is not None:
    already_sent(sent.id, another=t("Make another video"), begin_anew=lambda: form.begin_anew(models))
    end()
if arrival.fill_from:
    fill_from_job(arrival.fill_from)
elif arrival.like:
    fill_like(arrival.like)
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.caption(
        t("It can speak for 30 days, as often as you like. You have a video already?"), width="content"
    )
    link("create", t("Make a video speak"), icon=":material/arrow_forward:")
with st.container():  # always there: whatever moves the columns loses a file on its way into one of them
    if note := st.session_state.get(form.NOTE):
        st.warning(note, icon=":material/info:")

left, right = st.columns([10, 9], gap="large")
attempted = bool(st.session_state.get(form.ATTEMPTED))
account_name = st.session_state.get(form.ACCOUNT) or next(iter(studio.accounts))
problems = video_problems(form.read(account_name)) if attempted else ()
wrong_words = then_form.line_problems(then_form.line(account_name)) if attempted else ()
with left:
    st.subheader(t("1. What should be seen"), anchor=False)
    with st.container():  # what comes and goes in here moves no picture that is on its way further down
        video_form.what_is_seen(studio, who, problems)
    st.subheader(t("2. How it should look"), anchor=False)
    with st.container():
        video_form.how_it_looks(problems, models)
    video_form.more_choices(problems)
with right:
    st.subheader(t("3. What it should say"), anchor=False)
    seconds = form.read(account_name).seconds
    then_form.then_section(studio, who, wrong_words, account=account_name, seconds=seconds)

    st.subheader(t("4. Send it"), anchor=False)
    with st.container(border=True, gap="medium"):
        account = account_choice(studio.accounts)
        request = form.read(account.name)
        line = then_form.line(account.name)
        video_summary(studio, request, line, account)
        if line is not None and form.kind() is TaskKind.IMAGE2VIDEO:
            picture_warning(studio, request.seen_picture_id)
        doubtful = studio.engine.doubt_behind(st.session_state.get(form.PREVIOUS))
        may_send = second_charge(doubtful, key=accept_key(arrival.form))
        st.button(
            t("Make it, then let it speak") if line else t("Make the video"),
            key="video_send",
            type="primary",
            icon=":material/video_call:",
            width="stretch",
            on_click=send,
            disabled=bool(st.session_state.get(form.SENT)) or not may_send,
        )
        if problems or wrong_words or (attempted and st.session_state.get(form.REFUSED)):
            st.markdown(
                ":red[" + t("Nothing was sent yet. Put the marked fields right, then send again.") + "]"
            )
form.keep(who)
