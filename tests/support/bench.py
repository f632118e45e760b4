"""The parts of a studio around a job, for tests: a real database and a client of any server."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from lipsync.accounts import Account
from lipsync.archive import Archive
from lipsync.clients import Clients
from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.jobs.follow import Follower
from lipsync.jobs.model import Job
from lipsync.jobs.patience import Patience
from lipsync.jobs.send import Sender
from lipsync.jobs.settle import Settler
from lipsync.jobs.store import JobStore
from lipsync.request import LipSyncRequest
from lipsync.sounds import SoundShelf
from lipsync.upstream.client import UpstreamClient
from lipsync.upstream.replies import TaskKind


def account(url: str, name: str = "main", *, usual_seconds: float = 1.0) -> Account:
    """An account at `url`, where jobs are usually quick."""
    return Account(
        name=name, label=name, key="sk-sandbox", base_url=url, quota_url=f"{url}/user/quota",
        max_in_flight=3, price_per_5_seconds_usd=0.07, usual_seconds=usual_seconds,
    )  # fmt: skip


def line(text: str = "Hello.", *, parent: tuple[str, str] = ("task", "video"), **more: Any) -> dict[str, Any]:
    """A request in text mode, as the database has it."""
    fields = {
        "account": "main", "parent_task_id": parent[0], "video_id": parent[1], "source": "text",
        "text": text, "voice_id": "oversea_male1", "voice_language": "en", "voice_speed": "1.0",
    } | more  # fmt: skip
    return LipSyncRequest.from_dict(fields).as_dict()


class QuickClient(UpstreamClient):
    """A client that does not wait long for a silent server."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            **settings, connect_timeout=1.0, read_timeout=1.0, create_read_timeout=1.0,
            deadline_seconds=2.0, create_deadline_seconds=2.0, download_deadline_seconds=2.0,
        )  # fmt: skip


class QuickClients(Clients):
    """Clients that do not wait long."""

    def client(self, name: str) -> UpstreamClient:
        """See `Clients.client`."""
        known = self.account(name)
        if name not in self._clients:
            self._clients[name] = QuickClient(
                base_url=known.base_url, key=known.key, quota_url=known.quota_url
            )
        return self._clients[name]


@dataclass
class Bench:
    """Store, sender, settler and follower over one database and one service."""

    folder: Path
    url: str
    address: str = ""
    public_url: str | None = None
    search_seconds: float = 0.1
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.database: sa.Engine = connect(self.address or f"sqlite:///{self.folder / 'studio.db'}")
        migrate(self.database)
        self.store = JobStore(self.database)
        self.clients = QuickClients({"main": account(self.url)})
        self.archive = Archive(self.folder)
        self.sounds = SoundShelf(self.folder, self.database)
        patience = Patience(self.stop)
        self.sender = Sender(self.store, self.clients, self.sounds, patience, public_url=self.public_url)
        self.settler = Settler(self.store, self.clients, patience, search_seconds=self.search_seconds)
        self.follower = Follower(
            self.store, self.clients, self.archive, patience, poll_seconds=0.2, chance=lambda: 0.5
        )

    def add(self, request: dict[str, Any] | None = None, **values: Any) -> Job:
        """A job in the database; `values` go beside or over the defaults."""
        with self.database.begin() as connection:
            return self.store.insert(
                connection,
                **{
                    "workspace": "local", "owner": "local", "kind": TaskKind.LIP_SYNC, "account": "main",
                    "request": request or line(), "submit_key": uuid4().hex,
                } | values,
            )  # fmt: skip

    def send(self, job: Job, execution: str = "me") -> str:
        """Pass the gate and send, as the workflow does."""
        ticket = self.sender.arm(job.id, execution)
        assert ticket is not None
        return self.sender.send(job.id, ticket, execution)

    def close(self) -> None:
        """Let go of everything."""
        self.clients.close()
        self.database.dispose()
