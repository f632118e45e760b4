from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from lipsync.audio import links
from lipsync.audio.links import fetch_link
from lipsync.audio.words import link_in_words
from tests.audio.crafted import pcm, riff
from tests.support.website import Site, answer, running_site

SOUND = riff(pcm(3.0))
HERE = frozenset({"127.0.0.1", "sound.example"})


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        running.pages["/a.wav"] = lambda handler: answer(handler, SOUND, Content_Type="audio/wav")
        yield running


def test_a_sound_at_a_link_is_fetched(site: Site, tmp_path: Path) -> None:
    report = fetch_link(site.url("/a.wav?sig=x%2Fy"), tmp_path / "a", allowed_hosts=HERE)
    assert report.fetched
    assert (report.bytes, report.content_type) == (len(SOUND), "audio/wav")
    assert (tmp_path / "a").read_bytes() == SOUND
    path, headers = site.asked[0]
    assert path == "/a.wav?sig=x%2Fy"  # a signature must arrive as it was given
    assert "Range" not in headers  # all of it, as the service will ask for it
    assert headers["Host"] == f"127.0.0.1:{site.port}"
    assert not {"Cookie", "Authorization"} & set(headers)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "LOCALHOST.", "a.localhost",
     "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "①②⑦.0.0.1", "box.local", "metadata.google.internal"],
)  # fmt: skip
def test_no_spelling_of_this_machine_is_ever_connected_to(site: Site, tmp_path: Path, host: str) -> None:
    assert fetch_link(site.url("/a.wav", host), tmp_path / "a").reason == "not_public"
    assert site.asked == []
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("url", "reason"),
    [("file:///etc/passwd", "not_http"), ("ftp://example.com/a.mp3", "not_http"), ("gopher://x/", "not_http"),
     ("data:audio/mp3;base64,AA", "not_http"), ("a.mp3", "bad_link"), ("", "bad_link"),
     ("http://", "bad_link"),
     ("http:///a.mp3", "bad_link"), ("http://a b/", "bad_link"), ("http://x\r\nHost: y/", "bad_link"),
     ("http://example.com\\@127.0.0.1/", "bad_link"), ("http://u:p@example.com/a.mp3", "has_password"),
     ("http://example.com:22/a", "bad_link"), ("http://example.com:99999/a", "bad_link"),
     ("http://[::1/", "bad_link"), ("http://" + "a" * 3_000, "bad_link"),
     ("http://" + "a" * 70 + ".com/", "bad_link")],
)  # fmt: skip
def test_what_is_no_plain_web_link_is_refused_unasked(tmp_path: Path, url: str, reason: str) -> None:
    assert fetch_link(url, tmp_path / "a").reason == reason


