import contextlib
import json
from datetime import UTC, datetime

import pytest

from lipsync.upstream.errors import Interrupted
from lipsync.upstream.findings import parse_json
from lipsync.upstream.replies import (
    CallbackHint,
    Task,
    TaskKind,
    TaskStatus,
    Video,
    read_callback,
    read_task,
    read_task_list,
)
from tests.upstream.rows import NATIVE_TASK, native, wrapped

KIND = TaskKind.LIP_SYNC
URL = "https://cdn.example/v.mp4?sig=2"


def task(**changes):
    return read_task(native(**changes), KIND)


def test_the_native_shape_is_read_whole():
    assert read_task(native(), KIND) == Task(
        task_id="T1",
        kind=KIND,
        status=TaskStatus.SUCCEED,
        reason="",
        videos=(Video("V1", URL, 5.041),),
        parent_video=Video("P1", "https://cdn.example/p.mp4?sig=1", 5.1),
        created_at=datetime(2026, 4, 28, 14, 9, 21, 501000, tzinfo=UTC),
        updated_at=datetime(2026, 4, 28, 14, 9, 23, 321000, tzinfo=UTC),
        progress=None,
        request_id="req-1",
    )


def test_the_answer_to_a_create_is_a_task():
    answer = {
        "code": 0,
        "message": "x",
        "data": {"task_id": "T1", "task_status": "submitted", "created_at": 1},
    }
    read = read_task(answer, KIND)
    assert (read.task_id, read.status, read.videos, read.request_id) == ("T1", TaskStatus.SUBMITTED, (), None)


@pytest.mark.parametrize(
    "payload",
    [
        native(),
        {"data": NATIVE_TASK},
        NATIVE_TASK,
        {"code": "success", "data": native()},
        wrapped("SUCCESS", NATIVE_TASK),
        wrapped("SUCCESS", native()),
        {"code": "success", "data": {"data": native()}},
        wrapped("IN_PROGRESS", native()),
        wrapped("SUCCESS", {"code": 0, "data": {k: v for k, v in NATIVE_TASK.items() if k != "task_id"}}),
    ],
    ids=range(9),
)
def test_the_task_is_found_however_deep_it_lies(payload):
    read = read_task(payload, KIND)
    assert (read.task_id, read.status, read.videos) == ("T1", TaskStatus.SUCCEED, (Video("V1", URL, 5.041),))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *((w, TaskStatus.SUBMITTED) for w in ("submitted", "SUBMITTED", "NOT_START", "QUEUED")),
        *(
            (w, TaskStatus.PROCESSING)
            for w in ("processing", "IN_PROGRESS", "UNKNOWN", "brewing", "cancelling")
        ),
        *((w, TaskStatus.SUCCEED) for w in ("succeed", "Succeeded", "SUCCESS", "completed")),
        *((w, TaskStatus.FAILED) for w in ("failed", "FAIL", "Failure", "error")),
    ],
)
def test_synonyms_in_any_case_and_unknown_words_are_understood(word, status):
    assert task(task_status=word).status is status
    assert read_task({"data": {"task_id": "T1", "status": word}}, KIND).status is status
    assert read_task(wrapped(word), KIND).status is status


@pytest.mark.parametrize(
    ("outer", "inner", "status"),
    [
        ("IN_PROGRESS", "succeed", TaskStatus.SUCCEED),
        ("SUCCESS", "processing", TaskStatus.SUCCEED),
        ("FAILURE", "submitted", TaskStatus.FAILED),
        ("UNKNOWN", "submitted", TaskStatus.SUBMITTED),
        ("SUCCESS", "failed", TaskStatus.FAILED),
    ],
)
def test_a_final_status_wins_and_the_native_one_before_the_relays(outer, inner, status):
    assert read_task(wrapped(outer, native(task_status=inner)), KIND).status is status


def test_a_task_without_a_status_still_runs():
    assert read_task({"data": {"task_id": "T1"}}, KIND).status is TaskStatus.PROCESSING


