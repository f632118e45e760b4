"""Each fault as a caller sees it, over real sockets."""

from typing import Any

import pytest
import requests

from tests.sandbox.bodies import LIP_SYNC, TEXT2VIDEO, create, finished, for_parent, query
from tests.support.sandbox import RunningSandbox


def quick(sandbox: RunningSandbox, path: str, timeout: float = 5) -> requests.Response:
    return requests.get(sandbox.url + path, headers=sandbox.headers, timeout=timeout, allow_redirects=False)


def parent_path(sandbox: RunningSandbox) -> str:
    return f"{TEXT2VIDEO}/{sandbox.parents()['first']['task_id']}"


def test_an_error_code_comes_in_every_form(sandbox: RunningSandbox) -> None:
    path = parent_path(sandbox)
    found: dict[str, Any] = {}
    for form in ("native", "error", "text", "nested", "fetch"):
        sandbox.set_fault("error", route="query", code=5002, form=form, count=1)
        answer = quick(sandbox, path)
        assert answer.status_code == 504
        found[form] = answer.json()
    assert found["native"]["code"] == 5002
    assert found["error"]["error"]["type"] == "comet_api_error"
    assert isinstance(found["text"]["error"], str)
    assert found["nested"]["data"]["data"]["code"] == 5002
    assert found["fetch"]["code"] == "fail_to_fetch_task"
    assert '"code": 5002' in found["fetch"]["message"]
    assert quick(sandbox, path).status_code == 200


