"""Videos on disk: results and parents, kept when the service forgets them.

A file is fetched to a temporary name, checked to be a video that plays from end to end,
and only then renamed; so a file under its own name is always whole.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from lipsync.media import NotPlayable, VideoFacts, check_video_decodes, probe_video

MAX_VIDEO_BYTES = 500_000_000
"""Far above any 10 s clip; keeps a wrong link from filling the disk."""
_ID = re.compile(r"[0-9a-f]{32}")

Fetch = Callable[[Path], object]
"""Writes a video to the given path, or raises."""


class Archive:
    """The videos of one data folder."""

    def __init__(self, data_path: Path) -> None:
        self._results = data_path / "results"
        self._parents = data_path / "parents"
        self._thumbnails = data_path / "thumbnails"

    def result_path(self, job_id: str) -> Path:
        """Where the result of a job is, or will be. Raises `ValueError` for what is no id."""
        return self._results / f"{_checked(job_id)}.mp4"

    def parent_path(self, parent_id: str) -> Path:
        """Where the copy of a parent's video is, or will be. Raises `ValueError`."""
        return self._parents / f"{_checked(parent_id)}.mp4"

    def thumbnail_path(self, parent_id: str) -> Path:
        """Where the small picture of a parent is, or will be. Raises `ValueError`."""
        return self._thumbnails / f"{_checked(parent_id)}.jpg"

    def keep_result(self, job_id: str, fetch: Fetch) -> VideoFacts:
        """Fetch, check and keep a result; a whole one that is there already is not fetched again.

        Raises what `fetch` raises, `NotPlayable`, and `OSError` when the disk is full or read-only.
        """
        return _keep(self.result_path(job_id), fetch)

    def keep_parent(self, parent_id: str, fetch: Fetch) -> VideoFacts:
        """Fetch, check and keep a copy of a parent's video. Raises like `keep_result`."""
        return _keep(self.parent_path(parent_id), fetch)

    def share_result(self, job_id: str, parent_id: str) -> bool:
        """Make the result of a job the copy of a parent, too. False if the result is not here.

        Where the disk can, both names are one file, which takes no more room. Raises `OSError`.
        """
        result, target = self.result_path(job_id), self.parent_path(parent_id)
        if not result.exists():
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            try:
                os.link(result, target)
            except OSError as error:
                if isinstance(error, FileExistsError):
                    raise
                # Some disks (a memory stick's FAT) know no second name for a file.
                _keep(target, lambda to: shutil.copyfile(result, to))
        return True


def _checked(name: str) -> str:
    if not _ID.fullmatch(name):
        raise ValueError("not an id")
    return name


def _keep(target: Path, fetch: Fetch) -> VideoFacts:
    if target.exists():
        # Damaged since (a failing disk, say): fetched again, and replaced only by a whole one.
        with contextlib.suppress(NotPlayable):
            return probe_video(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # One temporary name per process and thread would do; a random one needs no thought.
    partial = target.with_name(f".{target.stem}.{os.urandom(4).hex()}.part")
    try:
        fetch(partial)
        facts = probe_video(partial)
        check_video_decodes(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(target)
        _write_down(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return facts


def _write_down(folder: Path) -> None:
    """Let a new name survive a power cut, as the row that will speak of it does."""
    if os.name == "nt":  # pragma: no cover (folders cannot be opened there)
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