@pytest.mark.parametrize(
    "payload",
    [
        native(task_status="failed", task_status_msg="no face"),
        wrapped("FAILURE", None, fail_reason="no face"),
        wrapped(
            "FAILURE", native(task_status="failed", task_status_msg="no face"), fail_reason="task failed"
        ),
        wrapped("FAILURE", {"code": 1301, "message": "no face", "data": None}),
    ],
)
def test_a_failed_job_says_why(payload):
    read = read_task(payload, KIND)
    assert (read.status, read.reason) == (TaskStatus.FAILED, "no face")


def test_a_failed_job_without_a_reason_does_not_claim_succeed():
    assert read_task(wrapped("FAILURE", native(task_status="failed")), KIND).reason == ""


def test_a_reason_holds_no_signed_address():
    assert task(task_status="failed", task_status_msg=f"cannot fetch {URL}").reason.endswith("v.mp4?…")


@pytest.mark.parametrize(
    "gap", [None, {}, [], "", {"videos": None}, {"videos": []}, {"videos": {}}, {"videos": [None]}]
)
def test_gaps_instead_of_videos_are_no_videos(gap):
    read = task(task_result=gap, task_info=gap)
    assert (read.videos, read.parent_video, read.status) == ((), None, TaskStatus.SUCCEED)


def test_a_video_may_come_before_its_address():
    assert task(task_result={"videos": [{"id": "V1", "url": "", "duration": "5"}]}).videos == (
        Video("V1", None, 5.0),
    )


@pytest.mark.parametrize(
    "payload",
    [
        native(task_result=None, result_url=URL),
        native(task_result=None, video_url=URL),
        native(task_result={"video_url": URL}),
        native(task_result={"videos": [{"video_url": URL}]}),
        wrapped("SUCCESS", None, result_url=URL),
        wrapped("SUCCESS", native(task_result={}), fail_reason=URL),
        wrapped("SUCCESS", None, result={"video_url": URL}),
    ],
    ids=range(7),
)
def test_the_result_may_lie_at_other_names(payload):
    read = read_task(payload, KIND)
    assert [video.url for video in read.videos] == [URL]
    assert read.reason == ""


def test_a_loose_address_joins_the_id_that_is_there():
    read = task(task_result={"videos": [{"id": "V1", "duration": 5}]}, result_url=URL)
    assert read.videos == (Video("V1", URL, 5.0),)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("5", 5.0),
        ("5.1", 5.1),
        (5, 5.0),
        (10.04, 10.04),
        ("", None),
        ("long", None),
        (None, None),
        (0, None),
        ("nan", None),
    ],
)
def test_durations_are_text_or_numbers(written, seconds):
    assert (
        task(task_result={"videos": [{"id": "V", "url": URL, "duration": written}]}).videos[0].seconds
        == seconds
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (1777385361501, datetime(2026, 4, 28, 14, 9, 21, 501000, tzinfo=UTC)),
        (1777385361, datetime(2026, 4, 28, 14, 9, 21, tzinfo=UTC)),
        ("1777385361501", datetime(2026, 4, 28, 14, 9, 21, 501000, tzinfo=UTC)),
        (0, None),
        (-5, None),
        (10**30, None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times_are_seconds_or_milliseconds(written, read):
    assert task(created_at=written).created_at == read


@pytest.mark.parametrize(
    ("written", "percent"),
    [("30%", 30), (" 5 % ", 5), (99.6, 100), (250, 100), ("-1", 0), ("half", None), (None, None)],
)
def test_progress_is_percent(written, percent):
    assert read_task(wrapped("IN_PROGRESS", None, progress=written), KIND).progress == percent


def test_numeric_ids_keep_every_digit():
    payload = parse_json(
        b'{"code":0,"data":{"task_id":9007199254740993,"task_result":{"videos":[{"id":9007199254740995}]}}}'
    )
    read = read_task(payload, KIND)
    assert (read.task_id, read.videos[0].id) == ("9007199254740993", "9007199254740995")


def test_the_external_id_of_a_parent_is_kept():
    assert task(task_info={"external_task_id": "E1"}).external_task_id == "E1"


def test_a_bare_id_is_a_task():
    read = read_task({"code": "success", "message": "", "data": "T1"}, KIND)
    assert (read.task_id, read.status) == ("T1", TaskStatus.SUBMITTED)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        5,
        "x",
        [],
        {},
        {"code": 0},
        {"code": 0, "data": None},
        {"data": {}},
        {"data": []},
        {"data": {"task_id": ""}},
        {"data": "two words"},
        {"data": "{}"},
        {"data": {"status": "succeed"}},
    ],
)
def test_an_answer_without_a_task_leaves_the_outcome_unknown(payload):
    with pytest.raises(Interrupted) as caught:
        read_task(payload, KIND)
    assert caught.value.outcome_unknown_on_create


