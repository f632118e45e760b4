"""Putting a studio together from the settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from lipsync import studio as studio_module
from lipsync.local_sandbox import SandboxNotStarted
from lipsync.settings import load_settings
from lipsync.studio import Studio, current, open_studio, use_studio

pytestmark = pytest.mark.xdist_group("studio")
ELSEWHERE = {"COMETAPI_KEY": "sk-very-secret-0123456789", "COMETAPI_BASE_URL": "https://127.0.0.2.example"}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[list[Studio]]:
    """Studios to stop when the test ends."""
    studios: list[Studio] = []
    yield studios
    for one in studios:
        one.stop()
    use_studio(None)


def open_one(opened: list[Studio], folder: Path, **settings: object) -> Studio:
    one = open_studio(load_settings(STUDIO_DATA_DIR=folder / "data", **settings))
    opened.append(one)
    return one


def test_without_a_key_the_sandbox_is_the_only_account_and_nothing_leaves(
    opened: list[Studio], tmp_path: Path
) -> None:
    one = open_one(opened, tmp_path)
    assert list(one.accounts) == ["sandbox"]
    assert one.nothing_leaves
    assert one.clients.client("sandbox").balance().remaining_usd is not None
    assert (tmp_path / "data" / "studio.db").exists()


def test_with_a_key_no_sandbox_is_started(opened: list[Studio], tmp_path: Path) -> None:
    one = open_one(opened, tmp_path, **ELSEWHERE)
    assert list(one.accounts) == ["main"]
    assert one.sandbox is None
    assert not one.nothing_leaves


def test_the_sandbox_may_stand_beside_the_keys(opened: list[Studio], tmp_path: Path) -> None:
    one = open_one(opened, tmp_path, **ELSEWHERE, STUDIO_SANDBOX="on")
    assert list(one.accounts) == ["main", "sandbox"]
    assert not one.nothing_leaves


def test_without_a_key_and_a_sandbox_there_is_no_account(opened: list[Studio], tmp_path: Path) -> None:
    one = open_one(opened, tmp_path, STUDIO_SANDBOX="off")
    assert one.accounts == {}
    assert not one.nothing_leaves


def test_no_key_reaches_the_database_or_the_folder(opened: list[Studio], tmp_path: Path) -> None:
    one = open_one(opened, tmp_path, **ELSEWHERE)
    one.stop()
    opened.remove(one)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"sk-very-secret" not in path.read_bytes(), path


def test_a_studio_opens_again_on_the_same_folder(opened: list[Studio], tmp_path: Path) -> None:
    for _ in range(2):
        one = open_one(opened, tmp_path, STUDIO_SANDBOX="off")
        one.stop()
        opened.remove(one)
    with sqlite3.connect(tmp_path / "data" / "studio.db") as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
    connection.close()


def test_a_sandbox_that_does_not_start_is_told(
    opened: list[Studio], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: object) -> None:
        raise SandboxNotStarted("see the log")

    monkeypatch.setattr(studio_module.LocalSandbox, "start", fails)
    with pytest.raises(SandboxNotStarted):
        open_one(opened, tmp_path)


@pytest.mark.parametrize("part", ["file", "folder"])
def test_a_data_folder_that_cannot_be_used_is_told_as_it_is(
    opened: list[Studio], tmp_path: Path, part: str
) -> None:
    if part == "file":
        (tmp_path / "data").write_text("a file where a folder should be")
    else:
        (tmp_path / "data" / "studio.db").mkdir(parents=True)
    with pytest.raises(Exception, match=r"File exists|unable to open database"):
        open_one(opened, tmp_path, STUDIO_SANDBOX="off")


def test_current_is_the_studio_that_was_last_put_to_use(opened: list[Studio], tmp_path: Path) -> None:
    use_studio(None)
    with pytest.raises(RuntimeError, match=r"streamlit run app\.py"):
        current()
    one = open_one(opened, tmp_path, STUDIO_SANDBOX="off")
    use_studio(one)
    assert current() is one


@pytest.mark.postgres
def test_postgres_needs_nothing_but_its_address(
    opened: list[Studio], tmp_path: Path, postgres_url: str
) -> None:
    one = open_one(opened, tmp_path, STUDIO_SANDBOX="off", DATABASE_URL=postgres_url)
    assert one.database.dialect.name == "postgresql"
    assert one.jobs.find() == []
    assert not (tmp_path / "data" / "studio.db").exists()
