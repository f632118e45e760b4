"""Every fault times every call, and what may be done about it."""

import pytest

from lipsync.upstream import retry
from lipsync.upstream.errors import UpstreamError
from lipsync.upstream.replies import TaskKind
from tests.support.waiting import wait_until
from tests.upstream.faults import CALLS, FAULTS, GOOD, expected

PATIENT = retry.RetryPolicy(3, first_wait=0, longest_wait=0, longest_retry_after=0, total_wait=1)
SHORT = {
    "read_timeout": 0.3,
    "create_read_timeout": 0.3,
    "deadline_seconds": 0.6,
    "create_deadline_seconds": 0.6,
    "download_deadline_seconds": 0.6,
}


def make(call, client, url, spec, tmp_path):
    return {
        "create": lambda: client.create_lip_sync(spec),
        "query": lambda: client.query(TaskKind.LIP_SYNC, "T1"),
        "list": lambda: client.list_tasks(TaskKind.LIP_SYNC),
        "balance": client.balance,
        "download": lambda: client.download(f"{url}/v", tmp_path / "v", max_bytes=200_000),
    }[call]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_error_and_is_met_as_the_retry_table_says(
    connect, serve, spec, tmp_path, name, call
):
    server = serve(lambda seen: FAULTS[name].answer)
    options = SHORT if FAULTS[name].slow else {"max_answer_bytes": 200_000}
    operation = make(call, connect(server, **options), server.url, spec, tmp_path)
    tried = []

    def counted():
        tried.append(call)
        return operation()

    with pytest.raises(UpstreamError) as caught:
        retry.call(counted, PATIENT, is_create=call == "create", sleep=lambda seconds: None)
    error = caught.value
    assert type(error) is expected(name, call)
    again = error.retry_create if call == "create" else error.retry_query
    assert len(tried) == (3 if again else 1)
    if call == "create":
        wait_until(lambda: len(server.seen) >= len(tried))
        posts = [seen for seen in server.seen if seen.method == "POST"]
        assert len(posts) == len(tried)
        assert not (error.outcome_unknown_on_create and len(posts) > 1)
    assert not (tmp_path / "v").exists()


@pytest.mark.parametrize("name", ["503", "429 with Retry-After", "code 1303"])
def test_a_create_gets_through_once_the_upstream_is_no_longer_busy(connect, serve, spec, name):
    answers = [FAULTS[name].answer, GOOD]
    server = serve(lambda seen: answers.pop(0))
    client = connect(server)
    task = retry.call(
        lambda: client.create_lip_sync(spec), PATIENT, is_create=True, sleep=lambda seconds: None
    )
    assert task.task_id == "T1"
    assert len(server.seen) == 2
