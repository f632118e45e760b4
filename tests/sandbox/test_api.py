import base64
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from lipsync.media import check_video_decodes, probe_video
from lipsync.sandbox.refusals import CODES
from tests.sandbox.bodies import (
    IMAGE2VIDEO,
    LIP_SYNC,
    TEXT2VIDEO,
    create,
    finished,
    for_parent,
    png_bytes,
    query,
    sound_body,
    text_body,
)
from tests.support.sandbox import RunningSandbox
from tests.support.waiting import wait_until


def link_of(task: dict[str, Any]) -> str:
    return str(task["task_result"]["videos"][0]["url"])


def test_a_text_becomes_a_playable_clip_as_long_as_its_parent(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    task = finished(sandbox, create(sandbox, for_parent(sandbox, "second")))
    assert task["task_status"] == "succeed"
    video = task["task_result"]["videos"][0]
    assert video["duration"] == "10.04"
    assert task["task_info"]["parent_video"]["id"] == sandbox.parents()["second"]["video_id"]
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(sandbox.session.get(video["url"]).content)
    check_video_decodes(clip)
    facts = probe_video(clip)
    assert facts.seconds == pytest.approx(10.04, abs=0.1)
    assert (facts.codec, facts.has_sound) == ("h264", True)


def test_an_uploaded_sound_becomes_a_clip(sandbox: RunningSandbox) -> None:
    parent = sandbox.parents()["first"]
    task = finished(sandbox, create(sandbox, sound_body(parent["task_id"], parent["video_id"])))
    assert task["task_status"] == "succeed"


def test_the_answer_to_a_create_has_the_documented_shape(sandbox: RunningSandbox) -> None:
    before = time.time() * 1000 - 5
    answer = sandbox.post(LIP_SYNC, for_parent(sandbox)).json()
    assert answer["code"] == 0
    assert set(answer["data"]) == {"task_id", "task_status", "created_at", "updated_at"}
    assert answer["data"]["task_status"] == "submitted"
    assert answer["data"]["created_at"] >= before


def test_a_task_is_submitted_then_processing_then_done(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("work", route="create", seconds=1.0, count=1)
    task_id = create(sandbox)
    seen: list[str] = []

    def watch() -> bool:
        status = query(sandbox, task_id)["task_status"]
        if status not in seen:
            seen.append(status)
        return bool(status == "succeed")

    wait_until(watch)
    assert seen == ["submitted", "processing", "succeed"]


@pytest.mark.parametrize("name", ["too-old", "too-long", "failed", "still-processing"])
def test_a_parent_that_may_not_be_used_is_refused_and_not_charged(sandbox: RunningSandbox, name: str) -> None:
    answer = sandbox.post(LIP_SYNC, for_parent(sandbox, name))
    assert (answer.status_code, answer.json()["code"]) == (400, 1201)
    assert sandbox.get("/v1/dashboard/billing/usage").json()["total_usage"] == 0


def test_a_parent_of_another_account_does_not_exist(sandbox: RunningSandbox) -> None:
    body = for_parent(sandbox)
    sandbox.key += "-other"
    answer = sandbox.post(LIP_SYNC, body)
    assert (answer.status_code, answer.json()["code"]) == (404, 1203)


def test_the_task_id_in_place_of_the_video_id_is_refused(sandbox: RunningSandbox) -> None:
    parent = sandbox.parents()["first"]
    answer = sandbox.post(LIP_SYNC, text_body(parent["task_id"], parent["task_id"]))
    assert (answer.status_code, answer.json()["code"]) == (400, 1201)


def test_a_parent_without_a_face_fails_in_the_services_words(sandbox: RunningSandbox) -> None:
    answer = sandbox.post(LIP_SYNC, for_parent(sandbox, "faceless"))
    task = finished(sandbox, answer.json()["data"]["task_id"])
    assert (task["task_status"], task["task_status_msg"]) == ("failed", "There is no human in the video")
    assert not (task["task_result"] or {}).get("videos")


def test_a_failed_task_is_answered_with_200_and_code_0(sandbox: RunningSandbox) -> None:
    task_id = create(sandbox, for_parent(sandbox, text="Now [fail] please"))
    finished(sandbox, task_id)
    answer = sandbox.get(f"{LIP_SYNC}/{task_id}")
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (200, 0, "SUCCEED")


@pytest.mark.parametrize(
    ("header", "code"),
    [(None, 1001), ("", 1001), ("Bearer wrong", 1002), ("Basic sk-x", 1002), ("Bearer sk-", 1002),
     ("Bearer sk-sandbox-1004", 1004)],
)  # fmt: skip
def test_a_missing_or_wrong_key_is_refused_with_401(
    sandbox: RunningSandbox, header: str | None, code: int
) -> None:
    headers = {} if header is None else {"Authorization": header}
    for method, path in (("GET", TEXT2VIDEO), ("GET", LIP_SYNC + "/x"), ("POST", LIP_SYNC)):
        answer = sandbox.session.request(method, sandbox.url + path, headers=headers, json={})
        assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_a_task_of_another_kind_account_or_nobody_is_not_found(sandbox: RunningSandbox) -> None:
    task_id = create(sandbox)
    assert sandbox.get(f"{TEXT2VIDEO}/{task_id}").json()["code"] == 1203
    assert sandbox.get(f"{LIP_SYNC}/nothing").status_code == 404
    sandbox.key += "-other"
    assert sandbox.get(f"{LIP_SYNC}/{task_id}").json()["code"] == 1203


def test_lists_are_paged_newest_first(sandbox: RunningSandbox) -> None:
    ids = [create(sandbox) for _ in range(3)]
    first = sandbox.get(LIP_SYNC + "?pageNum=1&pageSize=2").json()["data"]
    second = sandbox.get(LIP_SYNC + "?pageNum=2&pageSize=2").json()["data"]
    assert [task["task_id"] for task in first + second] == ids[::-1]


@pytest.mark.parametrize(
    "query_string", ["pageSize=0", "pageSize=501", "pageNum=0", "pageNum=x", "pageSize=-1"]
)
def test_a_page_out_of_range_is_refused(sandbox: RunningSandbox, query_string: str) -> None:
    assert sandbox.get(f"{LIP_SYNC}?{query_string}").json()["code"] == 1201


def test_the_route_that_does_not_exist_is_refused_with_1202(sandbox: RunningSandbox) -> None:
    for answer in (
        sandbox.get("/kling/v1/videos/identify-face"),
        sandbox.post("/kling/v1/videos/lipsync", {}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, 1202)


def test_a_body_above_the_limit_is_answered_with_413(sandbox: RunningSandbox) -> None:
    answer = sandbox.session.post(sandbox.url + LIP_SYNC, data=b"x" * 30_000_001, headers=sandbox.headers)
    assert answer.status_code == 413


def test_a_text_that_the_service_would_not_say_is_refused_with_1301(sandbox: RunningSandbox) -> None:
    answer = sandbox.post(LIP_SYNC, for_parent(sandbox, text="An [unsafe] text"))
    assert (answer.status_code, answer.json()["code"]) == (400, 1301)


def test_odd_characters_are_refused_and_never_break_the_server(sandbox: RunningSandbox) -> None:
    headers = {**sandbox.headers, "Content-Type": "application/json"}
    for raw in (
        b'{"input":{"text":"\\ud800"}}',
        b'{"\\udfff":1}',
        b'{"input":{"task_id":"\\ud83d","mode":"x"}}',
    ):
        answer = sandbox.session.post(sandbox.url + LIP_SYNC, data=raw, headers=headers)
        assert answer.status_code == 400
    assert sandbox.get(f"{LIP_SYNC}/%FF%00%0a").status_code == 404


def test_an_idea_becomes_a_video_that_can_be_a_parent(sandbox: RunningSandbox) -> None:
    body = {"prompt": "A chef", "duration": "5", "aspect_ratio": "9:16", "external_task_id": "mine-1"}
    task_id = create(sandbox, body, TEXT2VIDEO)
    task = finished(sandbox, task_id, TEXT2VIDEO)
    assert task["task_info"]["external_task_id"] == "mine-1"
    assert query(sandbox, "mine-1", TEXT2VIDEO)["task_id"] == task_id
    video = task["task_result"]["videos"][0]
    assert video["duration"] == "5.041"
    assert finished(sandbox, create(sandbox, text_body(task_id, video["id"])))["task_status"] == "succeed"


def test_an_external_task_id_can_be_used_once(sandbox: RunningSandbox) -> None:
    body = {"prompt": "A chef", "external_task_id": "same"}
    create(sandbox, body, TEXT2VIDEO)
    answer = sandbox.post(TEXT2VIDEO, body)
    assert (answer.status_code, answer.json()["code"]) == (400, 1201)


def test_a_picture_becomes_a_video_that_can_be_a_parent(sandbox: RunningSandbox) -> None:
    body = {"image": base64.b64encode(png_bytes()).decode(), "prompt": "She nods"}
    task_id = create(sandbox, body, IMAGE2VIDEO)
    video = finished(sandbox, task_id, IMAGE2VIDEO)["task_result"]["videos"][0]
    assert finished(sandbox, create(sandbox, text_body(task_id, video["id"])))["task_status"] == "succeed"


def test_a_link_to_another_machine_is_not_fetched(sandbox: RunningSandbox) -> None:
    parent = sandbox.parents()["first"]
    body = sound_body(
        parent["task_id"],
        parent["video_id"],
        audio_type="url",
        audio_file=None,
        audio_url="http://192.0.2.1/a.mp3",
    )
    task = finished(sandbox, create(sandbox, body))
    assert task["task_status"] == "failed"
    assert "this machine only" in task["task_status_msg"]


def test_a_sound_that_cannot_be_decoded_fails_the_task(sandbox: RunningSandbox) -> None:
    parent = sandbox.parents()["first"]
    broken = b"\0\0\0\x18ftypM4A \0\0\0\0" + b"soun" + b"mp4a" + b"\0" * 500
    body = sound_body(parent["task_id"], parent["video_id"], audio_file=base64.b64encode(broken).decode())
    task = finished(sandbox, create(sandbox, body))
    assert (task["task_status"], task["task_status_msg"]) == ("failed", "The audio could not be decoded")


def test_the_balance_goes_down_by_what_was_accepted_on_both_routes(sandbox: RunningSandbox) -> None:
    quota = sandbox.session.get(sandbox.url + "/user/quota", params={"key": sandbox.key}).json()
    assert (quota["total_quota"], quota["request_count"]) == (1000, 0)
    create(sandbox)
    create(sandbox, for_parent(sandbox, "second"))
    quota = sandbox.session.get(sandbox.url + "/user/quota", params={"key": sandbox.key}).json()
    assert quota["total_used_quota"] == pytest.approx(0.21)
    assert quota["keys"][0]["remain_quota"] == pytest.approx(999.79)
    assert sandbox.get("/v1/dashboard/billing/usage").json()["total_usage"] == pytest.approx(21)
    assert sandbox.get("/v1/dashboard/billing/subscription").json()["hard_limit_usd"] == 1000
    refused = sandbox.session.get(sandbox.url + "/user/quota", params={"key": "wrong"})
    assert refused.status_code == 401


def test_a_file_is_sent_in_ranges(sandbox: RunningSandbox) -> None:
    link = link_of(query(sandbox, sandbox.parents()["first"]["task_id"], TEXT2VIDEO))
    whole = sandbox.session.get(link)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    part = sandbox.session.get(link, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-7/{len(whole.content)}"
    assert sandbox.session.get(link, headers={"Range": "bytes=99999999-"}).status_code == 416
    head = sandbox.session.head(link)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(whole.content)))


def test_a_link_needs_its_signature_and_ends(sandbox: RunningSandbox) -> None:
    parents = sandbox.parents()
    link = link_of(query(sandbox, parents["first"]["task_id"], TEXT2VIDEO))
    bare, expires = link.partition("?")[0], int(parse_qs(urlsplit(link).query)["exp"][0])
    for spoiled in (
        bare,
        link + "1",
        link.replace(str(expires), str(expires + 1)),
        link.replace("first", "second"),
    ):
        assert sandbox.session.get(spoiled).status_code == 403
    assert sandbox.session.get(f"{bare}?sig=%FF&exp={expires}").status_code == 403
    assert sandbox.session.get(f"{bare}?sig=a&exp=²").status_code == 403
    assert sandbox.session.get(bare.replace("first", "../link-secret")).status_code == 404
    old = link_of(query(sandbox, parents["too-old"]["task_id"], TEXT2VIDEO))
    assert sandbox.session.get(old).status_code == 403


def test_the_codes_are_those_of_the_table() -> None:
    by_status = {401: (1000, 1004), 429: (1100, 1102), 403: (1103, 1103), 404: (1202, 1203)}
    for status, (first, last) in by_status.items():
        assert all(CODES[code][0] == status for code in range(first, last + 1))
    assert [CODES[code][0] for code in (1301, 1303, 5000, 5001, 5002)] == [400, 429, 500, 503, 504]


def test_the_host_name_must_be_this_machines(sandbox: RunningSandbox) -> None:
    answer = requests.get(sandbox.url + "/sandbox/", headers={"Host": "evil.example"}, timeout=10)
    assert answer.status_code == 421
