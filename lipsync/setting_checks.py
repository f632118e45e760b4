"""Checks of single settings. Each gives the value as it will be used, or raises ValueError.

The words of the error are put behind the setting's name: "COMETAPI_BASE_URL: must …".
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import sqlalchemy.exc
from pydantic import SecretStr
from sqlalchemy.engine import make_url


def is_loopback(url: str) -> bool:
    """Whether `url` points at this machine itself, so that nothing sent there leaves it."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def http_url(value: str) -> str:
    """A web address without a slash at its end."""
    value = value.strip()
    if any(c.isspace() or not c.isprintable() for c in value):
        raise ValueError("must be one address without spaces")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        # The reason would quote a part of the address, which may be a secret in the wrong place.
        raise ValueError("must be an address such as https://host or https://host:8443") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address that starts with https:// or http://")
    if port == 0:
        raise ValueError("must not name port 0")
    if parts.username or parts.password:
        raise ValueError("must not carry a user name or password")
    if parts.scheme == "http" and not is_loopback(value):
        raise ValueError("must use https:// (http:// is for this machine only)")
    return value.rstrip("/")


def base_url(value: str) -> str:
    """An address that paths are put behind."""
    value = http_url(value)
    if "?" in value or "#" in value:
        raise ValueError("must end before any ? or #")
    return value


def database_url(value: str) -> str:
    """An address that the database can be reached at; `postgres://` is written out."""
    if value.startswith("postgres://"):
        value = "postgresql://" + value.removeprefix("postgres://")
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("must start with postgresql:// or sqlite:///")
    try:
        url = make_url(value)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        # The address may hold a password: it is not quoted.
        raise ValueError("must be a database address such as postgresql://user:password@host/name") from None
    if not url.database or url.database == ":memory:":
        # In memory every connection would see a database of its own, and a restart would lose paid jobs.
        raise ValueError("must name a database, or the file of one")
    return value


def checked_key(value: SecretStr) -> SecretStr:
    """An API key without blanks around it; the complaint never quotes it."""
    text = value.get_secret_value().strip()
    if not text:
        raise ValueError("must not be empty")
    if any(c.isspace() or not c.isprintable() or ord(c) > 126 for c in text):
        raise ValueError("must be one word of plain letters, digits and signs")
    return SecretStr(text)
