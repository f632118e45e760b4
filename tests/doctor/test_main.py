"""The command: its page, its JSON, its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lipsync.doctor import __main__ as command
from lipsync.doctor.finding import Finding, broken, ok, warning
from tests.support.sandbox import ROOT

OK = ok("one", "Fine.")
LOOK = warning("two", "Not so fine.", "Look at it.")
BAD = broken("three", "Not fine at all.", "Mend it.")


@pytest.mark.parametrize(
    ("findings", "arguments", "code"),
    [
        ([OK], [], 0),
        ([OK, LOOK], [], 0),
        ([OK, LOOK], ["--strict"], 1),
        ([OK, LOOK, BAD], [], 1),
        ([OK, BAD], ["--json"], 1),
    ],
)
def test_the_exit_code_says_whether_it_works(
    monkeypatch: pytest.MonkeyPatch, findings: list[Finding], arguments: list[str], code: int
) -> None:
    monkeypatch.setattr(command, "examine", lambda: findings)
    monkeypatch.setattr(command.logging, "disable", lambda level: None)
    assert command.main(arguments) == code


def test_the_page_says_what_to_do_for_each_trouble() -> None:
    page = command.page([OK, LOOK, BAD], BAD.level)
    assert "BROKEN  three  Not fine at all.\n               → Mend it." in page
    assert page.endswith("see what is BROKEN.")


def run(tmp_path: Path, *arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    ours = ("COMETAPI_", "STUDIO_", "DATABASE_URL")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env |= {
        "STUDIO_DATA_DIR": str(tmp_path / "data"),
        "STUDIO_SECRETS_FILE": str(tmp_path / "none"),
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "lipsync.doctor", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_as_a_command_it_prints_json(tmp_path: Path) -> None:
    done = run(tmp_path, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["verdict"], done.stderr) == (0, "ok", "")
    assert {"check", "level", "said", "todo", "facts"} == set(told["findings"][0])


def test_as_a_command_it_prints_one_page_also_when_the_settings_are_wrong(tmp_path: Path) -> None:
    done = run(tmp_path, STUDIO_POLL_SECONDS="never")
    assert done.returncode == 1
    assert "STUDIO_POLL_SECONDS" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert len(done.stdout.splitlines()) < 60
