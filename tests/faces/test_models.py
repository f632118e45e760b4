from __future__ import annotations

import hashlib
import re
from pathlib import Path

import lipsync.faces

MODELS = Path(lipsync.faces.__file__).parent / "models"
ORIGIN = (MODELS / "ORIGIN.md").read_text(encoding="utf-8")


def test_every_model_is_the_file_that_its_origin_names() -> None:
    told = {
        name: (int(size.replace(",", "")), digest)
        for name, size, digest in re.findall(
            r"^\| `(\w+\.tflite)` \|[^|]+\| ([\d,]+) \| `([0-9a-f]{64})`", ORIGIN, re.M
        )
    }
    found = {
        path.name: (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in MODELS.glob("*.tflite")
    }
    assert told == found
    assert len(found) == 2


def test_the_licence_lies_beside_the_models() -> None:
    licence = (MODELS / "LICENSE.txt").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert "Apache" in ORIGIN
