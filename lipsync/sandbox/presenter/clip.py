"""The clips themselves: silent, speaking, and a picture for the list."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np

from lipsync.sandbox.presenter.canvas import FRAME_SIZES, FRAMES_A_SECOND, ClipSpec
from lipsync.sandbox.presenter.encoder import FADE_SECONDS, decode_sound, encode, sound_rate
from lipsync.sandbox.presenter.listening import loudness_track, mouth_from_sound
from lipsync.sandbox.presenter.mouth import MouthShape
from lipsync.sandbox.presenter.stage import Stage
from lipsync.sandbox.presenter.visemes import mouth_track
from lipsync.sandbox.speech.model import Phoneme
from lipsync.scratch import scratch_folder


def render_silent(spec: ClipSpec, to: Path) -> None:
    """Write the clip with its mouth at rest and a silent sound track.

    25 frames a second, H.264 and AAC in an MP4 that plays while it loads. Raises `EncodingFailed`,
    `UnusablePicture`, and KeyError for a presenter who is not in `PRESENTERS`.
    """
    encode(Stage(spec).frames(), FRAME_SIZES[spec.orientation], spec.frames, None, to)


def render_speaking(
    spec: ClipSpec,
    sound: Path,
    phonemes: tuple[Phoneme, ...] | None,
    to: Path,
    *,
    seconds: float | None = None,
) -> None:
    """Write the same clip saying `sound` (WAV, MP3, AAC or M4A).

    The mouth follows `phonemes`, or the sound itself when there are none. The clip keeps its own
    length (or `seconds`): a longer sound fades out at the end and the lips come together, after a
    shorter one the mouth rests.
    Raises what `render_silent` raises, and `UnusableSound`.
    """
    if seconds is not None:
        spec = replace(spec, seconds=seconds)
    length = spec.frames / FRAMES_A_SECOND
    with scratch_folder() as folder, ThreadPoolExecutor(1) as pool:
        preparing = pool.submit(Stage, spec)  # while ffmpeg decodes
        wav = folder / "sound.wav"
        samples = decode_sound(sound, length, wav)
        if phonemes is None:
            mouths = mouth_from_sound(samples, sound_rate(), spec.frames)
        else:
            middles = (np.arange(spec.frames) + 0.5) / FRAMES_A_SECOND
            mouths = mouth_track(phonemes, middles, loudness_track(samples, sound_rate(), spec.frames))
        if len(samples) >= int(length * sound_rate()):
            mouths = _closing(mouths)
        encode(preparing.result().frames(mouths), FRAME_SIZES[spec.orientation], spec.frames, wav, to)


def _closing(mouths: Sequence[MouthShape]) -> list[MouthShape]:
    """The same, with the lips coming together while the sound fades out."""
    frames = round(FADE_SECONDS * FRAMES_A_SECOND) + 1
    shares = np.linspace(1, 0, frames + 1)[1:]
    last = [
        MouthShape(*(float(value * share) for value in astuple(shape)))
        for shape, share in zip(mouths[-frames:], shares, strict=True)
    ]
    return [*mouths[:-frames], *last]


def thumbnail(spec: ClipSpec, to: Path) -> None:
    """Write the clip's first frame with open eyes as a JPEG or PNG (by the ending of `to`)."""
    Stage(spec).frame(0).save(to, quality=88)
