"""The shelf of sounds: what is kept is what was checked, and may be sent."""

from __future__ import annotations

import io
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest
import sqlalchemy as sa

from lipsync.audio.check import MAX_CHECKED_BYTES, MAX_UPLOAD_BYTES, check_sound
from lipsync.audio.deadline import OPERATION_SECONDS, Deadline
from lipsync.audio.words import made_in_words
from lipsync.database.connect import connect
from lipsync.database.migrate import migrate
from lipsync.database.tables import sounds
from lipsync.jobs.store import utcnow
from lipsync.request import MAX_SOUND_BYTES, SOUND_FORMATS
from lipsync.settings import load_settings
from lipsync.sounds import Piece, ShelfFull, Sound, SoundNotFound, SoundShelf
from tests.support.clips import make_clip, make_tone


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
    assert {path.name for path in files(tmp_path)} == {f"{sound.id}.mp3", f"{sound.id}.drawing.json"}


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


def test_a_sound_above_5_mib_is_made_smaller_and_its_original_kept(shelf: SoundShelf, tmp_path: Path) -> None:
    data = wav_of(MAX_CHECKED_BYTES + 1)
    report, sound = shelf.add(io.BytesIO(data), name="a.wav", workspace="local", owner="ada")
    assert (report.reason, report.bytes) == ("too_big", len(data))
    assert sound is not None
    assert (sound.format, sound.remade, sound.ready) == ("mp3", True, True)
    assert sound.made_from == ("too_big", "wav")
    assert sound.original_bytes == len(data)
    assert check_sound(shelf.path(sound)).send_as_is
    assert shelf.original_path(sound).read_bytes() == data


@pytest.mark.parametrize(
    ("ending", "name"),
    [("flac", "FLAC"), ("ogg", "Ogg Vorbis"), ("opus", "Ogg Opus"), ("webm", "WebM sound"),
     ("wma", "Windows Media")],
)  # fmt: skip
def test_what_people_have_is_made_into_an_mp3_and_they_are_told(
    shelf: SoundShelf, tmp_path: Path, ending: str, name: str
) -> None:
    codec = {"ogg": ["-c:a", "vorbis", "-strict", "-2", "-ac", "2"], "webm": ["-c:a", "libopus"]}.get(
        ending, []
    )
    file = make_tone(tmp_path / f"tone.{ending}", *codec)
    report, sound = shelf.add(io.BytesIO(file.read_bytes()), name=file.name, workspace="local", owner="ada")
    assert report.reason == "wrong_container"
    assert sound is not None
    assert (sound.format, sound.checked.lufs) == ("mp3", pytest.approx(-16, abs=1))
    assert sound.seconds == pytest.approx(3.0, abs=0.15)
    assert shelf.original_path(sound).read_bytes() == file.read_bytes()
    assert sound.made_from is not None
    assert name in made_in_words(*sound.made_from)


def test_the_sound_track_of_a_video_is_taken_out(shelf: SoundShelf, tmp_path: Path) -> None:
    file = make_clip(tmp_path / "clip.mp4", seconds=3.0)
    sound = kept(shelf, file.read_bytes(), "clip.mp4")
    assert sound.format == "mp3"
    assert sound.made_from is not None
    assert "its sound was taken out" in made_in_words(*sound.made_from)


def test_a_sound_that_is_too_long_is_held_until_a_piece_is_chosen(shelf: SoundShelf, tmp_path: Path) -> None:
    file = make_tone(tmp_path / "long.mp3", "-b:a", "32k", seconds=75.0)
    report, sound = shelf.add(file.open("rb"), name="long.mp3", workspace="local", owner="ada")
    assert (report.reason, report.fixable) == ("too_long", True)
    assert sound is not None
    assert (sound.ready, sound.bytes) == (False, 0)
    assert sound.seconds == pytest.approx(75, abs=0.2)
    with pytest.raises(SoundNotFound):
        shelf.path(sound)
    assert shelf.listen_path(sound).read_bytes() == file.read_bytes()
    piece = derive(shelf, sound, Piece(start=70.0, end=74.5))
    assert piece.seconds == pytest.approx(4.5, abs=0.1)
    assert shelf.get(piece.id).ready


