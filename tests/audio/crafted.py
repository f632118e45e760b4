"""Files that no honest program writes: broken headers, bombs, attacks, and things that are no sound."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from tests.audio.corpus import Made, speech_like, write_wav

SECRET_NAME = "neighbours-secret.wav"  # lies beside the attacks; nobody may open it
_PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n{}#EXTINF:10.0,\n{}\n#EXT-X-ENDLIST\n"


def pcm(seconds: float, rate: int = 16_000, level: float = 0.5) -> bytes:
    """16-bit mono samples."""
    return (speech_like(seconds, rate, level) * 32_767).astype("<i2").tobytes()


def riff(
    data: bytes, *, said: int | None = None, tag: int = 1, channels: int = 1, rate: int = 16_000,
    bits: int = 16, align: int | None = None, before: bytes = b"", after: bytes = b"", mark: bytes = b"RIFF",
) -> bytes:  # fmt: skip
    """A WAV whose header says what it is told to say."""
    align = channels * bits // 8 if align is None else align
    layout = struct.pack("<HHIIHH", tag, channels, rate, rate * align % 2**32, align, bits)
    body = b"WAVE" + before + b"fmt " + struct.pack("<I", 16) + layout
    body += b"data" + struct.pack("<I", len(data) if said is None else said) + data + after
    return mark + struct.pack("<I", len(body)) + body


def box(name: bytes, *content: bytes) -> bytes:
    """An MP4 box."""
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), name) + body


def m4a(
    *, times: tuple[tuple[int, int], ...] = ((130, 1024),), sizes: tuple[int, int] = (6, 130),
    self_contained: int = 1, reference: bytes = b"", data: bytes = bytes(780), timescale: int = 44_100,
) -> bytes:  # fmt: skip
    """An MP4 with one AAC track whose tables say what they are told to say."""
    config = bytes.fromhex("0580808002") + bytes.fromhex("1208")
    decoder = bytes((4, 0x80, 0x80, 0x80, 13 + len(config), 0x40, 0x15, 0, 0, 0)) + bytes(8) + config
    elementary = bytes((3, 0x80, 0x80, 0x80, 3 + len(decoder), 0, 1, 0)) + decoder
    sound = bytes(6) + b"\0\1" + bytes(8) + struct.pack(">HHHHI", 1, 16, 0, 0, 44_100 << 16)
    entry = box(b"mp4a", sound, box(b"esds", bytes(4), elementary))
    table = box(
        b"stbl",
        box(b"stsd", struct.pack(">II", 0, 1), entry),
        box(b"stts", struct.pack(">II", 0, len(times)), *(struct.pack(">II", *pair) for pair in times)),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, sizes[1], 1)),
        box(b"stsz", struct.pack(">III", 0, *sizes)),
        box(b"stco", struct.pack(">III", 0, 1, 40)),
    )
    flags = struct.pack(">I", self_contained)
    references = box(b"dinf", box(b"dref", struct.pack(">II", 0, 1), box(b"url ", flags, reference)))
    media = box(
        b"mdia",
        box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, timescale, 5 * timescale, 0)),
        box(b"hdlr", bytes(8), b"soun", bytes(13)),
        box(b"minf", references, table),
    )
    movie = box(b"moov", box(b"trak", box(b"tkhd", struct.pack(">IIII", 0, 0, 0, 1)), media))
    return box(b"ftyp", b"M4A ", bytes(4), b"M4A ") + movie + box(b"mdat", data)


def matroska(data: bytes, *, rate: float) -> bytes:
    """A Matroska file with 8-bit samples in blocks of 25,000, each of which says that it comes first."""

    def element(name: str, content: bytes) -> bytes:
        return bytes.fromhex(name) + (len(content) | 1 << 56).to_bytes(8, "big") + content

    sound = element("B5", struct.pack(">d", rate)) + element("9F", b"\1") + element("6264", b"\x08")
    track = element("D7", b"\1") + element("73C5", b"\1") + element("83", b"\2")
    track += element("86", b"A_PCM/INT/LIT") + element("E1", sound)
    blocks = [element("A3", b"\x81\0\0\x80" + data[at : at + 25_000]) for at in range(0, len(data), 25_000)]
    content = element("1549A966", element("2AD7B1", (1_000_000).to_bytes(3, "big")))
    content += element("1654AE6B", element("AE", track))
    content += element("1F43B675", element("E7", b"\0") + b"".join(blocks))
    return element("1A45DFA3", element("4282", b"matroska")) + element("18538067", content)


def id3(size: int, content: bytes = b"") -> bytes:
    """An ID3v2 tag of `size` bytes behind its header."""
    digits = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + digits + content.ljust(size, b"\0")


def ape(*, said: int, content: bytes = b"") -> bytes:
    """An APE tag: a header that says how much follows, and what follows."""
    return b"APETAGEX" + struct.pack("<IIII8x", 2000, said, 1, 1 << 31 | 1 << 29) + content


def make_crafted(folder: Path) -> Iterator[Made]:
    """Write all of them; needs what `corpus.make_encoded` wrote."""
    for make in (_variants, _wave_headers, _levels, _bombs, _attacks, _no_sound):
        for made, data in make(folder):
            (folder / made.name).write_bytes(data)
            yield made


def _variants(folder: Path) -> Iterator[tuple[Made, bytes]]:
    mp3, aac = (folder / "mp3_cbr.mp3").read_bytes(), (folder / "aac.aac").read_bytes()
    plain = (folder / "mp3_no_tag.mp3").read_bytes()
    first, wav = (folder / "m4a_index_first.m4a").read_bytes(), (folder / "wav_s16.wav").read_bytes()
    broken = bytearray(mp3)
    broken[len(mp3) // 2 : len(mp3) // 2 + 2_000] = np.random.default_rng(5).bytes(2_000)
    yield Made("mp3_two_tags.mp3"), id3(300) + mp3
    yield Made("mp3_big_picture.mp3"), id3(150_000, b"\x89PNG") + plain
    yield Made("mp3_ape_tag.mp3"), mp3 + b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, 0) + bytes(8)
    picture = ape(said=100_032, content=bytes(100_000) + ape(said=100_032))
    yield Made("mp3_ape_picture.mp3"), mp3 + picture + b"TAG" + b"x" * 125
    yield Made("mp3_id3v1_and_zeros.mp3"), mp3 + b"TAG" + b"x" * 125 + bytes(9_000)
    packed = b"PK\3\4" + np.random.default_rng(8).bytes(9_000)
    yield Made("mp3_zip_behind_tag.mp3", None, ("trailing_data",)), mp3 + b"TAG" + packed
    yield Made("mp3_zip_behind_ape.mp3", None, ("trailing_data",)), mp3 + ape(said=10**6, content=packed)
    yield Made("mp3_zip_behind_lyrics.mp3", None, ("trailing_data",)), mp3 + b"LYRICSBEGIN" + packed
    yield Made("wavpack_with_tag.mp3", "wrong_container"), id3(900) + (folder / "wavpack.mp3").read_bytes()
    quicktime = (folder / "quicktime_24.m4a").read_bytes()
    for name in (b"ipcm", b"fpcm", b"sawb"):  # ffmpeg 5.1 reads these, but does not write them
        made = Made(f"quicktime_{name.decode()}.m4a", "wrong_codec", ("ext_mismatch",))
        yield made, quicktime.replace(b"in24", name)
    yield Made("m4a_unknown.m4a", "wrong_codec"), first.replace(b"mp4a", b"ac-4")
    yield Made("mp3_zeros_behind.mp3"), mp3 + bytes(5_000)
    yield Made("mp3_zeros_before.mp3"), bytes(3_000) + plain
    yield Made("mp3_joined.mp3"), mp3 + mp3
    yield Made("mp3_junk_behind.mp3", None, ("trailing_data",)), mp3 + b"<xml>" * 800
    yield Made("mp3_damaged.mp3", None, ("damaged",)), bytes(broken)
    yield Made("mp3_cut.mp3", None, ("truncated",)), mp3[: len(mp3) * 3 // 4]
    yield Made("aac_cut.aac", None, ("truncated",)), aac[: len(aac) * 3 // 4]
    yield Made("m4a_cut.m4a", None, ("truncated",)), first[: len(first) * 3 // 4 + 1_500]
    yield Made("wav_cut.wav", None, ("truncated",)), wav[: len(wav) * 3 // 4]
    yield Made("m4a_cut_in_index.m4a", "undecodable"), first[:400]
    yield Made("mp3_in_wav_clothes.wav", None, ("ext_mismatch",)), mp3
    yield Made("wav_in_m4a_clothes.m4a", None, ("ext_mismatch",)), wav
    yield Made("aac_in_mp3_clothes.mp3", None, ("ext_mismatch",)), aac
    yield Made("m4a_as_mp4.mp4", None, ("ext_mismatch",)), first
    yield Made("without_ending"), mp3
    yield Made("CAPITALS.MP3"), mp3
    yield (
        Made("mp3_free_format.mp3", "undecodable"),
        b"\xff\xfb\x00\x64" + bytes(500) + b"\xff\xfb\x00\x64" * 9,
    )
    yield Made("mp3_few_frames.mp3", "too_short", ("truncated",)), plain[: 417 * 4]
    yield Made("zip_with_frames.mp3", "not_audio"), plain[:4_200] + np.random.default_rng(6).bytes(60_000)


def _wave_headers(folder: Path) -> Iterator[tuple[Made, bytes]]:
    sound = pcm(3.0)
    listing = b"LIST" + struct.pack("<I", 7) + b"INFOabc\0"
    yield Made("wav_length_zero.wav", None, ("bad_header_len",)), riff(sound, said=0)
    yield Made("wav_length_unknown.wav", None, ("bad_header_len",)), riff(sound, said=0xFFFFFFFF)
    yield Made("wav_length_small.wav", None, ("trailing_data",)), riff(sound, said=2 * 16_000 * 2 + 8_000)
    yield Made("wav_odd_chunk.wav"), riff(sound, before=listing, after=listing)
    yield Made("wav_many_chunks.wav"), riff(sound, before=(b"junk" + bytes(4)) * 100_000)
    extensible = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 16_000, 32_000, 2, 16, 22, 16, 4)
    extensible += bytes.fromhex("0100000000001000800000aa00389b71")
    body = b"WAVEfmt " + struct.pack("<I", 40) + extensible + b"data" + struct.pack("<I", len(sound)) + sound
    yield Made("wav_extensible.wav"), b"RIFF" + struct.pack("<I", len(body)) + body
    yield Made("wav_no_samples.wav", "no_audio"), riff(b"")
    yield Made("wav_only_a_list.wav", "no_audio"), riff(b"", after=listing)
    yield Made("wav_no_channels.wav", "undecodable"), riff(sound, channels=0, align=2)
    yield Made("wav_rate_0.wav", "undecodable"), riff(sound, rate=0)
    yield Made("wav_rate_1.wav", "bad_rate"), riff(sound, rate=1)
    yield Made("wav_rate_4_billion.wav", "bad_rate"), riff(sound, rate=0xFFFFFFFF)
    yield Made("wav_channels_65535.wav", "undecodable"), riff(sound, channels=65_535, align=2)
    yield Made("wav_align_wrong.wav", "undecodable"), riff(sound, align=7)
    yield Made("wav_bits_wrong.wav", "undecodable"), riff(sound, bits=99, align=2)
    yield Made("wav_unknown_codec.wav", "wrong_codec"), riff(sound, tag=0x4321)
    yield Made("wav_big_endian.wav", "undecodable"), riff(sound, mark=b"RIFX")
    yield Made("wav_endless_list.wav", "undecodable"), riff(sound, before=b"LIST\xff\xff\xff\x7f")
    yield (
        Made("wav_no_layout.wav", "undecodable"),
        b"RIFF\0\0\0\0WAVEdata" + struct.pack("<I", len(sound)) + sound,
    )
    yield Made("wav_head_only.wav", "undecodable"), b"RIFF\0\0\0\0WAVE"


def _levels(folder: Path) -> Iterator[tuple[Made, bytes]]:
    silence = bytes(2 * 16_000 * 2)
    yield Made("silence.wav", "silent"), riff(bytes(5 * 32_000))
    yield Made("silence_dither.wav", "silent"), riff(b"\x01\x00\xff\xff" * 16_000 * 2)
    yield Made("quiet.wav", None, ("quiet",)), riff(pcm(3.0, level=0.008))
    loud = (speech_like(3.0, 16_000, 1.0) * 6).clip(-1, 1)
    yield Made("clipped.wav", None, ("clipped",)), riff((loud * 32_767).astype("<i2").tobytes())
    yield Made("silent_start.wav", None, ("silent_edges",)), riff(silence + pcm(3.0))
    yield Made("silent_end.wav", None, ("silent_edges",)), riff(pcm(3.0) + silence)
    one = (speech_like(3.0, 16_000) * 32_767).astype("<i2")
    against = np.column_stack((one, -one)).tobytes()
    yield Made("out_of_phase.wav", None, ("out_of_phase",)), riff(against, channels=2)
    left = np.column_stack((one, one * 0)).tobytes()
    yield Made("only_left.wav"), riff(left, channels=2)
    yield Made("just_short.wav", "too_short"), riff(pcm(1.9))
    yield Made("just_long_enough.wav"), riff(pcm(2.0))
    yield Made("a_minute.wav"), riff(pcm(60.0))
    yield Made("over_a_minute.wav", "too_long"), riff(pcm(60.5))


def _bombs(folder: Path) -> Iterator[tuple[Made, bytes]]:
    thin, aac = (folder / "mp3_mpeg25_8k.mp3").read_bytes(), (folder / "aac.aac").read_bytes()
    frames = thin[45 + 72 * 3 : 45 + 72 * 23]  # 45 bytes of tag, 72 bytes a frame at 8 kbit/s
    yield Made("bomb_thin.mp3", "too_long"), frames * (4_900_000 // len(frames))
    tiny = bytes.fromhex("fff14c8001bffc211004608c1c")
    yield Made("bomb_silence.aac", "too_long"), tiny * 300_000
    yield Made("bomb_joined.aac", "too_long"), aac * 120
    yield Made("bomb_rate.wav", "bad_rate"), riff(bytes(4_000_000), rate=1_000, bits=8)
    yield Made("bomb_long.wav", "too_long"), riff(bytes(4_900_000), rate=8_000, bits=8)
    yield Made("bomb_times.m4a", "too_long"), m4a(times=((200_000_000, 1024),), sizes=(6, 200_000_000))
    yield (
        Made("bomb_no_time.m4a", "too_long"),
        m4a(times=((1, 220_500), (200_000_000, 0)), sizes=(6, 200_000_001)),
    )
    yield Made("bomb_reuse.m4a", "undecodable"), m4a(sizes=(60_000, 130))
    yield (
        Made("bomb_tables.m4a", "undecodable"),
        m4a().replace(b"stts\0\0\0\0\0\0\0\1", b"stts\0\0\0\0\x7f\0\0\1"),
    )
    yield Made("bomb_nothing_real.m4a", "undecodable"), m4a()
    deep = b""
    for _ in range(2_000):
        deep = box(b"mdia", deep)
    yield (
        Made("bomb_deep.m4a", "undecodable"),
        box(b"ftyp", b"M4A ", bytes(4)) + box(b"moov", box(b"trak", deep)),
    )
    boxes = box(b"free") * 500_000
    yield Made("bomb_boxes.m4a", "undecodable"), box(b"ftyp", b"M4A ", bytes(4)) + boxes
    plain = (folder / "mp3_no_tag.mp3").read_bytes()
    holes = (plain[: 417 * 5] + b"\0junk") * 2_300
    yield Made("bomb_holes.mp3", "too_long", ("damaged", "trailing_data")), holes
    yield Made("bomb_tags.mp3", "not_audio"), id3(0) * 480_000
    yield Made("bomb_size.mp3", "too_big"), frames * 4_000
    # Thirteen hours for whoever counts samples, 250 seconds for whoever reads the times.
    endless = matroska(bytes(range(250)) * 19_200, rate=100.0)
    yield Made("bomb_same_time.mp3", "wrong_container"), endless


def _attacks(folder: Path) -> Iterator[tuple[Made, bytes]]:
    write_wav(folder / SECRET_NAME, speech_like(3.0))
    secret, mp3 = folder / SECRET_NAME, (folder / "mp3_no_tag.mp3").read_bytes()
    local = _PLAYLIST.format("", f"file://{secret}").encode()
    web = "http://127.0.0.1:9/x"
    keyed = _PLAYLIST.format(f'#EXT-X-KEY:METHOD=AES-128,URI="{web}"\n', secret)
    texts = {
        "attack_hls_local.mp3": local,
        "attack_hls_relative.wav": _PLAYLIST.format("", SECRET_NAME).encode(),
        "attack_hls_http.mp3": _PLAYLIST.format("", web).encode(),
        "attack_hls_key.wav": keyed.encode(),
        "attack_hls_bom.m4a": b"\xef\xbb\xbf" + local,
        "attack_hls_then_mp3.mp3": local + mp3,
        "attack_tag_then_hls.mp3": id3(20) + local,
        "attack_spaces_then_hls.aac": b"\n  \n" + local,
        "attack_concat.mp3": f"ffconcat version 1.0\nfile {secret}\n".encode(),
        "attack_concat_relative.wav": f"ffconcat version 1.0\nfile {SECRET_NAME}\n".encode(),
        "attack_dash.m4a": f'<?xml version="1.0"?><MPD><BaseURL>{web}</BaseURL></MPD>'.encode(),
        "attack_imf.m4a": b'<?xml version="1.0"?><CompositionPlaylist xmlns="x"/>',
        "attack_entity.m4a": f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]><a>&x;</a>'.encode(),
        "attack_sdp.mp3": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
        "attack_avisynth.wav": f'Import("{secret}")\n'.encode(),
        "attack_pls.aac": f"[playlist]\nFile1={secret}\n".encode(),
    }
    for name, data in texts.items():
        yield Made(name, "not_audio"), data
    outside = m4a(self_contained=0, reference=f"file://{secret}\0".encode())
    yield Made("attack_other_file.m4a", "undecodable"), outside


def _no_sound(folder: Path) -> Iterator[tuple[Made, bytes]]:
    noise = np.random.default_rng(7).bytes(300_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.mp3", (folder / "mp3_cbr.mp3").read_bytes())
    yield Made("empty.mp3", "empty"), b""
    for name, data in {
        "one_byte.mp3": b"\xff",
        "zeros.wav": bytes(1_000_000),
        "noise.mp3": noise,
        "ones.mp3": b"\xff" * 500_000,
        "syncs.mp3": b"\xff\xfb" * 400_000,
        "text.mp3": b"A letter, not a song.\n" * 700,
        "json.wav": b'{"a": 1}',
        "page.mp3": b"<!DOCTYPE html><html><body>404</body></html>",
        "drawing.m4a": b"<svg xmlns='x'/>",
        "paper.mp3": b"%PDF-1.7\n\x80\x81",
        "zip.mp3": packed.getvalue(),
        "gzip.wav": gzip.compress(noise[:9_000]),
        "program.wav": b"\x7fELF\x02\x01\x01" + bytes(500),
        "program.mp3": b"MZ\x90\x00" + noise[:900],
        "database.aac": b"SQLite format 3\0" + bytes(90),
        "notes.mp3": b"MThd\0\0\0\6\0\1\0\1\0\x60" + bytes(40),
        "webp.wav": b"RIFF\x10\0\0\0WEBPVP8 " + bytes(30),
        "utf16.mp3": "Ein Brief".encode("utf-16"),
    }.items():
        yield Made(name, "not_audio"), data
    for name, kind in {"picture.mp3": "PNG", "picture.wav": "JPEG", "picture.m4a": "GIF"}.items():
        drawn = io.BytesIO()
        Image.new("RGB", (64, 48), "teal").save(drawn, kind)
        yield Made(name, "not_audio"), drawn.getvalue()
    yield Made("m4a_type_only.m4a", "undecodable"), box(b"ftyp", b"M4A ", bytes(4), b"isom")
