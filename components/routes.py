"""The HTTP routes beside the pages: videos, pictures, sounds, callbacks and health.

They know the studio but no session. Ids cannot be guessed; files are served with Range, so
that players can seek, and never pass through a page's memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lipsync.accounts import UnknownAccount
from lipsync.i18n import t
from lipsync.jobs.store import JobNotFound
from lipsync.media import MediaToolMissing, NotPlayable
from lipsync.parent_shelf import ParentNotFound
from lipsync.pictures import PictureNotFound
from lipsync.sounds import SoundNotFound
from lipsync.studio import Studio, current
from lipsync.upstream.errors import UpstreamError
from lipsync.upstream.replies import TaskKind, read_callback

CALLBACK_LIMIT_BYTES = 64 * 1024
"""A callback of the specification is below 2 KB."""
_HEX = re.compile(r"[0-9a-f]+")
"""Ids and tokens of ours. Anything else is not even asked for: PostgreSQL refuses some letters loudly."""
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
FILM_STRIP = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 270">'
    '<rect width="480" height="270" fill="#8d87a3"/>'
    '<g fill="none" stroke="#fff" stroke-width="7" opacity=".75">'
    '<rect x="185" y="90" width="110" height="90" rx="10"/>'
    '<path d="M225 117v36l30-18z" fill="#fff"/></g></svg>'
)
MEDIA = "/app/static/media"
"""Below `/app/static/`, because players take relative addresses only there."""


def result_url(job_id: str, *, download: bool = False) -> str:
    """The address of a result; the same for ever, so that players are not started anew."""
    return f"{MEDIA}/results/{job_id}.mp4" + ("?download=1" if download else "")


def parent_url(parent_id: str) -> str:
    """The address of the copy of a parent's video."""
    return f"{MEDIA}/parents/{parent_id}.mp4"


def thumbnail_url(parent_id: str) -> str:
    """The address of a small picture of a parent; a drawn film strip while there is none."""
    return f"{MEDIA}/thumbnails/{parent_id}.jpg"


def picture_url(picture_id: str) -> str:
    """The address of a picture that somebody gave to make a video from."""
    return f"{MEDIA}/pictures/{picture_id}"


def face_frame_url(one_id: str, checked_at: datetime) -> str:
    """The address of the frame with the faces framed, of a video or a picture; another after each look."""
    return f"{MEDIA}/faces/{one_id}.jpg?look={checked_at.timestamp():.0f}"


def sound_url(sound_id: str) -> str:
    """The address of a kept sound."""
    return f"{MEDIA}/sounds/{sound_id}"


async def result(request: Request) -> Response:
    """A finished clip."""
    name = request.path_params["name"].removesuffix(".mp4")
    try:
        path = current().archive.result_path(name)
        job = await run_in_threadpool(current().jobs.get, name)
    except (ValueError, JobNotFound):
        return _missing()
    kind = "lip-sync" if job.kind is TaskKind.LIP_SYNC else "video"
    attachment = f"{kind}-{name[:8]}.mp4" if request.query_params.get("download") else None
    return _file(path, "video/mp4", attachment)


async def parent(request: Request) -> Response:
    """The copy of a parent's video; fetched from the service when it is first asked for."""
    name = request.path_params["name"].removesuffix(".mp4")
    try:
        path = await run_in_threadpool(current().parents.video, name)
    except (ValueError, ParentNotFound, UnknownAccount):
        return _missing()
    except (UpstreamError, NotPlayable, MediaToolMissing, OSError):
        return PlainTextResponse(t("The video could not be fetched just now."), 502)
    return _file(path, "video/mp4")


async def thumbnail(request: Request) -> Response:
    """A small picture of a parent's video, made in the background. A card is never broken: while there
    is none, a film strip."""
    name = request.path_params["name"].removesuffix(".jpg")
    try:
        path = await run_in_threadpool(current().keeper.thumbnail, name)
    except ValueError:
        path = None
    if path is None:
        return Response(FILM_STRIP, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})
    return _file(path, "image/jpeg")


async def picture(request: Request) -> Response:
    """A picture that somebody gave to make a video from."""

    def find(studio: Studio, name: str) -> tuple[Path, str]:
        one = studio.pictures.get(name)
        return studio.pictures.path(one), one.media_type

    return await _kept(request, find)


async def face_frame(request: Request) -> Response:
    """The frame that a look at faces came to, with the faces framed."""
    try:
        path = current().faces.frame_path(request.path_params["name"].removesuffix(".jpg"))
    except ValueError:
        return _missing()
    return _file(path, "image/jpeg")


async def sound(request: Request) -> Response:
    """A kept sound, to listen to; of one that is too long to be sent, the original."""

    def find(studio: Studio, name: str) -> tuple[Path, str]:
        one = studio.sounds.get(name)
        return studio.sounds.listen_path(one), one.media_type

    return await _kept(request, find)


async def callback(request: Request) -> Response:
    """The service reports a change. Unsigned, so it only ever makes us look."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > CALLBACK_LIMIT_BYTES:
            return PlainTextResponse("too large", 413)
    try:
        hint = read_callback(json.loads(body or b"{}"))
    except (ValueError, RecursionError):
        return PlainTextResponse("not JSON", 400)
    token = request.path_params["token"]
    if not _HEX.fullmatch(token):
        return _missing()
    known = await run_in_threadpool(current().engine.heard_of, token, hint.task_id)
    return JSONResponse({"ok": True}) if known else _missing()


async def health(_request: Request) -> Response:
    """Whether this process serves pages, and whether it works on jobs."""
    status = current().engine.status()
    return JSONResponse({"ok": True, "engine": "running" if status.running else "elsewhere"})


async def _kept(request: Request, find: Callable[[Studio, str], tuple[Path, str]]) -> Response:
    """What somebody gave, by our id of it: `find` tells the file and its MIME type."""
    name = request.path_params["name"]
    if not _HEX.fullmatch(name):
        return _missing()
    try:
        path, media_type = await run_in_threadpool(find, current(), name)
    except (PictureNotFound, SoundNotFound):
        return _missing()
    return _file(path, media_type)


def _file(path: Path, media_type: str, attachment: str | None = None) -> Response:
    if not path.is_file():
        return _missing()
    return FileResponse(path, media_type=media_type, filename=attachment, headers=FOREVER)


def _missing() -> Response:
    return PlainTextResponse(t("There is no such file here."), 404)


ROUTES = [
    Route(MEDIA + "/results/{name}", result),
    Route(MEDIA + "/parents/{name}", parent),
    Route(MEDIA + "/thumbnails/{name}", thumbnail),
    Route(MEDIA + "/pictures/{name}", picture),
    Route(MEDIA + "/faces/{name}", face_frame),
    Route(MEDIA + "/sounds/{name}", sound),
    Route("/callbacks/{token}", callback, methods=["POST"]),
    Route("/healthz", health),
]
