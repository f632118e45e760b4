"""Fetching sounds and pictures that were given as links, as the real service would."""

from __future__ import annotations

import ipaddress
import logging
from typing import Final
from urllib.parse import urlsplit

import requests

from lipsync.sandbox.orders import RenderFailed

log = logging.getLogger(__name__)

TIMEOUT_SECONDS: Final = (5.0, 15.0)
_CHUNK_BYTES: Final = 65_536


def is_loopback_url(url: str) -> bool:
    """Whether the address is on this machine."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def fetch(url: str, *, limit_bytes: int, anywhere: bool) -> bytes:
    """The bytes behind `url`. Raises `RenderFailed`.

    Unless `anywhere`, only this machine is asked: the sandbox sends nothing away.
    """
    if not anywhere and not is_loopback_url(url):
        raise RenderFailed("The link could not be downloaded: the sandbox fetches from this machine only")
    data = bytearray()
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.get(url, timeout=TIMEOUT_SECONDS, stream=True, allow_redirects=False) as answer:
                if answer.status_code != 200:
                    raise RenderFailed(f"The link could not be downloaded: HTTP {answer.status_code}")
                for chunk in answer.iter_content(_CHUNK_BYTES):
                    data += chunk
                    if len(data) > limit_bytes:
                        raise RenderFailed("The link could not be downloaded: the file is too large")
    except requests.RequestException as error:
        log.warning("a linked file could not be downloaded: %s", type(error).__name__)
        raise RenderFailed("The link could not be downloaded: its server does not answer properly") from error
    return bytes(data)
