import base64
import json
from typing import Any

import pytest

from lipsync.sandbox.refusals import Refusal
from lipsync.sandbox.video_rules import Picture, read_video
from tests.sandbox.bodies import png_bytes

PICTURE = base64.b64encode(png_bytes()).decode()


def refused(kind: str, body: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_video(kind, json.dumps(body).encode())
    return caught.value


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_text_alone_makes_five_seconds_in_landscape() -> None:
    order = read_video("text2video", b'{"prompt":"A chef"}')
    assert (order.prompt, order.duration, order.orientation) == ("A chef", "5.041", "landscape")


def test_every_documented_key_is_taken() -> None:
    body = {
        "model_name": "kling-v2-6", "prompt": "A chef", "negative_prompt": "rain", "cfg_scale": 0.5,
        "mode": "pro",
        "duration": "10", "aspect_ratio": "9:16", "external_task_id": "mine", "callback_url": "http://127.0.0.1/x",
    }  # fmt: skip
    order = read_video("text2video", json.dumps(body).encode())
    assert (order.duration, order.orientation, order.external_task_id) == ("10.04", "portrait", "mine")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_known_by_its_content_and_says_how_its_clip_is_held(kind: str) -> None:
    data = png_bytes(kind=kind)
    order = read_video("image2video", json.dumps({"image": encoded(data)}).encode())
    assert order.picture == Picture(data=data, url=None)
    assert order.orientation is None


TEXT = {
    "prompt missing": {},
    "prompt too long": {"prompt": "a" * 501},
    "unknown key": {"prompt": "a", "seed": 1},
    "null": {"prompt": "a", "mode": None},
    "negative prompt too long": {"prompt": "a", "negative_prompt": "a" * 201},
    "scale above 1": {"prompt": "a", "cfg_scale": 1.1},
    "scale as text": {"prompt": "a", "cfg_scale": "0.5"},
    "mode": {"prompt": "a", "mode": "best"},
    "duration as number": {"prompt": "a", "duration": 5},
    "duration of 7": {"prompt": "a", "duration": "7"},
    "ratio": {"prompt": "a", "aspect_ratio": "4:3"},
    "picture": {"prompt": "a", "image": PICTURE},
    "external id too long": {"prompt": "a", "external_task_id": "a" * 129},
}
IMAGE = {
    "no picture": {"prompt": "a"},
    "ratio": {"image": PICTURE, "aspect_ratio": "1:1"},
    "data prefix": {"image": "data:image/png;base64," + PICTURE},
    "too small": {"image": encoded(png_bytes(299, 400))},
    "bad second picture": {"image": PICTURE, "image_tail": "%"},
}


@pytest.mark.parametrize("body", TEXT.values(), ids=TEXT.keys())
def test_a_wrong_text2video_body_is_refused_with_1201(body: dict[str, Any]) -> None:
    assert refused("text2video", body).code == 1201


@pytest.mark.parametrize("body", IMAGE.values(), ids=IMAGE.keys())
def test_a_wrong_image2video_body_is_refused_with_1201(body: dict[str, Any]) -> None:
    assert refused("image2video", body).code == 1201


def test_a_model_that_does_not_exist_is_refused_with_1203() -> None:
    assert refused("text2video", {"prompt": "a", "model_name": "kling-v1-5"}).code == 1203
    read_video("image2video", json.dumps({"image": PICTURE, "model_name": "kling-v1-5"}).encode())
