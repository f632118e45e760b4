"""The wire itself: faults on real sockets, deadlines, connections, proxies."""

import shutil
import ssl
import subprocess
import threading

import pytest
from requests.adapters import HTTPAdapter

from lipsync.upstream.errors import Interrupted, NotFound, NotSent, RouteMissing
from lipsync.upstream.replies import TaskKind
from lipsync.upstream.transport import is_loopback, is_web_address
from tests.support.replies_server import (
    cut,
    drip,
    encode_reply,
    endless,
    hang_up,
    raw,
    reset,
    silence,
    unused_port,
)
from tests.support.waiting import wait_until
from tests.upstream.conftest import KEY
from tests.upstream.rows import native

KIND = TaskKind.LIP_SYNC
GOOD = native()


def good(seen):
    return 200, {}, GOOD


def failure(call, kind):
    with pytest.raises(kind) as caught:
        call()
    return caught.value


# --- nothing was sent


@pytest.fixture(params=["create", "query"])
def ask(request, spec):
    """The same call twice: once as a create, once as a query."""
    if request.param == "create":
        return lambda client: client.create_lip_sync(spec)
    return lambda client: client.query(KIND, "T1")


def test_a_refused_connection_sent_nothing(connect, ask):
    client = connect(f"http://127.0.0.1:{unused_port()}")
    assert failure(lambda: ask(client), NotSent).cause == "refused"


def test_an_unknown_host_sent_nothing(connect, ask):
    assert failure(lambda: ask(connect("http://nowhere.invalid")), NotSent).cause == "dns"


def test_a_failed_tls_handshake_sent_nothing(connect, serve, ask):
    server = serve(good, on_accept=raw(b"HTTP/1.1 400 speak plainly\r\n\r\n"))
    assert failure(lambda: ask(connect(server.url.replace("http:", "https:"))), NotSent).cause == "tls"
    assert server.seen == []


def test_a_silent_tls_handshake_sent_nothing(connect, serve, ask):
    server = serve(good, on_accept=silence())
    client = connect(server.url.replace("http:", "https:"), connect_timeout=0.2)
    assert failure(lambda: ask(client), NotSent).cause in ("timeout", "tls")


