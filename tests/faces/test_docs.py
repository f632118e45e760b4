from __future__ import annotations

import re

from lipsync.faces import SLUGS
from lipsync.faces.verdict import TROUBLES
from lipsync.settings import ROOT
from tests.faces.table import rows

PAGE = (ROOT / "docs" / "faces.md").read_text(encoding="utf-8")


def test_every_slug_and_every_trouble_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) == set(SLUGS)
    assert [trouble for trouble in TROUBLES if f"`{trouble}`" not in PAGE] == []


def test_the_table_is_of_the_clips_that_are_made_now() -> None:
    measured = set(re.findall(r"^\| ([^|]+) \| [a-z_ ]+ \| [a-z_]+ \| (?:yes|\*\*no\*\*) \|", PAGE, re.M))
    assert {row.name for row in rows()} <= measured
    assert len(measured) > 60
