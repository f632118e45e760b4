"""Pictures behind addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.picture_links import FetchedPicture, picture_from_link
from lipsync.pictures import MAX_GIVEN_BYTES, PictureShelf
from tests.support.replies_server import Answer, RepliesServer
from tests.support.videos import picture_bytes

HERE = frozenset({"127.0.0.1"})


@pytest.fixture
def shelf(tmp_path: Path) -> PictureShelf:
    database = connect(f"sqlite:///{tmp_path / 'studio.db'}")
    migrate(database)
    return PictureShelf(tmp_path, database)


def fetched(
    shelf: PictureShelf, answer: Answer, path: str = "/me.png?sig=secret", hosts: frozenset[str] = HERE
) -> FetchedPicture:
    with RepliesServer(answer) as server:
        return picture_from_link(
            shelf, server.url + path, allowed_hosts=hosts, workspace="local", owner="ada"
        )


def test_a_picture_is_fetched_judged_and_kept_without_its_address(shelf: PictureShelf) -> None:
    found = fetched(shelf, lambda _seen: (200, {}, picture_bytes(640, 480)))
    assert (found.why_not, found.remade) == ("", "")
    picture = found.picture
    assert picture is not None
    assert (picture.name, picture.width, picture.height) == ("me.png", 640, 480)
    assert shelf.path(picture).read_bytes() == picture_bytes(640, 480)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {}, "<html>a page</html>"), "no picture that can be used"),
        ((200, {}, picture_bytes(299, 400)), "299 × 400"),
        ((200, {"Content-Length": str(MAX_GIVEN_BYTES + 1)}, b""), "larger than 60 MB"),
        ((404, {}, ""), "answer 404"),
        ((200, {}, b""), "empty"),
    ],
    ids=["a page", "too small", "too large", "not there", "nothing"],
)
def test_what_cannot_be_used_is_said_in_words(
    shelf: PictureShelf, answer: tuple[int, dict[str, str], bytes | str], words: str
) -> None:
    found = fetched(shelf, lambda _seen: answer)
    assert found.picture is None
    assert words in found.why_not
    assert "secret" not in found.why_not


def test_an_address_inside_the_network_is_not_asked(shelf: PictureShelf) -> None:
    with RepliesServer(lambda _seen: (200, {}, picture_bytes())) as server:
        found = picture_from_link(
            shelf, server.url + "/a.png", allowed_hosts=frozenset(), workspace="local", owner="ada"
        )
        assert (found.picture, server.seen) == (None, [])
    assert "private network" in found.why_not


def test_a_picture_of_another_kind_is_made_into_one_that_may_be_sent(shelf: PictureShelf) -> None:
    found = fetched(shelf, lambda _seen: (200, {}, picture_bytes(640, 480, "WEBP")), "/me.webp")
    assert found.picture is not None
    assert (found.picture.name, found.picture.format) == ("me.webp", "jpg")
    assert "It was a webp" in found.remade
