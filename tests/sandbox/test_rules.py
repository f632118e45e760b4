import base64
import json
from typing import Any

import pytest

from lipsync.sandbox.refusals import Refusal
from lipsync.sandbox.rules import Sound, Words, read_lip_sync, voice_pairs
from tests.sandbox.bodies import sound_body, text_body, wav_bytes


def refused(body: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_lip_sync(body if isinstance(body, bytes) else json.dumps(body).encode())
    return caught.value


def read(body: dict[str, Any]) -> Any:
    return read_lip_sync(json.dumps(body).encode()).content


def test_a_correct_text_is_read_as_it_was_sent() -> None:
    assert read(text_body()) == Words("Hello there.", "girlfriend_4_speech02", "en", 1.0)


def test_a_correct_sound_is_decoded_and_named_by_its_content() -> None:
    assert read(sound_body()) == Sound(wav_bytes(), "wav", None)


def test_a_sound_may_be_a_link() -> None:
    body = sound_body(audio_type="url", audio_file=None, audio_url="https://example.org/a.mp3")
    assert read(body).url == "https://example.org/a.mp3"


def test_a_text_of_120_code_points_is_taken_also_outside_the_basic_plane() -> None:
    assert len(read(text_body(text="😀" * 120)).text) == 120


def test_a_text_of_121_code_points_is_refused() -> None:
    assert refused(text_body(text="a" * 121)).code == 1201


def test_there_are_62_voices_and_a_voice_of_the_other_language_is_not_found() -> None:
    assert len(voice_pairs()) == 62
    refusal = refused(text_body(voice_id="girlfriend_4_speech02", voice_language="zh"))
    assert (refusal.code, refusal.message) == (1201, "Voice id not found")


@pytest.mark.parametrize("speed", [0.8, 2, 2.0, "1.3", 1])
def test_a_speed_may_be_a_number_or_a_number_as_text(speed: object) -> None:
    assert read(text_body(voice_speed=speed)).speed == float(speed)  # type: ignore[arg-type]


@pytest.mark.parametrize("speed", [0.79, 2.01, 0, -1, True, "fast", [1], "nan", "inf"])
def test_a_speed_out_of_range_or_of_another_type_is_refused(speed: object) -> None:
    assert refused(text_body(voice_speed=speed)).code == 1201


SPOILED = {
    "unknown key inside": text_body(volume=1),
    "unknown key outside": {**text_body(), "model": "x"},
    "input of another type": {"input": []},
    "input missing": {"callback_url": "http://127.0.0.1/x"},
    "callback of another type": {**text_body(), "callback_url": 5},
    "callback that is no address": {**text_body(), "callback_url": "nowhere"},
    "callback null": {**text_body(), "callback_url": None},
    "null inside": {"input": {**text_body()["input"], "voice_language": None}},
    "mode unknown": text_body(mode="lip"),
    "mode missing": text_body(mode=None),
    "mode of another type": text_body(mode=["text2video"]),
    "parent missing": text_body(task_id=None),
    "parent blank": text_body(task_id="  "),
    "parent as number": text_body(task_id=5),
    "video missing": text_body(video_id=None),
    "text missing": text_body(text=None),
    "text empty": text_body(text=""),
    "text blank": text_body(text=" \n"),
    "text of another type": text_body(text=5),
    "text of half characters": text_body(text="\ud800"),
    "voice missing": text_body(voice_id=None),
    "language unknown": text_body(voice_language="de"),
    "key of the sound mode": text_body(audio_type="file"),
    "key of the text mode": sound_body(text="Hello"),
    "audio type missing": sound_body(audio_type=None),
    "audio type unknown": sound_body(audio_type="stream"),
    "link beside the file": sound_body(audio_url="https://example.org/a.mp3"),
    "file beside the link": sound_body(audio_type="url", audio_url="https://example.org/a.mp3"),
    "link that is none": sound_body(audio_type="url", audio_file=None, audio_url="file:///etc/passwd"),
    "file missing": sound_body(audio_file=None),
    "data prefix": sound_body(audio_file="data:audio/wav;base64," + base64.b64encode(wav_bytes()).decode()),
    "line breaks": sound_body(audio_file=base64.encodebytes(wav_bytes()).decode()),
    "not Base64": sound_body(audio_file="%%%%"),
    "web-safe Base64": sound_body(audio_file="__--"),
    "wrong padding": sound_body(audio_file=base64.b64encode(wav_bytes()).decode().rstrip("=") + "A"),
    "no sound": sound_body(audio_file=base64.b64encode(b"<html>no</html>" * 9).decode()),
}


@pytest.mark.parametrize("body", SPOILED.values(), ids=SPOILED.keys())
def test_what_the_specification_does_not_allow_is_refused_with_1201(body: dict[str, Any]) -> None:
    refusal = refused(body)
    assert (refusal.code, refusal.http_status) == (1201, 400)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"input":{},"input":{}}', b'{"input":NaN}', b"[" * 100_000],
    ids=["empty", "cut", "array", "string", "not UTF-8", "key twice", "NaN", "deep"],
)
def test_a_body_that_is_no_json_object_is_refused_with_1200(body: bytes) -> None:
    assert refused(body).code == 1200


def test_a_sound_of_5_000_000_bytes_is_taken_and_one_more_is_refused() -> None:
    sound = wav_bytes()
    fits = sound + b"\0" * (5_000_000 - len(sound))
    assert len(read(sound_body(audio_file=base64.b64encode(fits).decode())).data) == 5_000_000
    assert "5 MB" in refused(sound_body(audio_file=base64.b64encode(fits + b"\0").decode())).message
