"""The HTTP routes beside the pages, served for real, against a real studio and sandbox."""

from __future__ import annotations

import http.client
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from starlette.applications import Starlette

from components.routes import (
    CALLBACK_LIMIT_BYTES,
    MEDIA,
    ROUTES,
    face_frame_url,
    parent_url,
    picture_url,
    result_url,
    sound_url,
    thumbnail_url,
)
from lipsync.faces import FaceVerdict
from lipsync.faces.checks_kept import KeptVerdicts
from lipsync.jobs.model import Job
from lipsync.studio import Studio, use_studio
from tests.support.clips import make_tone
from tests.support.sandbox import RunningSandbox, running_sandbox
from tests.support.serving import serving
from tests.support.studios import request_for, running_studio, submit
from tests.support.videos import picture_bytes
from tests.support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("routes")
NOBODY = "0" * 32


@dataclass
class Site:
    """A served studio."""

    url: str
    studio: Studio
    sandbox: RunningSandbox
    session: requests.Session

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(self.url + path, headers=headers, timeout=30)

    def raw(self, method: str, path: str) -> tuple[int, bytes]:
        """A request whose path is sent exactly as it is written."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def job(self, key: str) -> Job:
        return submit(self.studio, request_for(self.sandbox), key)

    def finished(self, key: str, clip: Path) -> Job:
        """A job whose result is on disk."""
        job = self.job(key)
        self.studio.archive.keep_result(job.id, lambda to: shutil.copy(clip, to))
        return job

    def call_back(self, token: str, body: bytes | str | dict[str, object]) -> requests.Response:
        data = json.dumps(body) if isinstance(body, dict) else body
        return self.session.post(f"{self.url}/callbacks/{token}", data=data, timeout=30)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with (
        running_sandbox(folder) as sandbox,
        running_studio(sandbox, folder, start=False) as studio,
        serving(Starlette(routes=ROUTES)) as url,
        requests.Session() as session,
    ):
        session.trust_env = False
        use_studio(studio)
        yield Site(url, studio, sandbox, session)
        use_studio(None)


@pytest.fixture(scope="module")
def done(site: Site, clip: Path) -> Job:
    """A job with a result."""
    return site.finished("done", clip)


def test_a_result_is_served_whole_and_kept_by_the_browser(site: Site, done: Job, clip: Path) -> None:
    answer = site.get(result_url(done.id))
    assert answer.status_code == 200
    assert answer.content == clip.read_bytes()
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    assert "Content-Disposition" not in answer.headers


def test_a_result_is_downloaded_under_a_name_that_says_what_it_is(site: Site, done: Job) -> None:
    answer = site.get(result_url(done.id, download=True))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="lip-sync-{done.id[:8]}.mp4"'


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None), ("bytes=7-7", 7, 8)],
)
def test_a_part_of_a_result_is_served_so_that_players_can_seek(
    site: Site, done: Job, clip: Path, asked: str, start: int, end: int | None
) -> None:
    whole = clip.read_bytes()
    answer = site.get(result_url(done.id), Range=asked)
    first = start % len(whole)
    last = (end or len(whole)) - 1
    assert answer.status_code == 206
    assert answer.content == whole[start:end]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"


def test_an_end_beyond_the_file_means_its_end(site: Site, done: Job, clip: Path) -> None:
    answer = site.get(result_url(done.id), Range="bytes=10-99999999")
    assert (answer.status_code, answer.content) == (206, clip.read_bytes()[10:])


def test_a_part_that_begins_behind_the_end_is_answered_with_416(site: Site, done: Job, clip: Path) -> None:
    answer = site.get(result_url(done.id), Range="bytes=99999999-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"].endswith(f"*/{clip.stat().st_size}")


@pytest.mark.parametrize("asked", ["bytes=", "bytes=x-y", "bytes=9-3", "potatoes=0-9", "bytes=--5"])
def test_a_range_that_makes_no_sense_is_no_server_error(site: Site, done: Job, asked: str) -> None:
    assert site.get(result_url(done.id), Range=asked).status_code in (200, 400, 416)


def test_a_head_says_the_size_and_sends_nothing(site: Site, done: Job, clip: Path) -> None:
    answer = site.session.head(site.url + result_url(done.id), timeout=30)
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(clip.stat().st_size)
    assert answer.content == b""


def test_an_unchanged_result_keeps_its_tag(site: Site, done: Job) -> None:
    tags = {site.get(result_url(done.id)).headers["ETag"] for _ in range(2)}
    assert len(tags) == 1


def test_a_result_that_is_not_there_yet_is_missing(site: Site) -> None:
    job = site.job("not yet")
    assert site.get(result_url(job.id)).status_code == 404


def test_a_file_that_belongs_to_no_job_is_not_served(site: Site, clip: Path) -> None:
    site.studio.archive.keep_result("f" * 32, lambda to: shutil.copy(clip, to))
    assert site.get(result_url("f" * 32)).status_code == 404


ODD = [
    NOBODY,
    "x",
    ".",
    "..",
    "...mp4",
    "%00",
    NOBODY[:-1] + "%00",
    NOBODY + "%0a",
    "%ff%fe",
    "..%2f..%2fstudio.db",
    "%2e%2e%2fstudio.db",
    "../../../studio.db",
    "..%5c..%5cstudio.db",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "a" * 5000,
    "'%20OR%201=1--",
]


@pytest.mark.parametrize("place", ["results", "parents", "sounds"])
@pytest.mark.parametrize("name", ODD)
def test_a_name_that_is_no_id_of_ours_leads_nowhere(site: Site, place: str, name: str) -> None:
    for path in (f"{MEDIA}/{place}/{name}", f"{MEDIA}/{place}/{name}.mp4"):
        status, body = site.raw("GET", path)
        assert status == 404
        assert b"SQLite" not in body
        assert b"Traceback" not in body


def test_nothing_beside_videos_and_sounds_can_be_had(site: Site) -> None:
    for path in ("/studio.db", f"{MEDIA}/studio.db", f"{MEDIA}/", f"{MEDIA}/results/", "/data/studio.db"):
        assert site.get(path).status_code == 404


def test_a_parents_video_is_fetched_when_it_is_first_asked_for_and_stays(site: Site) -> None:
    one = site.sandbox.parents()["first"]
    (known,) = site.studio.parents.look_up(one["task_id"], workspace="local", owner="local").parents
    path = site.studio.archive.parent_path(known.id)
    assert not path.exists()
    first = site.get(parent_url(known.id))
    assert (first.status_code, first.headers["Content-Type"]) == (200, "video/mp4")
    assert first.content == path.read_bytes()
    calls = site.sandbox.log()["calls"]["download"]
    assert site.get(parent_url(known.id), Range="bytes=0-9").content == first.content[:10]
    assert site.sandbox.log()["calls"]["download"] == calls


def test_a_card_shows_a_film_strip_until_its_picture_is_made(site: Site) -> None:
    one = site.sandbox.parents()["first"]
    (known,) = site.studio.parents.look_up(one["task_id"], workspace="local", owner="local").parents
    strip = site.get(thumbnail_url(known.id))
    assert (strip.status_code, strip.headers["Content-Type"]) == (200, "image/svg+xml")
    assert strip.headers["Cache-Control"] == "no-store"
    site.studio.keeper.start()
    wait_until(lambda: site.get(thumbnail_url(known.id)).content[:2] == b"\xff\xd8", what="the picture")
    for name in ("nobody", "f" * 32):
        assert site.get(thumbnail_url(name)).headers["Content-Type"] == "image/svg+xml"


def test_a_picture_that_somebody_gave_is_served_by_its_id_only(site: Site) -> None:
    given = picture_bytes(400, 300, "JPEG")
    _, picture = site.studio.pictures.add(io.BytesIO(given), name="a.jpg", workspace="local", owner="local")
    assert picture is not None
    answer = site.get(picture_url(picture.id))
    assert (answer.content, answer.headers["Content-Type"]) == (given, "image/jpeg")
    for name in ("nobody", f"{picture.id}.jpg", "f" * 32):
        assert site.get(picture_url(name)).status_code == 404


def test_a_parent_that_cannot_be_fetched_just_now_says_so_without_an_address(site: Site) -> None:
    one = site.sandbox.parents()["second"]
    (known,) = site.studio.parents.look_up(one["task_id"], workspace="local", owner="local").parents
    site.sandbox.set_fault("http", route="query", status=503)
    try:
        answer = site.get(parent_url(known.id))
    finally:
        site.sandbox.clear_faults()
    assert answer.status_code == 502
    assert "could not be fetched" in answer.text
    assert "http" not in answer.text


def test_a_parent_without_a_video_is_missing(site: Site) -> None:
    one = site.sandbox.parents()["still-processing"]
    (known,) = site.studio.parents.look_up(one["task_id"], workspace="local", owner="local").parents
    assert site.get(parent_url(known.id)).status_code == 404


def test_a_sound_is_served_as_what_it_is(site: Site, tmp_path: Path) -> None:
    data = make_tone(tmp_path / "a.wav").read_bytes()
    _, sound = site.studio.sounds.add(io.BytesIO(data), name="a.html", workspace="local", owner="local")
    assert sound is not None
    answer = site.get(sound_url(sound.id), Range="bytes=0-3")
    assert (answer.status_code, answer.content) == (206, b"RIFF")
    assert answer.headers["Content-Type"] == "audio/wav"


def test_of_a_sound_that_is_too_long_to_be_sent_the_original_is_served(site: Site, tmp_path: Path) -> None:
    data = make_tone(tmp_path / "a.ogg", "-c:a", "libopus", "-b:a", "24k", seconds=62.0).read_bytes()
    _, sound = site.studio.sounds.add(io.BytesIO(data), name="a.ogg", workspace="local", owner="local")
    assert sound is not None
    assert not sound.ready
    answer = site.get(sound_url(sound.id))
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["Content-Type"] == "audio/ogg"


NATIVE = {
    "task_id": "T-1",
    "task_status": "succeed",
    "task_result": {"videos": [{"id": "v", "url": "https://x"}]},
}
RELAYED = {"task_id": "T-1", "status": "SUCCESS", "progress": "100%", "result": {"video_url": "https://x"}}


@pytest.mark.parametrize("body", [NATIVE, RELAYED], ids=["native", "relayed"])
def test_a_callback_of_either_form_makes_us_look(site: Site, body: dict[str, object]) -> None:
    job = site.job(f"callback {sorted(body)}")
    answer = site.call_back(job.callback_token, body)
    after = site.studio.jobs.get(job.id)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert after.nudges == job.nudges + 1
    assert [e.facts for e in site.studio.jobs.events(job.id) if e.event == "callback"] == [{"task_id": "T-1"}]


def test_a_callback_changes_nothing_by_itself(site: Site) -> None:
    job = site.job("only a hint")
    site.call_back(job.callback_token, NATIVE | {"task_status": "failed", "task_status_msg": "lies"})
    after = site.studio.jobs.get(job.id)
    assert (after.state, after.charge, after.task_id, after.problem) == (
        job.state,
        job.charge,
        job.task_id,
        job.problem,
    )


def test_the_same_callback_twice_is_written_down_once(site: Site) -> None:
    job = site.job("twice")
    for _ in range(3):
        assert site.call_back(job.callback_token, NATIVE).status_code == 200
    assert len([e for e in site.studio.jobs.events(job.id) if e.event == "callback"]) == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b'"text"', b'{"task_id": {"a": 1}}', b"17"])
def test_a_callback_that_says_nothing_still_makes_us_look(site: Site, body: bytes) -> None:
    job = site.job(f"says nothing {body!r}")
    assert site.call_back(job.callback_token, body).status_code == 200
    assert site.studio.jobs.get(job.id).nudges == job.nudges + 1


@pytest.mark.parametrize(
    "body", [b"{", b"<html>", b"\xff\xfe", b"task_id=1", b"[" * 50_000, b'{"task_id": ' + b"9" * 5000 + b"}"]
)
def test_a_callback_that_is_no_json_is_refused_with_400(site: Site, body: bytes) -> None:
    job = site.job(f"no json {body[:20]!r}")
    assert site.call_back(job.callback_token, body).status_code == 400
    assert site.studio.jobs.get(job.id).nudges == job.nudges


@pytest.mark.parametrize("token", ["0" * 64, "x", "%00", "..", NOBODY, "%F0%9F%91%8B"])
def test_a_token_that_is_nobodys_is_answered_with_404(site: Site, token: str) -> None:
    assert site.call_back(token, NATIVE).status_code == 404


def test_a_jobs_id_is_not_its_token(site: Site, done: Job) -> None:
    assert site.call_back(done.id, NATIVE).status_code == 404


def test_a_callback_above_the_limit_is_refused_with_413(site: Site) -> None:
    job = site.job("large")
    fits = b'{"task_id": "' + b"x" * (CALLBACK_LIMIT_BYTES - 15) + b'"}'
    assert len(fits) == CALLBACK_LIMIT_BYTES
    assert site.call_back(job.callback_token, fits).status_code == 200
    assert site.call_back(job.callback_token, fits + b" ").status_code == 413
    assert site.studio.jobs.get(job.id).nudges == job.nudges + 1


def test_an_endless_callback_without_a_length_is_refused(site: Site) -> None:
    chunks = (b" " * 10_000 for _ in range(20))
    token = site.job("endless").callback_token
    try:
        answer = site.session.post(f"{site.url}/callbacks/{token}", data=chunks, timeout=30)
    except requests.ConnectionError:
        return  # refused before it was told to the end: as good
    assert answer.status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_a_callback_is_a_post(site: Site, method: str) -> None:
    token = site.job(f"method {method}").callback_token
    assert site.raw(method, f"/callbacks/{token}")[0] == 405


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_files_can_only_be_read(site: Site, done: Job, method: str) -> None:
    assert site.raw(method, result_url(done.id))[0] == 405


def test_health_says_whether_jobs_are_worked_on_here(site: Site) -> None:
    assert site.get("/healthz").json() == {"ok": True, "engine": "elsewhere"}


def test_the_framed_frame_of_a_look_is_served_under_an_address_of_its_own(site: Site) -> None:
    kept = KeptVerdicts(site.studio.settings.data_path, site.studio.database)
    kept.put("a" * 32, FaceVerdict("no_face", framed=b"\xff\xd8 a frame"))
    state = site.studio.faces.state("a" * 32)
    assert state is not None
    assert state.checked_at is not None
    address = face_frame_url("a" * 32, state.checked_at)
    assert site.get(address).content == b"\xff\xd8 a frame"
    assert face_frame_url("a" * 32, state.checked_at + timedelta(minutes=1)) != address
    for name in ("b" * 32, "..%2fstudio.db", "x"):
        assert site.get(f"{MEDIA}/faces/{name}.jpg").status_code in (400, 404)
