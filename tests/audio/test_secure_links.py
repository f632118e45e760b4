"""Links that begin with https: who answers must prove to be the host that was asked for."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from lipsync.audio import links
from lipsync.audio.links import fetch_link
from lipsync.audio.words import link_in_words
from tests.audio.crafted import pcm, riff
from tests.support.website import Site, answer, running_site

SOUND = riff(pcm(2.5))
HOST = "sound.example"
ALLOWED = frozenset({HOST, "127.0.0.1"})


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Whom everybody trusts, but a stranger to this machine unless a test says otherwise."""
    return trustme.CA()


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every name ending in .example leads to this machine; gives those that were looked up."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: object, **more: object) -> object:
        if not host.endswith(".example"):
            return real(host, port, *rest, **more)  # type: ignore[arg-type]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.fixture
def trusted(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """This machine trusts the authority."""
    listed = tmp_path / "authorities.pem"
    authority.cert_pem.write_to_path(str(listed))
    monkeypatch.setenv("SSL_CERT_FILE", str(listed))


@contextlib.contextmanager
def secure_site(authority: trustme.CA, *names: str) -> Iterator[Site]:
    certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(certificate)
    with running_site(certificate) as site:
        site.pages["/a.wav"] = lambda handler: answer(handler, SOUND, Content_Type="audio/wav")
        yield site


@pytest.mark.usefixtures("trusted")
def test_a_sound_behind_https_is_fetched_from_the_address_that_was_checked(
    authority: trustme.CA, tmp_path: Path, names: list[str]
) -> None:
    with secure_site(authority, HOST) as site:
        report = fetch_link(site.url("/a.wav?sig=x%2Fy", HOST), tmp_path / "a", allowed_hosts=ALLOWED)
        assert report.fetched
        assert (tmp_path / "a").read_bytes() == SOUND
        assert names == [HOST]  # once: a second look-up could lead elsewhere
        path, headers = site.asked[0]
        assert path == "/a.wav?sig=x%2Fy"
        assert headers["Host"] == f"{HOST}:{site.port}"


@pytest.mark.usefixtures("trusted")
def test_an_address_instead_of_a_name_is_checked_as_well(authority: trustme.CA, tmp_path: Path) -> None:
    with secure_site(authority, "127.0.0.1") as site:
        assert fetch_link(site.url("/a.wav"), tmp_path / "a", allowed_hosts=ALLOWED).fetched


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("name", ["other.example", "*.sound.example", "example"])
def test_a_certificate_for_another_name_is_refused(authority: trustme.CA, tmp_path: Path, name: str) -> None:
    with secure_site(authority, name) as site:
        report = fetch_link(site.url("/a.wav", HOST), tmp_path / "a", allowed_hosts=ALLOWED)
        assert report.reason == "bad_certificate"
        assert "could not prove" in link_in_words(report)
        assert site.asked == []
    assert not (tmp_path / "a").exists()


def test_a_certificate_of_an_authority_that_nobody_knows_is_refused(
    authority: trustme.CA, tmp_path: Path
) -> None:
    with secure_site(authority, HOST) as site:
        report = fetch_link(site.url("/a.wav", HOST), tmp_path / "a", allowed_hosts=ALLOWED)
        assert report.reason == "bad_certificate"
        assert site.asked == []


@pytest.mark.usefixtures("trusted")
def test_https_opens_no_way_inside(authority: trustme.CA, tmp_path: Path) -> None:
    with secure_site(authority, HOST, "inner.example") as site:
        assert fetch_link(site.url("/a.wav", "inner.example"), tmp_path / "a").reason == "not_public"
        inside = site.url("/a.wav", "inner.example")
        site.pages["/go"] = lambda handler: answer(handler, status=302, Location=inside)
        report = fetch_link(site.url("/go", HOST), tmp_path / "a", allowed_hosts=ALLOWED)
        assert (report.reason, report.redirects) == ("not_public", 1)
        assert [path for path, _ in site.asked] == ["/go"]


@pytest.mark.usefixtures("trusted")
def test_a_site_that_never_greets_does_not_outlast_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "TOTAL_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        held: list[socket.socket] = []
        threading.Thread(target=lambda: held.append(mute.accept()[0]), daemon=True).start()
        url = f"https://{HOST}:{mute.getsockname()[1]}/a.wav"
        assert fetch_link(url, tmp_path / "a", allowed_hosts=ALLOWED).reason == "too_slow"
        for one in held:
            one.close()
