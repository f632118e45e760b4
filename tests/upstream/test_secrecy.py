"""No key and no signed address in any log, exception or repr, whatever goes wrong."""

import logging
import traceback

import pytest

from lipsync.upstream.errors import UpstreamError
from lipsync.upstream.replies import TaskKind
from tests.support.replies_server import cut, hang_up, raw, reset, silence, unused_port
from tests.upstream.conftest import KEY
from tests.upstream.rows import PAGE

SIGNATURE = "sIgNaTuRe123"

ANSWERS = {
    "good": (200, {}, {"total_quota": 5, "data": {"task_id": "T1", "url": f"http://h/v?s={SIGNATURE}"}}),
    "echo": (400, {}, {"error": {"message": f"{KEY} may not read http://h/v?s={SIGNATURE}", "code": KEY}}),
    "echo as text": (500, {}, f"no: {KEY}"),
    "page": (502, {}, PAGE + KEY.encode()),
    "redirect": (302, {"Location": f"/next?s={SIGNATURE}&key={KEY}"}, b""),
    "request id": (429, {"X-Request-Id": KEY}, b""),
    "odd header": raw(b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\n{}"),
    "cut": cut(b"x" * 99, keep=5),
    "reset": reset(),
    "hang up": hang_up(),
    "silence": silence(),
}


@pytest.fixture
def every_word(caplog):
    """All that was logged at DEBUG, formatted as a handler would, tracebacks included."""
    caplog.set_level(logging.DEBUG)
    return lambda: "\n".join([caplog.text, *(str(record.__dict__) for record in caplog.records)])


def calls(client, url, spec, tmp_path):
    return {
        "create": lambda: client.create_lip_sync(spec, callback_url=f"https://me/cb?t={SIGNATURE}"),
        "query": lambda: client.query(TaskKind.LIP_SYNC, "T1"),
        "list": lambda: client.list_tasks(TaskKind.LIP_SYNC),
        "balance": client.balance,
        "download": lambda: client.download(f"{url}/v.mp4?s={SIGNATURE}", tmp_path / "v", max_bytes=1000),
    }


def everything_told_by(error):
    told = [repr(error), str(error), repr(error.__dict__), "".join(traceback.format_exception(error))]
    assert error.__cause__ is None
    assert error.__context__ is None
    return "\n".join(told)


@pytest.mark.parametrize("call", ["create", "query", "list", "balance", "download"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_neither_logs_nor_errors_tell_a_secret(connect, serve, spec, tmp_path, every_word, answer, call):
    server = serve(lambda seen: ANSWERS[answer])
    client = connect(
        server, quota_url=f"{server.url}/user/quota", read_timeout=0.15, create_read_timeout=0.15
    )
    told = repr(client)
    try:
        told += repr(calls(client, server.url, spec, tmp_path)[call]())
    except UpstreamError as error:
        told += everything_told_by(error)
    told += every_word()
    assert str(server.port) in told  # something was logged at all
    assert KEY not in told
    assert SIGNATURE not in told


@pytest.mark.parametrize("call", ["create", "query", "list", "balance", "download"])
@pytest.mark.parametrize(
    "host", ["http://127.0.0.1:{port}", "http://nowhere.invalid", "https://127.0.0.1:{port}"]
)
def test_a_failing_connection_tells_no_secret(connect, spec, tmp_path, every_word, host, call):
    url = host.format(port=unused_port())
    client = connect("http://127.0.0.1:1" if call == "download" else url, quota_url=f"{url}/user/quota")
    with pytest.raises(UpstreamError) as caught:
        calls(client, url, spec, tmp_path)[call]()
    told = everything_told_by(caught.value) + every_word()
    assert KEY not in told
    assert SIGNATURE not in told
