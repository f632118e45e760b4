import pytest

from tests.sandbox.bodies import LIP_SYNC, create, for_parent, text_body
from tests.support.sandbox import RunningSandbox


def test_it_says_what_it_is(sandbox: RunningSandbox) -> None:
    about = sandbox.session.get(sandbox.url + "/sandbox/").json()
    assert about["sandbox"] is True
    assert about["docs"] == "docs/sandbox.md"


def test_the_bill_counts_every_post_and_every_accepted_one(sandbox: RunningSandbox) -> None:
    text, token = f"Bill of {sandbox.key}", f"token-{sandbox.key}"
    before = sandbox.log()
    body = for_parent(sandbox, text=text) | {"callback_url": f"http://127.0.0.1:9/hook/{token}"}
    create(sandbox, body)
    create(sandbox, body)
    sandbox.post(LIP_SYNC, text_body("nothing", "v", text=text))
    after = sandbox.log()
    assert after["arrived"] - before["arrived"] == 3
    assert after["accepted"] - before["accepted"] == 2
    assert after["by_text"][text] == 3
    assert after["accepted_by_text"][text] == 2
    assert after["by_callback"][token] == 2
    last = after["posts"][-3:]
    assert last[0]["digest"] == last[1]["digest"] != last[2]["digest"]
    assert [post["answer"] for post in last] == ["HTTP 200", "HTTP 200", "HTTP 404"]
    assert last[0]["parent_task_id"] == sandbox.parents()["first"]["task_id"]


def test_the_log_can_leave_out_what_is_known(sandbox: RunningSandbox) -> None:
    create(sandbox)
    create(sandbox)
    last = sandbox.log()["posts"][-1]
    later = sandbox.get(f"/sandbox/log?after={last['id'] - 1}").json()
    assert later["posts"] == [last]
    assert later["arrived"] == 1
    assert sandbox.get("/sandbox/log?after=99999999999999999999").json()["posts"] == []
    assert last["id"] in [post["id"] for post in sandbox.get("/sandbox/log?after=x").json()["posts"]]


def test_queries_are_counted_for_each_task(sandbox: RunningSandbox) -> None:
    task_id = create(sandbox)
    for _ in range(3):
        sandbox.get(f"{LIP_SYNC}/{task_id}")
    assert sandbox.log()["calls"][f"query {task_id}"] == 3


def test_faults_are_set_listed_and_cleared(sandbox: RunningSandbox) -> None:
    first = sandbox.set_fault("reset", route="query", count=3)
    sandbox.set_fault("no-lists")
    listed = sandbox.session.get(sandbox.url + "/sandbox/faults").json()
    assert [fault["kind"] for fault in listed] == ["reset", "no-lists"]
    sandbox.session.delete(f"{sandbox.url}/sandbox/faults/{first}")
    assert [f["kind"] for f in sandbox.session.get(sandbox.url + "/sandbox/faults").json()] == ["no-lists"]
    sandbox.clear_faults()
    assert sandbox.session.get(sandbox.url + "/sandbox/faults").json() == []


def test_a_fault_that_does_not_exist_is_answered_with_what_there_is(sandbox: RunningSandbox) -> None:
    answer = sandbox.post("/sandbox/faults", {"kind": "nonsense"})
    assert answer.status_code == 400
    assert "first-polls-404" in answer.json()["error"]


@pytest.mark.parametrize(
    ("rubbish", "words"),
    [
        ([], "JSON object"),
        ({"seed": "x", "kind": "reset"}, "seed must be a whole number"),
        ({"kind": "reset", "count": "x"}, "count must be a whole number"),
        ({"kind": "http", "status": 1000}, "status must be from 200 to 599"),
        ({"kind": "error", "form": "xml"}, "form must be one of native, error"),
    ],
)
def test_a_fault_with_rubbish_is_refused_with_what_is_allowed(
    sandbox: RunningSandbox, rubbish: object, words: str
) -> None:
    answer = sandbox.post("/sandbox/faults", rubbish)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert sandbox.get("/sandbox/faults").json() == []


def test_a_fault_that_is_no_json_is_refused(sandbox: RunningSandbox) -> None:
    headers = {"Content-Type": "application/json"}
    for body in ("{", "[" * 100_000):
        answer = sandbox.session.post(sandbox.url + "/sandbox/faults", data=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "the body is not valid JSON")


def test_a_web_page_cannot_use_the_switches(sandbox: RunningSandbox) -> None:
    url, body = sandbox.url + "/sandbox/faults", '{"kind":"no-lists"}'
    assert sandbox.session.post(url, data=body, headers={"Content-Type": "text/plain"}).status_code == 415
    headers = {"Content-Type": "application/json", "Origin": "https://example.org"}
    assert sandbox.session.post(url, data=body, headers=headers).status_code == 403
