"""What happens when the server starts and stops.

The studio is made before the first visitor and stopped within a few seconds, also while
somebody downloads a clip: the web server would wait for that without an end.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from types import FrameType
from typing import Any

import sqlalchemy as sa
from alembic.util import CommandError

from lipsync.local_sandbox import SandboxNotStarted
from lipsync.settings import SettingsError
from lipsync.studio import Studio, open_studio, use_studio

log = logging.getLogger(__name__)

STOP_WITHIN_SECONDS = 4.5
"""SIGTERM ends the process within this time; nothing is lost, because everything is on disk."""


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Make the studio, serve, stop the studio. A wrong setting ends the start with one sentence."""
    try:
        studio = await asyncio.to_thread(open_studio)
    except (SettingsError, SandboxNotStarted, sa.exc.SQLAlchemyError, CommandError, OSError) as error:
        # A traceback would bury the one sentence that helps.
        sys.stderr.write(f"\n{_why_not(error)}\n\n")
        sys.stderr.flush()
        os._exit(2)
    use_studio(studio)
    studio.start()
    _stop_soon_after_a_signal(studio)
    await asyncio.to_thread(_warm_up)
    try:
        yield
    finally:
        await asyncio.to_thread(studio.stop)
        use_studio(None)


def _why_not(error: BaseException) -> str:
    """Why the studio cannot start, in one sentence that names what to change; no address with a password."""
    if isinstance(error, sa.exc.OperationalError):
        return "DATABASE_URL: the database cannot be reached, or its folder cannot be written to."
    if isinstance(error, sa.exc.SQLAlchemyError):
        return f"DATABASE_URL: the database cannot be used ({type(error).__name__})."
    if isinstance(error, CommandError):
        return "DATABASE_URL: the database was made by a newer version of the studio. Start that one."
    if isinstance(error, OSError):
        return f"STUDIO_DATA_DIR: the data folder cannot be used ({error.strerror})."
    return str(error)


def _warm_up() -> None:
    """Load what the first visitor would wait for, and keep it out of every garbage collection."""
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401

    gc.collect()
    gc.freeze()


def _stop_soon_after_a_signal(studio: Studio) -> None:
    if threading.current_thread() is not threading.main_thread():
        return  # an embedded server: whoever embeds it stops it
    for number in (signal.SIGTERM, signal.SIGINT):
        earlier = signal.getsignal(number)

        def on_signal(received: int, frame: FrameType | None, earlier: Any = earlier) -> None:
            threading.Thread(target=_last_resort, args=(studio,), daemon=True).start()
            if callable(earlier):
                earlier(received, frame)

        signal.signal(number, on_signal)


def _last_resort(studio: Studio) -> None:
    timer = threading.Timer(STOP_WITHIN_SECONDS, os._exit, args=(0,))
    timer.daemon = True
    timer.start()
    # Jobs are told at once, not only when the last visitor has let go.
    studio.engine.stop(STOP_WITHIN_SECONDS - 0.5)
    if studio.sandbox is not None:
        studio.sandbox.stop()
