from __future__ import annotations

import json
from pathlib import Path

import pytest

from lipsync.faces.__main__ import main

pytestmark = pytest.mark.xdist_group("faces")


def test_one_object_a_line_for_each_file(
    clear_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rubbish = tmp_path / "rubbish.mp4"
    rubbish.write_bytes(b"rubbish")
    assert main(["--pictures", str(tmp_path / "seen"), str(clear_clip), str(rubbish)]) == 2
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["file"], one["slug"]) for one in told] == [
        (str(clear_clip), "one_clear_face"),
        (str(rubbish), "could_not_look"),
    ]
    assert [path.name for path in (tmp_path / "seen").iterdir()] == ["001-clear.jpg"]


def test_a_clear_face_ends_with_0(clear_clip: Path) -> None:
    assert main([str(clear_clip)]) == 0


def test_without_files_it_says_how_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "FILE" in capsys.readouterr().err
