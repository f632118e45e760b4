"""The sandbox's face: drawn people, and clips in which they wait or speak."""

from lipsync.sandbox.presenter.canvas import FRAMES_A_SECOND, ClipSpec
from lipsync.sandbox.presenter.choosing import choose_presenter
from lipsync.sandbox.presenter.clip import render_silent, render_speaking, thumbnail
from lipsync.sandbox.presenter.encoder import EncodingFailed, UnusableSound
from lipsync.sandbox.presenter.people import PRESENTERS, Presenter
from lipsync.sandbox.small_picture import UnusablePicture

__all__ = [
    "FRAMES_A_SECOND",
    "PRESENTERS",
    "ClipSpec",
    "EncodingFailed",
    "Presenter",
    "UnusablePicture",
    "UnusableSound",
    "choose_presenter",
    "render_silent",
    "render_speaking",
    "thumbnail",
]
