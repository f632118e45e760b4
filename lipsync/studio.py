"""The studio of one process: everything put together, once.

`app.py` makes it when the server starts and stops it when the server stops; pages ask
`current()` for it. It knows no browser.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from lipsync.accounts import Account, configured_accounts
from lipsync.archive import Archive
from lipsync.cleaning import Cleaner
from lipsync.clients import Clients
from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.faces.checks import FaceChecks
from lipsync.faces.checks_kept import KeptVerdicts
from lipsync.jobs.engine import EngineSettings, JobEngine
from lipsync.jobs.model import Job
from lipsync.jobs.store import JobStore
from lipsync.leftovers import remove_abandoned, remove_half_written, remove_unused_pictures
from lipsync.local_sandbox import LocalSandbox
from lipsync.parent_shelf import ParentShelf
from lipsync.pictures import PictureShelf
from lipsync.settings import Settings, load_settings
from lipsync.shelf.again import Rechecks
from lipsync.shelf.copies import ParentCopies
from lipsync.shelf.keeper import ParentKeeper
from lipsync.shelf.look_ups import LookUps
from lipsync.sounds import SoundShelf, SoundWork
from lipsync.sounds.cleaning import clean

log = logging.getLogger(__name__)

BYTES_PER_MEGABYTE = 1_000_000


@dataclass
class Studio:
    """All parts of a running studio."""

    settings: Settings
    database: sa.Engine
    clients: Clients
    jobs: JobStore
    engine: JobEngine
    archive: Archive
    sounds: SoundShelf
    pictures: PictureShelf
    parents: ParentShelf
    keeper: ParentKeeper
    look_ups: LookUps
    faces: FaceChecks
    cleaner: Cleaner
    sandbox: LocalSandbox | None = None
    sound_work: SoundWork = field(default_factory=SoundWork)

    @property
    def accounts(self) -> dict[str, Account]:
        """The accounts by name; empty when there is neither a key nor a sandbox."""
        return self.clients.accounts

    @property
    def nothing_leaves(self) -> bool:
        """Whether every account is on this machine, so that nothing can cost money."""
        return bool(self.accounts) and all(a.on_this_machine for a in self.accounts.values())

    def start(self) -> None:
        """Start working on jobs, keeping the shelf of parents fresh, looking at faces, and cleaning up
        unused sounds."""
        self.engine.start()
        self.keeper.start()
        self.faces.start()
        self.cleaner.start()

    def stop(self) -> None:
        """Stop working; nothing is lost."""
        self.cleaner.stop()
        self.faces.stop()
        self.look_ups.stop()
        self.keeper.stop()
        self.engine.stop()
        if self.sandbox is not None:
            self.sandbox.stop()
        self.clients.close()
        self.database.dispose()


def open_studio(settings: Settings | None = None) -> Studio:
    """Make a studio: database, accounts, and the sandbox where one is wanted.

    Raises `SettingsError`, `SandboxNotStarted`, and whatever a failing migration raises.
    """
    settings = settings or load_settings()
    settings.data_path.mkdir(parents=True, exist_ok=True)
    database = connect(settings.database_address)
    migrate(database)
    accounts = configured_accounts(settings)
    sandbox = None
    if settings.sandbox == "on" or (settings.sandbox == "auto" and not accounts):
        sandbox = LocalSandbox(settings)
        account = sandbox.start()
        accounts[account.name] = account
    clients = Clients(accounts)
    archive = Archive(settings.data_path)
    sounds = SoundShelf(settings.data_path, database)
    pictures = PictureShelf(settings.data_path, database)
    parents = ParentShelf(database, clients, archive)
    copies = ParentCopies(
        database, parents, archive, room_bytes=settings.parent_copies_mb * BYTES_PER_MEGABYTE
    )
    keeper = ParentKeeper(
        parents, copies, Rechecks(database, clients), clients, sync_minutes=settings.sync_minutes
    )
    engine = JobEngine(
        database,
        clients,
        archive,
        sounds,
        _engine_settings(settings),
        pictures=pictures,
        parent_missing=partial(_ask_about_parent, keeper),
    )
    engine.prepare()
    return Studio(
        settings=settings,
        database=database,
        clients=clients,
        jobs=engine.store,
        engine=engine,
        archive=archive,
        sounds=sounds,
        pictures=pictures,
        parents=parents,
        keeper=keeper,
        look_ups=LookUps(parents),
        faces=FaceChecks(
            KeptVerdicts(settings.data_path, database), parents, pictures, enabled=settings.face_check
        ),
        cleaner=_cleaner(settings, database, sounds, pictures),
        sandbox=sandbox,
    )


def _engine_settings(settings: Settings) -> EngineSettings:
    return EngineSettings(
        database_address=settings.database_address,
        poll_seconds=settings.poll_seconds,
        public_url=settings.public_url,
        search_seconds=settings.search_seconds,
    )


def _ask_about_parent(keeper: ParentKeeper, job: Job) -> None:
    """A lip sync was refused because the service does not know its parent: the keeper asks about that."""
    try:
        keeper.ask_again(job.account, str(job.request.get("parent_task_id")))
    except sa.exc.SQLAlchemyError as error:
        log.info("the parent of a refused lip sync will not be asked about: %s", type(error).__name__)


def _cleaner(settings: Settings, database: sa.Engine, sounds: SoundShelf, pictures: PictureShelf) -> Cleaner:
    return Cleaner(
        [
            partial(clean, sounds),
            partial(remove_half_written, settings.data_path),
            partial(remove_abandoned, Path(tempfile.gettempdir())),
            partial(remove_unused_pictures, pictures, database, settings.data_path / "faces"),
        ]
    )


_current: list[Studio] = []
_lock = threading.Lock()


def use_studio(studio: Studio | None) -> None:
    """Make `studio` the one that `current` gives; None forgets it."""
    with _lock:
        _current[:] = [] if studio is None else [studio]


def current() -> Studio:
    """The studio of this process. Raises `RuntimeError` when the server has not made one."""
    with _lock:
        if not _current:
            raise RuntimeError("the studio was not started: run `streamlit run app.py`")
        return _current[0]
