"""A service that does well or, on chosen calls, whatever a fault does; and a desk to work at it."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from lipsync.clients import Clients
from lipsync.jobs import follow
from lipsync.jobs.follow import Follower
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.jobs.patience import Patience
from lipsync.jobs.send import Sender
from lipsync.jobs.settle import Settler
from lipsync.jobs.store import utcnow
from lipsync.media import find_ffmpeg
from lipsync.parent_shelf import ParentShelf
from lipsync.upstream.client import UpstreamClient
from tests.support.bench import Bench, account, line
from tests.support.replies_server import Answer, RepliesServer, Seen

LARGEST_ANSWER_BYTES = 200_000
PATIENT = {"read_timeout": 30.0, "create_read_timeout": 30.0}
HASTY = {
    "read_timeout": 0.4, "create_read_timeout": 0.4, "deadline_seconds": 0.8,
    "create_deadline_seconds": 0.8, "download_deadline_seconds": 0.8,
}  # fmt: skip


class Service:
    """Answers every call well, except those in `trouble`, which are answered as told there."""

    def __init__(self, clip: bytes, task_id: str, video_id: str) -> None:
        self.clip = clip
        self.task_id = task_id
        self.video_id = video_id
        self.files_at = ""
        self.trouble: dict[str, Answer] = {}
        self.posts = 0

    def __call__(self, seen: Seen) -> Any:
        call = call_of(seen)
        self.posts += call == "create"
        return self.trouble[call](seen) if call in self.trouble else self.well(seen)

    def well(self, seen: Seen) -> Any:
        """The good answer to a call."""
        call = call_of(seen)
        if call == "download":
            return 200, {"Content-Type": "video/mp4"}, self.clip
        if call == "balance":
            return 200, {}, {"username": "a", "total_quota": 10, "total_used_quota": 1, "keys": []}
        if call == "list" and "/lip-sync" not in seen.path:
            return 200, {}, {"code": 0, "data": []}
        task = self.task("submitted" if call == "create" else "succeed")
        return 200, {}, {"code": 0, "data": [task] if call == "list" else task}

    def task(self, status: str, **more: Any) -> dict[str, Any]:
        """The service's one task."""
        url = f"{self.files_at}/files/{uuid4().hex}.mp4?sig=1"
        return {
            "task_id": self.task_id,
            "task_status": status,
            "task_info": {"parent_video": {"id": self.video_id}},
            "task_result": {"videos": [{"id": "v", "url": url, "duration": "1.0"}]},
            "created_at": round(datetime.now(UTC).timestamp() * 1000),
        } | more


def call_of(seen: Seen) -> str:
    """Which of the five calls a request is."""
    if seen.method == "POST":
        return "create"
    if seen.path.startswith(("/user/quota", "/v1/dashboard")):
        return "balance"
    if not seen.path.startswith("/kling/"):
        return "download"
    return "list" if "?" in seen.path else "query"


class Watched(Patience):
    """Patience that does not wait, but tells `on_wait` how long it would have."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(stop)
        self.on_wait: Callable[[float], None] = lambda seconds: None

    def sleep(self, seconds: float, woken: Callable[[], bool] = lambda: False) -> None:
        """See `Patience.sleep`."""
        self.on_wait(seconds)
        self._stop.wait(0.01)
        self.check()


class TunedClients(Clients):
    """Clients with the time-outs that a case needs."""

    def __init__(self, accounts: Any, **options: Any) -> None:
        super().__init__(accounts)
        self._options = {"max_answer_bytes": LARGEST_ANSWER_BYTES} | options

    def client(self, name: str) -> UpstreamClient:
        """See `Clients.client`."""
        known = self.account(name)
        if name not in self._clients:
            self._clients[name] = UpstreamClient(
                base_url=known.base_url, key=known.key, quota_url=known.quota_url, **self._options
            )
        return self._clients[name]


@dataclass
class Desk:
    """The real parts of a studio, at a service of its own. Account, task and video are this case's own,
    so that many cases share one database."""

    bench: Bench
    service: Service
    server: RepliesServer
    options: dict[str, Any]
    name: str = field(default_factory=lambda: f"a{uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        self.service.files_at = self.server.url
        self.patience = Watched(threading.Event())
        self.clients = TunedClients({}, **self.options)
        self.reach(self.server.url)
        bench = self.bench
        self.store = bench.store
        self.sender = Sender(bench.store, self.clients, bench.sounds, self.patience)
        self.settler = Settler(bench.store, self.clients, self.patience)
        self.follower = Follower(bench.store, self.clients, bench.archive, self.patience, poll_seconds=5.0)
        self.shelf = ParentShelf(bench.database, self.clients, bench.archive)

    def reach(self, url: str) -> None:
        """From now on the service is reached at `url`."""
        self.clients.close()
        self.clients.accounts[self.name] = account(url, self.name, usual_seconds=300.0)

    def add(self, **values: Any) -> Job:
        """A job of this case's account."""
        request = values.pop("request", line(parent=("parent", self.service.video_id)))
        return self.bench.add(request, account=self.name, **values)

    def add_sent(self, **values: Any) -> Job:
        """A job that the service accepted."""
        fields = {
            "state": JobState.SUBMITTED, "charge": Charge.CHARGED, "task_id": self.service.task_id,
            "sent_at": utcnow(), "polls": 1,
        }  # fmt: skip
        return self.add(**fields | values)

    def add_in_doubt(self) -> Job:
        """A job whose answer never came."""
        return self.add(
            state=JobState.UNKNOWN, charge=Charge.UNKNOWN, armed_at=utcnow(), ticket="x",
            problem="interrupted", problem_facts={},
        )  # fmt: skip

    def send(self, job: Job, execution: str) -> str | None:
        """Pass the gate and send, as one execution of the workflow does."""
        ticket = self.sender.arm(job.id, execution)
        return None if ticket is None else self.sender.send(job.id, ticket, execution)

    def wait_is_over(self, job: Job) -> None:
        """As if the time had come at which a queued job may be sent again."""
        self.store.change(job.id, frm=[JobState.QUEUED], not_before=None)
        self.store.set_pause(self.name, utcnow(), 0)


@contextlib.contextmanager
def desk(bench: Bench, clip: bytes, *, slow: bool = False) -> Iterator[Desk]:
    """A desk for one case. Videos larger than 300 kB count as too large here."""
    service = Service(clip, f"t-{uuid4().hex}", f"v-{uuid4().hex}")
    with RepliesServer(service) as server, patch.object(follow, "MAX_VIDEO_BYTES", 300_000):
        one = Desk(bench, service, server, HASTY if slow else PATIENT)
        try:
            yield one
        finally:
            one.clients.close()


def make_clip(folder: Path) -> bytes:
    """A real, short clip."""
    path = folder / "clip.mp4"
    subprocess.run(
        [
            str(find_ffmpeg()), "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x36:r=5:d=1", "-f", "lavfi",
            "-i", "sine=d=1", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-shortest", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path.read_bytes()
