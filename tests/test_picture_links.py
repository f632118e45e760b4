"""Pictures behind addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.picture_links import picture_from_link
from lipsync.pictures import MAX_PICTURE_BYTES, Picture, PictureShelf
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
) -> tuple[str, Picture | None]:
    with RepliesServer(answer) as server:
        return picture_from_link(
            shelf, server.url + path, allowed_hosts=hosts, workspace="local", owner="ada"
        )


def test_a_picture_is_fetched_judged_and_kept_without_its_address(shelf: PictureShelf) -> None:
    why, picture = fetched(shelf, lambda _seen: (200, {}, picture_bytes(640, 480)))
    assert why == ""
    assert picture is not None
    assert (picture.name, picture.width, picture.height) == ("me.png", 640, 480)
    assert shelf.path(picture).read_bytes() == picture_bytes(640, 480)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {}, "<html>a page</html>"), "no jpg or png"),
        ((200, {}, picture_bytes(299, 400)), "299 × 400"),
        ((200, {"Content-Length": str(MAX_PICTURE_BYTES + 1)}, b""), "larger than 10 MB"),
        ((404, {}, ""), "answer 404"),
        ((200, {}, b""), "empty"),
    ],
    ids=["a page", "too small", "too large", "not there", "nothing"],
)
def test_what_cannot_be_used_is_said_in_words(
    shelf: PictureShelf, answer: tuple[int, dict[str, str], bytes | str], words: str
) -> None:
    why, picture = fetched(shelf, lambda _seen: answer)
    assert picture is None
    assert words in why
    assert "secret" not in why


def test_an_address_inside_the_network_is_not_asked(shelf: PictureShelf) -> None:
    with RepliesServer(lambda _seen: (200, {}, picture_bytes())) as server:
        why, picture = picture_from_link(
            shelf, server.url + "/a.png", allowed_hosts=frozenset(), workspace="local", owner="ada"
        )
        assert (picture, server.seen) == (None, [])
    assert "private network" in why
