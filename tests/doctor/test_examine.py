"""The doctor on installations that work, and on broken ones. It changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from lipsync.doctor.examine import examine
from lipsync.doctor.finding import Finding, Level, worst
from lipsync.jobs.model import JobState
from lipsync.jobs.store import utcnow
from lipsync.media import find_ffmpeg
from tests.support.bench import Bench
from tests.support.replies_server import RepliesServer, Seen, unused_port
from tests.support.sandbox import RunningSandbox, running_sandbox
from tests.support.studios import request_for, running_studio, submit, wait_for_state

SECRET = "sk-0123456789-secret"
Doctor = Callable[..., dict[str, Finding]]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doctor]:
    """Runs the doctor with these settings and no others; its findings by name."""
    said: list[Finding] = []

    def run(**settings: Any) -> dict[str, Finding]:
        for name in [n for n in os.environ if n.startswith(("COMETAPI_", "STUDIO_", "DATABASE_URL"))]:
            monkeypatch.delenv(name)
        given = {"STUDIO_DATA_DIR": tmp_path / "data", "STUDIO_SECRETS_FILE": tmp_path / "none"} | settings
        for name, value in given.items():
            monkeypatch.setenv(name, str(value))
        found = examine()
        said.extend(found)
        assert len({one.check for one in found}) == len(found)
        return {one.check: one for one in found}

    yield run
    assert SECRET not in repr(said)
    assert all(one.todo for one in said if one.level is not Level.OK)


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """What a folder holds: name to size and time of change."""
    return {
        str(p.relative_to(folder)): (p.stat().st_size, p.stat().st_mtime_ns) for p in folder.rglob("*")
    }  # fmt: skip


def test_a_working_studio_is_fine_and_stays_as_it_is(
    doctor: Doctor, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    with running_studio(sandbox, tmp_path, start=False) as studio:
        assert studio.jobs.find() == []
    before = files(tmp_path)
    found = doctor(COMETAPI_KEY=sandbox.key, COMETAPI_BASE_URL=sandbox.url)
    assert worst(found.values()) is Level.OK, found
    assert {"python", "ffmpeg", "data folder", "disk", "database", "schema", "integrity"} <= set(found)
    assert found["account main: balance"].facts["remaining_usd"] > 0
    assert found["engine"].facts["holders"] == []
    assert files(tmp_path) == before


def test_a_running_engine_is_seen_and_not_disturbed(
    doctor: Doctor, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    with running_studio(sandbox, tmp_path) as studio:
        found = doctor(COMETAPI_KEY=sandbox.key, COMETAPI_BASE_URL=sandbox.url)
        assert found["engine"].facts["holders"] == [f"pid {os.getpid()}"]
        job = submit(studio, request_for(sandbox, "Beside the doctor."), "k")
        wait_for_state(studio, job, JobState.READY)


@pytest.mark.postgres
def test_postgresql_is_examined_as_well(
    doctor: Doctor, sandbox: RunningSandbox, tmp_path: Path, postgres_url: str
) -> None:
    given = {"COMETAPI_KEY": sandbox.key, "COMETAPI_BASE_URL": sandbox.url, "DATABASE_URL": postgres_url}
    assert doctor(**given)["schema"].level is Level.WARNING
    with running_studio(sandbox, tmp_path, DATABASE_URL=postgres_url):
        found = doctor(**given)
    assert found["database"].said.startswith("PostgreSQL")
    assert found["schema"].level is Level.OK
    assert [one.split()[1] for one in found["engine"].facts["holders"]] == ["0"]


def test_before_the_first_start_nothing_is_broken_and_nothing_is_made(doctor: Doctor, tmp_path: Path) -> None:
    found = doctor()
    assert worst(found.values()) is Level.OK
    assert "does not run" in found["sandbox"].said
    assert files(tmp_path) == {}


def test_a_sandbox_that_runs_is_examined_like_a_service(doctor: Doctor, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with running_sandbox(folder) as running:
        (folder / "sandbox" / "port").write_text(str(running.port))
        found = doctor()
    assert found["sandbox"].said == "The built-in sandbox runs."
    assert found["account sandbox"].level is Level.OK


def test_a_wrong_setting_is_named_and_the_machine_still_examined(doctor: Doctor) -> None:
    found = doctor(STUDIO_MAX_IN_FLIGHT="many", COMETAPI_KEY=SECRET)
    assert "STUDIO_MAX_IN_FLIGHT" in found["settings"].said
    assert found["ffmpeg"].level is Level.OK


def test_a_key_that_is_refused_is_broken(doctor: Doctor, sandbox: RunningSandbox) -> None:
    found = doctor(COMETAPI_KEY="sk-sandbox-1004", COMETAPI_BASE_URL=sandbox.url)
    assert found["account main"].level is Level.BROKEN
    assert "key" in found["account main"].said


def test_a_service_that_cannot_be_reached_is_broken(doctor: Doctor) -> None:
    found = doctor(COMETAPI_KEY=SECRET, COMETAPI_BASE_URL=f"http://127.0.0.1:{unused_port()}")
    assert found["account main"].level is Level.BROKEN
    assert found["account main"].facts == {"reachable": False}


def service(
    *, date: datetime | None = None, lists: bool = True, left: float = 9.0
) -> Callable[[Seen], tuple[int, dict[str, str], Any]]:
    def answer(seen: Seen) -> tuple[int, dict[str, str], Any]:
        headers = {"Date": format_datetime(date, usegmt=True)} if date else {}
        if seen.path.startswith("/user/quota"):
            return 200, headers, {"username": "a", "total_quota": left, "total_used_quota": 0, "keys": []}
        if "?" in seen.path:
            if lists:
                return 200, headers, {"code": 0, "data": []}
            return 404, headers, {"code": 1202, "message": "no"}
        return 404, headers, {"code": 1203, "message": "no such task"}

    return answer


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.OK), (3_600, Level.WARNING), (-3_600, Level.WARNING)]
)
def test_a_clock_that_is_wrong_is_noticed(doctor: Doctor, seconds: int, level: Level) -> None:
    with RepliesServer(service(date=datetime.now(UTC) + timedelta(seconds=seconds))) as server:
        found = doctor(COMETAPI_KEY=SECRET, COMETAPI_BASE_URL=server.url)
    assert found["account main: clock"].level is level
    assert all(seen.method == "GET" for seen in server.seen)


def test_a_service_without_lists_is_fine(doctor: Doctor) -> None:
    with RepliesServer(service(lists=False)) as server:
        found = doctor(COMETAPI_KEY=SECRET, COMETAPI_BASE_URL=server.url)
    assert found["account main"].level is Level.OK


def test_an_empty_account_is_noticed(doctor: Doctor) -> None:
    with RepliesServer(service(left=0.01)) as server:
        found = doctor(COMETAPI_KEY=SECRET, COMETAPI_BASE_URL=server.url)
    assert found["account main: balance"].level is Level.WARNING


def test_no_account_at_all_is_broken(doctor: Doctor) -> None:
    assert doctor(STUDIO_SANDBOX="off")["accounts"].level is Level.BROKEN


def test_a_file_where_the_data_folder_should_be_is_broken(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    assert doctor()["data folder"].level is Level.BROKEN


@pytest.fixture
def programs() -> Iterator[None]:
    """Look for the programs anew, before and after."""
    find_ffmpeg.cache_clear()
    yield
    find_ffmpeg.cache_clear()


@pytest.mark.usefixtures("programs")
def test_a_program_that_is_not_there_is_broken(doctor: Doctor) -> None:
    found = doctor(FFMPEG_BINARY="/nowhere/ffmpeg")
    assert (found["ffmpeg"].level, found["ffprobe"].level) == (Level.BROKEN, Level.OK)


@pytest.mark.usefixtures("programs")
def test_a_program_that_cannot_do_what_is_asked_of_it_is_broken(doctor: Doctor, tmp_path: Path) -> None:
    """As one that was built without an encoder, or is too old for a filter's option."""
    small = tmp_path / "ffmpeg"
    small.write_text(f'#!/bin/sh\ncase "$*" in *libmp3lame*) exit 1;; esac\nexec {find_ffmpeg()} "$@"\n')
    small.chmod(0o755)
    find_ffmpeg.cache_clear()
    found = doctor(FFMPEG_BINARY=small)["ffmpeg"]
    assert (found.level, found.facts["path"]) == (Level.BROKEN, str(small))
    assert "cannot convert a sound" in found.said


