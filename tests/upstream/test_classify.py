import json

import pytest

from lipsync.upstream import errors
from lipsync.upstream.classify import Route, classify
from tests.upstream.rows import ERROR_ROWS, PAGE, SHAPES, ErrorRow, native, wrapped

ROUTES_OF_JSON = (Route.CREATE, Route.QUERY, Route.LIST, Route.BALANCE)


def judge(status, body, *, route=Route.QUERY, headers=None, key=""):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return classify(status, headers or {}, data, route=route, key=key)


@pytest.mark.parametrize("http_status", ["own", 200])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("row", ERROR_ROWS, ids=lambda row: str(row.code))
def test_every_code_in_every_body_becomes_its_error(row: ErrorRow, shape: str, http_status):
    status = row.http_status if http_status == "own" else 200
    for route in ROUTES_OF_JSON:
        error = judge(status, SHAPES[shape](row.code, row.message), route=route)
        assert type(error) is row.error
        assert (error.code, error.http_status, error.request_id) == (row.code, status, "req-1")
        assert error.message.startswith(row.message)


@pytest.mark.parametrize(
    ("status", "route", "error"),
    [
        (400, Route.QUERY, errors.InvalidRequest),
        (401, Route.CREATE, errors.KeyRefused),
        (402, Route.CREATE, errors.InArrears),
        (403, Route.CREATE, errors.NotPermitted),
        (404, Route.QUERY, errors.NotFound),
        (404, Route.CREATE, errors.RouteMissing),
        (404, Route.LIST, errors.RouteMissing),
        (404, Route.BALANCE, errors.RouteMissing),
        (405, Route.CREATE, errors.RouteMissing),
        (405, Route.QUERY, errors.RouteMissing),
        (408, Route.CREATE, errors.Interrupted),
        (413, Route.CREATE, errors.InvalidRequest),
        (422, Route.CREATE, errors.InvalidRequest),
        (429, Route.CREATE, errors.Busy),
        (500, Route.CREATE, errors.Interrupted),
        (502, Route.CREATE, errors.Interrupted),
        (503, Route.CREATE, errors.Busy),
        (504, Route.CREATE, errors.Interrupted),
        (520, Route.CREATE, errors.Interrupted),
        (524, Route.CREATE, errors.Interrupted),
        (301, Route.CREATE, errors.RouteMissing),
        (307, Route.CREATE, errors.RouteMissing),
        (302, Route.QUERY, errors.RouteMissing),
        (204, Route.CREATE, errors.Interrupted),
        (200, Route.CREATE, errors.Interrupted),
    ],
)
@pytest.mark.parametrize("body", [b"", b"sorry", b'{"error":"sorry"}'], ids=["empty", "text", "error text"])
def test_without_a_code_the_status_decides(status, route, error, body):
    assert type(judge(status, body, route=route)) is error


@pytest.mark.parametrize(
    ("status", "route", "error"),
    [
        (200, Route.CREATE, errors.RouteMissing),
        (404, Route.CREATE, errors.RouteMissing),
        (301, Route.CREATE, errors.RouteMissing),
        (200, Route.QUERY, errors.Interrupted),
        (404, Route.QUERY, errors.RouteMissing),
        (403, Route.QUERY, errors.NotPermitted),
        (429, Route.CREATE, errors.Busy),
        (502, Route.CREATE, errors.Interrupted),
        (503, Route.CREATE, errors.Busy),
        (524, Route.CREATE, errors.Interrupted),
    ],
)
def test_a_page_means_what_its_route_and_status_say(status, route, error):
    assert type(judge(status, PAGE, route=route)) is error


def test_500_with_invalid_request_is_our_body():
    body = {
        "error": {"message": "bad (request id: r9)", "type": "comet_api_error", "code": "invalid_request"}
    }
    error = judge(500, body, route=Route.CREATE)
    assert type(error) is errors.InvalidRequest
    assert error.request_id == "r9"


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, errors.KeyRefused), (403, errors.NotPermitted), (429, errors.Busy), (504, errors.Interrupted)],
)
def test_the_stock_word_invalid_request_does_not_hide_a_clear_status(status, error):
    assert type(judge(status, {"error": {"message": "x", "code": "invalid_request"}})) is error


@pytest.mark.parametrize("place", ["code", "type"])
def test_503_with_model_not_found_is_permanent(place):
    body = {
        "error": {"message": "no channel", "type": "new_api_error", "code": ""} | {place: "model_not_found"}
    }
    assert type(judge(503, body, route=Route.CREATE)) is errors.ModelUnavailable


@pytest.mark.parametrize("status", [200, 400, 404, 500])
def test_task_not_exist_is_not_found_whatever_the_status(status):
    body = {"code": "task_not_exist", "message": "task_not_exist", "data": None}
    assert type(judge(status, body)) is errors.NotFound


def test_an_unknown_code_with_success_leaves_a_create_in_doubt():
    error = judge(200, {"code": 7777, "message": "?"}, route=Route.CREATE)
    assert type(error) is errors.Interrupted
    assert error.outcome_unknown_on_create


def test_a_new_number_of_a_known_family_is_refused_like_the_family():
    assert type(judge(400, {"code": 1204, "message": "?"})) is errors.InvalidRequest


@pytest.mark.parametrize(
    "body",
    [
        native(task_status="failed", task_status_msg="There is no human in the video"),
        wrapped("FAILURE", {"code": 1301, "message": "risk", "data": None}, fail_reason="risk"),
        wrapped("SUCCESS", native()),
        {"code": 200, "data": {"task_id": "x"}},
        {"code": "0", "data": {"task_id": "x"}},
        {"data": []},
    ],
)
def test_a_job_that_failed_is_no_failed_call(body):
    assert judge(200, body) is None


def test_a_refusal_that_names_a_task_carries_its_id():
    error = judge(429, {"code": 1303, "message": "full", "data": {"task_id": 2**60}}, route=Route.CREATE)
    assert error.task_id == str(2**60)


def test_an_error_can_be_a_json_string_with_a_wrong_content_type():
    error = judge(400, b'\xef\xbb\xbf{"code":1200,"message":"no"}', headers={"Content-Type": "text/html"})
    assert type(error) is errors.InvalidRequest


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"code":' + b"9" * 5000 + b"}", b"\xff\xfe{", b'"x"', b"null"]
)
def test_rubbish_with_an_error_status_is_judged_by_its_status(body):
    assert type(judge(502, body, route=Route.CREATE)) is errors.Interrupted
    assert type(judge(401, body, route=Route.CREATE)) is errors.KeyRefused


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"code":' + b"9" * 5000 + b"}", b"\xff\xfe{", b"{"])
def test_rubbish_with_success_cannot_be_read(body):
    error = judge(200, body, route=Route.CREATE)
    assert type(error) is errors.Interrupted
    assert error.cause == "unreadable"


def test_the_request_id_may_stand_in_a_header():
    assert judge(500, b"", headers={"X-Request-Id": "h1"}).request_id == "h1"


def test_retry_after_is_carried():
    assert judge(429, b"", headers={"retry-after": "7"}).retry_after_seconds == 7


def test_the_key_is_cut_out_of_what_the_upstream_says():
    key = "plainkey987654"
    error = judge(401, {"error": f"Incorrect API key provided: {key}; see sk-abc***xyz"}, key=key)
    assert key not in str(error)
    assert "abc" not in str(error)
