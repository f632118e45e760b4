"""The eSpeak NG library through ctypes: text in, samples and phoneme times out.

The library keeps its state in globals and is not re-entrant, so one lock guards every call;
8 s of speech take about 0.01 s, so nobody waits long. Each process loads its own copy.
"""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import espeakng_loader
import numpy as np
import numpy.typing as npt

_SYNCHRONOUS: Final = 2
_PHONEME_EVENTS: Final = 0x0001
_DO_NOT_EXIT: Final = 0x8000
_UTF8_WITH_PAUSE: Final = 1 | 0x1000
_POSITION_CHARACTER: Final = 1
_EVENT_END_OF_LIST: Final = 0
_EVENT_PHONEME: Final = 7
_RATE, _PITCH, _RANGE = 1, 3, 4
_SLOWEST, _FASTEST = 80, 450


class SpeechFailed(RuntimeError):
    """The synthesiser refused its data, a voice, or a text."""


@dataclass(frozen=True)
class RawSpeech:
    """Sound as the library made it, and (milliseconds, mnemonic) of each phoneme's start."""

    samples: npt.NDArray[np.int16]
    rate: int
    marks: tuple[tuple[int, str], ...]


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """`espeak_EVENT` of espeak-ng/speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Library:
    """The loaded library. Use it only under `_lock`."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate = int(
            self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _PHONEME_EVENTS | _DO_NOT_EXIT)
        )
        if self.rate <= 0:
            raise SpeechFailed("the speech data could not be read")
        self._chunks: list[bytes] = []
        self._marks: list[tuple[int, str]] = []
        self._callback = _Callback(self._take)  # kept: the library holds only a bare pointer
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: bytes, voice: str, words_a_minute: int, pitch: int, liveliness: int) -> RawSpeech:
        self._chunks.clear()
        self._marks.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SpeechFailed(f"the synthesiser has no voice {voice!r}")
        for parameter, value in ((_RATE, words_a_minute), (_PITCH, pitch), (_RANGE, liveliness)):
            self._library.espeak_SetParameter(parameter, value, 0)
        size = ctypes.c_size_t(len(text) + 1)
        status = self._library.espeak_Synth(
            text, size, ctypes.c_uint(0), _POSITION_CHARACTER, ctypes.c_uint(0),
            ctypes.c_uint(_UTF8_WITH_PAUSE), None, None,
        )  # fmt: skip
        if status != 0:
            raise SpeechFailed(f"the synthesiser answered with status {status}")
        samples = np.frombuffer(b"".join(self._chunks), dtype=np.int16)
        return RawSpeech(samples, self.rate, tuple(self._marks))

    def _take(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._chunks.append(ctypes.string_at(samples, count * 2))
        index = 0
        while events[index].type != _EVENT_END_OF_LIST:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                symbol = bytes(event.id.string).decode("utf-8", errors="replace")
                self._marks.append((int(event.audio_milliseconds), symbol))
            index += 1
        return 0  # zero: go on


_lock = threading.Lock()


@cache
def _library() -> _Library:
    return _Library()


def synthesise(text: str, voice: str, words_a_minute: float, pitch: int, liveliness: int) -> RawSpeech:
    """Say `text` with a voice such as `en-us+f3`; `pitch` and `liveliness` from 0 to 99.

    Raises `SpeechFailed`.
    """
    pace = round(min(max(words_a_minute, _SLOWEST), _FASTEST))
    with _lock:
        return _library().say(text.encode("utf-8", errors="ignore"), voice, pace, pitch, liveliness)
