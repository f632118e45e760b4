import json
import os

import pytest

from lipsync.upstream.balances import Balance
from lipsync.upstream.bodies import text2video_body
from lipsync.upstream.client import Downloaded, UpstreamClient
from lipsync.upstream.errors import (
    Busy,
    DownloadExpired,
    DownloadNotVideo,
    DownloadTooLarge,
    Interrupted,
    KeyRefused,
    NotFound,
    NotSent,
    RouteMissing,
)
from lipsync.upstream.replies import TaskKind, TaskStatus
from tests.support.replies_server import cut, endless, raw, unused_port
from tests.upstream.conftest import KEY
from tests.upstream.rows import NATIVE_TASK, PAGE, native

VIDEO = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40
MISSING = (404, {}, {"code": 1203, "message": "task not found"})


# --- create


def test_a_create_is_one_exact_post(connect, serve, spec):
    server = serve(lambda seen: (200, {}, {"code": 0, "data": {"task_id": "T9", "task_status": "submitted"}}))
    task = connect(server).create_lip_sync(spec, callback_url="https://me/cb")
    assert (task.task_id, task.kind, task.status) == ("T9", TaskKind.LIP_SYNC, TaskStatus.SUBMITTED)
    [seen] = server.seen
    assert (seen.method, seen.path) == ("POST", "/kling/v1/videos/lip-sync")
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["content-length"] == str(len(seen.body))
    assert "transfer-encoding" not in seen.headers
    assert seen.body == (
        b'{"input":{"task_id":"CjilGmfJXYIAAAAAADleeQ","video_id":"1f936158-ea15-4775-84c9-78391705b734",'
        b'"mode":"text2video","text":"It\'s a beautiful day.","voice_id":"girlfriend_4_speech02",'
        b'"voice_language":"en","voice_speed":1.0},"callback_url":"https://me/cb"}'
    )


@pytest.mark.parametrize(
    "answer", [(200, {}, PAGE), (404, {}, b""), (405, {}, b""), (301, {"Location": "/"}, b"")]
)
def test_a_missing_create_route_is_said_to_be_missing(connect, serve, spec, answer):
    server = serve(lambda seen: answer)
    with pytest.raises(RouteMissing):
        connect(server).create_lip_sync(spec)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"code":0,"data":null}', b"ok", b'"x"', b'{"code":0,"data":{}}']
)
def test_a_create_answered_without_a_task_is_in_doubt(connect, serve, spec, body):
    server = serve(lambda seen: (200, {}, body))
    with pytest.raises(Interrupted) as caught:
        connect(server).create_lip_sync(spec)
    assert caught.value.outcome_unknown_on_create
    assert len(server.seen) == 1


def test_a_task_is_read_whatever_the_content_type(connect, serve, spec):
    server = serve(lambda seen: (200, {"Content-Type": "text/html; charset=latin-1"}, json.dumps(native())))
    assert connect(server).create_lip_sync(spec).task_id == "T1"


@pytest.mark.parametrize("kind", [TaskKind.TEXT2VIDEO, TaskKind.IMAGE2VIDEO])
def test_a_parent_video_is_posted_to_its_own_route(connect, serve, kind):
    server = serve(lambda seen: (200, {}, native(task_status="submitted")))
    assert connect(server).create_video(kind, text2video_body(prompt="A cat", duration="5")).kind is kind
    assert (server.seen[0].path, server.seen[0].body) == (
        f"/kling/v1/videos/{kind.value}",
        b'{"prompt":"A cat","duration":"5"}',
    )


def test_a_lip_sync_is_not_made_from_a_loose_body(connect, serve):
    server = serve(lambda seen: (200, {}, native()))
    with pytest.raises(ValueError, match="lip-sync"):
        connect(server).create_video(TaskKind.LIP_SYNC, {})
    assert server.seen == []


# --- query and list


