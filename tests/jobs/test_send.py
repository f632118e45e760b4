"""The money gate: what is sent, how often, and what each answer means for the job."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from lipsync.accounts import Account
from lipsync.database.tables import job_events
from lipsync.jobs import send
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.send import AGAIN, DONE, Sender
from lipsync.jobs.store import utcnow
from lipsync.upstream.replies import TaskKind
from tests.support.bench import Bench, line
from tests.support.replies_server import RepliesServer, cut, reset
from tests.support.videos import video

CREATED = {"code": 0, "message": "SUCCEED", "data": {"task_id": "t-1", "task_status": "submitted"}}

MakeBench = Callable[..., Bench]


def after(bench: Bench, job: Job) -> Job:
    return bench.store.get(job.id)


def test_an_accepted_job_has_its_task_and_is_charged(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url)
        job = bench.add()
        assert bench.send(job) == DONE
        now = after(bench, job)
        assert (now.state, now.charge, now.task_id) == (JobState.SUBMITTED, Charge.CHARGED, "t-1")
        assert len(server.seen) == 1


def test_the_body_is_the_specification_s(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url)
        bench.send(bench.add(line("Hi.", parent=("p", "v"), voice_speed="0.8")))
        assert server.seen[0].json == {
            "input": {
                "task_id": "p",
                "video_id": "v",
                "mode": "text2video",
                "text": "Hi.",
                "voice_id": "oversea_male1",
                "voice_language": "en",
                "voice_speed": 0.8,
            }
        }


def test_a_public_address_gives_each_job_a_callback_of_its_own(make_bench: MakeBench) -> None:
    answers = iter(["t-1", "t-2"])
    with RepliesServer(lambda seen: (200, {}, {"code": 0, "data": {"task_id": next(answers)}})) as server:
        bench = make_bench(server.url, public_url="https://studio.example.com")
        jobs = [bench.add(), bench.add()]
        for job in jobs:
            bench.send(job)
        urls = [seen.json["callback_url"] for seen in server.seen]
        assert urls == [f"https://studio.example.com/callbacks/{j.callback_token}" for j in jobs]
        assert len(set(urls)) == 2


def test_an_execution_without_the_ticket_never_sends(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url)
        job = bench.add()
        ticket = bench.sender.arm(job.id, "the one that was killed")
        assert ticket is not None
        assert bench.sender.send(job.id, ticket, "the one after the restart") == DONE
        now = after(bench, job)
        assert (now.state, now.charge, now.problem) == (JobState.UNKNOWN, Charge.UNKNOWN, "restarted")
        assert server.seen == []


def test_a_job_in_doubt_is_not_sent_again(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: reset()) as server:
        bench = make_bench(server.url)
        job = bench.add()
        bench.send(job, "first")
        assert after(bench, job).state is JobState.UNKNOWN
        ticket = bench.sender.arm(job.id, "second")
        assert bench.sender.send(job.id, ticket or "", "second") == DONE
        assert len(server.seen) == 1


def test_a_computer_that_slept_between_gate_and_sending_does_not_send(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url)
        job = bench.add()
        ticket = bench.sender.arm(job.id, "me")
        bench.store.change(
            job.id, frm=[JobState.SUBMITTING], armed_at=utcnow() - send.ARM_TTL - timedelta(seconds=1)
        )
        assert bench.sender.send(job.id, ticket or "", "me") == AGAIN
        assert after(bench, job).state is JobState.QUEUED
        assert server.seen == []


@pytest.mark.parametrize(
    ("status", "body", "slug"),
    [
        (401, {"code": 1000, "message": "bad key"}, "key_refused"),
        (429, {"code": 1100, "message": "abnormal"}, "account_suspended"),
        (429, {"code": 1101, "message": "arrears"}, "in_arrears"),
        (429, {"code": 1102, "message": "used up"}, "pack_used_up"),
        (403, {"code": 1103, "message": "no"}, "not_permitted"),
        (400, {"code": 1200, "message": "bad"}, "invalid_request"),
        (400, {"code": 1201, "message": "Voice id not found"}, "invalid_request"),
        (404, {"code": 1202, "message": "no route"}, "route_missing"),
        (404, {"code": 1203, "message": "no task"}, "not_found"),
        (400, {"code": 1300, "message": "policy"}, "text_refused"),
        (400, {"code": 1301, "message": "safety"}, "text_refused"),
        (429, {"code": 1304, "message": "ip"}, "address_not_allowed"),
        (404, "<html>nothing</html>", "route_missing"),
        (301, "", "route_missing"),
        (503, {"error": {"code": "model_not_found", "message": "no model"}}, "model_unavailable"),
    ],
)
def test_a_refusal_fails_the_job_and_costs_nothing(
    make_bench: MakeBench, status: int, body: Any, slug: str
) -> None:
    with RepliesServer(lambda seen: (status, {"Location": "/other"}, body)) as server:
        bench = make_bench(server.url)
        job = bench.add()
        assert bench.send(job) == DONE
        now = after(bench, job)
        assert (now.state, now.charge, now.problem) == (JobState.FAILED, Charge.NONE, slug)
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda seen: reset(),
        lambda seen: (500, {}, {"code": 5000, "message": "internal"}),
        lambda seen: (502, {}, "<html>bad gateway</html>"),
        lambda seen: (504, {}, {"code": 5002, "message": "time-out"}),
        lambda seen: (524, {}, ""),
        lambda seen: (200, {}, "{broken"),
        lambda seen: (200, {}, ""),
        lambda seen: (200, {}, {"code": 0, "data": {}}),
        lambda seen: cut(CREATED, keep=20),
    ],
    ids=["reset", "5000", "502", "5002", "524", "broken", "empty", "no task", "cut"],
)
def test_an_answer_that_says_nothing_leaves_the_job_in_doubt(make_bench: MakeBench, answer: Any) -> None:
    with RepliesServer(answer) as server:
        bench = make_bench(server.url)
        job = bench.add()
        assert bench.send(job) == DONE
        now = after(bench, job)
        assert (now.state, now.charge) == (JobState.UNKNOWN, Charge.UNKNOWN)
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, {"error": "slow down"}),
        (429, {"code": 1302, "message": "too fast"}),
        (429, {"code": 1303, "message": "parallel"}),
        (503, {"code": 5001, "message": "maintenance"}),
    ],
)
def test_too_many_pauses_the_account_and_keeps_the_job(make_bench: MakeBench, status: int, body: Any) -> None:
    with RepliesServer(lambda seen: (status, {"Retry-After": "30"}, body)) as server:
        bench = make_bench(server.url)
        job = bench.add()
        assert bench.send(job) == AGAIN
        now = after(bench, job)
        assert (now.state, now.charge, now.problem) == (JobState.QUEUED, Charge.NONE, "busy")
        pause = bench.store.pause_until("main")
        assert pause is not None
        assert (pause - utcnow()).total_seconds() > 25
        assert now.not_before is not None


def test_busy_answers_in_a_row_wait_longer_each_time(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (429, {}, {"code": 1303, "message": "parallel"})) as server:
        bench = make_bench(server.url)
        waits = []
        for _ in range(3):
            job = bench.add()
            bench.store.arm(job.id, "me")
            bench.sender.send(job.id, "me", "me")
            due = after(bench, job).not_before
            assert due is not None
            waits.append((due - utcnow()).total_seconds())
        assert waits == sorted(waits)
        assert waits[-1] > waits[0]


def test_nobody_listening_means_nothing_was_sent_and_the_job_waits(make_bench: MakeBench) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    bench = make_bench(f"http://127.0.0.1:{port}")
    job = bench.add()
    assert bench.send(job) == AGAIN
    now = after(bench, job)
    assert (now.state, now.charge, now.problem) == (JobState.QUEUED, Charge.NONE, "not_sent")
    assert now.problem_facts is not None
    assert now.problem_facts["cause"] == "refused"


def test_after_an_hour_without_a_connection_the_job_fails_unpaid(make_bench: MakeBench) -> None:
    bench = make_bench("http://127.0.0.1:1")
    job = bench.add(sends=3)
    with bench.database.begin() as connection:
        bench.store.log(connection, job.id, "sending", {})
        connection.execute(sa.update(job_events).values(at=utcnow() - timedelta(hours=2)))
    assert bench.send(job) == DONE
    now = after(bench, job)
    assert (now.state, now.charge, now.problem) == (JobState.FAILED, Charge.NONE, "not_sent")


def test_the_time_that_a_job_waited_before_it_was_first_sent_is_not_held_against_it(
    make_bench: MakeBench,
) -> None:
    bench = make_bench("http://127.0.0.1:1")
    job = bench.add(created_at=utcnow() - timedelta(days=3))
    for execution in ("first", "second"):
        assert bench.send(job, execution) == AGAIN
        bench.store.change(job.id, frm=[JobState.QUEUED], not_before=None)


@pytest.mark.parametrize(
    ("kind", "code", "told"),
    [(TaskKind.LIP_SYNC, 1203, 1), (TaskKind.LIP_SYNC, 1201, 0), (TaskKind.TEXT2VIDEO, 1203, 0)],
    ids=["its parent is not known", "something else is wrong", "a model is not known"],
)
def test_a_lip_sync_whose_parent_the_service_does_not_know_is_told_of(
    make_bench: MakeBench, kind: TaskKind, code: int, told: int
) -> None:
    with RepliesServer(lambda seen: (404, {}, {"code": code, "message": "does not exist"})) as server:
        bench = make_bench(server.url)
        heard: list[Job] = []
        bench.sender = Sender(
            bench.store, bench.clients, bench.sounds, bench.sender._patience, parent_missing=heard.append
        )
        job = bench.add(line() if kind is TaskKind.LIP_SYNC else video(), kind=kind)
        assert bench.send(job) == DONE
        assert after(bench, job).state is JobState.FAILED
        assert [one.id for one in heard] == [job.id] * told


def test_a_sound_that_is_gone_is_said_before_anything_is_sent(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url)
        request = {
            "account": "main", "parent_task_id": "p", "video_id": "v", "source": "sound", "sound_id": "gone"
        }  # fmt: skip
        job = bench.add(request)
        assert bench.send(job) == DONE
        assert (after(bench, job).problem, after(bench, job).charge) == ("sound_missing", Charge.NONE)
        assert server.seen == []


def test_a_job_whose_account_is_not_in_the_settings_waits_for_it_in_the_queue(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url)
        job = bench.add()
        away = bench.clients.accounts.pop("main")
        seen: list[Job] = []

        def put_it_back(seconds: float, **_: Any) -> None:
            seen.append(after(bench, job))
            bench.clients.accounts["main"] = away

        monkeypatch.setattr(bench.sender._patience, "sleep", put_it_back)
        assert bench.send(job) == DONE
        assert [(one.state, one.charge, one.sends) for one in seen] == [(JobState.QUEUED, Charge.NONE, 0)]
        assert (after(bench, job).state, len(server.seen)) == (JobState.SUBMITTED, 1)


def test_a_job_that_waits_for_its_account_can_be_taken_back(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench()
    job = bench.add(account="removed")

    def take_back(seconds: float, **_: Any) -> None:
        assert bench.store.change(job.id, frm=[JobState.QUEUED], state=JobState.CANCELLED)

    monkeypatch.setattr(bench.sender._patience, "sleep", take_back)
    assert bench.sender.arm(job.id, "me") is None
    assert after(bench, job).sends == 0


def test_an_account_that_goes_behind_the_gate_puts_the_job_back_into_the_queue(make_bench: MakeBench) -> None:
    bench = make_bench()
    job = bench.add()
    ticket = bench.sender.arm(job.id, "me")
    bench.clients.accounts.clear()
    assert bench.sender.send(job.id, ticket or "", "me") == AGAIN
    now = after(bench, job)
    assert (now.state, now.charge, now.problem) == (JobState.QUEUED, Charge.NONE, "account_missing")


def test_a_link_is_sent_as_a_link(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (200, {}, CREATED)) as server:
        bench = make_bench(server.url)
        url = "https://files.example.com/a.mp3?sig=1"
        request = {
            "account": "main", "parent_task_id": "p", "video_id": "v", "source": "link", "sound_url": url
        }  # fmt: skip
        bench.send(bench.add(request))
        assert server.seen[0].json["input"] == {
            "task_id": "p", "video_id": "v", "mode": "audio2video", "audio_type": "url", "audio_url": url
        }  # fmt: skip


def test_an_answer_that_comes_after_the_job_was_taken_for_lost_still_counts(make_bench: MakeBench) -> None:
    bench_holder: list[tuple[Bench, Job]] = []

    def answer(seen: Any) -> Any:
        bench, job = bench_holder[0]
        # Another worker took this one for dead while the request was under way.
        bench.store.change(job.id, frm=[JobState.SUBMITTING], state=JobState.UNKNOWN)
        return 200, {}, CREATED

    with RepliesServer(answer) as server:
        bench = make_bench(server.url)
        job = bench.add()
        bench_holder.append((bench, job))
        bench.send(job)
        assert (after(bench, job).state, after(bench, job).task_id) == (JobState.SUBMITTED, "t-1")


def test_the_key_is_nowhere_in_the_database(make_bench: MakeBench) -> None:
    def answer(seen: Any) -> Any:
        return 401, {}, {"code": 1002, "message": f"invalid key {seen.headers['authorization']}"}

    with RepliesServer(answer) as server:
        bench = make_bench(server.url)
        secret = "sk-" + "s3cr3t" * 5
        one = bench.clients.accounts["main"]
        bench.clients.accounts["main"] = Account(
            name=one.name, label=one.label, key=secret, base_url=one.base_url, quota_url=one.quota_url,
            max_in_flight=1, price_per_5_seconds_usd=0, usual_seconds=1,
        )  # fmt: skip
        bench.send(bench.add())
        assert secret in server.seen[0].headers["authorization"]
        bench.database.dispose()
        dump = b"".join(f.read_bytes() for f in bench.folder.glob("studio.db*"))
        assert b"s3cr3t" not in dump


def test_a_service_that_asks_for_a_year_of_peace_is_asked_again_after_an_hour(make_bench: MakeBench) -> None:
    with RepliesServer(lambda seen: (429, {"Retry-After": "1e12"}, {"code": 1302, "message": "x"})) as server:
        bench = make_bench(server.url)
        job = bench.add()
        assert bench.send(job) == AGAIN
        due = after(bench, job).not_before
        assert due is not None
        assert (due - utcnow()).total_seconds() <= send.LONGEST_PAUSE_SECONDS


def test_a_clock_set_back_does_not_make_a_short_wait_a_long_one(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench()
    job = bench.add(not_before=utcnow() + timedelta(seconds=1))
    looks: list[timedelta] = []

    def an_hour_back_after_the_first_look() -> datetime:
        looks.append(timedelta(hours=1) if looks else timedelta())
        return utcnow() - looks[-1]

    monkeypatch.setattr(send, "utcnow", an_hour_back_after_the_first_look)
    assert bench.sender.arm(job.id, "me") == "me"  # comes back within the second, or the test never ends
    assert len(looks) > 1
