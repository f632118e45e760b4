"""Adding videos by the ids of their tasks: one field for any paste, and what came of each id.

The service is asked beside the pages (`lipsync.shelf.look_ups`). The batch's own id is in the
address, so what was found stays until somebody is done with it, also over a reload.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from components.parent_cards import account_label, cards, will_change
from components.person import Person, speak
from components.places import link
from components.pulse import pulse
from components.wording import plain
from lipsync.accounts import Account
from lipsync.explain import explain_call
from lipsync.i18n import plural, t
from lipsync.parent_shelf import KnownParent, LookedUp
from lipsync.shelf.look_ups import MOST_IDS, Batch
from lipsync.shelf.pastes import Paste, read_paste
from lipsync.studio import Studio
from lipsync.upstream.errors import Busy, Interrupted, KeyRefused, NotSent, UpstreamError

BATCH = "added"
"""The name in the address of what is being looked up."""
FIRST_LOOK_SECONDS = 1.5
"""So long a click may wait for a quick answer."""
MOST_CARDS = 12
MOST_IDS_SHOWN = 8

Choose = Callable[[str], None]


def look_up_ids(
    studio: Studio, who: Person, *, key: str, chosen: str | None, choose: Choose, words: tuple[str, str]
) -> None:
    """The field and what came of it. `choose` gets our id of a found video; a single video that is found
    at once is chosen by itself. `words` are those of the cards' buttons."""
    with st.form(f"{key}_look_up", border=False):
        st.text_area(
            t("Task ids"),
            key=f"{key}_ids",
            height=80,
            placeholder=t("One or several ids, a whole answer of the service, or a link with an id"),
            help=t("The service gave an id when a video was ordered. Every account here is asked for it."),
        )
        st.form_submit_button(
            t("Look them up"), icon=":material/search:", on_click=_begin, args=(studio, who, key, choose)
        )
    said = st.session_state.get(f"{key}_said")
    if said:
        st.warning(said)
    if st.query_params.get(BATCH):
        st.fragment(_results)(studio, who, key, chosen, choose, words)


def is_looking(key: str) -> bool:
    """Whether there is something to say below the field."""
    return bool(st.query_params.get(BATCH) or st.session_state.get(f"{key}_said"))


def _begin(studio: Studio, who: Person, key: str, choose: Choose) -> None:
    speak()
    paste = read_paste(st.session_state.get(f"{key}_ids") or "")
    st.session_state[f"{key}_ids"] = paste.text  # a key in it shall not stand on the page any longer
    st.session_state[f"{key}_said"] = _before_asking(paste)
    if not paste.task_ids:
        return
    batch_id = studio.look_ups.start(paste.task_ids, workspace=who.workspace, owner=who.owner)
    st.query_params[BATCH] = batch_id
    batch = studio.look_ups.wait(batch_id, workspace=who.workspace, seconds=FIRST_LOOK_SECONDS)
    if paste.had_key:
        return  # opening a video would lead away from what is said about the key
    if batch is not None and batch.done and paste.is_one and (videos := _found(batch)):
        choose(videos[0].id)


def _before_asking(paste: Paste) -> str:
    said = []
    if paste.had_key:
        said.append(
            t("A key was left out of what you pasted, and sent to nobody. Keep it secret: it spends money.")
        )
    if not paste.task_ids:
        said.append(t("There is no task id in this. Type or paste one first."))
    if len(paste.task_ids) > MOST_IDS:
        said.append(
            t(
                "There are {count} ids in this; the first {most} are looked up. Paste the rest afterwards.",
                count=len(paste.task_ids), most=MOST_IDS,
            )
        )  # fmt: skip
    return " ".join(said)


def _dismiss(key: str) -> None:
    st.query_params.pop(BATCH, None)
    for name in (f"{key}_said", f"{key}_ids"):
        st.session_state.pop(name, None)
    st.session_state[f"{key}_clicked"] = True


def _found(batch: Batch) -> list[KnownParent]:
    return [one for answer in batch.answers for one in answer.parents]


def _results(
    studio: Studio, who: Person, key: str, chosen: str | None, choose: Choose, words: tuple[str, str]
) -> None:
    """What came of it so far; drawn anew by itself until every id has its answer."""
    speak()
    if st.session_state.pop(f"{key}_clicked", False):
        st.rerun()  # what was clicked concerns the whole page
    batch_id = st.query_params.get(BATCH) or ""
    batch = studio.look_ups.batch(batch_id, workspace=who.workspace)
    if batch is None:
        st.caption(t("What was looked up here is forgotten, because the studio was started anew."))
        return
    # Read anew: since they were found, a picture may have been made, or a video got ready.
    found = studio.parents.some(who.workspace, [one.id for one in _found(batch)])
    shown = found[:MOST_CARDS]
    with st.container(border=True, gap="small", key=f"{key}-looked-up"):
        _summary(batch, found)
        if shown:
            cards(
                shown, studio.accounts, chosen=chosen, on_choose=_and_then(key, choose), key=f"{key}-found",
                words=words, columns=4,
            )  # fmt: skip
        more = len(found) - len(shown)
        if more > 0:
            st.caption(
                plural(more, "… and {count} more among all videos.", "… and {count} more among all videos.")
            )
        _not_found(batch, studio.accounts)
        _not_asked(batch, studio, who)
        st.button(t("Done"), key=f"{key}_dismiss", icon=":material/check:", on_click=_dismiss, args=(key,))
    if not batch.done or any(will_change(one) for one in shown):
        pulse(1.0 if not batch.done else 4.0, key=f"{key}-look-up")