def test_every_redirect_is_checked_anew(site: Site, tmp_path: Path) -> None:
    site.pages["/go"] = lambda handler: answer(handler, status=302, Location=site.url("/a.wav", "127.0.0.2"))
    report = fetch_link(site.url("/go"), tmp_path / "a", allowed_hosts=HERE)
    assert (report.reason, report.redirects) == ("not_public", 1)
    assert [path for path, _ in site.asked] == ["/go"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://[::ffff:169.254.169.254]/latest"])
def test_a_redirect_to_elsewhere_is_refused(site: Site, tmp_path: Path, target: str) -> None:
    site.pages["/go"] = lambda handler: answer(handler, status=307, Location=target)
    report = fetch_link(site.url("/go"), tmp_path / "a", allowed_hosts=HERE)
    assert report.reason in ("not_http", "not_public")


def test_three_redirects_are_followed_and_a_fourth_is_not(site: Site, tmp_path: Path) -> None:
    for step in range(4):
        to = f"/{step + 1}" if step < 3 else "/a.wav"
        site.pages[f"/{step}"] = lambda handler, to=to: answer(handler, status=301, Location=to)  # type: ignore[misc]
    assert fetch_link(site.url("/1"), tmp_path / "a", allowed_hosts=HERE).fetched
    assert fetch_link(site.url("/0"), tmp_path / "b", allowed_hosts=HERE).reason == "too_many_redirects"
    assert not (tmp_path / "b").exists()


def test_the_name_is_looked_up_once_and_that_address_is_used(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, real = [], socket.getaddrinfo

    def resolver(host: str, port: int, *rest: object, **more: object) -> object:
        if host != "sound.example":
            return real(host, port, *rest, **more)  # type: ignore[arg-type]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    assert fetch_link(site.url("/a.wav", "sound.example"), tmp_path / "a", allowed_hosts=HERE).fetched
    assert asked == ["sound.example"]
    assert site.asked[0][1]["Host"] == f"sound.example:{site.port}"


def test_a_name_with_one_inner_address_among_public_ones_is_refused(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [(socket.AF_INET, 1, 6, "", (address, site.port)) for address in ("8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert fetch_link(site.url("/a.wav", "both.example"), tmp_path / "a").reason == "not_public"
    assert site.asked == []


def leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """sound.example has these addresses."""
    real = socket.getaddrinfo

    def resolver(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        if host != "sound.example":
            return real(host, port, *rest, **more)
        families = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in addresses]
        return [(f, 1, 6, "", (one, port)) for f, one in zip(families, addresses, strict=True)]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)


@pytest.fixture
def silent_address(site: Site) -> Iterator[str]:
    """An address at which nobody ever answers, at the site's port: its queue is full."""
    try:
        hole = socket.create_server(("127.0.0.2", site.port), backlog=0)
    except OSError:
        pytest.skip("THIS SYSTEM HAS NO SECOND LOOPBACK ADDRESS: no silent one was tried")
    waiting = [socket.socket() for _ in range(4)]
    for one in waiting:
        one.setblocking(False)
        one.connect_ex(hole.getsockname())
    yield "127.0.0.2"
    for one in (*waiting, hole):
        one.close()


def test_an_address_that_never_answers_leaves_time_for_the_next(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent_address: str
) -> None:
    url = site.url("/a.wav", "sound.example")
    with monkeypatch.context() as patch:
        patch.setattr(links, "TOTAL_SECONDS", 0.5)
        leads_to(patch, silent_address)
        assert fetch_link(url, tmp_path / "a", allowed_hosts=HERE).reason == "too_slow"
    monkeypatch.setattr(links, "TOTAL_SECONDS", 3.0)
    leads_to(monkeypatch, silent_address, "127.0.0.1")
    assert fetch_link(url, tmp_path / "a", allowed_hosts=HERE).fetched


def test_many_addresses_of_one_kind_do_not_hide_those_of_the_other(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to(monkeypatch, "::1", "::2", "::3", "::4", "::5", "127.0.0.1")
    assert fetch_link(site.url("/a.wav", "sound.example"), tmp_path / "a", allowed_hosts=HERE).fetched


def test_a_name_that_does_not_exist_is_named_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert fetch_link("https://nobody.example/a.mp3", tmp_path / "a").reason == "unknown_host"


def test_a_file_said_to_be_too_big_is_not_read(site: Site, tmp_path: Path) -> None:
    site.pages["/big"] = lambda handler: answer(handler, b"RIFF", Content_Length="5000001")
    part = {"Content_Range": "bytes 0-3/99000000"}
    site.pages["/part"] = lambda handler: answer(handler, b"RIFF", 206, **part)
    assert fetch_link(site.url("/big"), tmp_path / "a", allowed_hosts=HERE).reason == "too_big"
    assert fetch_link(site.url("/part"), tmp_path / "a", allowed_hosts=HERE).reason == "too_big"


def part(first: int, last: int, *, of: str, body: bytes | None = None) -> dict[str, Any]:
    """An answer that gives out bytes `first` to `last` of the sound."""
    body = SOUND[first : last + 1] if body is None else body
    return {"body": body, "status": 206, "Content_Range": f"bytes {first}-{last}/{of}"}


ALL, END = str(len(SOUND)), len(SOUND) - 1


@pytest.mark.parametrize(
    "given",
    [part(5_000, END, of=ALL), part(0, 60_000, of=ALL), part(0, 60_000, of="*"), part(0, END, of="*"),
     part(0, END, of=ALL, body=SOUND[:60_000]), {"body": SOUND, "status": 206},
     part(0, END, of=ALL) | {"Content_Range": "parts 0-1/2"}],
    ids=["the end", "the beginning", "of nobody knows what", "perhaps all", "less than is said", "no range",
         "another unit"],
)  # fmt: skip
def test_a_part_of_a_file_is_not_taken_for_all_of_it(
    site: Site, tmp_path: Path, given: dict[str, Any]
) -> None:
    site.pages["/part"] = lambda handler: answer(handler, **given)
    report = fetch_link(site.url("/part"), tmp_path / "a", allowed_hosts=HERE)
    assert (report.reason, report.status) == ("only_part", 206)
    assert "only a part" in link_in_words(report)
    assert not (tmp_path / "a").exists()


def test_a_part_that_is_all_of_the_file_is_taken(site: Site, tmp_path: Path) -> None:
    site.pages["/part"] = lambda handler: answer(handler, **part(0, END, of=ALL))
    assert fetch_link(site.url("/part"), tmp_path / "a", allowed_hosts=HERE).fetched
    assert (tmp_path / "a").read_bytes() == SOUND


def test_a_file_that_never_ends_is_left_at_5_mb(site: Site, tmp_path: Path) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(riff(b"", said=0xFFFFFFFF))
        while True:
            handler.wfile.write(bytes(65_536))

    site.pages["/endless"] = endless
    assert fetch_link(site.url("/endless"), tmp_path / "a", allowed_hosts=HERE).reason == "too_big"


def test_a_web_page_is_recognised_by_its_beginning(site: Site, tmp_path: Path) -> None:
    page = b"<!doctype html>" + b"x" * 200_000
    site.pages["/page"] = lambda handler: answer(handler, page, Content_Type="audio/mpeg")
    assert fetch_link(site.url("/page"), tmp_path / "a", allowed_hosts=HERE).reason == "not_audio"
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("head", [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.0 200 OK\r\n\r\n" + SOUND])
def test_a_drip_does_not_outlast_the_time(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(links, "TOTAL_SECONDS", 1.0)
    over = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        while not over.wait(0.05):
            handler.wfile.write(b"X-Drip: 1\r\n")

    site.pages["/drip"] = drip
    try:
        assert fetch_link(site.url("/drip"), tmp_path / "a", allowed_hosts=HERE).reason == "too_slow"
    finally:
        over.set()
    assert not (tmp_path / "a").exists()


def test_a_broken_off_answer_is_no_file(site: Site, tmp_path: Path) -> None:
    site.pages["/half"] = lambda handler: answer(handler, SOUND[:50_000], Content_Length=str(len(SOUND)))
    assert fetch_link(site.url("/half"), tmp_path / "a", allowed_hosts=HERE).reason == "no_answer"
    assert not (tmp_path / "a").exists()


def test_other_answers_have_their_own_reasons(site: Site, tmp_path: Path) -> None:
    site.pages["/gone"] = lambda handler: answer(handler, b"no", 404)
    site.pages["/empty"] = lambda handler: answer(handler)
    gone = fetch_link(site.url("/gone"), tmp_path / "a", allowed_hosts=HERE)
    assert (gone.reason, gone.status) == ("not_found", 404)
    assert fetch_link(site.url("/empty"), tmp_path / "a", allowed_hosts=HERE).reason == "empty"


def test_nobody_listening_is_no_answer(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}/a.mp3"
    assert fetch_link(url, tmp_path / "a", allowed_hosts=HERE).reason == "no_answer"


def test_a_site_that_cannot_speak_https_gives_no_answer(site: Site, tmp_path: Path) -> None:
    secure = site.url("/a.wav").replace("http:", "https:")
    assert fetch_link(secure, tmp_path / "a", allowed_hosts=HERE).reason == "no_answer"
    assert site.asked == []
