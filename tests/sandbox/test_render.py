"""The drawing process as the sandbox starts it: what it takes to make a clip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lipsync.sandbox.orders import RenderOrder
from lipsync.sandbox.render_pool import ONE_HEAP
from tests.support.sandbox import ROOT
from tests.support.waiting import wait_until

MOST_BYTES = 300 * 1024 * 1024


def memory(pid: int) -> int:
    """What a process holds of real memory, and the programs that it runs, in bytes; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task").glob("*/children")
        below = [int(child) for one in children for child in one.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    held = next((line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")), "0")
    return int(held) * 1024 + sum(memory(child) for child in below)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="memory is read from /proc")
def test_drawing_and_encoding_a_clip_take_less_than_300_mb_together(tmp_path: Path) -> None:
    spec = {"presenter": "nasrin", "prompt": "", "seconds": 5.041, "orientation": "portrait", "seed": 1}
    speech = {"text": "Hello, this takes little memory.", "language": "en", "speed": 1.0}
    speech["voice_id"] = "girlfriend_4_speech02"
    order = RenderOrder("presenter", spec, tmp_path / "clip.mp4", speech, None, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "lipsync.sandbox.render", "0", "ready"], cwd=ROOT,
        env={**os.environ, **ONE_HEAP}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(order.to_line())
        process.stdin.flush()
        seen = [0]

        def is_done() -> bool:
            seen.append(memory(process.pid))
            return (tmp_path / "clip.mp4").exists() or process.poll() is not None

        wait_until(is_done, timeout=30)
        assert b'"ok": true' in process.stdout.readline()
    finally:
        process.kill()
        process.wait()
    assert 100 * 1024 * 1024 < max(seen) < MOST_BYTES
