"""Result files: signed links that expire, and sending a file with Range support."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from pathlib import Path
from typing import Final

from starlette.responses import FileResponse, PlainTextResponse, Response

from lipsync.sandbox.parents import DAY_MS, KEPT_DAYS
from lipsync.sandbox.store import Task

_NAME: Final = re.compile(r"(parents|results)/[\w-]{1,80}\.mp4")
_SECRET_FILE: Final = "link-secret"  # noqa: S105  a file's name


class Files:
    """The files below the data folder and the links to them.

    The secret that signs links is kept beside the files, so that a link outlives a restart.
    """

    def __init__(self, data: Path, link_seconds: float) -> None:
        self.data = data
        self._link_seconds = link_seconds
        for folder in ("parents", "results", "sounds", "pictures"):
            (data / folder).mkdir(parents=True, exist_ok=True)
        self._secret = _read_secret(data / _SECRET_FILE)

    def tidy(self) -> None:
        """Remove what a killed process left half drawn."""
        for folder in ("parents", "results", "pictures"):
            for left in (self.data / folder).glob(".*.part.*"):
                left.unlink(missing_ok=True)

    def link(self, task: Task, base_url: str, *, expired: bool = False) -> str:
        """A signed link to the task's result; it never outlives the 30 days of the file itself."""
        seconds = -60.0 if expired else self._link_seconds
        last = task.created_at + KEPT_DAYS * DAY_MS
        expires = int(min(time.time() + seconds, last / 1000))
        return f"{base_url}/files/{task.file}?sig={self._signature(task.file, expires)}&exp={expires}"

    def check(self, name: str, signature: str, expires: str) -> Response | None:
        """None when the link is good, otherwise the answer to give."""
        if not _NAME.fullmatch(name):
            return PlainTextResponse("No such file.", status_code=404)
        if not (expires.isascii() and expires.isdecimal()) or len(expires) > 12:
            return PlainTextResponse("The link is not signed.", status_code=403)
        if not hmac.compare_digest(self._signature(name, int(expires)).encode(), signature.encode()):
            return PlainTextResponse("The link's signature is wrong.", status_code=403)
        if int(expires) < time.time():
            return PlainTextResponse("The link has expired.", status_code=403)
        return None

    def path(self, name: str) -> Path:
        """Where a file is; `name` has been checked or comes from the database."""
        return self.data / name

    def _signature(self, name: str, expires: int) -> str:
        return hmac.new(self._secret, f"{name}\n{expires}".encode(), hashlib.sha256).hexdigest()[:32]


def send_file(path: Path) -> Response:
    """The file, whole or in ranges (206, 416), also for HEAD; 404 when it is gone."""
    if not path.is_file():
        return PlainTextResponse("The file has been deleted.", status_code=404)
    headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "private"}
    return FileResponse(path, media_type="video/mp4", headers=headers)


def _read_secret(path: Path) -> bytes:
    if not path.exists():
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(secrets.token_bytes(32))
        part.replace(path)  # at once, so that a kill never leaves an empty secret
    return path.read_bytes()
