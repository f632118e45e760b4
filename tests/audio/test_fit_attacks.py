"""What is converted may lead elsewhere. The system calls say that no conversion goes there."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from lipsync.media import find_ffmpeg
from tests.audio.conftest import Corpus
from tests.audio.corpus import speech_like, write_wav
from tests.audio.crafted import SECRET_NAME
from tests.audio.outward import (
    WEB,
    alias,
    avi_with_subtitles,
    disguises,
    playlists,
    quicktime,
    reference,
)
from tests.audio.test_attacks import STRACE, watch

pytestmark = [
    pytest.mark.xdist_group("sounds"),
    pytest.mark.skipif(STRACE is None, reason="STRACE IS MISSING: nobody watched the conversions"),
]
_INTERNET = re.compile(r"AF_INET")
_CONVERT = """
import sys, logging
from pathlib import Path
from lipsync.audio.fit import make_fit
logging.disable(logging.CRITICAL)
for name in sys.argv[1:]:
    print(name.rpartition("/")[2], make_fit(Path(name), Path("out.mp3")).accepted)
"""
_DECODE = """
import sys
from pathlib import Path
from lipsync.audio.kinds import Kind
from lipsync.audio.pcm import NoSound, decode
for wish in sys.argv[1:]:
    demuxer, _, name = wish.partition("=")
    try:
        print(name.rpartition("/")[2], bool(len(decode(Path(name), Kind("a sound", demuxer)).samples)))
    except NoSound:
        print(name.rpartition("/")[2], False)
"""


@dataclass(frozen=True)
class Seen:
    """What a run under strace did: by file whether sound came of it, and every path it tried to open."""

    made: dict[str, bool]
    opened: set[str]
    calls: str


def run(words: str, arguments: list[str], folder: Path) -> Seen:
    said = folder / "said"
    script = f"import sys; sys.stdout = open({str(said)!r}, 'w', buffering=1)\n{words}"
    calls, opened = watch([sys.executable, "-c", script, *arguments], folder)
    lines = [line.rsplit(" ", 1) for line in said.read_text().splitlines()]
    return Seen({name: verdict == "True" for name, verdict in lines}, opened, calls)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file that nobody may open."""
    folder = tmp_path / "given"
    folder.mkdir()
    write_wav(folder / SECRET_NAME, speech_like(3.0))
    return folder


def secrets(seen: Seen) -> list[str]:
    return [path for path in seen.opened if SECRET_NAME in path]


def leads_nowhere(seen: Seen, folder: Path, names: set[str]) -> bool:
    """Whether only the files themselves were opened there, and no connection was made."""
    inside = {path.rpartition("/")[2] for path in seen.opened if path.startswith(f"{folder}/")}
    assert inside == names
    return not secrets(seen) and not _INTERNET.search(seen.calls)


def test_playlists_behind_the_first_bytes_of_a_container_lead_nowhere(
    folder: Path, tmp_path: Path, corpus: Corpus
) -> None:
    texts = playlists(folder)
    for kind, text in ((kind, texts[kind]) for kind in ("hls", "concat", "asx")):
        for ending, data in disguises(text).items():
            (folder / f"{kind}.{ending}").write_bytes(data)
    (folder / "honest.ogg").write_bytes(corpus.path("opus.mp3").read_bytes())
    names = {path.name for path in folder.iterdir()} - {SECRET_NAME}
    seen = run(_CONVERT, [str(folder / name) for name in sorted(names)], tmp_path)
    assert {name for name, made in seen.made.items() if made} == {"honest.ogg"}
    assert set(seen.made) == names
    assert leads_nowhere(seen, folder, names)


def test_references_inside_honest_containers_lead_nowhere(
    folder: Path, tmp_path: Path, corpus: Corpus
) -> None:
    texts, secret = playlists(folder), folder / SECRET_NAME
    files = {f"{kind}.avi": avi_with_subtitles(texts[kind]) for kind in ("hls", "hls_keys", "concat")}
    for kind, entry in {
        "alias": alias(secret), "url": reference(f"file://{secret}"), "beside": reference(SECRET_NAME),
        "web": reference(WEB),
    }.items():  # fmt: skip
        files |= {
            f"{kind}.{ending}": quicktime(entry) for ending in ("mov", "mp4", "flac", "ogg", "mka", "avi")
        }
    for name in ("flac.wav", "opus.mp3", "matroska.wav", "avi.wav", "wma.mp3"):
        files[f"then_hls_{name}"] = corpus.path(name).read_bytes() + texts["hls"]
    for name, data in files.items():
        (folder / name).write_bytes(data)
    seen = run(_CONVERT, [str(folder / name) for name in sorted(files)], tmp_path)
    assert set(seen.made) == set(files)
    assert seen.made["hls.avi"]  # its own sound is taken, and its subtitles are left alone
    assert leads_nowhere(seen, folder, set(files))


@pytest.mark.parametrize("demuxer", ["mov", "avi", "matroska", "ogg", "flac", "asf", "mpegts"])
def test_a_conversion_would_withstand_what_the_sniffer_let_through(
    folder: Path, tmp_path: Path, demuxer: str
) -> None:
    texts, secret = playlists(folder), folder / SECRET_NAME
    files = {name: texts[name] for name in ("hls", "hls_keys", "concat")}
    files |= {"alias": quicktime(alias(secret)), "subtitles": avi_with_subtitles(texts["hls_beside"])}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    seen = run(_DECODE, [f"{demuxer}={folder / name}" for name in sorted(files)], tmp_path)
    own = {"mov": {"alias"}, "avi": {"subtitles"}}.get(demuxer, set())
    assert own <= set(seen.made) == set(files)
    assert {name for name, made in seen.made.items() if made} <= own
    assert leads_nowhere(seen, folder, set(files))


def test_the_watcher_would_see_a_reference_followed(folder: Path, tmp_path: Path) -> None:
    """Told to, ffmpeg follows the alias: otherwise the tests above would prove nothing."""
    movie = folder / "alias.mov"
    movie.write_bytes(quicktime(alias(folder / SECRET_NAME)))
    command = [str(find_ffmpeg()), "-nostdin", "-enable_drefs", "1", "-f", "mov", "-i", str(movie)]
    _, opened = watch([*command, "-f", "null", "-"], tmp_path)
    assert [path for path in opened if SECRET_NAME in path]
