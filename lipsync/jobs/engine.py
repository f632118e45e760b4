"""The job engine behind a narrow interface: submit, cancel, resolve, look.

Underneath is DBOS Transact; nothing outside this file, `queue.py` and `workflow.py` knows. Its
guarantees are not relied on for money: those live in the jobs table.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from dbos import error as dbos_errors

from lipsync.archive import Archive
from lipsync.clients import Clients
from lipsync.database.tables import jobs
from lipsync.jobs import workflow
from lipsync.jobs.adopting import Adopter, Adoption
from lipsync.jobs.chain import Chain
from lipsync.jobs.doubt import MayBePaidTwice, doubt_behind
from lipsync.jobs.follow import Follower
from lipsync.jobs.late_ids import LateIds
from lipsync.jobs.model import LIVE, Charge, Job, JobState
from lipsync.jobs.patience import Patience
from lipsync.jobs.places import SlotPlace, place_for
from lipsync.jobs.queue import APPLICATION, APPLICATION_VERSION, JobQueue
from lipsync.jobs.send import ParentMissing, Sender
from lipsync.jobs.settle import SEARCH_SECONDS, Settler, heard_since_search
from lipsync.jobs.store import JobStore, utcnow
from lipsync.pictures import PictureShelf
from lipsync.sounds import SoundShelf
from lipsync.upstream.replies import TaskKind

log = logging.getLogger(__name__)

TAKE_PLACE_SECONDS = 1.0
REAP_SECONDS = 2.0
SWEEP_SECONDS = 15.0
KEEP_WORKFLOWS = timedelta(days=1)
"""The engine's own rows of ended jobs are removed after that; the jobs themselves stay."""
TIDY_SECONDS = 3_600.0
TIDY_AT_ONCE = 1_000
_TROUBLE = (sa.exc.SQLAlchemyError, dbos_errors.DBOSException, OSError)
"""What a database that is away, a full disk or a lost race look like from here."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What the engine needs to know beside its collaborators."""

    database_address: str
    poll_seconds: float = 5.0
    public_url: str | None = None
    search_seconds: float = SEARCH_SECONDS


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Whether jobs are worked on in this process, and if not, who holds the place."""

    running: bool
    holder: str = ""


class JobEngine:
    """Runs the jobs of one database. At most one per process is started."""

    def __init__(
        self,
        engine: sa.Engine,
        clients: Clients,
        archive: Archive,
        sounds: SoundShelf,
        settings: EngineSettings,
        *,
        pictures: PictureShelf | None = None,
        parent_missing: ParentMissing | None = None,
    ) -> None:
        self.store = JobStore(engine)
        self._database = engine
        self._clients = clients
        self._settings = settings
        self._stop = threading.Event()
        patience = Patience(self._stop)
        self._sender = Sender(
            self.store, clients, sounds, patience, pictures=pictures, public_url=settings.public_url,
            parent_missing=parent_missing,
        )  # fmt: skip
        self._settler = Settler(self.store, clients, patience, search_seconds=settings.search_seconds)
        self._adopter = Adopter(self.store, clients, self._settler)
        self._queue = JobQueue(engine)
        self._chain = Chain(self.store, self._queue.put)
        self._late_ids = LateIds(self.store, clients, self._chain, first_seconds=settings.poll_seconds)
        self._follower = Follower(
            self.store, clients, archive, patience,
            poll_seconds=settings.poll_seconds, finish=self._chain.finish,
        )  # fmt: skip
        self._thread: threading.Thread | None = None
        self._status = EngineStatus(running=False)
        self.launched = threading.Event()

    # -- the narrow interface ----------------------------------------------------------

    def submit(
        self,
        *,
        kind: TaskKind,
        account: str,
        request: dict[str, Any],
        submit_key: str,
        workspace: str,
        owner: str,
        previous_job_id: str | None = None,
        then: dict[str, Any] | None = None,
        second_charge_accepted: bool = False,
    ) -> Job:
        """Take a job in: row and queue entry in one transaction, so that it cannot be lost.

        The same `submit_key` always means the same job, however often it is sent. `then` is a lip
        sync (its parent's ids are filled in later) to be sent when this job's video is ready.
        Raises `MayBePaidTwice` when what it repeats may have been accepted, unless a person said yes to
        that; `UnknownAccount`; ValueError for a `then` behind anything but a video.
        """
        if then is not None and kind is TaskKind.LIP_SYNC:
            raise ValueError("only a video can be followed by a lip sync")
        self._queue.register(self._clients.account(account))
        try:
            with self._database.begin() as connection:
                known = self.store.by_submit_key(submit_key, connection)
                if known is not None:
                    return known
                doubtful = doubt_behind(self.store, connection, previous_job_id)
                if doubtful is not None and not second_charge_accepted:
                    raise MayBePaidTwice(doubtful)
                job = self.store.insert(
                    connection,
                    kind=kind,
                    account=account,
                    request=request,
                    submit_key=submit_key,
                    workspace=workspace,
                    owner=owner,
                    previous_job_id=previous_job_id,
                    then_request=then,
                )
                self._queue.put(connection, job)
        except sa.exc.IntegrityError:
            # A second click won the race; its job is ours.
            known = self.store.by_submit_key(submit_key)
            if known is None:
                raise
            return known
        return job

    def doubt_behind(self, job_id: str | None) -> Job | None:
        """The job that may have been accepted already, if `job_id` or what it repeats is sent once more."""
        with self._database.connect() as connection:
            return doubt_behind(self.store, connection, job_id)

    def cancel(self, job_id: str) -> bool:
        """Take a job back while nothing was sent. False if it is too late for that."""
        return self.store.change(
            job_id,
            frm=[JobState.QUEUED],
            event="cancelled",
            state=JobState.CANCELLED,
            charge=Charge.NONE,
            problem=None,
            problem_facts=None,
            finished_at=utcnow(),
        )

    def adopt(self, job_id: str, task_id: str, *, by: str) -> Adoption:
        """The person says which task a job in doubt became; asks the service first, so not for pages.

        Raises `UpstreamError` when the service could not be asked; then nothing was adopted.
        """
        job = self.store.get(job_id)
        what_came = self._adopter.adopt(job, task_id, by=by)
        if what_came is Adoption.ADOPTED:
            self._continue(job)
        return what_came

    def close(self, job_id: str, *, by: str) -> bool:
        """The person leaves a job in doubt (or one that never ends) as it is."""
        closed = self.store.change(
            job_id,
            frm=[JobState.UNKNOWN, JobState.SUBMITTED, JobState.PROCESSING, JobState.FETCHING],
            event="closed",
            facts={"by": by},
            state=JobState.CLOSED,
            finished_at=utcnow(),
        )
        if closed:
            self.store.nudge(job_id)  # whoever waits for its next look gives its place free at once
        return closed

    def drop_then(self, job_id: str) -> bool:
        """Take back the line that waits for a video. False if it was sent, or will not be anyhow."""
        return self._chain.drop(job_id)

    def then_goes_on(self, job_id: str) -> bool:
        """Send the line that waits for a video's id, if the shelf knows that id now. True if it was sent."""
        job = self.store.get(job_id)
        with self._database.begin() as connection:
            return self._chain.go_on(connection, job)

    def look_now(self, job_id: str) -> None:
        """Look at the service at once; a job in doubt is searched for again."""
        job = self.store.get(job_id)
        self.store.nudge(job_id)
        if job.state is JobState.UNKNOWN and not self.is_worked_on(job):
            self._continue(job)

    def heard_of(self, callback_token: str, task_id: str | None) -> bool:
        """A callback came for a job. Only ever causes a look. False if the token is nobody's."""
        job = self.store.by_callback_token(callback_token)
        if job is None:
            return False
        if task_id is not None and job.task_id is None and not self._already_heard(job, task_id):
            with self._database.begin() as connection:
                self.store.log(connection, job.id, "callback", {"task_id": task_id[:200]})
        if job.is_live or job.state is JobState.UNKNOWN:
            self.look_now(job.id)
        return True

    def status(self) -> EngineStatus:
        """Whether this process works on jobs."""
        return self._status

    # -- starting and stopping ---------------------------------------------------------

    def prepare(self) -> None:
        """Bring the engine's own tables up to date. Before anything is submitted."""
        DBOS.migrate(_dbos_address(self._settings.database_address))
        self._queue.client()

    def start(self) -> None:
        """Start working in the background, as soon as the place is free."""
        if self._thread is not None:
            return
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="job-engine", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 4.0) -> None:
        """Stop working; every job goes on after the next start."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(seconds)
            self._thread = None
        self._queue.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._hold_place_and_work()
            except _TROUBLE as error:
                # Without another start the jobs would lie still until somebody restarts the server.
                log.warning("the engine stopped and is started again: %s", type(error).__name__)
                self._stop.wait(TAKE_PLACE_SECONDS)

    def _hold_place_and_work(self) -> None:
        place = place_for(self._database)
        executor = None
        while executor is None:
            try:
                executor = place.take()
            except (OSError, sa.exc.DBAPIError) as error:
                log.warning("the engine's place cannot be taken yet: %s", type(error).__name__)
            if executor is None:
                self._status = EngineStatus(running=False, holder=place.holder())
                if self._stop.wait(TAKE_PLACE_SECONDS):
                    return
        try:
            self._launch(executor)
            self._late_ids.start()
            self._status = EngineStatus(running=True)
            self.launched.set()
            self._supervise(place if isinstance(place, SlotPlace) else None)
        finally:
            self._status = EngineStatus(running=False)
            self.launched.clear()
            self._late_ids.stop()
            DBOS.destroy()
            workflow.use_work(None)
            place.leave()

    def _launch(self, executor: str) -> None:
        workflow.use_work(_Steps(self._sender, self._settler, self._follower))
        config = DBOSConfig(
            name=APPLICATION,
            system_database_url=_dbos_address(self._settings.database_address),
            application_version=APPLICATION_VERSION,
            executor_id=executor,
            serializer=DBOSPortableJSONSerializer(),
            log_level="ERROR",
        )
        if self._database.dialect.name == "sqlite":
            config["system_database_engine"] = self._database
        DBOS(config=config)
        for account in self._clients.accounts.values():
            self._queue.register(account)
        DBOS.launch()

    def _supervise(self, slots: SlotPlace | None) -> None:
        """Until the process stops: take over from dead workers, continue stranded jobs, tidy up."""
        swept = tidied = time.monotonic()
        while not self._stop.wait(REAP_SECONDS if slots else SWEEP_SECONDS):
            now = time.monotonic()
            with _outages_logged():
                if slots is not None:
                    slots.still_held()
                    self._reap(slots)
                if now - swept >= SWEEP_SECONDS or slots is None:
                    swept = now
                    self.sweep()
                if now - tidied >= TIDY_SECONDS:
                    tidied = now
                    self.tidy()

    def _reap(self, slots: SlotPlace) -> None:
        pending = self._queue.client().list_workflows(status="PENDING", load_input=False, load_output=False)
        owners = {w.executor_id for w in pending if w.executor_id}
        dead = {owner for owner in owners if slots.dead(owner)}
        for one in pending:
            if one.executor_id in dead:
                DBOS.resume_workflow(one.workflow_id, queue_name=one.queue_name)

    def sweep(self) -> int:
        """Continue live jobs that no workflow carries any more. Returns how many."""
        continued = 0
        for job in self.store.find(states=LIVE, limit=10_000):
            if not self.is_worked_on(job) and self._continue(job):
                continued += 1
        for job in self.store.find(states=[JobState.UNKNOWN], limit=10_000):
            # A callback may arrive in the very moment in which the search ends.
            heard = heard_since_search(self.store.events(job.id))
            if heard and not self.is_worked_on(job) and self._continue(job):
                continued += 1
        return continued

    def tidy(self, older_than: timedelta = KEEP_WORKFLOWS) -> int:
        """Remove the engine's own rows of jobs that ended long ago. Returns how many."""
        before = (utcnow() - older_than).isoformat()
        ended = self._queue.client().list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before,
            name=workflow.WORKFLOW_NAME,
            limit=TIDY_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        self._queue.client().delete_workflows([one.workflow_id for one in ended])
        return len(ended)

    # -- the queue ---------------------------------------------------------------------

    def _continue(self, job: Job) -> bool:
        """Give a job a new workflow; the compare-and-set lets only one caller do it."""
        with self._database.begin() as connection:
            mine = self.store.change(
                job.id,
                frm=[*LIVE, JobState.UNKNOWN],
                where=jobs.c.run == job.run,
                connection=connection,
                run=job.run + 1,
            )
            if mine:
                self._queue.put(connection, job, run=job.run + 1)
        return mine

    def is_worked_on(self, job: Job) -> bool:
        """Whether a workflow carries the job, or will when its turn comes."""
        return self._queue.holds(job)

    def _already_heard(self, job: Job, task_id: str) -> bool:
        return any(
            e.event == "callback" and e.facts.get("task_id") == task_id for e in self.store.events(job.id)
        )


class _Steps:
    """The three collaborators as the workflow's `Work`."""

    def __init__(self, sender: Sender, settler: Settler, follower: Follower) -> None:
        self.arm = sender.arm
        self.send = sender.send
        self.settle = settler.settle
        self.follow = follower.follow


def _dbos_address(address: str) -> str:
    return (
        "postgresql://" + address.removeprefix("postgresql+psycopg://") if "+psycopg" in address else address
    )


@contextlib.contextmanager
def _outages_logged() -> Iterator[None]:
    try:
        yield
    except _TROUBLE as error:
        log.warning("looking after the jobs failed, next time again: %s", type(error).__name__)
