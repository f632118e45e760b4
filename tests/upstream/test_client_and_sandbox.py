"""The client and the sandbox, which were written apart from the same notes, understand each other."""

from decimal import Decimal

import pytest

from lipsync.upstream.bodies import LipSyncSpec, text2video_body
from lipsync.upstream.client import UpstreamClient
from lipsync.upstream.errors import Interrupted, InvalidRequest, NotFound
from lipsync.upstream.replies import TaskKind, TaskStatus
from tests.support.sandbox import running_sandbox
from tests.support.waiting import wait_until
from tests.upstream.rows import ERROR_ROWS


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def client(sandbox):
    with UpstreamClient(base_url=sandbox.url, key=sandbox.key) as made:
        yield made


@pytest.fixture
def parent(client, sandbox):
    usable = next(p for p in sandbox.parents().values() if not p["why_not_usable"])
    return client.query(TaskKind.TEXT2VIDEO, usable["task_id"])


def say(parent, text, **changes):
    fields = {"voice_id": "genshin_vindi2", "voice_language": "en", "voice_speed": Decimal("1.2")} | changes
    return LipSyncSpec(
        task_id=parent.task_id, video_id=parent.videos[0].id, mode="text2video", text=text, **fields
    )


def finished(client, task):
    def look():
        seen = client.query(task.kind, task.task_id)
        return seen if seen.status.is_final and (seen.videos or seen.status is TaskStatus.FAILED) else None

    return wait_until(look, timeout=60, what="the task to end")


def test_a_line_is_sent_followed_and_fetched(client, sandbox, parent, tmp_path):
    task = client.create_lip_sync(say(parent, "Hello from the client."))
    assert task.status in (TaskStatus.SUBMITTED, TaskStatus.PROCESSING)
    done = finished(client, task)
    assert (done.task_id, done.status) == (task.task_id, TaskStatus.SUCCEED)
    assert done.parent_video is not None
    assert done.parent_video.id == parent.videos[0].id
    assert done.videos[0].url is not None
    got = client.download(done.videos[0].url, tmp_path / "clip.mp4", max_bytes=50_000_000)
    data = (tmp_path / "clip.mp4").read_bytes()
    assert len(data) == got.bytes
    assert data[4:8] == b"ftyp"
    assert task.task_id in {listed.task_id for listed in client.list_tasks(TaskKind.LIP_SYNC)}
    assert sandbox.log()["by_text"]["Hello from the client."] == 1


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_relays_wrapping_changes_nothing(client, sandbox, parent, depth):
    plain = client.query(parent.kind, parent.task_id)
    sandbox.set_fault("wrapped", depth=depth)
    try:
        wrapped = client.query(parent.kind, parent.task_id)
    finally:
        sandbox.clear_faults()
    assert (wrapped.task_id, wrapped.status, wrapped.videos[0].id) == (
        plain.task_id,
        plain.status,
        plain.videos[0].id,
    )


def test_refusals_are_told_apart(client, parent):
    with pytest.raises(InvalidRequest) as caught:
        client.create_lip_sync(say(parent, "Hi", voice_id="nobody"))
    assert caught.value.voice_not_found
    with pytest.raises(NotFound):
        client.query(TaskKind.TEXT2VIDEO, "no-such-task")


@pytest.mark.parametrize("row", ERROR_ROWS, ids=lambda row: str(row.code))
def test_each_code_that_the_sandbox_rehearses_is_understood(client, parent, row):
    with pytest.raises(row.error) as caught:
        client.create_lip_sync(say(parent, f"Please answer [{row.code}]"))
    assert (caught.value.code, caught.value.http_status) == (row.code, row.http_status)


def test_a_lost_answer_is_in_doubt_and_was_charged_once(client, sandbox, parent):
    with pytest.raises(Interrupted) as caught:
        client.create_lip_sync(say(parent, "Gone [lost]"))
    assert caught.value.outcome_unknown_on_create
    assert sandbox.log()["by_text"]["Gone [lost]"] == 1


def test_a_parent_video_can_be_made(client):
    body = text2video_body(prompt="A woman talks to the camera", duration="5")
    assert finished(client, client.create_video(TaskKind.TEXT2VIDEO, body)).status is TaskStatus.SUCCEED


def test_both_ways_to_the_balance_agree(client, sandbox):
    with UpstreamClient(
        base_url=sandbox.url, key=sandbox.key, quota_url=f"{sandbox.url}/user/quota"
    ) as other:
        quota, billing = other.balance(), client.balance()
    assert (quota.source, billing.source) == ("quota", "billing")
    assert quota.remaining_usd == pytest.approx(billing.remaining_usd)
    assert quota.used_usd == pytest.approx(billing.used_usd)
