from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lipsync.audio import check
from lipsync.audio.__main__ import main
from lipsync.media import MediaToolMissing
from lipsync.settings import ROOT
from tests.audio.conftest import Corpus

pytestmark = pytest.mark.xdist_group("sounds")


def test_one_json_object_a_line_for_each_file(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    names = [str(corpus.path(name)) for name in ("mp3_cut.mp3", "flac.wav")]
    assert main(names) == 1
    cut, flac = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert set(cut) == {"file", "verdict", "reason", "warnings", "seconds", "format", "codec"}
    assert cut["file"] == names[0]
    assert (cut["verdict"], cut["reason"], cut["warnings"]) == ("accept", None, ["truncated"])
    assert (cut["format"], cut["codec"]) == ("mp3", "mp3")
    assert 2 < cut["seconds"] < 2.6
    assert (flac["verdict"], flac["reason"], flac["format"]) == ("reject", "wrong_container", None)


def test_the_exit_code_tells_whether_all_were_accepted(corpus: Corpus) -> None:
    assert main([str(corpus.path("mp3_cbr.mp3"))]) == 0
    assert main([]) == 2


def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(corpus.path("gone.mp3")), str(corpus.path("empty.mp3"))]) == 2
    told = [json.loads(line)["reason"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["unreadable", "empty"]


def test_a_name_that_no_file_can_have_does_not_stop_the_others(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["a\0b.mp3", str(corpus.folder), str(corpus.path("empty.mp3"))]) == 2
    told = [json.loads(line)["reason"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["unreadable", "unreadable", "empty"]


def test_without_ffmpeg_rubbish_is_refused_and_the_rest_is_said_to_be_unknown(
    corpus: Corpus, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Path:
        raise MediaToolMissing("ffmpeg was not found")

    monkeypatch.setattr(check, "find_ffmpeg", missing)
    assert main([str(corpus.path(name)) for name in ("mp3_cbr.mp3", "noise.mp3", "flac.wav")]) == 2
    told = [json.loads(line)["reason"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["no_ffmpeg", "not_audio", "wrong_container"]


@pytest.mark.skipif(os.name == "nt", reason="names are no bytes there")
@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_name_that_cannot_be_printed_is_printed_with_escapes(tmp_path: Path, encoding: str) -> None:
    names = [os.fsencode(tmp_path) + b"/" + name for name in (b"\xff.mp3", "你好 👋.mp3".encode())]
    for name in names:
        Path(os.fsdecode(name)).write_bytes(b"no sound")
    done = subprocess.run(
        [sys.executable, "-m", "lipsync.audio", *names],
        env=os.environ | {"PYTHONIOENCODING": encoding}, cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    told = [json.loads(line)["file"] for line in done.stdout.splitlines()]
    assert [os.fsencode(name) for name in told] == names
