"""A web site on loopback with sounds and a page, for links: `with sound_site(folder) as url: …`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.support.clips import make_tone


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the test's output is for people."""


@contextlib.contextmanager
def sound_site(folder: Path) -> Iterator[str]:
    """Serve `hello there.mp3`, `hello.flac` and `page.html`; gives the address."""
    folder.mkdir(exist_ok=True)
    make_tone(folder / "hello there.mp3")
    make_tone(folder / "hello.flac")
    (folder / "page.html").write_text("<html>no sound</html>")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