def test_a_foreign_sound_that_is_too_long_is_held_with_its_real_length(
    shelf: SoundShelf, tmp_path: Path
) -> None:
    file = make_tone(tmp_path / "long.webm", "-c:a", "libopus", "-b:a", "24k", seconds=64.0)
    report, sound = shelf.add(file.open("rb"), name="long.webm", workspace="local", owner="ada")
    assert report.reason == "too_long"
    assert sound is not None
    assert not sound.ready
    assert sound.seconds == pytest.approx(64, abs=0.2)
    assert sound.media_type == "video/webm"


def test_everything_an_upload_causes_happens_before_one_deadline(
    shelf: SoundShelf, tmp_path: Path, tones: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Deadline] = []

    def after(seconds: float = OPERATION_SECONDS) -> Deadline:
        begun.append(Deadline(begun[0].ends_at if begun else monotonic() + seconds))
        return begun[-1]

    monkeypatch.setattr(Deadline, "after", after)
    kept(shelf, tones["wav"] + b"junk" * 2000, "a.wav")  # checked, made anew, checked again, drawn
    assert len(begun) == 2  # of taking it, and of drawing it as well, which began no later
    begun[:] = [Deadline(monotonic())]
    report, sound = shelf.add(io.BytesIO(tones["wav"]), name="a.wav", workspace="local", owner="ada")
    assert (report.reason, sound) == ("too_slow", None)


def derive(shelf: SoundShelf, sound: Sound, piece: Piece) -> Sound:
    made = shelf.derive(sound.id, piece, workspace="local", owner="ada")[1]
    assert made is not None
    return made


def test_a_piece_is_cut_from_the_original_and_the_original_stays(
    shelf: SoundShelf, tones: dict[str, bytes]
) -> None:
    sound = kept(shelf, tones["wav"], "a.wav")
    short = derive(shelf, sound, Piece(start=0.5, end=2.75))
    assert short.seconds == pytest.approx(2.25, abs=0.1)
    assert (short.original_id, short.piece, short.name) == (sound.id, Piece(0.5, 2.75), "a.wav")
    # From the original again, not from the piece.
    again = derive(shelf, short, Piece(start=0.0, end=2.9))
    assert again.seconds == pytest.approx(2.9, abs=0.1)
    assert again.original_id == sound.id
    assert shelf.path(sound).read_bytes() == tones["wav"]


def test_the_same_piece_is_made_only_once(shelf: SoundShelf, tones: dict[str, bytes]) -> None:
    sound = kept(shelf, tones["mp3"])
    one = derive(shelf, sound, Piece(start=0.5, end=2.75))
    assert derive(shelf, sound, Piece(start=0.501, end=2.749)).id == one.id


def test_a_tempo_shortens_and_a_length_cuts(shelf: SoundShelf, tones: dict[str, bytes]) -> None:
    sound = kept(shelf, tones["mp3"])
    assert derive(shelf, sound, Piece(tempo=1.25)).seconds == pytest.approx(2.4, abs=0.1)
    assert derive(shelf, sound, Piece(max_seconds=2.2)).seconds == pytest.approx(2.2, abs=0.1)


def test_a_piece_that_is_too_short_is_refused_and_not_kept(
    shelf: SoundShelf, tones: dict[str, bytes], tmp_path: Path
) -> None:
    sound = kept(shelf, tones["mp3"])
    before = files(tmp_path)
    report, made = shelf.derive(sound.id, Piece(start=1.0, end=2.5), workspace="local", owner="ada")
    assert (report.reason, made) == ("too_short", None)
    assert files(tmp_path) == before


def test_nobody_takes_a_piece_of_a_sound_of_another_workspace(
    shelf: SoundShelf, tones: dict[str, bytes]
) -> None:
    sound = kept(shelf, tones["mp3"])
    with pytest.raises(SoundNotFound):
        shelf.derive(sound.id, Piece(), workspace="other", owner="eve")


