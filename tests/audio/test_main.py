from __future__ import annotations

import json

import pytest

from lipsync.audio.__main__ import main
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
