"""The queue of each account: how jobs get into it, and whether one is being worked on."""

from __future__ import annotations

import hashlib
import threading

import sqlalchemy as sa
from dbos import DBOSClient, DBOSPortableJSONSerializer

from lipsync.accounts import Account
from lipsync.jobs import workflow
from lipsync.jobs.model import Job

APPLICATION = "lipsync-studio"
APPLICATION_VERSION = "jobs-1"
"""Pinned: with the engine's default (a hash of the code) a deploy would strand every job."""
POLL_SECONDS = 0.3
_RUNNING = ("PENDING", "ENQUEUED", "DELAYED")


class JobQueue:
    """The queues on one database. May be used from several threads."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database
        self._client: DBOSClient | None = None
        self._lock = threading.Lock()

    def register(self, account: Account) -> None:
        """Make the queue of an account, or change its limits."""
        self.client().register_queue(
            queue_name(account.name),
            global_concurrency=account.max_in_flight,
            partition_concurrency=account.max_in_flight,
            polling_interval_sec=POLL_SECONDS,
            on_conflict="always_update",
        )

    def put(self, connection: sa.Connection, job: Job, *, run: int = 0) -> None:
        """Put a job's run into its account's queue, in the caller's transaction."""
        self.client().enqueue_in_transaction(
            connection,
            {
                "workflow_name": workflow.WORKFLOW_NAME,
                "queue_name": queue_name(job.account),
                "workflow_id": workflow_id(job.id, run),
                "app_version": APPLICATION_VERSION,
                # Fair between people: free places go round among those who wait.
                "queue_partition_key": f"{job.workspace}/{job.owner}",
            },
            job.id,
        )

    def holds(self, job: Job) -> bool:
        """Whether a workflow carries the job, or will when its turn comes."""
        found = self.client().list_workflows(
            workflow_ids=[workflow_id(job.id, job.run)], load_input=False, load_output=False
        )
        return bool(found) and found[0].status in _RUNNING

    def client(self) -> DBOSClient:
        """The job engine's client, made when it is first needed."""
        with self._lock:
            if self._client is None:
                self._client = DBOSClient(
                    system_database_engine=self._database,
                    serializer=DBOSPortableJSONSerializer(),
                    application_name=APPLICATION,
                    retry_connection_errors=False,
                )
            return self._client

    def close(self) -> None:
        """Let go of the client; it is made again when it is needed."""
        with self._lock:
            if self._client is not None:
                self._client.destroy()
                self._client = None


def workflow_id(job_id: str, run: int) -> str:
    """The name of the workflow that carries a job's run."""
    return job_id if run == 0 else f"{job_id}:{run}"


def queue_name(account: str) -> str:
    """The queue of an account."""
    return "acct-" + hashlib.sha256(account.encode()).hexdigest()[:12]