@pytest.mark.parametrize(
    "wrap", [lambda x: {"code": 0, "data": x}, lambda x: {"data": {"data": x}}, lambda x: x]
)
def test_lists_are_read_in_their_order(wrap):
    tasks = read_task_list(
        wrap([NATIVE_TASK, {"task_id": 7, "task_status": "failed"}, {}, None]), TaskKind.TEXT2VIDEO
    )
    assert [(t.task_id, t.kind) for t in tasks] == [("T1", TaskKind.TEXT2VIDEO), ("7", TaskKind.TEXT2VIDEO)]


@pytest.mark.parametrize("payload", [{"data": []}, {"data": None}, {"data": {"items": []}}, []])
def test_an_empty_list_is_empty(payload):
    assert read_task_list(payload, KIND) == ()


@pytest.mark.parametrize("payload", [None, {}, {"code": 0}, {"data": "x"}, {"data": {"total": 3}}, "x"])
def test_what_is_no_list_cannot_be_read(payload):
    with pytest.raises(Interrupted):
        read_task_list(payload, KIND)


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (NATIVE_TASK, CallbackHint("T1", TaskStatus.SUCCEED)),
        ({"task_id": 2**60, "task_status": "processing"}, CallbackHint(str(2**60), TaskStatus.PROCESSING)),
        (
            {"task_id": "T1", "status": "FAILURE", "progress": "100%", "result": {"video_url": URL}},
            CallbackHint("T1", TaskStatus.FAILED),
        ),
        (native(), CallbackHint("T1", TaskStatus.SUCCEED)),
        ({"status": "success"}, CallbackHint(None, TaskStatus.SUCCEED)),
        ({}, CallbackHint()),
        (None, CallbackHint()),
        ([1], CallbackHint()),
        ({"task_id": {"a": 1}, "task_status": ["x"]}, CallbackHint()),
    ],
)
def test_a_callback_is_read_as_a_hint_in_both_forms(body, hint):
    assert read_callback(body) == hint


def test_no_address_shows_in_a_repr():
    assert "sig=" not in repr(read_task(native(), KIND))


@pytest.mark.parametrize("field", [*NATIVE_TASK, "data", "videos", "status", "result_url"])
@pytest.mark.parametrize(
    "rubbish", [None, 5, -1.5, True, "x", [], [[]], {}, {"a": []}, float("nan"), float("inf"), "9" * 400]
)
def test_rubbish_in_any_field_never_breaks_the_reader(field, rubbish):
    for payload in (
        native(**{field: rubbish}),
        wrapped("SUCCESS", {field: rubbish}),
        {field: rubbish},
        {"data": rubbish},
    ):
        for read in (read_task, read_task_list):
            with contextlib.suppress(Interrupted):
                read(json.loads(json.dumps(payload)), KIND)
        read_callback(payload)


@pytest.mark.parametrize("task_id", ["x" * 201, "a\x00b", "line\nbreak"])
def test_an_id_that_cannot_be_kept_is_no_readable_answer(task_id: str) -> None:
    payload = {"code": 0, "data": {"task_id": task_id, "task_status": "submitted"}}
    with pytest.raises(Interrupted):
        read_task(payload, TaskKind.LIP_SYNC)
