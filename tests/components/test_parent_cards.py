"""What a card says of how long its video can still speak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from components.parent_cards import verdict_line
from lipsync.parents import Parent, eligibility
from lipsync.upstream.replies import TaskKind, TaskStatus

NOW = datetime(2026, 11, 22, tzinfo=UTC)
GREEN, ORANGE = ":green[:material/check_circle:] Can speak", ":orange[:material/hourglass_bottom: "


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(days=26, hours=23), f"{GREEN} · 3 days left"),
        (timedelta(days=27), f"{ORANGE}3 days left]"),
        (timedelta(days=28, hours=1), f"{ORANGE}1 day left]"),
        (timedelta(days=29, hours=1), f"{ORANGE}Less than a day left]"),
        (timedelta(days=30), ":red[:material/block: Too old]"),
        (None, GREEN),
    ],
)
def test_a_video_in_its_last_three_days_is_marked(age: timedelta | None, said: str) -> None:
    parent = Parent(
        account="main", kind=TaskKind.TEXT2VIDEO, task_id="task", video_id="video",
        status=TaskStatus.SUCCEED, reason="", seconds=5.1, created_at=None if age is None else NOW - age,
    )  # fmt: skip
    assert verdict_line(parent, eligibility(parent, NOW)) == said
