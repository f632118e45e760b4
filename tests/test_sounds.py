"""The shelf of sounds: what is kept is what was checked, and may be sent."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from lipsync.audio.check import MAX_CHECKED_BYTES, check_sound
from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.database.tables import sounds
from lipsync.request import MAX_SOUND_BYTES, SOUND_FORMATS
from lipsync.settings import load_settings
from lipsync.sounds import Sound, SoundNotFound, SoundShelf
from tests.support.clips import make_tone


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[SoundShelf]:
    database = connect(f"sqlite:///{tmp_path / 'studio.db'}")
    migrate(database)
    yield SoundShelf(tmp_path, database)
    database.dispose()


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("tones")
    return {ending: make_tone(folder / f"tone.{ending}").read_bytes() for ending in SOUND_FORMATS}


def wav_of(size: int) -> bytes:
    """A WAV file of exactly `size` bytes (even or odd) with a rough tone, one channel, 48 kHz."""
    body = size - 44
    tone = bytes([0, 40, 0, 216]) * (body // 4 + 1)
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(tone[: body // 2 * 2])
    data = held.getvalue()
    return data + bytes(size - len(data))


def add(shelf: SoundShelf, data: bytes, name: str = "hello.mp3") -> Sound | None:
    return shelf.add(io.BytesIO(data), name=name, workspace="local", owner="ada")[1]


def kept(shelf: SoundShelf, data: bytes, name: str = "hello.mp3") -> Sound:
    sound = add(shelf, data, name)
    assert sound is not None
    return sound


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "sounds").rglob("*") if path.is_file()]


@pytest.mark.parametrize("ending", SOUND_FORMATS)
def test_each_accepted_format_is_kept_byte_for_byte(
    shelf: SoundShelf, tones: dict[str, bytes], ending: str
) -> None:
    sound = kept(shelf, tones[ending], f"hello.{ending}")
    assert sound.format == ending
    assert sound.media_type.startswith("audio/")
    assert sound.seconds == pytest.approx(3.0, abs=0.1)
    assert sound.report["warnings"] == []
    assert shelf.path(sound).read_bytes() == tones[ending]
    assert shelf.get(sound.id, workspace="local") == sound


def test_what_a_sound_is_follows_from_its_content_and_not_from_its_name(
    shelf: SoundShelf, tones: dict[str, bytes]
) -> None:
    sound = kept(shelf, tones["wav"], "song.mp3")
    assert sound.format == "wav"
    assert shelf.path(sound).suffix == ".wav"
    assert sound.report["warnings"] == ["ext_mismatch"]


def test_a_sound_without_a_name_is_called_sound_and_not_warned_about(
    shelf: SoundShelf, tones: dict[str, bytes]
) -> None:
    sound = kept(shelf, tones["mp3"], "")
    assert sound.name == "sound"
    assert sound.report["warnings"] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.mp3", "passwd.mp3"),
        ("/abs/olute.mp3", "olute.mp3"),
        ("a\x00b\ud800\n.mp3", "ab.mp3"),
        ("你好 👋.mp3", "你好 👋.mp3"),
        ("x" * 300 + ".mp3", "x" * 200),
        ("..", ".."),
        ("/", "sound"),
    ],
)
def test_a_name_is_only_something_to_show(
    shelf: SoundShelf, tones: dict[str, bytes], tmp_path: Path, name: str, shown: str
) -> None:
    sound = kept(shelf, tones["mp3"], name)
    assert shelf.get(sound.id).name == shown
    assert files(tmp_path) == [tmp_path / "sounds" / f"{sound.id}.mp3"]


def test_a_sound_of_5000000_bytes_is_kept_as_it_is(shelf: SoundShelf) -> None:
    data = wav_of(MAX_SOUND_BYTES)
    sound = kept(shelf, data, "a.wav")
    assert sound.bytes == 5_000_000
    assert shelf.path(sound).read_bytes() == data


@pytest.mark.parametrize("size", [5_000_001])
def test_a_sound_a_little_above_5000000_bytes_is_made_smaller_and_not_cut(
    shelf: SoundShelf, size: int
) -> None:
    report, sound = shelf.add(io.BytesIO(wav_of(size)), name="a.wav", workspace="local", owner="ada")
    assert report.bytes == size
    assert sound is not None
    assert sound.bytes <= MAX_SOUND_BYTES
    assert check_sound(shelf.path(sound)).send_as_is
    assert sound.seconds == pytest.approx((size - 44) / 96_000, abs=0.2)


@pytest.mark.parametrize("size", [MAX_CHECKED_BYTES + 1, 5_700_000, 12_000_000])
def test_a_bigger_sound_is_refused_with_its_real_size(shelf: SoundShelf, tmp_path: Path, size: int) -> None:
    report, sound = shelf.add(io.BytesIO(wav_of(size)), name="a.wav", workspace="local", owner="ada")
    assert (report.accepted, report.reason, report.bytes) == (False, "too_big", size)
    assert sound is None
    assert files(tmp_path) == []


class Counted(io.RawIOBase):
    """An upload that never ends and cannot be wound."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]
        assert size > 0
        self.read_bytes += size
        return bytes(size)


