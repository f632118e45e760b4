"""An HTTP server on loopback whose every answer is written by hand, down to the byte.

    def answer(seen):                      # a plain function of what arrived
        return 200, {}, {"code": 0}        # status, headers, body (bytes, text, or JSON as an object)

    with RepliesServer(answer) as server:
        ...; server.url; server.seen; server.connections

Instead of a tuple the function may return a behaviour, which gets the socket and is free to
misbehave: `reset()`, `hang_up()`, `raw(b"...")`, `cut(...)`, `drip(...)`, `endless(...)`, `silence()`.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Seen:
    """One request as it arrived. `path` is the request target byte for byte; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Context:
    """What a behaviour has at hand. `ended` is set when the server stops: wait on it, never sleep."""

    sock: socket.socket
    ended: threading.Event


Behaviour = Callable[[Context], None]
Reply = tuple[int, Mapping[str, str], Any]
Answer = Callable[[Seen], "Reply | Behaviour"]


def encode_reply(status: int, headers: Mapping[str, str], body: Any, *, length: int | None = None) -> bytes:
    """The bytes of one answer; `length` lies about the body's length."""
    if isinstance(body, str):
        body = body.encode()
    kind = "application/octet-stream"
    if not isinstance(body, bytes):
        body, kind = json.dumps(body).encode(), "application/json"
    given = {"Content-Type": kind, "Content-Length": str(len(body) if length is None else length)} | dict(
        headers
    )
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def reset() -> Behaviour:
    """Drop the connection with RST instead of answering."""

    def act(context: Context) -> None:
        context.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        context.sock.close()

    return act


def hang_up() -> Behaviour:
    """Close the connection in good order without an answer."""
    return raw(b"")


def raw(data: bytes) -> Behaviour:
    """Send exactly these bytes and close."""
    return lambda context: context.sock.sendall(data)


def cut(body: Any, *, keep: int, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """Promise all of `body`, send `keep` bytes of it, close."""
    whole = encode_reply(status, headers or {}, body)
    head, _, rest = whole.partition(b"\r\n\r\n")
    return raw(head + b"\r\n\r\n" + rest[:keep])


def drip(data: bytes, *, every_seconds: float = 0.02) -> Behaviour:
    """Send `data` one byte at a time, and stay open afterwards."""

    def act(context: Context) -> None:
        for index in range(len(data)):
            context.sock.sendall(data[index : index + 1])
            if context.ended.wait(every_seconds):
                return
        context.ended.wait()

    return act


def endless(head: bytes, chunk: bytes) -> Behaviour:
    """Send `head` and then `chunk` for ever, until the client has had enough."""

    def act(context: Context) -> None:
        context.sock.sendall(head)
        while not context.ended.is_set():
            context.sock.sendall(chunk)

    return act


def silence() -> Behaviour:
    """Say nothing and keep the connection open."""
    return lambda context: context.ended.wait() and None


@dataclass
class RepliesServer:
    """The server; `seen` holds the requests in order, `connections` how many were accepted.

    `on_accept` is a behaviour that replaces reading anything at all. `tls` wraps each
    connection. `close_after_each` answers with `Connection: close` behaviour on the socket.
    """

    answer: Answer
    on_accept: Behaviour | None = None
    tls: ssl.SSLContext | None = None
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> RepliesServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._ended = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with self._lock:
                self._open.add(sock)
            thread = threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        try:
            with contextlib.suppress(OSError):  # the client went away: its right
                if self.tls is not None:
                    sock = self.tls.wrap_socket(sock, server_side=True)
                    with self._lock:
                        self._open.add(sock)
                if self.on_accept is not None:
                    self.on_accept(Context(sock, self._ended))
                    return
                for seen in _requests(sock, number):
                    self.seen.append(seen)
                    reply = self.answer(seen)
                    if not isinstance(reply, tuple):
                        reply(Context(sock, self._ended))
                        return
                    sock.sendall(encode_reply(*reply))
        finally:
            sock.close()
            with self._lock:
                self._open.discard(sock)


def _requests(sock: socket.socket, number: int) -> Iterator[Seen]:
    """The requests that arrive on one connection."""
    with sock.makefile("rb") as stream:
        while line := stream.readline():
            method, path, _ = line.decode("latin-1").split(" ", 2)
            headers: dict[str, str] = {}
            while (header := stream.readline().decode("latin-1").strip()) != "":
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            body = stream.read(int(headers.get("content-length", "0")))
            yield Seen(method, path, headers, body, number)


def unused_port() -> int:
    """A port on loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
