"""What a person asks for when a video is to be made: checked before it can cost anything.

The limits are CometAPI's (text2video and image2video), as data. `video_problems` says in
words what is wrong; an empty answer means that it may be sent.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from lipsync.i18n import t
from lipsync.request import MAX_URL, LipSyncRequest, Problem, clean_text, code_points, problems
from lipsync.upstream.replies import TaskKind

MAX_PROMPT_CODE_POINTS = 500
"""CometAPI text2video, `prompt`: 500 characters (Kling itself takes 2500; the smaller one is safe)."""
MAX_NEGATIVE_PROMPT_CODE_POINTS = 200
"""CometAPI text2video, `negative_prompt`."""
MIN_CFG_SCALE, MAX_CFG_SCALE, DEFAULT_CFG_SCALE = 0.0, 1.0, 0.5
"""CometAPI text2video, `cfg_scale`; models from kling-v2 on ignore it."""
IMAGE_ONLY_MODELS = frozenset({"kling-v1-5", "kling-v2-1"})
"""CometAPI image2video, `model_name`: these make no video out of words alone."""
MAX_MODEL_NAME = 100

Mode = Literal["std", "pro"]
Duration = Literal["5", "10"]
Ratio = Literal["16:9", "9:16", "1:1"]
MODES: tuple[Mode, ...] = get_args(Mode)
DURATIONS: tuple[Duration, ...] = get_args(Duration)
RATIOS: tuple[Ratio, ...] = get_args(Ratio)
"""CometAPI text2video: the values of `mode`, `duration` (a string) and `aspect_ratio`, defaults first."""


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """One video as a person asked for it. What is None is left to the service.

    A picture is one of ours (`picture_id`) or an address (`picture_url`); `tail_…` is the last frame. One of
    the two frames is enough (CometAPI image2video: “image” or “image_tail” is required).
    """

    account: str
    kind: TaskKind
    model_name: str
    prompt: str = ""
    negative_prompt: str | None = None
    cfg_scale: float | None = None
    mode: Mode = "std"
    duration: Duration = "5"
    aspect_ratio: Ratio | None = None
    picture_id: str | None = None
    picture_url: str | None = None
    tail_picture_id: str | None = None
    tail_picture_url: str | None = None

    def __post_init__(self) -> None:
        """Keep the texts as they are checked, so that what is counted is what is sent."""
        object.__setattr__(self, "prompt", clean_text(self.prompt))
        object.__setattr__(self, "negative_prompt", clean_text(self.negative_prompt or "") or None)

    @property
    def seconds(self) -> float:
        """The length that is asked for; the file itself is a little longer."""
        return float(self.duration)

    @property
    def seen_picture_id(self) -> str | None:
        """Our picture whose face will be seen from the beginning: the first frame, or the only one."""
        return self.picture_id if self.picture_id or self.picture_url else self.tail_picture_id

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the database, without the fields that are not set."""
        found = {key: value for key, value in asdict(self).items() if value is not None}
        return found | {"kind": self.kind.value}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> VideoRequest:
        """The inverse of `as_dict`; keys of another version are passed over."""
        known = {key: data[key] for key in cls.__dataclass_fields__ if key in data}
        return cls(**known | {"kind": TaskKind(known["kind"])})


def models_for(kind: TaskKind, models: Sequence[str]) -> tuple[str, ...]:
    """Those of the models in the settings that can make this kind of video, the default first."""
    return tuple(m for m in models if kind is TaskKind.IMAGE2VIDEO or m not in IMAGE_ONLY_MODELS)


def video_problems(request: VideoRequest) -> tuple[Problem, ...]:
    """Everything that keeps `request` from being sent, in the order of the form."""
    return (
        *_picture_problems(request),
        *_text_problems(request),
        *_model_problems(request),
        *_choice_problems(request),
    )


def then_problems(request: LipSyncRequest) -> tuple[Problem, ...]:
    """What is wrong with a line that waits for its video: as `problems`, but the video is still to come."""
    return tuple(problem for problem in problems(request) if problem.field != "video")


