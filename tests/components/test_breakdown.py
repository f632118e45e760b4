"""A page that breaks down says so in words."""

from __future__ import annotations

import logging

import pytest
from streamlit.testing.v1 import AppTest


def page(kind: str) -> None:
    import sqlalchemy as sa

    from components.breakdown import on_script_error

    errors: dict[str, Exception] = {
        "database": sa.exc.OperationalError("SELECT 1", {}, OSError("postgresql://someone:hidden@db/studio")),
        "disk": OSError(28, "No space left on device"),
        "other": KeyError("postgresql://someone:hidden@db/studio"),
    }
    on_script_error(errors[kind])


@pytest.mark.parametrize(
    ("kind", "words"), [("database", "database"), ("disk", "disk"), ("other", "Something went wrong")]
)
def test_a_breakdown_is_told_without_details(kind: str, words: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        at = AppTest.from_function(page, args=(kind,)).run(timeout=20)
    told = at.error[0].value
    assert words in told
    assert "paid for only once" in told
    assert "hidden" not in told
    assert caplog.records[0].exc_info is not None
