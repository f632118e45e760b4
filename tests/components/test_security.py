"""Security headers on every answer, without getting into the way of what is answered."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from components.security import HEADERS, POLICY, SecurityHeaders
from tests.support.serving import serving

pytestmark = pytest.mark.xdist_group("security")


async def plain(_request: Request) -> Response:
    return PlainTextResponse("hello")


async def own(_request: Request) -> Response:
    return PlainTextResponse("hello", headers={"Referrer-Policy": "no-referrer"})


async def file(_request: Request) -> Response:
    return FileResponse(__file__)


async def parts(_request: Request) -> Response:
    return StreamingResponse(iter([b"one", b"two"]))


async def echo(request: Request) -> Response:
    return Response(await request.body())


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    routes = [Route("/" + f.__name__, f, methods=["GET", "POST"]) for f in (plain, own, file, parts, echo)]
    with serving(Starlette(routes=routes, middleware=[Middleware(SecurityHeaders)])) as address:
        yield address


def directives() -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in POLICY.split("; "))}


@pytest.mark.parametrize("path", ["/plain", "/file", "/parts", "/nowhere"])
def test_every_answer_carries_the_headers(url: str, path: str) -> None:
    answer = requests.get(url + path, timeout=10)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_an_answers_own_header_stays(url: str) -> None:
    assert requests.get(url + "/own", timeout=10).headers["Referrer-Policy"] == "no-referrer"


def test_parts_of_files_and_streams_pass_unchanged(url: str) -> None:
    answer = requests.get(url + "/file", headers={"Range": "bytes=3-9"}, timeout=10)
    assert (answer.status_code, answer.content) == (206, Path(__file__).read_bytes()[3:10])
    assert requests.get(url + "/parts", timeout=10).content == b"onetwo"


def test_a_large_upload_passes_unchanged(url: str) -> None:
    data = bytes(range(256)) * 20_000
    assert requests.post(url + "/echo", data=data, timeout=10).content == data


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_what_is_no_http_is_left_alone(kind: str) -> None:
    got: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        got.append((scope, receive, send))

    async def nothing(*_: Any) -> None:
        return None

    scope = {"type": kind}
    asyncio.run(SecurityHeaders(app)(scope, nothing, nothing))
    assert got == [(scope, nothing, nothing)]


def test_nothing_may_come_from_another_host() -> None:
    allowed = {"'self'", "'none'", "data:", "blob:", "'unsafe-inline'"}
    for name, values in directives().items():
        strange = {v for v in values if v not in allowed and not v.startswith("'sha256-")}
        assert strange == set(), name


def test_scripts_are_never_allowed_inline_or_by_eval() -> None:
    values = directives()["script-src"]
    assert "'unsafe-inline'" not in values
    assert "'unsafe-eval'" not in values
    assert "data:" not in values
    assert directives()["object-src"] == ["'none'"]


def test_the_inline_scripts_of_the_installed_streamlit_are_allowed_by_their_hash() -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = [s for s in re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL) if s.strip()]
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in directives()["script-src"]
    assert len(re.findall("'sha256-", POLICY)) >= len(inline)


def test_the_policy_is_one_line_of_plain_letters() -> None:
    for name, value in HEADERS.items():
        assert (name + value).isascii()
        assert "\n" not in value


def test_a_clip_may_be_framed_only_by_ourselves_and_the_microphone_is_allowed() -> None:
    assert directives()["frame-ancestors"] == ["'self'"]
    assert "microphone=(self)" in HEADERS["Permissions-Policy"]
    assert "camera=()" in HEADERS["Permissions-Policy"]