def test_no_more_than_one_byte_above_the_limit_is_read(shelf: SoundShelf, tmp_path: Path) -> None:
    endless = Counted()
    report, sound = shelf.add(endless, name="a.mp3", workspace="local", owner="ada")  # type: ignore[arg-type]
    assert endless.read_bytes == MAX_CHECKED_BYTES + 1
    assert (report.reason, sound) == ("too_big", None)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "data", [b"", b"no sound", b"#EXTM3U\n/etc/passwd\n", b"RIFF\x00\x00\x00\x00WAVE", b"ID3" + bytes(5000)]
)
def test_rubbish_is_not_kept(shelf: SoundShelf, tmp_path: Path, data: bytes) -> None:
    assert add(shelf, data) is None
    assert files(tmp_path) == []


def test_an_odd_sound_is_put_right_before_it_is_kept(shelf: SoundShelf, tones: dict[str, bytes]) -> None:
    report, sound = shelf.add(
        io.BytesIO(tones["wav"] + b"junk" * 2000), name="a.wav", workspace="local", owner="ada"
    )
    assert "trailing_data" in report.warnings
    assert sound is not None
    assert check_sound(shelf.path(sound)).send_as_is
    assert b"junkjunk" not in shelf.path(sound).read_bytes()


def test_a_sound_of_another_workspace_is_not_found(shelf: SoundShelf, tones: dict[str, bytes]) -> None:
    sound = kept(shelf, tones["mp3"])
    with pytest.raises(SoundNotFound):
        shelf.get(sound.id, workspace="other")
    with pytest.raises(SoundNotFound):
        shelf.get("0" * 32)


def test_a_sound_whose_file_is_gone_says_so(shelf: SoundShelf, tones: dict[str, bytes]) -> None:
    sound = kept(shelf, tones["mp3"])
    shelf.path(sound).unlink()
    with pytest.raises(SoundNotFound):
        shelf.path(sound)


def test_an_upload_that_breaks_off_leaves_nothing_behind(shelf: SoundShelf, tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        shelf.add(Broken(), name="a.mp3", workspace="local", owner="ada")
    assert files(tmp_path) == []


@pytest.mark.postgres
def test_a_sound_survives_postgres_with_the_oddest_name(
    tmp_path: Path, tones: dict[str, bytes], postgres_url: str
) -> None:
    database = connect(load_settings(DATABASE_URL=postgres_url).database_address)
    migrate(database)
    shelf = SoundShelf(tmp_path, database)
    sound = kept(shelf, tones["mp3"], "a\x00b\ud800" + "你" * 300)
    assert shelf.get(sound.id) == sound
    with database.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(sounds)).scalar() == 1
    database.dispose()
