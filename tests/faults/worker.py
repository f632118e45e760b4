"""One process of the studio without its pages, made to be killed.

Takes jobs in (as pages do) and works on them (as the server does). Every job that was taken
in is written to `acked` before the next one, so that the harness knows what must not be lost.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lipsync.database.tables import jobs
from lipsync.jobs.model import LIVE, JobState
from lipsync.jobs.send import Sender
from lipsync.jobs.store import utcnow
from lipsync.request import LipSyncRequest
from lipsync.settings import load_settings
from lipsync.studio import Studio, open_studio
from lipsync.upstream.replies import TaskKind
from tests.support.videos import video

CHAINS = 0.3
"""The share of jobs that make a video first and send their line when it is ready."""


def arguments() -> argparse.Namespace:
    """What the harness says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--database", default="")
    parser.add_argument("--parents", required=True, help="task_id/video_id,… of the parents to use")
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--acked", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--until-done", action="store_true")
    parser.add_argument("--unprotected", action="store_true")
    return parser.parse_args()


def unprotect() -> None:
    """Take the money gate away: whoever comes to the POST sends. For the control run only."""
    protected = Sender.send

    def send(self: Sender, job_id: str, ticket: str, execution: str) -> str:
        with self._store.engine.begin() as connection:
            connection.execute(
                sa.update(jobs)
                .where(jobs.c.id == job_id, jobs.c.state == JobState.SUBMITTING)
                .values(ticket=execution, armed_at=utcnow())
            )
        return protected(self, job_id, execution, execution)

    Sender.send = send  # type: ignore[method-assign]


def take_in(studio: Studio, given: argparse.Namespace) -> None:
    """Submit this process's jobs, each with words of its own, and note them."""
    chance = random.Random(given.seed)
    parents = given.parents.split(",")
    for number in range(given.jobs):
        task_id, video_id = chance.choice(parents).split("/")
        key = f"{given.prefix}-{number}"
        line = LipSyncRequest(
            account="main",
            parent_task_id=task_id,
            video_id=video_id,
            source="text",
            text=f"Line {key}.",
            voice_id="oversea_male1",
            voice_language="en",
            voice_speed="1.0",
        )
        whole: dict[str, Any] = {"kind": TaskKind.LIP_SYNC, "request": line.as_dict()}
        if chance.random() < CHAINS:
            whole = {
                "kind": TaskKind.TEXT2VIDEO,
                "request": video(f"Scene {key}."),
                "then": replace(line, parent_task_id="", video_id="").as_dict(),
            }
        owner = f"person-{number % 2}"
        job = studio.engine.submit(account="main", submit_key=key, workspace="local", owner=owner, **whole)
        with given.acked.open("a", encoding="utf-8") as file:
            file.write(f"{job.id} {key}\n")
            file.flush()
            os.fsync(file.fileno())
        time.sleep(chance.uniform(0, 0.1))  # spreads the jobs over the process's short life


def all_done(studio: Studio) -> bool:
    """Whether no job is being worked on, nor searched for, any more."""
    if studio.jobs.find(states=LIVE, limit=1):
        return False
    doubtful = studio.jobs.find(states=[JobState.UNKNOWN], limit=1000)
    return not any(studio.engine.is_worked_on(job) for job in doubtful)


def main() -> None:
    """Run until killed, or until every job has ended."""
    given = arguments()
    if given.unprotected:
        unprotect()
    os.environ["COMETAPI_KEY"] = "sk-sandbox"
    os.environ["COMETAPI_BASE_URL"] = given.url
    overrides = {
        "STUDIO_DATA_DIR": given.data,
        "STUDIO_POLL_SECONDS": 0.2,
        "STUDIO_SEARCH_SECONDS": 4.0,
        "STUDIO_FACE_CHECK": False,
        "STUDIO_MAX_IN_FLIGHT": 5,
    }
    if given.database:
        overrides["DATABASE_URL"] = given.database
    studio = open_studio(load_settings(**overrides))
    studio.start()
    if not studio.engine.launched.wait(60):
        sys.exit("the engine did not start")
    print("ready", flush=True)
    take_in(studio, given)
    while not given.until_done or not all_done(studio):
        time.sleep(0.1)
    studio.stop()


if __name__ == "__main__":
    main()