@pytest.mark.parametrize("content", [b"no database at all" * 99, b""], ids=["rubbish", "empty"])
def test_a_database_file_that_is_none_does_not_stop_the_doctor(
    doctor: Doctor, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "studio.db").write_bytes(content)
    found = doctor()
    assert worst([found["database"], *([found["schema"]] if "schema" in found else [])]) is not Level.OK


def test_a_damaged_database_is_broken(doctor: Doctor, tmp_path: Path) -> None:
    Bench(tmp_path / "data", "http://127.0.0.1:9").close()
    file = tmp_path / "data" / "studio.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    found = doctor()
    assert Level.BROKEN in {found["database"].level, found.get("integrity", found["database"]).level}


def test_a_database_server_that_is_away_is_broken_and_its_password_kept(doctor: Doctor) -> None:
    found = doctor(DATABASE_URL=f"postgresql://me:{SECRET}@127.0.0.1:{unused_port()}/studio")
    assert found["database"].level is Level.BROKEN


def test_an_older_schema_is_noticed(doctor: Doctor, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "data", "http://127.0.0.1:9")
    with bench.database.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    bench.close()
    assert doctor()["schema"].level is Level.WARNING


def test_a_callback_address_on_this_machine_helps_no_service_outside(doctor: Doctor) -> None:
    found = doctor(
        COMETAPI_KEY=SECRET,
        COMETAPI_BASE_URL="https://nowhere.invalid",
        STUDIO_PUBLIC_URL="http://localhost:1",
    )
    assert found["callbacks"].level is Level.WARNING


def test_jobs_that_nobody_works_on_and_jobs_in_doubt_are_told(doctor: Doctor, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "data", "http://127.0.0.1:9")
    bench.add(state=JobState.PROCESSING, task_id="t-1")
    doubtful = bench.add(state=JobState.UNKNOWN)
    bench.close()
    found = doctor()
    assert "No process works on them" in found["jobs"].said
    assert found["jobs in doubt"].facts == {"jobs": [doubtful.id]}


@pytest.mark.parametrize(
    ("state", "minutes", "level"),
    [
        (JobState.SUBMITTING, 11, Level.BROKEN),
        (JobState.PROCESSING, 70, Level.OK),
        (JobState.PROCESSING, 80, Level.BROKEN),
        (JobState.QUEUED, 600, Level.OK),
    ],
)
def test_a_job_that_stands_still_under_a_running_engine_is_broken(
    doctor: Doctor, tmp_path: Path, state: JobState, minutes: int, level: Level
) -> None:
    import fcntl

    bench = Bench(tmp_path / "data", "http://127.0.0.1:9")
    long_ago = utcnow() - timedelta(minutes=minutes)
    bench.add(state=state, updated_at=long_ago, created_at=long_ago)
    bench.close()
    with closing((tmp_path / "data" / "studio.db.engine").open("w")) as place:
        fcntl.flock(place, fcntl.LOCK_EX)
        assert doctor()["jobs"].level is level
