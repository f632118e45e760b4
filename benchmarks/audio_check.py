"""How long a full check of a sound takes, against ffprobe and against pydub as usually called.

    python -m benchmarks.audio_check [ROUNDS]

All three run in turns on the same files, in this one process, so that a busy machine slows
them alike: the ratios are what counts. Targets: 200 ms for a clip of 7 s, 500 ms for a
minute, 20 ms to refuse rubbish. What was made to keep the sniffers busy is shown to the check
alone: for some of it the others take a minute.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from lipsync.audio.check import check_sound
from lipsync.audio.fit import make_fit
from lipsync.audio.waveform import waveform
from lipsync.media import find_ffmpeg, find_ffprobe
from tests.audio.rubbish import worst_rubbish

TARGETS_MS = {"7 s": 200.0, "60 s": 500.0, "rubbish": 20.0}


def main(rounds: int) -> None:
    """Make the files, measure in turns, print a table."""
    with tempfile.TemporaryDirectory(prefix="audio-check-") as name:
        folder = Path(name)
        _put_on_path(folder)
        good, rubbish = _make_good(folder), _make_rubbish(folder)
        ways: dict[str, Callable[[Path], object]] = {
            "check_sound": check_sound, "ffprobe": _ffprobe, "pydub as usual": _pydub,
        }  # fmt: skip
        print(f"median (best) of {rounds} rounds, ms; load {os.getloadavg()[0]:.1f}")
        print(f"{'file':16}" + "".join(f"{way:>20}" for way in ways) + f"{'target':>10}  met")
        for path, group in [*good, *rubbish]:
            taken: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(rounds):
                for way, call in ways.items():
                    taken[way].append(_milliseconds(call, path))
            _print_row(path.name, taken, TARGETS_MS[group])
        _measure_worst(folder, rounds)
        print("\nwaveform and make_fit, ms")
        for path, _ in good:
            drawn = median(_milliseconds(waveform, path) for _ in range(rounds))
            fitted = median(
                _milliseconds(lambda p: make_fit(p, folder / "fit.mp3"), path) for _ in range(rounds)
            )
            print(f"{path.name:16}{drawn:20.0f}{fitted:20.0f}")


def _measure_worst(folder: Path, rounds: int) -> None:
    """How long the check takes to refuse each of the worst, one after another: they are big."""
    target = TARGETS_MS["rubbish"]
    print(f"\nworst rubbish, check_sound only: median (best), ms; target {target:.0f}")
    for name, data in worst_rubbish():
        path = folder / name
        path.write_bytes(data)
        reason = check_sound(path).reason
        taken = [_milliseconds(check_sound, path) for _ in range(rounds)]
        print(f"{name:22}{f'{median(taken):.1f} ({min(taken):.1f})':>16}  {_met(taken, target)}, {reason}")
        path.unlink()


def _met(taken: list[float], target: float) -> str:
    return "yes" if median(taken) <= target else "best only" if min(taken) <= target else "NO"


def _print_row(name: str, taken: dict[str, list[float]], target: float) -> None:
    cells = "".join(f"{f'{median(times):.1f} ({min(times):.1f})':>20}" for times in taken.values())
    ours = taken["check_sound"]
    ratio = median(a / b for a, b in zip(ours, taken["pydub as usual"], strict=True))
    print(f"{name:16}{cells}{target:10.0f}  {_met(ours, target)}, {ratio:.2f} of pydub's time")


def _milliseconds(call: Callable[[Path], object], path: Path) -> float:
    start = time.perf_counter()
    call(path)
    return (time.perf_counter() - start) * 1000


def _ffprobe(path: Path) -> None:
    command = [str(find_ffprobe()), "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)]
    subprocess.run(command, capture_output=True, check=False)


def _pydub(path: Path) -> None:
    """As in every tutorial: the format is found out by ffmpeg."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
        from pydub.exceptions import CouldntDecodeError
    with contextlib.suppress(CouldntDecodeError, IndexError, KeyError, ValueError):
        _ = AudioSegment.from_file(path).dBFS


def _put_on_path(folder: Path) -> None:
    """pydub finds its programs on PATH only."""
    programs = folder / "programs"
    programs.mkdir()
    (programs / "ffmpeg").symlink_to(find_ffmpeg())
    (programs / "ffprobe").symlink_to(find_ffprobe())
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"


def _make_good(folder: Path) -> list[tuple[Path, str]]:
    made = []
    for seconds in (7, 60):
        at = np.arange(seconds * 44_100) / 44_100
        tone = 0.4 * np.sin(2 * np.pi * 180 * at) * np.abs(np.sin(2 * np.pi * 2 * at))
        tone += 0.02 * np.random.default_rng(1).standard_normal(len(at))
        raw = folder / "raw"
        raw.write_bytes((tone * 32_767).astype("<i2").tobytes())
        outputs = [f"{seconds}s.mp3", f"{seconds}s.m4a", f"{seconds}s.aac"]
        words = [word for name in outputs for word in ("-ac", "2", "-b:a", "128k", name)]
        words += ["-ar", "24000", f"{seconds}s.wav"]
        source = ["-f", "s16le", "-ar", "44100", "-ac", "1", "-i", "raw"]
        subprocess.run(
            [str(find_ffmpeg()), "-nostdin", "-v", "error", *source, *words], cwd=folder, check=True
        )
        made += [(folder / name, f"{seconds} s") for name in [*outputs, f"{seconds}s.wav"]]
    return made


def _make_rubbish(folder: Path) -> list[tuple[Path, str]]:
    files = {
        "noise.mp3": random.Random(3).randbytes(1_000_000),
        "zeros.wav": bytes(5_000_000),
        "syncs.mp3": b"\xff\xfb" * 2_400_000,
        "playlist.mp3": b"#EXTM3U\n#EXTINF:10,\nsecret.wav\n",
        "page.mp3": b"<!doctype html>" + b"x" * 100_000,
        "picture.wav": b"\x89PNG\r\n\x1a\n" + bytes(200_000),
        "silence_bomb.aac": bytes.fromhex("fff14c8001bffc211004608c1c")
        * 15_000,  # pydub takes 40 s for 5 MB of these
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [(folder / name, "rubbish") for name in files]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