def test_the_waveform_is_that_of_the_whole_original(shelf: SoundShelf, tones: dict[str, bytes]) -> None:
    sound = kept(shelf, tones["m4a"], "a.m4a")
    picture = shelf.picture(derive(shelf, sound, Piece(start=0.5, end=2.75)))
    assert picture is not None
    assert len(picture.peaks) == 800
    assert picture.seconds == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("limit", ["MAX_UNUSED_SOUNDS", "MAX_UNUSED_BYTES"])
def test_nobody_fills_the_disk_with_sounds_that_no_job_uses(
    shelf: SoundShelf, tmp_path: Path, tones: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    most = {"MAX_UNUSED_SOUNDS": 1, "MAX_UNUSED_BYTES": len(tones["mp3"]) * 3 // 2}[limit]
    monkeypatch.setattr(f"lipsync.sounds.shelf.{limit}", most)
    kept(shelf, tones["mp3"])
    with pytest.raises(ShelfFull):
        add(shelf, tones["mp3"])
    assert len(files(tmp_path)) == 2  # one sound and its drawing
    other = shelf.add(io.BytesIO(tones["mp3"]), name="a.mp3", workspace="local", owner="bob")[1]
    assert other is not None


def gives_many_at_once(shelf: SoundShelf, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five uploads of one person, all of which saw room when they came; there is room for two."""
    monkeypatch.setattr("lipsync.sounds.shelf.MAX_UNUSED_SOUNDS", 2)
    monkeypatch.setattr(shelf.rows, "has_room", lambda *_, **__: True)

    def give(_: int) -> bool:
        try:
            return add(shelf, data) is not None
        except ShelfFull:
            return False

    with ThreadPoolExecutor(5) as several:
        assert sorted(several.map(give, range(5))) == [False, False, False, True, True]
    assert len(shelf.rows.of(workspace="local", owner="ada")) == 2
    assert len(files(shelf.folder.parent)) == 4  # two sounds and their drawings


def test_the_limits_hold_when_many_sounds_come_at_once(
    shelf: SoundShelf, tones: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    gives_many_at_once(shelf, tones["mp3"], monkeypatch)


class Counted(io.RawIOBase):
    """An upload that never ends and cannot be wound."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]
        assert size > 0
        self.read_bytes += size
        return bytes(size)


def test_a_file_above_the_limit_is_refused_with_its_real_size(
    shelf: SoundShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lipsync.sounds.shelf.MAX_UPLOAD_BYTES", 6_000_000)
    monkeypatch.setattr("lipsync.sounds.taking.MAX_UPLOAD_BYTES", 6_000_000)
    data = wav_of(7_000_000)
    report, sound = shelf.add(io.BytesIO(data), name="a.wav", workspace="local", owner="ada")
    assert (report.reason, report.fixable, report.bytes) == ("too_big", False, 7_000_000)
    assert sound is None
    assert files(tmp_path) == []


def test_no_more_than_one_byte_above_the_limit_is_read(shelf: SoundShelf, tmp_path: Path) -> None:
    endless = Counted()
    report, sound = shelf.add(endless, name="a.mp3", workspace="local", owner="ada")  # type: ignore[arg-type]
    assert endless.read_bytes == MAX_UPLOAD_BYTES + 1
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
def test_on_postgres_the_oddest_name_survives_and_the_limits_hold(
    tmp_path: Path, tones: dict[str, bytes], postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = connect(load_settings(DATABASE_URL=postgres_url).database_address)
    migrate(database)
    shelf = SoundShelf(tmp_path, database)
    sound = kept(shelf, tones["mp3"], "a\x00b\ud800" + "你" * 300)
    assert shelf.get(sound.id) == sound
    with database.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(sounds)).scalar() == 1
    for path in files(tmp_path):
        path.unlink()
    shelf.rows.delete([sound.id], before=utcnow())
    gives_many_at_once(shelf, tones["mp3"], monkeypatch)
    database.dispose()
