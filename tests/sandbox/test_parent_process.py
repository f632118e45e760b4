import os
import subprocess
import sys

from lipsync.sandbox.parent_process import ParentProcess


def test_no_parent_never_ends() -> None:
    assert not ParentProcess(None).is_gone()


def test_the_own_parent_is_there() -> None:
    assert not ParentProcess(os.getppid()).is_gone()


def test_any_process_can_be_watched_until_it_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        watched = ParentProcess(process.pid)
        assert not watched.is_gone()
        process.communicate(b"\n")
    assert watched.is_gone()
