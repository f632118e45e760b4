"""The child that decodes one sound with pydub and says what is in it: `python -m lipsync.audio.decoder WISH`.

The wish is JSON: `path` (a file of ours, in our own folder), `format`, `codec`, `ffmpeg`.
pydub is given all of them, so that ffmpeg neither probes nor opens anything else.
One JSON object goes to standard output; anything wrong ends the child with a code.
"""

from __future__ import annotations

import audioop
import json
import struct
import sys
from array import array

from lipsync.audio.limits import limit_this_process

DECODED_SECONDS = 61  # one more than is allowed
WINDOW_SECONDS = 0.05
FULL_SCALE = 32_760  # of 32,767: what a limiter leaves is not called clipped


def measure(path: str, format_: str, codec: str, ffmpeg: str) -> dict[str, object]:
    """Length in seconds and levels of the decoded sound: 50 ms windows as fractions of full scale."""
    from pydub import AudioSegment

    AudioSegment.converter = ffmpeg
    sound = AudioSegment.from_file(path, format=format_, codec=codec, duration=DECODED_SECONDS)
    if sound.sample_width != 2:
        sound = sound.set_sample_width(2)
    data, frame_bytes = sound.raw_data, 2 * sound.channels
    step = max(1, int(sound.frame_rate * WINDOW_SECONDS)) * frame_bytes
    levels, peak, clipped = [], 0, 0
    for at in range(0, len(data), step):
        window = data[at : at + step]
        levels.append(audioop.rms(window, 2))
        top = audioop.max(window, 2)
        peak = max(peak, top)
        if top >= FULL_SCALE:
            samples = array("h", window)
            clipped += samples.count(32_767) + samples.count(-32_768)
    mixed = audioop.tomono(data, 2, 0.5, 0.5) if sound.channels == 2 else data
    return {
        "seconds": len(data) / frame_bytes / sound.frame_rate,
        "sample_rate": sound.frame_rate,
        "channels": sound.channels,
        "rms": audioop.rms(data, 2),
        "mixed_rms": audioop.rms(mixed, 2),
        "peak": peak,
        "clipped_share": clipped / max(1, len(data) // 2),
        "levels": levels,
    }


def main() -> None:
    """Limit this process, decode, print. A sound that cannot be decoded is an answer (`error`), no crash."""
    limit_this_process()
    wish = json.loads(sys.argv[1])
    from pydub.exceptions import CouldntDecodeError

    # Besides its own error, pydub lets these through for broken sounds.
    broken: tuple[type[Exception], ...] = (CouldntDecodeError, IndexError, ValueError, ZeroDivisionError)
    broken += (MemoryError, struct.error, audioop.error)
    try:
        told = measure(wish["path"], wish["format"], wish["codec"], wish["ffmpeg"])
    except broken as error:
        told = {"error": type(error).__name__}  # not its words: they may quote what the file says
    print(json.dumps(told))


if __name__ == "__main__":
    main()