def test_an_error_code_may_come_with_http_200(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("error", route="query", code=1303, status=200, count=1)
    answer = quick(sandbox, parent_path(sandbox))
    assert (answer.status_code, answer.json()["code"]) == (200, 1303)


def test_a_plain_error_says_when_to_come_back(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("http", route="list", status=429, retry_after="7", count=1)
    answer = quick(sandbox, TEXT2VIDEO)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


@pytest.mark.parametrize("kind", ["http", "html", "empty"])
@pytest.mark.parametrize("status", [200, 205, 300, 451, 599])
def test_every_allowed_status_arrives(sandbox: RunningSandbox, kind: str, status: int) -> None:
    sandbox.set_fault(kind, route="list", status=status, count=1)
    assert quick(sandbox, TEXT2VIDEO).status_code == status


@pytest.mark.parametrize("kind", ["html", "empty", "unreadable"])
def test_an_answer_can_be_no_json(sandbox: RunningSandbox, kind: str) -> None:
    sandbox.set_fault(kind, route="balance", count=1)
    answer = quick(sandbox, "/v1/dashboard/billing/usage")
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_a_redirect_can_be_sent(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("redirect", route="query", count=1)
    answer = quick(sandbox, parent_path(sandbox))
    assert (answer.status_code, answer.headers["Location"]) == (301, "/elsewhere")


def test_a_reset_before_accepting_leaves_nothing_behind_but_the_post(sandbox: RunningSandbox) -> None:
    text = f"Reset before {sandbox.key}"
    sandbox.set_fault("reset", route="create", count=1)
    with pytest.raises(requests.ConnectionError, match="reset"):
        sandbox.post(LIP_SYNC, for_parent(sandbox, text=text))
    log = sandbox.log()
    assert (log["by_text"][text], log["accepted_by_text"].get(text, 0)) == (1, 0)
    assert sandbox.get(LIP_SYNC).json()["data"] == []


@pytest.mark.parametrize("by_word", [False, True])
def test_a_reset_after_accepting_leaves_a_charged_task(sandbox: RunningSandbox, by_word: bool) -> None:
    text = f"Reset after {sandbox.key}" + (" [lost]" if by_word else "")
    if not by_word:
        sandbox.set_fault("reset", route="create", after=True, count=1)
    with pytest.raises(requests.ConnectionError, match="reset"):
        sandbox.post(LIP_SYNC, for_parent(sandbox, text=text))
    assert sandbox.log()["accepted_by_text"][text] == 1
    (task,) = sandbox.get(LIP_SYNC).json()["data"]
    assert finished(sandbox, task["task_id"])["task_status"] == "succeed"


def test_a_plain_error_after_accepting_leaves_a_charged_task(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("http", route="create", status=524, after=True, count=1)
    assert sandbox.post(LIP_SYNC, for_parent(sandbox)).status_code == 524
    assert len(sandbox.get(LIP_SYNC).json()["data"]) == 1


def test_a_delay_outlasts_a_callers_patience(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("delay", route="query", seconds=3, count=1)
    with pytest.raises(requests.ReadTimeout):
        quick(sandbox, parent_path(sandbox), timeout=0.3)


def test_an_answer_is_cut_in_the_middle(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("cut", route="query", count=1)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        quick(sandbox, parent_path(sandbox))


def test_a_slow_answer_never_comes_to_an_end_in_time(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("slow", route="query", bytes_per_second=10, count=1)
    with requests.get(
        sandbox.url + parent_path(sandbox), headers=sandbox.headers, stream=True, timeout=5
    ) as answer:
        got = b"".join(next(answer.iter_content(1)) for _ in range(5))
    assert got == b'{"cod'
    assert int(answer.headers["content-length"]) > 300


def test_an_oversized_answer_goes_on_and_on(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("oversized", route="query", bytes=3_000_000, count=1)
    assert len(quick(sandbox, parent_path(sandbox)).content) == 3_000_000


def test_a_right_answer_can_have_the_wrong_type(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("wrong-type", route="query", count=1)
    answer = quick(sandbox, parent_path(sandbox))
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.json()["code"] == 0


@pytest.mark.parametrize(("depth", "where"), [(1, ()), (2, ("data",)), (3, ("data", "data"))])
def test_a_reply_is_wrapped_as_a_relay_does(
    sandbox: RunningSandbox, depth: int, where: tuple[str, ...]
) -> None:
    sandbox.set_fault("wrapped", route="query", depth=depth, count=1)
    reply = quick(sandbox, parent_path(sandbox)).json()
    assert (reply["code"], reply["data"]["status"], reply["data"]["progress"]) == (
        "success",
        "SUCCESS",
        "100%",
    )
    task = reply["data"]
    for key in where:
        task = task[key]
    assert task["task_result"]["videos"][0]["url"].startswith("http")


def test_a_reply_takes_the_other_allowed_shapes(sandbox: RunningSandbox) -> None:
    path = parent_path(sandbox)
    sandbox.set_fault("shape", route="query", synonyms=True, time_in_seconds=True, bare=True, count=1)
    reply = quick(sandbox, path).json()
    assert "request_id" not in reply
    assert reply["data"]["task_status"] == "Succeeded"
    assert reply["data"]["created_at"] < 1e11
    sandbox.set_fault("shape", route="query", result_url="video_url", count=1)
    task = quick(sandbox, path).json()["data"]
    assert task["task_result"] == {"videos": []}
    assert task["video_url"].startswith("http")
    sandbox.set_fault("shape", route="query", number_durations=True, count=1)
    assert quick(sandbox, path).json()["data"]["task_result"]["videos"][0]["duration"] == 5.041


def test_a_new_task_is_unknown_for_its_first_polls(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("first-polls-404", polls=2)
    task_id = create(sandbox)
    answers = [sandbox.get(f"{LIP_SYNC}/{task_id}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 200]
    assert answers[0].json()["code"] == 1203


def test_a_finished_task_lacks_its_link_for_some_polls(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("missing-url", polls=2)
    task_id = create(sandbox)
    first = finished(sandbox, task_id)
    later = [query(sandbox, task_id) for _ in range(2)]
    assert ["url" in t["task_result"]["videos"][0] for t in (first, *later)] == [False, False, True]


def test_links_can_have_expired_until_the_next_query(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("expired-links", count=1)
    links = [
        quick(sandbox, parent_path(sandbox)).json()["data"]["task_result"]["videos"][0]["url"] for _ in "ab"
    ]
    assert [sandbox.session.get(link).status_code for link in links] == [403, 200]


def test_lists_can_be_missing_or_late(sandbox: RunningSandbox) -> None:
    create(sandbox)
    sandbox.set_fault("no-lists", count=1)
    assert sandbox.get(LIP_SYNC).status_code == 404
    sandbox.set_fault("list-lag", seconds=60, count=1)
    assert sandbox.get(LIP_SYNC).json()["data"] == []
    assert len(sandbox.get(LIP_SYNC).json()["data"]) == 1


def test_a_download_can_be_no_video_or_end_early(sandbox: RunningSandbox) -> None:
    link = quick(sandbox, parent_path(sandbox)).json()["data"]["task_result"]["videos"][0]["url"]
    whole = sandbox.session.get(link).content
    sandbox.set_fault("no-video", count=1)
    assert sandbox.session.get(link).content.startswith(b"This is not a video")
    sandbox.set_fault("short-file", count=1)
    assert sandbox.session.get(link).content == whole[: len(whole) // 2]
    sandbox.set_fault("cut", route="download", count=1)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        sandbox.session.get(link)


def test_too_many_parallel_tasks_are_refused_with_1303_and_not_charged(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("work", route="create", seconds=600, count=1)
    sandbox.set_fault("max-parallel", route="create", limit=1)
    create(sandbox)
    answer = sandbox.post(LIP_SYNC, for_parent(sandbox))
    assert (answer.status_code, answer.json()["code"]) == (429, 1303)
    assert len(sandbox.get(LIP_SYNC).json()["data"]) == 1


def test_an_accepted_task_can_be_made_to_fail(sandbox: RunningSandbox) -> None:
    sandbox.set_fault("job-fails", reason="Out of luck", count=1)
    task = finished(sandbox, create(sandbox))
    assert (task["task_status"], task["task_status_msg"]) == ("failed", "Out of luck")
