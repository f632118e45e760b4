from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from lipsync.audio import limits
from lipsync.audio.runner import MESSAGE_BYTES, ChildFailed, ChildTooSlow, run_limited, run_program
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no limits of this kind")
PYTHON = Path(sys.executable)


def test_a_child_that_takes_too_much_memory_fails(tmp_path: Path) -> None:
    hungry = ["-c", "held = bytearray(700 * 1024 * 1024)"]
    with pytest.raises(ChildFailed, match="MemoryError"):
        run_program(PYTHON, hungry, tmp_path)


def test_a_child_that_writes_too_big_a_file_fails(tmp_path: Path) -> None:
    greedy = ["-c", "open('big', 'wb').write(bytes(100 * 1024 * 1024))"]
    with pytest.raises(ChildFailed):
        run_program(PYTHON, greedy, tmp_path)
    assert (tmp_path / "big").stat().st_size <= limits.FILE_BYTES


def test_a_child_that_says_too_much_is_not_listened_to(tmp_path: Path) -> None:
    endless = [sys.executable, "-c", "import os\nwhile True: os.write(1, bytes(1 << 20))"]
    with pytest.raises(ChildFailed, match="said more than"):
        run_limited(endless, tmp_path)


def test_a_child_that_complains_too_much_fails_and_only_its_last_words_are_read(tmp_path: Path) -> None:
    words = "import os\nfor _ in range(80): os.write(2, b'x' * (1 << 20))\n"
    with pytest.raises(ChildFailed, match="code"):
        run_program(PYTHON, ["-c", words], tmp_path)
    assert list(tmp_path.iterdir()) == []
    output = run_limited([sys.executable, "-c", "import os; os.write(2, b'x' * 99_999 + b'end')"], tmp_path)
    assert len(output.err) == MESSAGE_BYTES
    assert output.err.endswith(b"xend")


def test_with_no_time_left_nothing_is_started(tmp_path: Path) -> None:
    with pytest.raises(ChildTooSlow):
        run_limited([sys.executable, "-c", "open('started', 'w')"], tmp_path, wall_seconds=0.0)
    assert list(tmp_path.iterdir()) == []


def test_the_limits_reach_what_the_child_starts(tmp_path: Path) -> None:
    inner = (
        "import json, resource as r;"
        "print(json.dumps([r.getrlimit(what)[1] for what in (r.RLIMIT_CPU, r.RLIMIT_AS)]))"
    )
    outer = ["-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"]
    assert json.loads(run_program(PYTHON, outer, tmp_path).out) == [limits.CPU_SECONDS, limits.MEMORY_BYTES]


def test_when_time_is_up_the_whole_family_is_killed(tmp_path: Path) -> None:
    words = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)']);"
        "open('pid', 'w').write(str(child.pid)); time.sleep(99)"
    )
    with pytest.raises(ChildFailed, match="not finished"):
        run_limited([sys.executable, "-c", words], tmp_path, wall_seconds=3.0)
    grandchild = int((tmp_path / "pid").read_text())
    wait_until(lambda: not _lives(grandchild), what="the grandchild's end")


def test_a_child_left_over_is_killed_too(tmp_path: Path) -> None:
    words = (
        "import subprocess, sys; quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)'], **quiet).pid)"
    )
    left_over = int(run_limited([sys.executable, "-c", words], tmp_path).out)
    wait_until(lambda: not _lives(left_over), what="its end")


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False
