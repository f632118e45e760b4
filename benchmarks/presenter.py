"""How long a 5 s clip takes and how much memory it needs, cold (a new process) and warm (the next clip).

Run: python -m benchmarks.presenter. Figures are of the whole process with its ffmpeg; on a busy
machine look at the CPU seconds, which on two free cores give about half as many seconds of waiting.
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

SENTENCE = "Good morning! This is the sandbox speaking. Everything you see and hear was made right here."


def measure_once() -> list[dict[str, object]]:
    """Make four clips in this process and say what each took."""
    from lipsync.sandbox.presenter import ClipSpec, render_silent, render_speaking
    from lipsync.sandbox.speech import speak

    figures: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for label, spec in (
            ("speaking, cold", ClipSpec("amara", 5.041, "landscape", 1)),
            ("speaking, warm", ClipSpec("amara", 5.041, "landscape", 2)),
            ("silent, warm", ClipSpec("amara", 5.041, "landscape", 3)),
            ("portrait, cold", ClipSpec("oskar", 5.041, "portrait", 1)),
        ):
            started, used = time.monotonic(), _cpu()
            if label.startswith("silent"):
                render_silent(spec, folder / "clip.mp4")
            else:
                speech = speak(SENTENCE, "en", "reader_en_m-v1", 1.0)
                speech.write_wav(folder / "sound.wav")
                render_speaking(spec, folder / "sound.wav", speech.phonemes, folder / "clip.mp4")
            now = _cpu()
            figures.append(
                {
                    "clip": label,
                    "seconds": round(time.monotonic() - started, 2),
                    "cpu_own": round(now[0] - used[0], 2),
                    "cpu_ffmpeg": round(now[1] - used[1], 2),
                    "peak_mb_own": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                    "peak_mb_ffmpeg": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
                    "kilobytes": (folder / "clip.mp4").stat().st_size // 1024,
                }
            )
    return figures


def _cpu() -> tuple[float, float]:
    times = os.times()
    return times.user + times.system, times.children_user + times.children_system


def main() -> None:
    """Measure in a fresh process and print one line a clip."""
    if "--inner" in sys.argv:
        print(json.dumps(measure_once()))
        return
    command = [sys.executable, "-m", "benchmarks.presenter", "--inner"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    for figures in json.loads(done.stdout):
        print("  ".join(f"{name} {value}" for name, value in figures.items()))
    print("load of the machine:", os.getloadavg())


if __name__ == "__main__":
    main()
