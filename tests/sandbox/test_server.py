"""The process itself: starting, stopping, being killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.sandbox.bodies import LIP_SYNC, TEXT2VIDEO, create, finished, query
from tests.support.sandbox import ROOT, running_sandbox


def start(*args: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "lipsync.sandbox", *args]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_it_refuses_to_be_reached_from_other_machines_unless_told(tmp_path: Path) -> None:
    done = start("--data", str(tmp_path / "d"), "--host", "0.0.0.0")
    assert done.returncode != 0
    assert "other machines" in done.stderr
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [("nonsense", "there is no fault 'nonsense'"), ("http status=99", "status must be from 200 to 599")],
)
def test_a_wrong_fault_stops_the_start_in_one_sentence(tmp_path: Path, words: str, why: str) -> None:
    done = start("--data", str(tmp_path), "--fault", words)
    assert done.returncode != 0
    assert done.stderr.startswith(f"The sandbox cannot start: {why}")
    assert "Traceback" not in done.stderr


@pytest.mark.kill
def test_tasks_survive_a_kill_and_go_on(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, "--fault", "work route=create seconds=2 count=1") as sandbox:
        done, running = create(sandbox), create(sandbox)
        before = query(sandbox, running)
        sandbox.kill()
        sandbox.restart()
        for task_id in (done, running):
            task = finished(sandbox, task_id)
            assert task["task_status"] == "succeed"
            link = task["task_result"]["videos"][0]["url"]
            assert sandbox.session.get(link).content[4:8] == b"ftyp"
        assert query(sandbox, running)["created_at"] == before["created_at"]
        assert sandbox.log()["accepted"] == 2


@pytest.mark.kill
def test_a_link_outlives_a_restart(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox:
        task = query(sandbox, sandbox.parents()["first"]["task_id"], TEXT2VIDEO)
        link = task["task_result"]["videos"][0]["url"]
        sandbox.restart()
        assert sandbox.session.get(link).status_code == 200


@pytest.mark.kill
def test_what_was_half_drawn_when_it_was_killed_is_removed(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox:
        sandbox.kill()
        left = sandbox.data / "results" / ".x-1.part.mp4"
        left.write_bytes(b"half")
        sandbox.restart()
        assert not left.exists()


def test_a_second_sandbox_on_the_same_folder_says_why_it_does_not_start(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox:
        done = start("--data", str(sandbox.data))
        assert done.returncode != 0
        assert "in use by another sandbox" in done.stderr


@pytest.mark.kill
def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, subprocess, sys\n"
        "command = [sys.executable, '-m', 'lipsync.sandbox', '--data', sys.argv[1], '--renderer', 'plain',\n"
        "           '--parent-pid', str(os.getpid())]\n"
        "subprocess.Popen(command).wait()\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "d")]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    url = parent.stdout.readline().split()[1]
    assert requests.get(url + "/sandbox/", timeout=10).json()["sandbox"] is True
    parent.kill()
    parent.wait()
    assert parent.stdout.read() == ""  # the pipe closes when the last writer, the sandbox, has ended
    parent.stdout.close()


def test_only_the_given_key_is_let_in(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, "--key", "sk-mine", key="sk-mine") as sandbox:
        assert sandbox.get(TEXT2VIDEO).status_code == 200
        sandbox.key = "sk-sandbox"
        assert sandbox.get(TEXT2VIDEO).status_code == 401


def test_the_switches_of_the_command_line_work(tmp_path: Path) -> None:
    args = (
        "--no-lists",
        "--balance-usd",
        "0.1",
        "--link-seconds",
        "-5",
        "--fault",
        "wrapped depth=2 count=1",
    )
    with running_sandbox(tmp_path, *args) as sandbox:
        assert sandbox.get(TEXT2VIDEO).status_code == 404
        parent = sandbox.parents()["first"]
        wrapped = sandbox.get(f"{TEXT2VIDEO}/{parent['task_id']}").json()
        assert wrapped["data"]["data"]["task_id"] == parent["task_id"]
        task = query(sandbox, parent["task_id"], TEXT2VIDEO)
        assert sandbox.session.get(task["task_result"]["videos"][0]["url"]).status_code == 403
        create(sandbox)
        refused = sandbox.post(LIP_SYNC, {"input": sent_again(sandbox.parents()["first"])})
        assert (refused.status_code, refused.json()["code"]) == (429, 1102)


def sent_again(parent: dict[str, str]) -> dict[str, object]:
    return {
        "task_id": parent["task_id"], "video_id": parent["video_id"], "mode": "text2video", "text": "Again",
        "voice_id": "girlfriend_4_speech02", "voice_language": "en",
    }  # fmt: skip


def test_sigterm_ends_it_while_it_works(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, "--work-seconds", "60") as sandbox:
        create(sandbox)
        os.kill(sandbox.process.pid, signal.SIGTERM)
        sandbox.process.wait(timeout=10)