def _and_then(key: str, choose: Choose) -> Choose:
    def chosen(parent_id: str) -> None:
        choose(parent_id)
        st.session_state[f"{key}_clicked"] = True

    return chosen


def _summary(batch: Batch, found: Sequence[KnownParent]) -> None:
    answered, asked = len(batch.answers), len(batch.task_ids)
    if not batch.done:
        st.progress(
            answered / asked,
            text=t("Asking the service: {done} of {count} ids…", done=answered, count=asked),
        )
    tasks = sum(1 for one in batch.answers if one.parents)
    videos = sum(1 for one in found if one.parent.video_id)
    if tasks and not videos:
        st.markdown(
            plural(
                tasks,
                "**Found,** but it has no video yet. It is looked for again by itself.",
                "**Found,** but none has a video yet. They are looked for again by themselves.",
            )
        )
    elif tasks:
        st.markdown("**" + plural(videos, "Found {count} video", "Found {count} videos") + "**")


def _not_found(batch: Batch, accounts: Mapping[str, Account]) -> None:
    """Ids that nobody has, and who was asked."""
    settled = [one for one in batch.answers if one.settled]
    if not settled:
        return
    asked = ", ".join(plain(account_label(accounts, name)) for name in settled[0].without)
    st.markdown(
        ":material/search_off: "
        + plural(
            len(settled),
            "**Not found:** {count} id. Asked: {accounts}. Check it; the video must have been made with one "
            "of these accounts.",
            "**Not found:** {count} ids. Asked: {accounts}. Check them; the videos must have been made with "
            "one of these accounts.",
            accounts=asked,
        )
    )
    _id_list(settled)


def _not_asked(batch: Batch, studio: Studio, who: Person) -> None:
    """Ids about which somebody who might have them could not be asked, by what each account answered."""
    groups: dict[tuple[str, ...], list[LookedUp]] = {}
    for answer in batch.answers:
        if not answer.parents and not answer.settled:
            groups.setdefault(tuple(_per_account(answer, studio.accounts)), []).append(answer)
    for words, answers in groups.items():
        st.markdown(
            ":orange[:material/cloud_off:] "
            + plural(
                len(answers),
                "**Could not be asked for:** {count} id. {answers}",
                "**Could not be asked for:** {count} ids. {answers}",
                answers=" ".join(words),
            )
        )
        _id_list(answers)
    if not groups or not batch.done:
        return
    errors = [error for answers in groups.values() for one in answers for error in one.errors.values()]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("Try these again"), key=f"again-{batch.id}", icon=":material/refresh:",
            help=t("Looking costs nothing."),
            on_click=studio.look_ups.again, args=(batch.id,), kwargs={"workspace": who.workspace},
        )  # fmt: skip
        if any(isinstance(error, KeyRefused) for error in errors):
            link("account", t("To the Account page"), icon=":material/key:")


def _per_account(answer: LookedUp, accounts: Mapping[str, Account]) -> list[str]:
    """One sentence per account: what came of asking it for an id."""
    said = [
        t("{account} does not have it.", account=plain(account_label(accounts, name)))
        for name in answer.without
    ]
    said += [_of_error(plain(account_label(accounts, name)), error) for name, error in answer.errors.items()]
    return said or [t("The studio could not write down what it found. Try it again.")]


def _of_error(label: str, error: UpstreamError) -> str:
    if isinstance(error, KeyRefused):
        return t("{account} refuses its key: the Account page says what to do.", account=label)
    if isinstance(error, NotSent | Interrupted | Busy):
        return t("{account} could not be reached; try again in a moment.", account=label)
    return f"{label}: {plain(explain_call(error).what)}"


def _id_list(answers: list[LookedUp]) -> None:
    ids = [one.task_id for one in answers]
    if len(ids) <= MOST_IDS_SHOWN:
        st.code("\n".join(ids), language=None, wrap_lines=True)
        return
    with st.expander(t("Show the {count} ids", count=len(ids))):
        st.code("\n".join(ids), language=None, wrap_lines=True)
