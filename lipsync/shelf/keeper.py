"""The thread that keeps the shelf of parents fresh: lists every few minutes, in between copies, pictures,
and questions about videos that are still being made or may be gone.

Pages never wait for it. They read what it has written into the database, ask it for a fresh
look (`ask_sync`), or for one picture before all others (`thumbnail`). Whoever hears that the
service does not know a parent's task has it asked about (`ask_again`).
"""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock, Thread

import sqlalchemy as sa

from lipsync.clients import Clients
from lipsync.database.tables import LOCAL
from lipsync.jobs.store import utcnow
from lipsync.parent_shelf import ParentShelf
from lipsync.shelf.again import Rechecks
from lipsync.shelf.copies import ParentCopies

log = logging.getLogger(__name__)

TICK_SECONDS = 15.0
"""How soon it looks for new work that nobody told it of: a parent that another process found."""


class ParentKeeper:
    """Runs in the background between `start` and `stop`."""

    def __init__(
        self,
        shelf: ParentShelf,
        copies: ParentCopies,
        rechecks: Rechecks,
        clients: Clients,
        *,
        sync_minutes: float,
    ) -> None:
        self._shelf = shelf
        self._copies = copies
        self._rechecks = rechecks
        self._clients = clients
        self._every = timedelta(minutes=sync_minutes) if sync_minutes else None
        self._asked: set[str] = set()
        self._seen: set[str] = set()
        self._lock = Lock()
        self._stop = Event()
        self._wake = Event()
        self._thread: Thread | None = None
        self._syncing = ""

    def start(self) -> None:
        """Start working in the background."""
        if self._thread is not None:
            return
        self._stop.clear()
        self._thread = Thread(target=self._run, name="parent-keeper", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 0.5) -> None:
        """Stop after the piece of work at hand, or leave it behind after `seconds`: a file under its
        own name is always whole."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(seconds)
            self._thread = None

    def ask_sync(self, account: str | None = None, *, workspace: str = LOCAL) -> None:
        """Read the lists of an account, or of all, soon. Returns at once; see `ParentShelf.lists`.

        From now on `workspace` gets what is listed, also if nothing of it is in the database yet.
        """
        with self._lock:
            self._seen.add(workspace)
            self._asked |= {account} if account is not None else set(self._clients.accounts)
        self._wake.set()

    def ask_again(self, account: str, task_id: str) -> None:
        """Have the service asked, within seconds, whether it still has a parent of that task.

        For a lip sync that was refused because its task or video does not exist (1203): if the service
        says so twice, some minutes apart, the parent is gone. Returns at once; what is not on the shelf
        is not asked for.
        """
        self._rechecks.ask_again(account, task_id)
        self._wake.set()

    @property
    def room_used_up(self) -> bool:
        """Whether newer videos are not copied ahead, because the room for copies is used up."""
        return self._copies.room_used_up

    def is_syncing(self) -> bool:
        """Whether lists are being read, or will be at once, because somebody asked."""
        with self._lock:
            return bool(self._asked or self._syncing)

    def thumbnail(self, parent_id: str) -> Path | None:
        """The small picture of a parent; where there is none yet, it is made next and this gives None.

        Raises `ValueError` for what is no id.
        """
        path = self._copies.thumbnail(parent_id)
        if path is None:
            self._copies.want(parent_id)
            self._wake.set()
        return path

    def _run(self) -> None:
        begun = False
        while not self._stop.is_set():
            self._wake.clear()
            worked = False
            try:
                if not begun:
                    self._copies.begin_anew()
                    begun = True
                self._sync_due()
                copied = self._copies.work_one()
                worked = self._rechecks.work_one() or copied
            except (sa.exc.SQLAlchemyError, OSError) as error:
                log.warning("keeping the shelf of parents failed, next time again: %s", type(error).__name__)
            if not worked:
                self._wake.wait(TICK_SECONDS)

    def _sync_due(self) -> None:
        for account in self._due_accounts():
            if self._stop.is_set():
                return
            with self._lock:
                self._asked.discard(account)
                self._syncing = account
                seen = frozenset(self._seen)
            try:
                if self._shelf.sync(account, workspaces=seen).state == "has_lists":
                    self._copies.account_is_well(account)
            finally:
                self._syncing = ""

    def _due_accounts(self) -> list[str]:
        with self._lock:
            asked = [name for name in self._asked if name in self._clients.accounts]
        if self._every is None:
            return asked
        lists, now = self._shelf.lists(), utcnow()
        late = [
            name
            for name in self._clients.accounts
            # Another process may have looked; once is enough for all.
            if name not in lists or now - lists[name].looked_at >= self._every
        ]
        return list(dict.fromkeys(asked + late))
