"""Fixtures for tests that speak to a server of hand-written replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest

from lipsync.upstream.bodies import LipSyncSpec
from lipsync.upstream.client import UpstreamClient
from tests.support.replies_server import Answer, RepliesServer

KEY = "sk-very-secret-0123456789"


@pytest.fixture
def serve() -> Iterator[Callable[..., RepliesServer]]:
    """Start a server that answers as told; stopped when the test ends."""
    with ExitStack() as stack:

        def start(answer: Answer, **options: Any) -> RepliesServer:
            return stack.enter_context(RepliesServer(answer, **options))

        yield start


@pytest.fixture
def connect() -> Iterator[Callable[..., UpstreamClient]]:
    """A client for a server, with time-outs that suit a test; closed when the test ends."""
    with ExitStack() as stack:

        def make(server: RepliesServer | str, **options: Any) -> UpstreamClient:
            url = server if isinstance(server, str) else server.url
            return stack.enter_context(UpstreamClient(**{"base_url": url, "key": KEY} | options))

        yield make


@pytest.fixture
def spec() -> LipSyncSpec:
    return LipSyncSpec(
        task_id="CjilGmfJXYIAAAAAADleeQ",
        video_id="1f936158-ea15-4775-84c9-78391705b734",
        mode="text2video",
        text="It's a beautiful day.",
        voice_id="girlfriend_4_speech02",
        voice_language="en",
        voice_speed=Decimal("1"),
    )
