"""Videos on disk: a file under its own name is always whole."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lipsync.archive import Archive
from lipsync.media import NotPlayable
from lipsync.upstream.errors import DownloadExpired

ID = "0123456789abcdef" * 2


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def copies(clip: Path) -> Callable[[Path], object]:
    return lambda to: shutil.copy(clip, to)


def never(_to: Path) -> None:
    pytest.fail("fetched again")


def test_a_result_is_kept_under_its_jobs_id(archive: Archive, tmp_path: Path, clip: Path) -> None:
    facts = archive.keep_result(ID, copies(clip))
    assert (facts.width, facts.bytes) == (64, clip.stat().st_size)
    assert files(tmp_path) == [f"results/{ID}.mp4"]
    assert archive.result_path(ID).read_bytes() == clip.read_bytes()


def test_a_parent_is_kept_apart_from_results(archive: Archive, tmp_path: Path, clip: Path) -> None:
    archive.keep_parent(ID, copies(clip))
    assert files(tmp_path) == [f"parents/{ID}.mp4"]


def test_a_result_that_is_there_is_not_fetched_again(archive: Archive, clip: Path) -> None:
    first = archive.keep_result(ID, copies(clip))
    assert archive.keep_result(ID, never) == first


def test_a_result_that_was_damaged_since_is_fetched_again(archive: Archive, clip: Path) -> None:
    archive.keep_result(ID, copies(clip))
    archive.result_path(ID).write_bytes(b"")
    assert archive.keep_result(ID, copies(clip)).width == 64
    assert archive.result_path(ID).read_bytes() == clip.read_bytes()


def test_a_damaged_result_stays_where_no_whole_one_can_be_had(
    archive: Archive, tmp_path: Path, clip: Path
) -> None:
    archive.keep_result(ID, copies(clip))
    archive.result_path(ID).write_bytes(b"half")

    def expired(_to: Path) -> None:
        raise DownloadExpired("gone")

    with pytest.raises(DownloadExpired):
        archive.keep_result(ID, expired)
    assert files(tmp_path) == [f"results/{ID}.mp4"]
    assert archive.result_path(ID).read_bytes() == b"half"


@pytest.mark.parametrize(
    "error", [DownloadExpired("gone"), OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_a_fetch_that_breaks_leaves_nothing_behind(
    archive: Archive, tmp_path: Path, clip: Path, error: BaseException
) -> None:
    def breaks(to: Path) -> None:
        to.write_bytes(clip.read_bytes()[:1000])
        raise error

    with pytest.raises(type(error)):
        archive.keep_result(ID, breaks)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"\x00\x00\x00\x18ftypmp42" + bytes(100)], ids=["empty", "page", "shell"]
)
def test_a_file_that_is_no_video_is_not_kept(archive: Archive, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotPlayable):
        archive.keep_result(ID, lambda to: to.write_bytes(content))
    assert files(tmp_path) == []


def test_a_video_that_breaks_off_is_not_kept(archive: Archive, tmp_path: Path, clip: Path) -> None:
    half = clip.read_bytes()[: clip.stat().st_size * 8 // 10]
    with pytest.raises(NotPlayable):
        archive.keep_result(ID, lambda to: to.write_bytes(half))
    assert files(tmp_path) == []


def test_a_fetch_that_writes_nothing_is_no_video(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(NotPlayable):
        archive.keep_result(ID, lambda _to: None)
    assert files(tmp_path) == []


def test_a_data_folder_that_cannot_be_made_is_told_as_a_disk_error(tmp_path: Path, clip: Path) -> None:
    (tmp_path / "results").write_text("a file where a folder should be")
    with pytest.raises(OSError):
        Archive(tmp_path).keep_result(ID, copies(clip))


def test_nothing_is_under_its_own_name_while_it_is_fetched(
    archive: Archive, tmp_path: Path, clip: Path
) -> None:
    seen: list[str] = []

    def fetch(to: Path) -> None:
        shutil.copy(clip, to)
        seen.extend(files(tmp_path))

    archive.keep_result(ID, fetch)
    assert len(seen) == 1
    assert seen[0].startswith("results/.")


@pytest.mark.parametrize(
    "name",
    ["", "x", "../" + ID, ID + "\n", ID[:-1], ID + "0", ID.upper(), "/etc/passwd", ID[:-1] + "/", "٠" * 32],
)
def test_what_is_no_id_names_no_file(archive: Archive, name: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        archive.result_path(name)
    with pytest.raises(ValueError, match="not an id"):
        archive.keep_parent(name, never)