@pytest.mark.parametrize(
    ("task_id", "path"),
    [("T1", "T1"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("../x", "..%2Fx"), ("é ü", "%C3%A9%20%C3%BC")],
)
def test_a_query_asks_for_exactly_this_id(connect, serve, task_id, path):
    server = serve(lambda seen: (200, {}, native()))
    connect(server).query(TaskKind.LIP_SYNC, task_id)
    assert (server.seen[0].method, server.seen[0].path) == ("GET", f"/kling/v1/videos/lip-sync/{path}")


@pytest.mark.parametrize("task_id", ["", " ", ".", "..", "/"])
def test_an_id_that_would_change_the_address_is_never_sent(connect, serve, task_id):
    server = serve(lambda seen: (200, {}, native()))
    with pytest.raises(NotFound):
        connect(server).query(TaskKind.LIP_SYNC, task_id)
    assert server.seen == []


def test_a_list_asks_for_a_page(connect, serve):
    server = serve(lambda seen: (200, {}, {"code": 0, "data": [NATIVE_TASK]}))
    [task] = connect(server).list_tasks(TaskKind.TEXT2VIDEO, page=3, page_size=500)
    assert task.task_id == "T1"
    assert server.seen[0].path == "/kling/v1/videos/text2video?pageNum=3&pageSize=500"


def test_a_base_url_may_have_a_path_and_a_slash_at_the_end(connect, serve):
    server = serve(lambda seen: (200, {}, native()))
    connect(server, base_url=server.url + "/proxy/").query(TaskKind.LIP_SYNC, "T1")
    assert server.seen[0].path == "/proxy/kling/v1/videos/lip-sync/T1"


# --- balance


def billing(seen):
    if seen.path.endswith("/subscription"):
        return 200, {}, {"hard_limit_usd": 20.0}
    return 200, {}, {"total_usage": 150}


def test_the_balance_comes_from_the_quota_route_without_the_header(connect, serve):
    server = serve(lambda seen: (200, {}, {"total_quota": 12.5, "total_used_quota": 1, "keys": []}))
    assert connect(server, quota_url=f"{server.url}/user/quota").balance() == Balance(
        12.5, 1.0, False, "quota"
    )
    [seen] = server.seen
    assert seen.path == f"/user/quota?key={KEY}"
    assert "authorization" not in seen.headers


def test_without_a_quota_route_the_billing_routes_are_asked(connect, serve):
    server = serve(billing)
    assert connect(server).balance() == Balance(18.5, 1.5, False, "billing")
    assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    "broken", [(404, {}, b""), (500, {}, b""), (200, {}, PAGE), (200, {}, {"error": "no"}), raw(b"")]
)
def test_a_broken_quota_route_is_replaced_by_the_other_way(connect, serve, broken):
    server = serve(lambda seen: broken if "quota" in seen.path else billing(seen))
    assert connect(server, quota_url=f"{server.url}/user/quota").balance().source == "billing"


def test_a_quota_host_that_is_down_is_replaced_by_the_other_way(connect, serve):
    quota_url = f"http://127.0.0.1:{unused_port()}/user/quota"
    assert connect(serve(billing), quota_url=quota_url).balance().source == "billing"


def test_a_refused_key_is_refused_at_once(connect, serve):
    server = serve(lambda seen: (401, {}, {"error": f"bad key {KEY}"}))
    with pytest.raises(KeyRefused) as caught:
        connect(server, quota_url=f"{server.url}/user/quota").balance()
    assert len(server.seen) == 1
    assert KEY not in str(caught.value)


# --- download


def fetch(client, url, path, *, max_bytes=1_000_000):
    return client.download(url, path, max_bytes=max_bytes)


def test_a_file_arrives_whole_and_without_the_key_being_sent(connect, serve, tmp_path):
    server = serve(lambda seen: (200, {"Content-Type": "video/mp4"}, VIDEO))
    got = fetch(connect(server), f"{server.url}/v.mp4?sig=1", tmp_path / "v")
    assert got == Downloaded(len(VIDEO), "video/mp4")
    assert (tmp_path / "v").read_bytes() == VIDEO
    assert "authorization" not in server.seen[0].headers


@pytest.mark.parametrize(
    "target",
    ["/a%2fb/%7E~/c.mp4?sig=a%2fb==&x=1+1&y=%c3%a9&&z", "/a/../b//c.mp4?e=(1)!*'", "/v.mp4?sig=A%20B|C^D`{}"],
)
def test_a_signed_address_is_sent_byte_for_byte(connect, serve, tmp_path, target):
    server = serve(lambda seen: (200, {}, VIDEO))
    fetch(connect(server), server.url + target, tmp_path / "v")
    assert server.seen[0].path == target


def test_a_file_without_a_length_and_a_chunked_one_arrive(connect, serve, tmp_path):
    chunked = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(VIDEO), VIDEO)
    for rest in (b"\r\n" + VIDEO, chunked):
        server = serve(lambda seen, rest=rest: raw(b"HTTP/1.1 200 OK\r\n" + rest))
        assert fetch(connect(server), f"{server.url}/v", tmp_path / "v").bytes == len(VIDEO)
        assert (tmp_path / "v").read_bytes() == VIDEO


