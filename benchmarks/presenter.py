"""How long a 5 s clip takes and how much memory it needs, for every person, upright and across.

Run: python -m benchmarks.presenter [names]. Each line is a new process: until it stands ready, as the
sandbox keeps one from its start (start), its first clip (cold: nothing drawn yet), the next one of
the same person (warm), and a silent one. On a busy machine look at the CPU seconds, which on two
free cores give about half as many seconds of waiting.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STARTED = time.monotonic()
SENTENCE = "Good morning! This is the sandbox speaking. Everything you see and hear was made right here."
SECONDS = 5.041


def measure_once(name: str, orientation: str) -> dict[str, object]:
    """Make three clips in this process; for each say (seconds, CPU seconds), then the peaks of memory."""
    from lipsync.sandbox.presenter import ClipSpec, render_silent, render_speaking
    from lipsync.sandbox.render import get_ready
    from lipsync.sandbox.speech import speak

    get_ready()
    started, used = time.monotonic(), sum(os.times()[:4])
    found: dict[str, object] = {
        "person": name, "form": orientation, "start": f"{started - STARTED:.1f} s",
        "start CPU": f"{used:.1f} s",
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        clip, sound = folder / "clip.mp4", folder / "sound.wav"
        for seed, label in enumerate(("cold", "warm", "silent")):
            spec = ClipSpec(name, SECONDS, orientation, seed)  # type: ignore[arg-type]
            if label == "silent":
                render_silent(spec, clip)
            else:
                speech = speak(SENTENCE, "en", "reader_en_m-v1", 1.0)
                speech.write_wav(sound)
                render_speaking(spec, sound, speech.phonemes, clip)
            now, cpu = time.monotonic(), sum(os.times()[:4])
            found[label] = f"{now - started:.1f} s"
            found[f"{label} CPU"] = f"{cpu - used:.1f} s"
            found[f"{label} file"] = f"{clip.stat().st_size // 1024} kB"
            started, used = now, cpu
    own, ffmpeg = (
        resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    found["memory"] = f"{own} MB + ffmpeg {ffmpeg} MB = {own + ffmpeg} MB"
    return found


def main() -> None:
    """Measure in a fresh process for each person and form."""
    from lipsync.sandbox.presenter import PRESENTERS
    from lipsync.sandbox.render_pool import ONE_HEAP

    for name in sys.argv[1:] or PRESENTERS:
        for orientation in ("landscape", "portrait"):
            command = [sys.executable, "-m", "benchmarks.presenter", "--inner", name, orientation]
            environment = {**os.environ, **ONE_HEAP}  # as the sandbox starts them
            done = subprocess.run(command, capture_output=True, check=True, text=True, env=environment)
            figures = json.loads(done.stdout)
            print("  ".join(f"{what} {value}" for what, value in figures.items()), flush=True)
    print("load of the machine:", os.getloadavg())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inner"]:
        print(json.dumps(measure_once(*sys.argv[2:4])))
    else:
        main()
