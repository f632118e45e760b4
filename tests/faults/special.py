"""Faults that fit no scheme: restarts, results, links, the clock; with those of `breakdowns.py`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from lipsync.jobs import follow, send, store
from lipsync.jobs.follow import GONE_LOOKS
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.store import utcnow
from tests.faults.breakdowns import (
    database_trouble,
    disk_full,
    locked,
    missing,
    read_only,
    something_in_the_way,
)
from tests.faults.matrix import Observe, Outcome, answering, following, observed, sending
from tests.faults.service import Desk

HOUR = timedelta(hours=1)
MP4 = {"Content-Type": "video/mp4"}
End = Callable[[], None]


def file(change: Callable[[bytes], Any]) -> Observe:
    """The download brings something made from the real clip."""

    def begin(desk: Desk, call: str) -> End:
        desk.service.trouble[call] = lambda seen: change(desk.service.clip)
        return desk.service.trouble.clear

    return following(begin, "download")


def status(word: str, **more: Any) -> Observe:
    """A query answers with this status."""

    def begin(desk: Desk, call: str) -> End:
        answer = 200, {}, {"code": 0, "data": desk.service.task(word, **more)}
        return answering(answer)(desk, call)

    return following(begin, "query")


def missing_task(**values: Any) -> Observe:
    """The service says that there is no such task."""
    return following(answering((404, {}, {"code": 1203, "message": "task not found"})), "query", **values)


def named_by_a_person(desk: Desk) -> Outcome:
    """A task that a person named, and of which the service knows nothing for over half an hour."""
    add = desk.add_sent

    def add_named(**values: Any) -> Job:
        job = add(**values)
        with desk.bench.database.begin() as connection:
            desk.store.log(connection, job.id, "adopted", {"task_id": job.task_id, "by": "ann"})
        return job

    with patch.object(desk, "add_sent", add_named):
        return missing_task(sent_at=utcnow() - HOUR, armed_at=utcnow() - HOUR, polls=GONE_LOOKS)(desk)


def account_away(desk: Desk) -> Outcome:
    """A queued job whose account is not in the settings, and is there again later."""
    job = desk.add()
    away = desk.clients.accounts.pop(desk.name)
    seen: list[Job] = []

    def on_wait(_seconds: float) -> None:
        seen.append(desk.store.get(job.id))
        desk.clients.accounts[desk.name] = away

    desk.patience.on_wait = on_wait
    desk.send(job, "me")
    return observed(desk, job, 0, seen[0], account_there=False)


def sending_anew(prepare: Callable[[Desk, Job], None], **values: Any) -> Observe:
    """A job that stands at the gate or behind it, with something that happened in between."""

    def observe(desk: Desk) -> Outcome:
        job = desk.add(**values)
        prepare(desk, job)
        at_fault, posts = desk.store.get(job.id), desk.service.posts
        desk.wait_is_over(job)
        desk.send(job, "after it")
        desk.settler.settle(job.id)
        return observed(desk, job, posts, at_fault)

    return observe


def _killed_before_the_answer(desk: Desk, job: Job) -> None:
    ticket = desk.sender.arm(job.id, "killed")
    desk.sender.send(job.id, ticket or "", "after the restart")


def _slept(desk: Desk, job: Job) -> None:
    ticket = desk.sender.arm(job.id, "slept")
    late = utcnow() - send.ARM_TTL - timedelta(seconds=1)
    desk.store.change(job.id, frm=[JobState.SUBMITTING], armed_at=late)
    desk.sender.send(job.id, ticket or "", "slept")


def _sent_once(desk: Desk, job: Job) -> None:
    desk.send(job, "first")


def _task_of_another(desk: Desk, job: Job) -> None:
    desk.add_sent()
    desk.send(job, "first")


def _two_tasks_fit(desk: Desk, job: Job) -> None:
    both = [desk.service.task("processing", task_id=f"{desk.name}-{n}") for n in range(2)]
    desk.service.trouble["list"] = lambda seen: (200, {}, {"code": 0, "data": both})
    desk.store.change(
        job.id, frm=[JobState.QUEUED], state=JobState.UNKNOWN, charge=Charge.UNKNOWN, armed_at=utcnow(),
        ticket="x", problem="interrupted",
    )  # fmt: skip


def _callback_names_it(desk: Desk, job: Job) -> None:
    _two_tasks_fit(desk, job)
    with desk.bench.database.begin() as connection:
        desk.store.log(connection, job.id, "callback", {"task_id": desk.service.task_id})


# -- the clock -------------------------------------------------------------------------


def clock(jump: timedelta, inner: Observe) -> Observe:
    """From the first wait or answer on, our clock is wrong by `jump`."""

    def observe(desk: Desk) -> Outcome:
        struck: list[bool] = []
        well = desk.service.well

        def moment() -> Any:
            return utcnow() + (jump if struck else timedelta())

        def strike(seen: Any) -> Any:
            struck.append(True)
            return well(seen)

        with contextlib.ExitStack() as stack:
            for module in (send, store, follow):
                stack.enter_context(patch.object(module, "utcnow", moment))
            stack.enter_context(patch.object(desk.service, "well", strike))
            return inner(desk)

    return observe


def _between_gate_and_post(jump: timedelta) -> Observe:
    def prepare(desk: Desk, job: Job) -> None:
        ticket = desk.sender.arm(job.id, "me")
        with patch.object(send, "utcnow", lambda: utcnow() + jump):
            desk.sender.send(job.id, ticket or "", "me")

    return sending_anew(prepare)


SPECIAL: dict[tuple[str, str], Observe] = {
    ("create", "killed between gate and answer"): sending_anew(_killed_before_the_answer),
    ("create", "computer slept between gate and POST"): sending_anew(_slept),
    ("create", "restarted after a good answer"): sending_anew(_sent_once),
    ("create", "answered with another job's task"): sending_anew(_task_of_another),
    ("create", "the sound is gone"): sending_anew(
        _sent_once,
        request={
            "account": "main",
            "parent_task_id": "p",
            "video_id": "v",
            "source": "sound",
            "sound_id": "x",
        },
    ),
    ("create", "its account is not in the settings"): account_away,
    ("create", "Retry-After of a thousand years"): sending(answering((429, {"Retry-After": "1e12"}, {}))),
    ("search", "two tasks fit"): sending_anew(_two_tasks_fit),
    ("search", "two tasks fit, a callback names one"): sending_anew(_callback_names_it),
    ("query", "no such task, in its first minute"): missing_task(sent_at=utcnow() + HOUR),
    ("query", "no such task, for over half an hour"): missing_task(sent_at=utcnow() - HOUR, polls=GONE_LOOKS),
    ("query", "no such task, and a person had named it"): named_by_a_person,
    ("query", "ready without a link"): status("succeed", task_result={"videos": []}),
    ("query", "a status nobody knows"): status("pondering"),
    ("query", "failed: no face"): status("failed", task_status_msg="There is no human in the video"),
    ("query", "failed otherwise"): status("failed", task_status_msg="internal"),
    ("download", "no video under a video's name"): file(lambda clip: (200, MP4, b"no video at all" * 99)),
    ("download", "video cut short"): file(lambda clip: (200, MP4, clip[: len(clip) // 2])),
    ("download", "video called text/plain"): file(lambda clip: (200, {"Content-Type": "text/plain"}, clip)),
    ("download", "video called text/html"): file(lambda clip: (200, {"Content-Type": "text/html"}, clip)),
    ("download", "deleted after 30 days"): following(
        answering((404, {}, "gone")), "download", sent_at=utcnow() - timedelta(days=31)
    ),
    ("download", "disk full"): following(disk_full, "download"),
    ("download", "data folder not writable"): following(something_in_the_way, "download"),
    ("create", "database locked at the gate"): database_trouble(locked, when="at the gate"),
    ("create", "database read-only at the gate"): database_trouble(read_only, when="at the gate"),
    ("create", "database missing at the gate"): database_trouble(missing, when="at the gate"),
    ("create", "database locked when the answer comes"): database_trouble(locked, when="answered"),
    ("create", "database read-only when the answer comes"): database_trouble(read_only, when="answered"),
    ("create", "database missing when the answer comes"): database_trouble(missing, when="answered"),
    ("query", "database locked"): database_trouble(locked, when="followed"),
    ("query", "database read-only"): database_trouble(read_only, when="followed"),
    ("query", "database missing"): database_trouble(missing, when="followed"),
    ("create", "clock an hour ahead between gate and POST"): _between_gate_and_post(HOUR),
    ("create", "clock an hour back between gate and POST"): _between_gate_and_post(-HOUR),
    ("query", "clock an hour ahead"): clock(HOUR, status("processing")),
    ("query", "clock an hour back"): clock(-HOUR, status("processing")),
    ("query", "clock an hour ahead and one “no such task”"): clock(HOUR, missing_task()),
}
"""As `matrix.CASES`."""
