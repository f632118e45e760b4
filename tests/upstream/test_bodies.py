import base64
from dataclasses import replace
from decimal import Decimal

import pytest

from lipsync.upstream.bodies import LipSyncSpec, encode, image2video_body, lip_sync_body, text2video_body

TEXT = {"text": "Hi", "voice_id": "v", "voice_language": "en", "voice_speed": 1.0}
SOUND = {"audio_type": "file", "audio_file": b"\x00\xff" * 40}


def make(mode="text2video", **fields):
    return LipSyncSpec(task_id="T", video_id="V", mode=mode, **fields)


def test_a_text_is_sent_byte_for_byte_as_specified(spec):
    assert encode(lip_sync_body(spec)) == (
        b'{"input":{"task_id":"CjilGmfJXYIAAAAAADleeQ","video_id":"1f936158-ea15-4775-84c9-78391705b734",'
        b'"mode":"text2video","text":"It\'s a beautiful day.","voice_id":"girlfriend_4_speech02",'
        b'"voice_language":"en","voice_speed":1.0}}'
    )


def test_the_callback_stands_beside_the_input():
    assert encode(lip_sync_body(make(**TEXT), "https://me/cb")) == (
        b'{"input":{"task_id":"T","video_id":"V","mode":"text2video","text":"Hi","voice_id":"v",'
        b'"voice_language":"en","voice_speed":1.0},"callback_url":"https://me/cb"}'
    )


def test_a_sound_file_is_sent_as_raw_base64():
    body = encode(lip_sync_body(make("audio2video", **SOUND)))
    sound = base64.b64encode(SOUND["audio_file"])
    assert body == (
        b'{"input":{"task_id":"T","video_id":"V","mode":"audio2video","audio_type":"file","audio_file":"'
        + sound
        + b'"}}'
    )
    assert b"\\n" not in body
    assert b"data:" not in body


def test_a_sound_address_is_sent_as_it_is():
    body = encode(lip_sync_body(make("audio2video", audio_type="url", audio_url="https://h/a.mp3?x=1&y=é")))
    assert (
        body
        == (
            '{"input":{"task_id":"T","video_id":"V","mode":"audio2video","audio_type":"url",'
            '"audio_url":"https://h/a.mp3?x=1&y=é"}}'
        ).encode()
    )


def test_text_of_any_script_goes_out_as_utf_8():
    body = encode(lip_sync_body(make(**TEXT | {"text": '你好 "👋"\n'})))
    assert '"text":"你好 \\"👋\\"\\n"'.encode() in body


@pytest.mark.parametrize(
    ("speed", "sent"),
    [
        (1, b"1.0"),
        (0.8, b"0.8"),
        (2, b"2.0"),
        (Decimal("1.3"), b"1.3"),
        (0.1 * 11, b"1.1"),
        (0.7 + 0.2, b"0.9"),
    ],
)
def test_the_speed_is_a_number_with_one_decimal(speed, sent):
    assert encode(lip_sync_body(make(**TEXT | {"voice_speed": speed}))).endswith(
        b'"voice_speed":' + sent + b"}}"
    )


@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize("missing", [None, ""])
def test_a_text_request_needs_each_of_its_fields(name, missing):
    with pytest.raises(ValueError, match=name):
        make(**TEXT | {name: missing})


@pytest.mark.parametrize("name", ["audio_type", "audio_file", "audio_url"])
def test_a_text_request_takes_no_field_of_sound(name):
    with pytest.raises(ValueError, match=name):
        make(**TEXT, **{name: "url"})


@pytest.mark.parametrize("name", TEXT)
def test_a_sound_request_takes_no_field_of_text(name):
    with pytest.raises(ValueError, match=name):
        make("audio2video", **SOUND, **{name: TEXT[name]})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"audio_type": "file"},
        {"audio_type": "file", "audio_file": b""},
        {"audio_type": "url"},
        {"audio_file": b"x"},
        {"audio_type": "file", "audio_file": b"x", "audio_url": "https://h/a"},
        {"audio_type": "url", "audio_file": b"x", "audio_url": "https://h/a"},
        {"audio_type": "tape", "audio_file": b"x"},
    ],
)
def test_a_sound_request_has_exactly_one_source(fields):
    with pytest.raises(ValueError):
        make("audio2video", **fields)


@pytest.mark.parametrize("changes", [{"task_id": ""}, {"video_id": ""}, {"mode": "song"}])
def test_the_parent_and_the_mode_are_needed(spec, changes):
    with pytest.raises(ValueError):
        replace(spec, **changes)


def test_broken_unicode_is_stopped_before_it_is_sent():
    with pytest.raises(ValueError):
        encode(lip_sync_body(make(**TEXT | {"text": "\ud800"})))


def test_a_repr_shows_neither_sound_nor_address():
    shown = repr(make("audio2video", **SOUND)) + repr(
        make("audio2video", audio_type="url", audio_url="https://h/a?s=1")
    )
    assert "xff" not in shown
    assert "https" not in shown


def test_a_text_video_leaves_out_what_was_not_chosen():
    assert encode(text2video_body(prompt="A cat")) == b'{"prompt":"A cat"}'
    assert (
        encode(text2video_body(prompt="A cat", negative_prompt="", external_task_id=""))
        == b'{"prompt":"A cat"}'
    )


def test_a_text_video_has_every_field_in_its_own_type():
    body = text2video_body(
        model_name="kling-v1-6",
        prompt="A cat",
        negative_prompt="dog",
        cfg_scale=1,
        mode="pro",
        duration=10,
        aspect_ratio="9:16",
        external_task_id="u-1",
        callback_url="https://me/cb",
    )
    assert encode(body) == (
        b'{"model_name":"kling-v1-6","prompt":"A cat","negative_prompt":"dog","cfg_scale":1.0,"mode":"pro",'
        b'"duration":"10","aspect_ratio":"9:16","external_task_id":"u-1","callback_url":"https://me/cb"}'
    )


def test_a_zero_is_a_choice():
    assert text2video_body(prompt="A cat", cfg_scale=0) == {"prompt": "A cat", "cfg_scale": 0.0}


def test_a_picture_goes_as_base64_or_as_its_address():
    assert encode(image2video_body(image=b"\xff\xd8", image_tail="https://h/i.png", duration="5")) == (
        b'{"image":"/9g=","image_tail":"https://h/i.png","duration":"5"}'
    )


def test_a_picture_video_needs_a_picture_and_a_text_video_a_prompt():
    with pytest.raises(ValueError):
        image2video_body(prompt="A cat", image=b"")
    with pytest.raises(ValueError):
        text2video_body(prompt="")
