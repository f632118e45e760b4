"""Looking at videos and pictures in the background, the one asked for last first.

Pages ask (`look`, `look_at_picture`) and read (`state`, `verdicts`); none of these waits for a
look. What is still wanted is only in memory: after a restart the page that is open asks again,
and videos made here are found in the database. Two processes may look at the same video, which
costs a second of processor time and nothing else.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Condition, Thread
from typing import Literal

import sqlalchemy as sa

from lipsync.accounts import UnknownAccount
from lipsync.faces.checks_kept import KeptVerdict, KeptVerdicts
from lipsync.faces.look import look_at, look_at_picture
from lipsync.faces.verdict import FaceVerdict, nobody_looked
from lipsync.jobs.store import utcnow
from lipsync.media import MediaToolMissing, NotPlayable
from lipsync.parent_shelf import ParentNotFound, ParentShelf
from lipsync.pictures import PictureNotFound, PictureShelf
from lipsync.upstream import retry
from lipsync.upstream.errors import NotFound, UpstreamError

log = logging.getLogger(__name__)

WORKERS = 2
"""One that waits for a slow download does not keep another look from being taken."""
TICK_SECONDS = 15.0
"""How soon a video that was made here is looked at, though nobody asked."""
MOST_WANTED = 100
"""Asked for and not looked at yet; above that the oldest wish is forgotten, and its page asks again."""
TRY_AGAIN_AFTER = timedelta(minutes=10)
FETCH_AGAIN_AFTER = timedelta(minutes=1)
"""From then on whoever asks lets us look again at what could not be looked at, or fetched."""

Look = Callable[[Path], FaceVerdict]
Kind = Literal["video", "picture"]


@dataclass(frozen=True, slots=True)
class FaceCheck:
    """What is known of one video or picture. `waiting`: a look is still to come, and without it there
    is no verdict; with one, `frame` says whether there is a frame to show."""

    verdict: FaceVerdict | None = None
    waiting: bool = False
    checked_at: datetime | None = None
    frame: bool = False


class FaceChecks:
    """Works between `start` and `stop`; asked before, it only remembers. Never, when not `enabled`."""

    def __init__(
        self,
        kept: KeptVerdicts,
        shelf: ParentShelf,
        pictures: PictureShelf,
        *,
        enabled: bool = True,
        look_at: Look = look_at,
        look_at_picture: Look = look_at_picture,
    ) -> None:
        self._kept = kept
        self._shelf = shelf
        self._pictures = pictures
        self.enabled = enabled
        self._look_at = look_at
        self._look_at_picture = look_at_picture
        self._wanted: OrderedDict[str, Kind] = OrderedDict()
        self._working: set[str] = set()
        self._change = Condition()
        self._stopping = False
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Start looking in the background, where the settings wish it."""
        if self._threads or not self.enabled:
            return
        self._stopping = False
        self._threads = [
            Thread(target=self._run, name=f"face-checks-{number}", daemon=True) for number in range(WORKERS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 0.5) -> None:
        """Stop after the look at hand, or leave it behind after `seconds`: what is kept is always whole."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join(seconds / WORKERS)
        self._threads = []

    # -- for pages ---------------------------------------------------------------------------

    def look(self, parent_id: str, *, again: bool = False) -> None:
        """Look at a parent's video soon, unless that was done; `again` looks once more in any case."""
        self._want(parent_id, "video", again=again)

    def look_at_picture(self, picture_id: str, *, again: bool = False) -> None:
        """The same for a picture that somebody gave."""
        self._want(picture_id, "picture", again=again)

    def state(self, one_id: str) -> FaceCheck | None:
        """What is known; None when nobody asked for a look. Reads the database, nothing slower."""
        with self._change:
            if one_id in self._wanted or one_id in self._working:
                return FaceCheck(waiting=True)
        kept = self._kept.get(one_id)
        if kept is None:
            return None
        return FaceCheck(kept.verdict, checked_at=kept.checked_at, frame=self.frame_path(one_id).exists())

    def verdicts(self, ids: Iterable[str]) -> dict[str, FaceVerdict]:
        """The verdicts that there are on so many videos, in one question to the database."""
        return {one_id: kept.verdict for one_id, kept in self._kept.get_many(ids).items()}

    def frame_path(self, one_id: str) -> Path:
        """The file of the framed frame, if there is one. Raises `ValueError` for what is no id."""
        return self._kept.frame_path(one_id)

    # -- in the background ---------------------------------------------------------------------

    def _want(self, one_id: str, kind: Kind, *, again: bool) -> None:
        if not self.enabled or (not again and _settled(self._kept.get(one_id))):
            return
        with self._change:
            if one_id in self._working:
                return
            self._wanted[one_id] = kind
            self._wanted.move_to_end(one_id)
            while len(self._wanted) > MOST_WANTED:
                self._wanted.popitem(last=False)
            self._change.notify()

    def _run(self) -> None:
        while True:
            with self._change:
                if not self._wanted and not self._stopping:
                    self._change.wait(TICK_SECONDS)
                if self._stopping:
                    return
                one = self._wanted.popitem() if self._wanted else None
                if one is not None:
                    self._working.add(one[0])
            try:
                if one is None:
                    self._want_newly_made()
                else:
                    self._keep(one[0], self._verdict(*one))
            except (sa.exc.SQLAlchemyError, OSError, ValueError) as error:
                log.warning("a look at faces could not be kept: %s", type(error).__name__)
            finally:
                if one is not None:
                    with self._change:
                        self._working.discard(one[0])

    def _keep(self, one_id: str, verdict: FaceVerdict) -> None:
        try:
            self._kept.put(one_id, verdict)
        except OSError:
            # A disk without room for the frame: the words are worth keeping alone.
            self._kept.put(one_id, replace(verdict, framed=None))

    def _want_newly_made(self) -> None:
        for one_id in self._kept.newly_made(WORKERS):
            self._want(one_id, "video", again=False)

    def _verdict(self, one_id: str, kind: Kind) -> FaceVerdict:
        try:
            if kind == "picture":
                return self._look_at_picture(self._pictures.path(self._pictures.get(one_id)))
            fetch = partial(self._shelf.video, one_id)
            return self._look_at(retry.call(fetch, retry.PAGE, is_create=False))
        except (NotFound, ParentNotFound, PictureNotFound):
            return nobody_looked("gone", still=kind == "picture")
        except (UpstreamError, UnknownAccount):
            return nobody_looked("not_fetched")
        except NotPlayable:
            return nobody_looked("not_playable")
        except MediaToolMissing:
            return nobody_looked("no_ffmpeg")
        except OSError:
            return nobody_looked("not_kept", still=kind == "picture")


def _settled(kept: KeptVerdict | None) -> bool:
    """Whether nobody needs to look again by himself."""
    if kept is None:
        return False
    again = FETCH_AGAIN_AFTER if kept.verdict.trouble == "not_fetched" else TRY_AGAIN_AFTER
    return kept.verdict.slug != "could_not_look" or utcnow() - kept.checked_at < again