def test_a_missing_certificate_file_sent_nothing(connect, serve, ask, monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    failure(lambda: ask(connect(serve(good).url.replace("http:", "https:"))), NotSent)


def test_a_host_name_that_is_none_sent_nothing(connect, ask):
    failure(lambda: ask(connect(f"http://{'a' * 70}.{'é' * 40}.example")), NotSent)


# --- something was sent


@pytest.mark.parametrize(
    "behaviour",
    [
        reset(),
        hang_up(),
        raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
        raw(b"\x16\x03\x01garbage\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 300 + b"\r\n{}"),
        cut(GOOD, keep=0),
        cut(GOOD, keep=60),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nabc"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\n{}"),
        raw(b"HTTP/1.1 200 OK\r\n\r\n" + b'{"code":0,"data":{"task_id"'),
    ],
    ids=[
        "reset",
        "hang up",
        "cut head",
        "garbage",
        "many headers",
        "no body",
        "cut body",
        "cut chunk",
        "bad chunk",
        "no gzip",
        "two lengths",
        "cut without a length",
    ],
)
def test_an_answer_that_does_not_arrive_whole_is_interrupted_and_sent_once(connect, serve, ask, behaviour):
    server = serve(lambda seen: behaviour)
    error = failure(lambda: ask(connect(server)), Interrupted)
    assert error.cause in ("reset", "unreadable")
    assert len(server.seen) == 1
    assert error.__context__ is None
    assert error.__cause__ is None


def test_silence_after_sending_is_interrupted(connect, serve, ask):
    server = serve(lambda seen: silence())
    client = connect(server, read_timeout=0.3, create_read_timeout=0.3)
    assert failure(lambda: ask(client), Interrupted).cause == "timeout"
    wait_until(lambda: server.seen)
    assert len(server.seen) == 1


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_dripping_answer_ends_at_the_deadline(connect, serve, ask, part):
    whole = encode_reply(200, {}, GOOD)
    head = whole[: whole.index(b"\r\n\r\n") + 4]
    data = whole if part == "head" else whole[len(head) :]

    def behaviour(context):
        if part == "body":
            context.sock.sendall(head)
        drip(data)(context)

    client = connect(serve(lambda seen: behaviour), deadline_seconds=0.8, create_deadline_seconds=0.8)
    assert failure(lambda: ask(client), Interrupted).cause == "timeout"


@pytest.mark.parametrize("head", [b"", b"Transfer-Encoding: chunked\r\n"], ids=["plain", "chunked"])
def test_an_endless_answer_is_given_up_at_the_limit(connect, serve, ask, head):
    chunk = b"[" + b"1," * 32768
    if head:
        chunk = b"%x\r\n%b\r\n" % (len(chunk), chunk)
    server = serve(lambda seen: endless(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n", chunk))
    error = failure(lambda: ask(connect(server, max_answer_bytes=1_000_000)), Interrupted)
    assert error.cause == "oversized"


def test_a_small_answer_that_unpacks_into_a_huge_one_is_given_up(connect, serve, ask):
    import gzip

    packed = gzip.compress(b" " * 30_000_000)
    server = serve(lambda seen: (200, {"Content-Encoding": "gzip"}, packed))
    assert failure(lambda: ask(connect(server, max_answer_bytes=1_000_000)), Interrupted).cause == "oversized"


def test_an_early_answer_to_a_large_upload_is_heard(connect, serve):
    """A host may refuse a sound before it has read it."""
    from lipsync.upstream.bodies import LipSyncSpec
    from lipsync.upstream.errors import InvalidRequest

    def refuse(context):
        context.sock.recv(1000)
        context.sock.sendall(encode_reply(413, {"Connection": "close"}, b""))
        while context.sock.recv(65536):
            pass

    server = serve(good, on_accept=refuse)
    sound = LipSyncSpec(
        task_id="T", video_id="V", mode="audio2video", audio_type="file", audio_file=bytes(5_000_000)
    )
    assert failure(lambda: connect(server).create_lip_sync(sound), InvalidRequest).http_status == 413


# --- redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_with_the_key(connect, serve, ask, status):
    elsewhere = serve(good)
    server = serve(lambda seen: (status, {"Location": elsewhere.url + "/kling"}, b""))
    failure(lambda: ask(connect(server)), RouteMissing)
    assert (len(server.seen), elsewhere.seen) == (1, [])


def test_the_body_of_a_redirect_is_limited_like_any_other(connect, serve, ask):
    head = b"HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n"
    server = serve(lambda seen: endless(head, b"x" * 65536))
    assert failure(lambda: ask(connect(server, max_answer_bytes=500_000)), Interrupted).cause == "oversized"


# --- connections


def test_queries_share_a_connection(connect, serve):
    server = serve(good)
    client = connect(server)
    for _ in range(5):
        client.query(KIND, "T1")
    assert (len(server.seen), server.connections) == (5, 1)


def test_an_error_answer_keeps_the_connection(connect, serve):
    server = serve(lambda seen: (404, {}, {"code": 1203, "message": "none"}))
    client = connect(server)
    for _ in range(3):
        failure(lambda: client.query(KIND, "T1"), NotFound)
    assert server.connections == 1


def test_a_create_never_goes_out_on_an_idle_connection(connect, serve, spec):
    """The other side may close an idle connection as we write: a create would be in doubt for nothing."""
    server = serve(good)
    client = connect(server)
    client.query(KIND, "T1")
    client.create_lip_sync(spec)
    client.query(KIND, "T1")
    assert [seen.connection for seen in server.seen] == [1, 2, 1]


def test_a_connection_that_the_server_closed_is_replaced_in_silence(connect, serve):
    server = serve(lambda seen: raw(encode_reply(200, {}, GOOD)))
    client = connect(server)
    for _ in range(3):
        assert client.query(KIND, "T1").task_id == "T1"
    assert server.connections == 3


def test_threads_share_a_client_without_mixing_answers(connect, serve):
    server = serve(lambda seen: (200, {"Set-Cookie": "a=b"}, native(task_id=seen.path.rsplit("/", 1)[1])))
    client, wrong = connect(server), []

    def work(name):
        for number in range(15):
            task_id = f"{name}-{number}"
            if client.query(KIND, task_id).task_id != task_id:
                wrong.append(task_id)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(server.seen) == 90
    assert server.connections <= 16
    assert not any("cookie" in seen.headers for seen in server.seen)


def test_a_deadline_of_one_call_leaves_the_next_alone(connect, serve):
    first = threading.Event()

    def answer(seen):
        if not first.is_set():
            first.set()
            return drip(encode_reply(200, {}, GOOD))
        return 200, {}, GOOD

    client = connect(serve(answer), deadline_seconds=1.5)
    failure(lambda: client.query(KIND, "T1"), Interrupted)
    for _ in range(3):
        assert client.query(KIND, "T1").task_id == "T1"


def test_no_timer_threads_stay_behind(connect, serve):
    client = connect(serve(good))
    for _ in range(5):
        client.query(KIND, "T1")
    wait_until(lambda: not any(isinstance(thread, threading.Timer) for thread in threading.enumerate()))


def test_a_create_counts_as_sent_also_on_a_connection_that_nobody_watches(connect, serve, spec, monkeypatch):
    """Behind a SOCKS proxy the connections are not ours; taking a sent create for unsent would pay twice."""
    monkeypatch.setattr("lipsync.upstream.transport.WatchedAdapter", HTTPAdapter)
    server = serve(lambda seen: reset())
    failure(lambda: connect(server).create_lip_sync(spec), Interrupted)
    assert len(server.seen) == 1


# --- the environment


def test_loopback_never_goes_through_a_proxy(connect, serve, ask, monkeypatch):
    proxy, server = serve(good), serve(good)
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    ask(connect(server))
    assert (len(server.seen), proxy.seen) == (1, [])


def test_other_hosts_go_through_the_proxy_of_the_environment(connect, serve, ask, monkeypatch):
    proxy = serve(good)
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    ask(connect("http://upstream.invalid"))
    assert proxy.seen[0].path.startswith("http://upstream.invalid/kling/v1/videos/lip-sync")


def test_a_refusing_proxy_sent_nothing(connect, ask, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    failure(lambda: ask(connect("http://upstream.invalid")), NotSent)


def test_netrc_never_replaces_the_key(connect, serve, ask, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(good)
    ask(connect(server))
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


# --- TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
    ]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def test_an_unknown_certificate_is_refused_before_the_key_goes_out(connect, serve, ask, tls):
    server = serve(good, tls=tls)
    assert failure(lambda: ask(connect(server)), NotSent).cause == "tls"
    assert server.seen == []


@pytest.mark.parametrize(
    "behaviour", [reset(), hang_up(), cut(GOOD, keep=50)], ids=["reset", "hang up", "cut"]
)
def test_a_tls_connection_that_breaks_after_sending_is_interrupted(
    connect, serve, ask, tls, certificate, monkeypatch, behaviour
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "cert.pem"))
    failure(lambda: ask(connect(serve(lambda seen: behaviour, tls=tls))), Interrupted)


def test_tls_works_and_keeps_its_deadline(connect, serve, tls, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "cert.pem"))
    server = serve(
        lambda seen: drip(b"HTTP/1.1 200 OK\r\n" * 99) if "slow" in seen.path else (200, {}, GOOD), tls=tls
    )
    assert connect(server).query(KIND, "T1").task_id == "T1"
    client = connect(server, deadline_seconds=0.8)
    assert failure(lambda: client.query(KIND, "slow"), Interrupted).cause == "timeout"


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:5", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:5", True),
        ("http://localhost", True),
        ("http://a.localhost", True),
        ("http://127.0.0.1.example.com", False),
        ("http://10.0.0.1", False),
        ("https://api.example.com", False),
    ],
)
def test_loopback_is_told_by_its_address(url, loopback):
    assert is_loopback(url) is loopback


@pytest.mark.parametrize(
    "url", ["", "ftp://h/x", "file:///etc/passwd", "http://", "http://[", "javascript:1", "//h/x"]
)
def test_other_schemes_are_no_web_address(url):
    assert not is_web_address(url)
