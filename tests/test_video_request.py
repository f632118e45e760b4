"""A request for a video: what keeps it from being sent, in words, before it can cost anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lipsync.request import LipSyncRequest
from lipsync.settings import Settings
from lipsync.upstream.replies import TaskKind
from lipsync.video_request import (
    FIELDS,
    VideoRequest,
    field_help,
    models_for,
    then_problems,
    video_problems,
)

TEXT = VideoRequest(account="main", kind=TaskKind.TEXT2VIDEO, model_name="kling-v2-6", prompt="A face.")
IMAGE = VideoRequest(account="main", kind=TaskKind.IMAGE2VIDEO, model_name="kling-v2-1", picture_id="a" * 32)


def fields(request: VideoRequest) -> list[str]:
    return [problem.field for problem in video_problems(request)]


@pytest.mark.parametrize(
    "request_",
    [
        TEXT,
        IMAGE,
        replace(TEXT, prompt="é" * 500, negative_prompt="x" * 200, cfg_scale=1.0, mode="pro", duration="10"),
        replace(TEXT, aspect_ratio="1:1", cfg_scale=0.0),
        replace(IMAGE, picture_id=None, tail_picture_url="https://x.example/t.jpg", prompt="Turns."),
    ],
)
def test_what_the_service_takes_has_no_problem(request_: VideoRequest) -> None:
    assert video_problems(request_) == ()


@pytest.mark.parametrize(
    ("base", "change", "field"),
    [
        (TEXT, {"prompt": ""}, "prompt"),
        (TEXT, {"prompt": "\u200b "}, "prompt"),
        (TEXT, {"prompt": "x" * 501}, "prompt"),
        (TEXT, {"prompt": "a\x00b"}, "prompt"),
        (TEXT, {"negative_prompt": "x" * 201}, "negative_prompt"),
        (TEXT, {"cfg_scale": 1.01}, "cfg_scale"),
        (TEXT, {"cfg_scale": float("nan")}, "cfg_scale"),
        (TEXT, {"mode": "fast"}, "mode"),
        (TEXT, {"duration": "15"}, "duration"),
        (TEXT, {"aspect_ratio": "4:3"}, "aspect_ratio"),
        (TEXT, {"model_name": " "}, "model_name"),
        (TEXT, {"model_name": "kling-v2-1"}, "model_name"),
        (TEXT, {"picture_id": "a" * 32}, "picture"),
        (TEXT, {"kind": TaskKind.LIP_SYNC}, "kind"),
        (IMAGE, {"picture_id": None}, "picture"),
        (IMAGE, {"picture_url": "https://x.example/a.png"}, "picture"),
        (IMAGE, {"tail_picture_url": "ftp://x.example/a.png"}, "tail_picture"),
        (IMAGE, {"tail_picture_url": "https://" + "x" * 2000}, "tail_picture"),
        (IMAGE, {"aspect_ratio": "16:9"}, "aspect_ratio"),
    ],
)
def test_what_the_service_would_refuse_is_named(
    base: VideoRequest, change: dict[str, Any], field: str
) -> None:
    assert field in fields(replace(base, **change))


def test_a_request_comes_back_from_plain_data_as_it_was() -> None:
    for request in (TEXT, IMAGE, replace(TEXT, cfg_scale=0.3, negative_prompt="blur")):
        data = request.as_dict()
        assert None not in data.values()
        assert type(data["kind"]) is str
        assert VideoRequest.from_dict(data | {"key_of_another_version": 1}) == request


def test_the_picture_that_will_be_seen_is_the_first_frame_or_the_only_one() -> None:
    both = replace(IMAGE, tail_picture_id="b" * 32)
    assert both.seen_picture_id == IMAGE.picture_id
    assert replace(both, picture_id=None).seen_picture_id == "b" * 32
    assert replace(both, picture_id=None, picture_url="https://x.example/a.png").seen_picture_id is None
    assert TEXT.seen_picture_id is None


def test_texts_are_kept_as_they_are_counted() -> None:
    request = replace(TEXT, prompt=" A\r\nface. ", negative_prompt="  ")
    assert (request.prompt, request.negative_prompt) == ("A\nface.", None)


def test_models_that_need_a_picture_are_offered_only_with_one() -> None:
    models = Settings.model_fields["video_models"].default
    text, image = models_for(TaskKind.TEXT2VIDEO, models), models_for(TaskKind.IMAGE2VIDEO, models)
    assert set(image) - set(text) == {"kling-v1-5", "kling-v2-1"}
    assert text[0] == image[0] == models[0]


def test_every_field_of_the_form_has_words() -> None:
    for field in FIELDS:
        words = field_help(field)
        assert words.endswith(".")
        assert "{" not in words
    assert field_help("something else") == ""


def test_a_line_that_waits_for_its_video_needs_everything_but_the_video() -> None:
    line = LipSyncRequest(
        account="main", parent_task_id="", video_id="", source="text", text="Hello.",
        voice_id="oversea_male1", voice_language="en", voice_speed="1.0",
    )  # fmt: skip
    assert then_problems(line) == ()
    assert [problem.field for problem in then_problems(replace(line, text=""))] == ["text"]
