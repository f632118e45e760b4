"""What the system calls say: nothing of ours is opened but the file itself, and no connection is made."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lipsync.audio.runner import python_command
from lipsync.media import find_ffmpeg
from tests.audio.conftest import Corpus
from tests.audio.crafted import SECRET_NAME

STRACE = shutil.which("strace")
ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.xdist_group("sounds"),
    pytest.mark.skipif(STRACE is None, reason="STRACE IS MISSING: nobody watched the attack files"),
]
_OPENED = re.compile(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]+)"')
_INTERNET = re.compile(r"socket\(AF_INET|connect\(\d+, \{sa_family=AF_INET")


def watch(command: list[str], folder: Path) -> tuple[str, set[str]]:
    """Run a command under strace: its calls, and every path it tried to open."""
    log = folder / "calls"
    traced = [
        str(STRACE),
        "-f",
        "-qq",
        "-s",
        "4096",
        "-e",
        "trace=open,openat,socket,connect,sendto",
        "-o",
        str(log),
    ]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{site_packages()}"}
    subprocess.run(
        [*traced, *command], cwd=folder, env=environment, check=False, timeout=120, capture_output=True
    )
    calls = log.read_text(errors="replace")
    assert "open" in calls
    return calls, set(_OPENED.findall(calls))


def site_packages() -> str:
    spec = importlib.util.find_spec("pydub")
    assert spec
    return str(Path(str(spec.origin)).parents[1])


def test_checking_the_attacks_opens_no_other_file_and_no_connection(corpus: Corpus, tmp_path: Path) -> None:
    attacks = [str(corpus.path(made.name)) for made in corpus.files if made.name.startswith("attack")]
    attacks.append(str(corpus.path("mp3_cbr.mp3")))  # so that the child and ffmpeg run, too
    calls, opened = watch([sys.executable, "-m", "lipsync.audio", *attacks], tmp_path)
    assert set(attacks) <= opened
    assert not [path for path in opened if SECRET_NAME in path]
    inside = {path for path in opened if path.startswith(str(corpus.folder))}
    assert inside == set(attacks)
    assert not _INTERNET.search(calls)


@pytest.mark.parametrize(
    ("format_", "codec"), [("mp3", "mp3float"), ("wav", "pcm_s16le"), ("mov", "aac"), ("aac", "aac")]
)
def test_the_decoder_alone_would_withstand_the_attacks(
    corpus: Corpus, tmp_path: Path, format_: str, codec: str
) -> None:
    """Even when the sniffer lets an attack through: a fixed demuxer and codec open nothing else."""
    names = ("attack_hls_relative.wav", "attack_other_file.m4a", "attack_concat.mp3", "attack_dash.m4a")
    for name in names:
        own = tmp_path / f"sound.{format_}"
        own.write_bytes(corpus.path(name).read_bytes())
        shutil.copy(corpus.path(SECRET_NAME), tmp_path / SECRET_NAME)
        wish = {"path": str(own), "format": format_, "codec": codec, "ffmpeg": str(find_ffmpeg())}
        calls, opened = watch(python_command("lipsync.audio.decoder", json.dumps(wish)), tmp_path)
        assert str(own) in opened
        assert not [path for path in opened if SECRET_NAME in path]
        assert not _INTERNET.search(calls)


def test_making_an_attack_fit_opens_nothing_either(corpus: Corpus, tmp_path: Path) -> None:
    words = (
        "import sys; from pathlib import Path; from lipsync.audio.fit import make_fit\n"
        "for name in sys.argv[1:]: print(make_fit(Path(name), Path('out.mp3')).accepted)"
    )
    names = ["attack_other_file.m4a", "attack_hls_local.mp3", "attack_hls_then_mp3.mp3", "opus.mp3"]
    calls, opened = watch(
        [sys.executable, "-c", words, *(str(corpus.path(name)) for name in names)], tmp_path
    )
    assert (tmp_path / "out.mp3").exists()  # the honest one
    assert not [path for path in opened if SECRET_NAME in path]
    assert not _INTERNET.search(calls)


def test_the_watcher_would_see_an_attack_succeed(corpus: Corpus, tmp_path: Path) -> None:
    """Unguarded ffmpeg follows the playlist: otherwise the tests above would prove nothing."""
    attack = corpus.path("attack_concat.mp3")
    command = [
        str(find_ffmpeg()),
        "-nostdin",
        "-safe",
        "0",
        "-f",
        "concat",
        "-i",
        str(attack),
        "-f",
        "null",
        "-",
    ]
    _, opened = watch(command, tmp_path)
    assert [path for path in opened if SECRET_NAME in path]
