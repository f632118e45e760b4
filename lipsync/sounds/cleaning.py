"""What nobody used is removed after a day: rows first, so that no row ever lacks its file."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from lipsync.cleaning import KEPT_UNUSED, changed_at
from lipsync.sounds.rows import with_originals
from lipsync.sounds.shelf import SoundShelf

log = logging.getLogger(__name__)


def clean(shelf: SoundShelf, now: datetime) -> int:
    """Remove sounds older than a day that no job uses, with their originals.

    Also what a kill left behind, when it is a day old: files without a row.
    Returns how many sounds went. May run at any time, in several processes at once.
    """
    before = now - KEPT_UNUSED
    known = shelf.rows.all()
    young = {sound.id for sound in known if sound.created_at >= before}
    needed = with_originals(shelf.rows.used() | young, known)
    gone = shelf.rows.delete((sound.id for sound in known if sound.id not in needed), before=before)
    left = {sound.id for sound in shelf.rows.all()}
    for path in _files(shelf.folder):
        sound_id = path.name.lstrip(".").split(".")[0]
        if sound_id in gone or (sound_id not in left and changed_at(path) < before):
            _remove(path)
    return len(gone)


def _files(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / "originals"):
        if place.is_dir():
            yield from (path for path in place.iterdir() if path.name != "originals")


def _remove(path: Path) -> None:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        # In use (Windows), say. It has no row any more, so the next time finds it again.
        log.warning("a sound that nobody uses could not be removed: %s", error.strerror)
