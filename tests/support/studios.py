"""Whole studios for tests, on a sandbox that runs beside them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lipsync.jobs.model import Job, JobState
from lipsync.request import LipSyncRequest
from lipsync.settings import load_settings
from lipsync.studio import Studio, open_studio
from lipsync.upstream.replies import TaskKind
from tests.support.sandbox import RunningSandbox
from tests.support.waiting import wait_until


def settings_for(sandbox: RunningSandbox, folder: Path, **more: Any) -> Any:
    """Settings of a studio whose one account is `sandbox`."""
    return load_settings(
        **{
            "COMETAPI_KEY": sandbox.key,
            "COMETAPI_BASE_URL": sandbox.url,
            "STUDIO_DATA_DIR": folder / "data",
            "STUDIO_POLL_SECONDS": 0.2,
            "STUDIO_SEARCH_SECONDS": 1.0,
            # Nothing in the background, so that a test sees only the calls that it is about.
            "STUDIO_SYNC_MINUTES": 0,
            "STUDIO_PARENT_COPIES_MB": 0,
            "STUDIO_FACE_CHECK": False,
        }
        | more
    )


@contextlib.contextmanager
def running_studio(
    sandbox: RunningSandbox, folder: Path, *, start: bool = True, **more: Any
) -> Iterator[Studio]:
    """A studio that works on jobs (or, with `start=False`, only takes them in)."""
    studio = open_studio(settings_for(sandbox, folder, **more))
    try:
        if start:
            studio.start()
            wait_until(lambda: studio.engine.status().running, what="the engine")
        yield studio
    finally:
        studio.stop()


def request_for(sandbox: RunningSandbox, text: str = "Hello.", parent: str = "first") -> dict[str, Any]:
    """A text request for one of the sandbox's own parents."""
    one = sandbox.parents()[parent]
    return LipSyncRequest(
        account="main",
        parent_task_id=one["task_id"],
        video_id=one["video_id"],
        source="text",
        text=text,
        voice_id="oversea_male1",
        voice_language="en",
        voice_speed="1.0",
    ).as_dict()


def submit(studio: Studio, request: dict[str, Any], key: str, **more: Any) -> Job:
    """Hand a request in as a page does."""
    fields: dict[str, Any] = {
        "kind": TaskKind.LIP_SYNC, "account": "main", "workspace": "local", "owner": "local"
    }  # fmt: skip
    return studio.engine.submit(request=request, submit_key=key, **fields | more)


def wait_for_state(studio: Studio, job: Job, *states: JobState, timeout: float = 30.0) -> Job:
    """Wait until a job is in one of `states`."""

    def reached() -> Job | None:
        now = studio.jobs.get(job.id)
        return now if now.state in states else None

    found = wait_until(reached, timeout=timeout, what=f"{job.id} to be {states}")
    assert found is not None
    return found