@pytest.mark.parametrize("keep", [0, 1, 5000])
def test_a_file_cut_short_is_not_kept(connect, serve, tmp_path, keep):
    with pytest.raises(Interrupted):
        server = serve(lambda seen: cut(VIDEO, keep=keep))
        fetch(connect(server), f"{server.url}/v", tmp_path / "v")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((403, {"Content-Type": "application/xml"}, b"<Error/>"), DownloadExpired),
        ((404, {}, b""), DownloadExpired),
        ((410, {}, b""), DownloadExpired),
        ((400, {}, b"ExpiredToken"), DownloadExpired),
        ((401, {}, b""), DownloadExpired),
        ((429, {"Retry-After": "3"}, b""), Busy),
        ((503, {"Retry-After": "3"}, b""), Busy),
        ((500, {}, b""), Interrupted),
        ((206, {}, VIDEO), Interrupted),
        ((204, {}, b""), Interrupted),
        ((200, {}, b""), Interrupted),
        ((200, {"Content-Type": "text/html"}, PAGE), DownloadNotVideo),
        ((200, {"Content-Type": "video/mp4"}, PAGE), DownloadNotVideo),
        ((200, {}, {"code": 0}), DownloadNotVideo),
        ((200, {"Content-Type": "video/mp4"}, b' {"error":"expired"}'), DownloadNotVideo),
        ((200, {}, bytes(1_000_001)), DownloadTooLarge),
        ((302, {}, b""), Interrupted),
        ((302, {"Location": "ftp://h/v"}, b""), DownloadNotVideo),
        ((302, {"Location": "http://["}, b""), DownloadExpired),
    ],
)
def test_what_is_no_file_is_said_and_not_kept(connect, serve, tmp_path, answer, error):
    server = serve(lambda seen: answer)
    with pytest.raises(error) as caught:
        fetch(connect(server), f"{server.url}/v.mp4?sig=secret", tmp_path / "v")
    assert list(tmp_path.iterdir()) == []
    assert "secret" not in repr(caught.value) + str(caught.value)
    assert caught.value.retry_after_seconds == (3 if error is Busy else None)


def test_an_endless_file_is_given_up_at_the_limit(connect, serve, tmp_path):
    server = serve(lambda seen: endless(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536)))
    with pytest.raises(DownloadTooLarge):
        fetch(connect(server), f"{server.url}/v", tmp_path / "v")
    assert list(tmp_path.iterdir()) == []


def test_three_redirects_are_followed_and_carry_nothing_secret(connect, serve, tmp_path):
    store = serve(
        lambda seen: (200, {}, VIDEO) if seen.path == "/3?s=3" else (302, {"Location": "/3?s=3"}, b"")
    )
    server = serve(
        lambda seen: (302, {"Location": "/2"} if seen.path == "/1" else {"Location": f"{store.url}/x"}, b"")
    )
    assert fetch(connect(server), f"{server.url}/1", tmp_path / "v").bytes == len(VIDEO)
    asked = [*server.seen, *store.seen]
    assert [seen.path for seen in asked] == ["/1", "/2", "/x", "/3?s=3"]
    assert not any({"authorization", "cookie", "referer"} & set(seen.headers) for seen in asked)


def test_endless_redirects_are_given_up(connect, serve, tmp_path):
    server = serve(lambda seen: (302, {"Location": seen.path + "x"}, b""))
    with pytest.raises(DownloadExpired):
        fetch(connect(server), f"{server.url}/v", tmp_path / "v")
    assert len(server.seen) == 4


@pytest.mark.parametrize("url", ["", "v.mp4", "file:///etc/passwd", "http://[", "ftp://h/v"])
def test_an_address_that_is_none_is_refused(connect, serve, tmp_path, url):
    with pytest.raises(DownloadNotVideo):
        fetch(connect("http://127.0.0.1:1"), url, tmp_path / "v")


def test_an_upstream_elsewhere_cannot_make_us_read_this_machine(connect, serve, tmp_path):
    server = serve(lambda seen: (200, {}, VIDEO))
    with pytest.raises(DownloadNotVideo):
        fetch(connect("https://api.example.com"), f"{server.url}/v", tmp_path / "v")
    assert server.seen == []


def test_a_file_host_that_is_down_sent_nothing(connect, tmp_path):
    with pytest.raises(NotSent):
        fetch(connect("http://127.0.0.1:1"), f"http://127.0.0.1:{unused_port()}/v", tmp_path / "v")


def test_a_full_disk_is_no_error_of_the_upstream(connect, serve):
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    from pathlib import Path

    class Full(type(Path())):
        def unlink(self, missing_ok=False):
            """The device stays."""

    server = serve(lambda seen: (200, {}, bytes(200_000)))
    with pytest.raises(OSError, match="No space"):
        fetch(connect(server), f"{server.url}/v", Full("/dev/full"))


def test_a_missing_folder_is_no_error_of_the_upstream(connect, serve, tmp_path):
    server = serve(lambda seen: (200, {}, VIDEO))
    with pytest.raises(FileNotFoundError):
        fetch(connect(server), f"{server.url}/v", tmp_path / "gone" / "v")


# --- construction


@pytest.mark.parametrize(
    "base_url", ["", "api.example.com", "ftp://h", "https://", "https://h?x=1", "https://u:p@h", "http://["]
)
def test_a_base_url_that_cannot_be_used_is_refused(base_url):
    with pytest.raises(ValueError):
        UpstreamClient(base_url=base_url, key=KEY)


@pytest.mark.parametrize("key", ["", "  ", "sk-a b", "sk-a\nX: 1", "sk-ключ"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_quoted(key):
    with pytest.raises(ValueError, match="key") as caught:
        UpstreamClient(base_url="https://h", key=key)
    assert not key.strip() or key.strip() not in str(caught.value)