def field_help(field: str) -> str:
    """What a field of the form means and what its default does, in words; empty for one without."""
    words = {
        "model_name": t("Newer models move better and cost more. The first one is a good start."),
        "prompt": t(
            "Say who is seen and where, in at most {most} characters. For a video that shall speak: "
            "one person, the face large and towards the camera.",
            most=MAX_PROMPT_CODE_POINTS,
        ),
        "negative_prompt": t("What should not be seen, in at most {most} characters. May stay empty.",
                             most=MAX_NEGATIVE_PROMPT_CODE_POINTS),
        "cfg_scale": t("How closely to follow the words: 0 is free, 1 is strict. 0.5 if you leave it. "
                       "Models from version 2 on ignore it."),
        "mode": t("Standard is quicker and cheaper. Professional looks better and costs more."),
        "duration": t("5 seconds if you leave it. Only videos of 5 or 10 seconds can speak; 10 cost twice."),
        "aspect_ratio": t("Wide if you leave it. Upright suits phones."),
        "picture": t("The first frame; it may stay empty where there is a last one. At least 300 pixels on "
                     "each side; the video takes its shape. A jpg or png of at most 10 MB is sent as it is; "
                     "of webp, gif, bmp, tiff and larger pictures the studio makes one."),
        "tail_picture": t("The last frame: together with a first one, or alone. Not every model takes one. "
                          "The same pictures will do."),
    }  # fmt: skip
    return words.get(field, "")


FIELDS = (
    "model_name", "prompt", "negative_prompt", "cfg_scale", "mode", "duration", "aspect_ratio", "picture",
    "tail_picture",
)  # fmt: skip
"""The fields that `field_help` knows."""


def _picture_problems(request: VideoRequest) -> list[Problem]:
    given = {
        "picture": (request.picture_id, request.picture_url),
        "tail_picture": (request.tail_picture_id, request.tail_picture_url),
    }
    if request.kind is TaskKind.TEXT2VIDEO:
        spare = any(one for pair in given.values() for one in pair)
        return [Problem("picture", t("A video from words takes no picture. Take it out."))] if spare else []
    found = []
    if not any(one for pair in given.values() for one in pair):
        found.append(Problem("picture", t("Add a picture to begin with, or one to end with.")))
    for field, (picture_id, url) in given.items():
        if picture_id and url:
            found.append(Problem(field, t("Give a picture or an address, not both.")))
        elif url and (not url.startswith(("https://", "http://")) or len(url) > MAX_URL):
            found.append(Problem(field, t("Give an address that starts with https:// and is not too long.")))
    return found


def _text_problems(request: VideoRequest) -> list[Problem]:
    found = []
    if request.kind is TaskKind.TEXT2VIDEO and not _visible(request.prompt):
        found.append(Problem("prompt", t("Say what should be seen.")))
    limits = (
        ("prompt", request.prompt, MAX_PROMPT_CODE_POINTS),
        ("negative_prompt", request.negative_prompt or "", MAX_NEGATIVE_PROMPT_CODE_POINTS),
    )
    for field, text, most in limits:
        length = code_points(text)
        if length > most:
            words = t(
                "The text has {length} characters; {limit} is the most. Take out {over} more.",
                length=length, limit=most, over=length - most,
            )  # fmt: skip
            found.append(Problem(field, words))
        elif any(c != "\n" and unicodedata.category(c) in ("Cc", "Cs") for c in text):
            found.append(Problem(field, t("The text holds invisible signs. Type it again.")))
    return found


def _model_problems(request: VideoRequest) -> list[Problem]:
    name = request.model_name
    if not name.strip() or len(name) > MAX_MODEL_NAME:
        return [Problem("model_name", t("Choose a model."))]
    if request.kind is TaskKind.TEXT2VIDEO and name in IMAGE_ONLY_MODELS:
        return [Problem("model_name", t("This model needs a picture. Choose another one."))]
    return []


def _choice_problems(request: VideoRequest) -> list[Problem]:
    found = []
    if request.kind not in (TaskKind.TEXT2VIDEO, TaskKind.IMAGE2VIDEO):
        found.append(Problem("kind", t("Choose words or a picture to make the video from.")))
    scale = request.cfg_scale
    if scale is not None and not MIN_CFG_SCALE <= scale <= MAX_CFG_SCALE:
        found.append(Problem("cfg_scale", t("Choose a number from 0 to 1.")))
    if request.mode not in MODES:
        found.append(Problem("mode", t("Choose standard or professional.")))
    if request.duration not in DURATIONS:
        found.append(Problem("duration", t("Choose 5 or 10 seconds.")))
    if request.aspect_ratio is not None and request.aspect_ratio not in RATIOS:
        found.append(Problem("aspect_ratio", t("Choose one of the shapes.")))
    elif request.aspect_ratio is not None and request.kind is TaskKind.IMAGE2VIDEO:
        found.append(Problem("aspect_ratio", t("The picture decides the shape. Leave it.")))
    return found


def _visible(text: str) -> bool:
    return any(unicodedata.category(c) not in ("Cf", "Zs", "Zl", "Zp", "Mn", "Cc") for c in text)
