"""The process that draws and speaks: `python -m lipsync.sandbox.render`, one order a line on stdin.

It is a process of its own so that the server goes on answering while frames are drawn,
and it stays alive between orders so that drawings are kept warm. It ends when its stdin
closes, that is also when the server is killed.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import traceback
import uuid
from pathlib import Path
from typing import Any, Final

from lipsync.media import find_ffmpeg
from lipsync.sandbox.orders import CANNOT_BE_MADE, RenderFailed, RenderOrder
from lipsync.sandbox.plain import render_plain

SOUND_TIMEOUT_SECONDS: Final = 60.0
LONGEST_SOUND_SECONDS: Final = 16.0
DECODER_KIB: Final = 1024 * 1024
_DEMUXERS: Final = {"mp3": "mp3", "wav": "wav", "m4a": "mov", "aac": "aac"}


def carry_out(order: RenderOrder) -> None:
    """Make the clip under a name of its own, then give it its place. Raises `RenderFailed`."""
    part = order.to.with_name(f".{order.to.stem}-{uuid.uuid4().hex[:8]}.part.mp4")
    wav = part.with_suffix(".wav")
    try:
        sound = _decoded(order, wav) if order.sound is not None else None
        if order.renderer == "plain":
            render_plain(order, sound, part)
        else:
            _render_presenter(order, sound, wav, part)
        part.replace(order.to)
    finally:
        part.unlink(missing_ok=True)
        wav.unlink(missing_ok=True)


def _render_presenter(order: RenderOrder, sound: Path | None, wav: Path, part: Path) -> None:
    # Drawing brings numpy and Pillow with it: only this process, and only when it draws.
    from lipsync.sandbox.presenter import UnusablePicture, UnusableSound, render_silent, render_speaking

    clip = clip_spec(order.spec)
    try:
        if order.speech is not None:
            render_speaking(clip, wav, _say(order.speech, wav), part)
        elif sound is not None:
            render_speaking(clip, sound, None, part)
        else:
            render_silent(clip, part)
    except UnusablePicture as error:
        raise RenderFailed("The image could not be used") from error
    except UnusableSound as error:
        raise RenderFailed("The audio could not be used") from error


def _say(speech: dict[str, Any], wav: Path) -> Any:
    """Write the spoken text to `wav` and give its phonemes."""
    from lipsync.sandbox.speech import speak

    said = speak(speech["text"], speech["language"], speech["voice_id"], speech["speed"])
    said.write_wav(wav)
    return said.phonemes


def clip_spec(spec: dict[str, Any]) -> Any:
    from lipsync.sandbox.presenter import PRESENTERS, ClipSpec, choose_presenter

    named = spec.get("presenter")
    return ClipSpec(
        presenter=str(named) if named in PRESENTERS else choose_presenter(spec["prompt"]),
        seconds=spec["seconds"],
        orientation=spec["orientation"],
        seed=spec["seed"],
        faceless=spec.get("faceless", False),
        image=Path(spec["image"]) if spec.get("image") else None,
    )


def _decoded(order: RenderOrder, wav: Path) -> Path:
    """The sound as plain WAV. The demuxer is fixed, so a disguised playlist opens nothing else."""
    command = [
        str(find_ffmpeg()), "-v", "error", "-nostdin", "-y", "-protocol_whitelist", "file",
        "-f", _DEMUXERS[order.sound_format or ""], "-i", str(order.sound), "-map", "0:a:0",
        "-t", f"{LONGEST_SOUND_SECONDS}", "-ac", "1", "-ar", "44100", "-f", "wav", str(wav),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            [*_memory_limit(), *command], capture_output=True, timeout=SOUND_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise RenderFailed("The audio could not be decoded in time") from error
    if done.returncode != 0 or not wav.exists() or wav.stat().st_size <= 44:
        raise RenderFailed("The audio could not be decoded")
    return wav


def _memory_limit() -> list[str]:
    """A small file can say that it holds days of sound; opening that must not take all memory."""
    if os.name != "posix":
        return []
    return ["/bin/sh", "-c", f'ulimit -v {DECODER_KIB} 2>/dev/null; exec "$@"', "sh"]


def get_ready() -> None:
    """Load what drawing and speaking need, so that the first clip need not wait for it."""
    from lipsync.sandbox import presenter
    from lipsync.sandbox.speech import speak

    del presenter  # loaded is all it has to be
    speak("Ready.", "en", "reader_en_m-v1", 1.0)


def main() -> None:
    """Take orders until stdin closes. Arguments: the niceness to draw with; `ready` to load all at once."""
    if hasattr(os, "nice"):
        os.nice(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    if "ready" in sys.argv[2:]:
        get_ready()
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    while True:
        order = RenderOrder.from_line(lines.get())
        try:
            carry_out(order)
            answer: dict[str, Any] = {"ok": True}
        except RenderFailed as error:
            answer = {"ok": False, "reason": str(error)}
        except Exception:  # noqa: BLE001  all of it goes into the log; a person reads a plain sentence
            traceback.print_exc()
            answer = {"ok": False, "reason": CANNOT_BE_MADE}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _listen(lines: queue.Queue[bytes]) -> None:
    for line in sys.stdin.buffer:
        lines.put(line)
    os._exit(0)  # the server is gone: nobody waits for what is being drawn


if __name__ == "__main__":
    main()
