"""Work on sounds beside the pages: words for whoever wants too much, and no bytes left in a session."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components import draft
from components.sound_work import Work
from lipsync.studio import Studio
from tests.pages.conftest import Open, click, words
from tests.pages.giving import a_recording, a_tone, link_page, record, upload
from tests.support.sandbox import RunningSandbox
from tests.support.studios import running_studio

pytestmark = pytest.mark.xdist_group("sound_work")
FEW_BYTES = 64


@pytest.fixture(scope="module")
def working_studio(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    with running_studio(sandbox, folder, STUDIO_SOUND_LINK_HOSTS="127.0.0.1") as studio:
        yield studio


def test_somebody_with_too_much_under_way_is_told_so_and_may_go_on_later(
    studio: Studio, open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, site: str
) -> None:
    too_much = (
        "Very many sounds are being worked on just now. Please try again in a minute. Nothing was charged."
    )
    name, data = a_tone(tmp_path, "tone.mp3", 3.0)
    with monkeypatch.context() as patch:
        patch.setattr("lipsync.sounds.work.MOST_UNDER_WAY", 0)
        at = upload(open_page, name, data)
        assert too_much in words(at).replace("\\", "")
        linked = click(link_page(open_page, f"{site}/hello%20there.mp3"), "Check this link")
        assert too_much in words(linked).replace("\\", "")
    at.file_uploader[0].upload(name, data).run()
    assert at.session_state[draft.SOUND]
    assert "Very many sounds" not in words(at)


def test_what_still_waits_makes_way_for_what_the_same_form_wants_now(
    studio: Studio, open_page: Open, tmp_path: Path
) -> None:
    at = open_page()
    at.segmented_control(key=draft.SOURCE).set_value("sound").run()
    waiting: Future[Any] = Future()
    at.session_state[draft.WORK] = Work("elsewhere", "", "", waiting, lambda _: None)
    at.file_uploader[0].upload(*a_tone(tmp_path, "tone.mp3", 3.0)).run()
    assert waiting.cancelled()
    assert at.session_state[draft.SOUND]


def held_bytes(value: Any, seen: set[int]) -> Iterator[Any]:
    """Everything in a value, however deep, that holds more than a few bytes of a file."""
    if id(value) in seen or isinstance(value, Studio):
        return
    seen.add(id(value))
    if isinstance(value, bytes | bytearray | memoryview):
        if len(value) > FEW_BYTES:
            yield value
    elif isinstance(value, io.IOBase | np.ndarray):
        yield value
    elif isinstance(value, Mapping):
        for one in (*value.keys(), *value.values()):
            yield from held_bytes(one, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from held_bytes(one, seen)
    elif isinstance(value, functools.partial):
        yield from held_bytes((value.func, value.args, value.keywords), seen)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from held_bytes([getattr(value, one.name) for one in fields(value)], seen)
    elif isinstance(value, Future):
        yield from held_bytes(vars(value).get("_result"), seen)
    elif callable(value) and getattr(value, "__closure__", None):
        yield from held_bytes([cell.cell_contents for cell in value.__closure__], seen)


def bytes_in(at: AppTest) -> list[Any]:
    """What a session holds of files, in the fields of its widgets, too."""
    safe: Any = at.session_state._state
    whole = safe._state
    kept = [safe.filtered_state, whole._old_state, whole._new_session_state]
    assert all(draft.SOUND in one for one in kept[:2])
    return list(held_bytes([*kept, [whole._new_widget_state[one] for one in whole._new_widget_state]], set()))


def test_no_session_holds_a_sound_that_was_given(
    studio: Studio, open_page: Open, tmp_path: Path, site: str
) -> None:
    at = upload(open_page, *a_tone(tmp_path, "tone.flac", 8.0))
    assert bytes_in(at) == []
    click(at, "Fit to the clip")
    click(at, "Leave out the last 3.0 s")
    click(at, "Take it")
    assert bytes_in(at) == []
    long = upload(open_page, *a_tone(tmp_path, "long.mp3", 62.0))
    assert bytes_in(long) == []
    click(long, "Trim to this")
    assert long.session_state[draft.SOUND]
    assert bytes_in(long) == []
    assert bytes_in(record(open_page, a_recording(3.0))) == []
    assert bytes_in(click(link_page(open_page, f"{site}/hello.flac"), "Check this link")) == []


@pytest.mark.parametrize(
    "hidden",
    [bytes(100), [bytearray(100)], {"a": (io.BytesIO(b"x"),)}, functools.partial(print, bytes(100)),
     Work("", "", "", Future(), functools.partial(print, io.BytesIO()))],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_the_search_for_bytes_finds_them(hidden: Any) -> None:
    assert list(held_bytes({"field": hidden}, set()))
    assert list(held_bytes({"field": lambda: hidden}, set()))
    assert list(held_bytes({"few": b"few", "words": "x" * 999, "studio": None}, set())) == []
