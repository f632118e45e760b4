"""Any sound made into one that may be sent: mp3, 128 kbit/s, mono, −16 LUFS, no louder than −1.9 dBFS."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lipsync.audio.check import MAX_SECONDS, SILENT_DBFS, SoundReport, check_sound
from lipsync.audio.deadline import Deadline
from lipsync.audio.kinds import Kind
from lipsync.audio.pcm import LOUDNESS, RATE, NoSound, decode, input_arguments, source_kind, told_loudness
from lipsync.audio.runner import ChildFailed, run_program
from lipsync.audio.sniff import MAX_SOURCE_SECONDS
from lipsync.audio.sniffed import Sniffed
from lipsync.media import find_ffmpeg

if TYPE_CHECKING:
    from lipsync.audio.pcm import Samples

TARGET_LUFS = -16.0  # what podcasts and phones use for speech
PEAK = 0.8  # of full scale: what lossy coding adds must not clip
MAX_TEMPO = 1.25  # faster than this, speech sounds hurried
MAX_GAIN_DB, MIN_GAIN_DB = 30.0, -40.0  # more would only make noise loud
SILENCE_DBFS = -50.0
KEPT_SILENCE_SECONDS = 0.1  # before and after, so that no word is bitten off
ENCODER_SECONDS = 0.05  # an mp3 is longer by about this than what went in
EDGE_LISTENED_SECONDS = 30.0  # so much silence at the start may be skipped over
NEAR_ENOUGH_LU = 0.5
LISTENINGS = 3
_WINDOW = RATE // 20
_ENCODE = ("-c:a", "libmp3lame", "-b:a", "128k", "-ar", "44100", "-ac", "1", "-y", "-f", "mp3", "fit.mp3")
_LISTEN = ("-f", "null", "-")


@dataclass(frozen=True)
class FitAdvice:
    """How a sound relates to the clip. All in seconds, but `tempo` (None: no tempo up to 1.25 is enough).

    `over_seconds` is what would be cut off; `spare_seconds` is where the mouth would rest.
    """

    fits: bool
    over_seconds: float
    spare_seconds: float
    tempo: float | None


def fit_to_clip(seconds_of_sound: float, seconds_of_clip: float) -> FitAdvice:
    """Whether the sound is longer than the clip, and whether speaking faster would do."""
    over = max(0.0, seconds_of_sound - seconds_of_clip)
    if over <= 0.05:  # one frame of video: nobody hears or sees it
        return FitAdvice(True, 0.0, max(0.0, seconds_of_clip - seconds_of_sound), 1.0)
    room = seconds_of_clip - ENCODER_SECONDS
    needed = math.ceil(seconds_of_sound / room * 100) / 100 if room > 0 else math.inf
    return FitAdvice(False, over, 0.0, needed if needed <= MAX_TEMPO else None)


def make_fit(
    source: Path, to: Path, *, start: float | None = None, end: float | None = None,
    cut_silence: bool = False, loudness: bool = True, tempo: float = 1.0, max_seconds: float | None = None,
    deadline: Deadline | None = None, found: Sniffed | None = None,
) -> SoundReport:  # fmt: skip
    """Write a legal mp3 of `source` (or of its piece from `start` to `end` seconds) to `to`.

    `to` is written only when the report says accepted; what the source holds never raises.
    `tempo` speeds up without changing the pitch. `max_seconds` cuts the end off, after the
    tempo. All of it, the closing check included, is done before the `deadline` (without one: in
    15 s) or refused as too_slow. `found` is what `look` says of the source, if that is known.
    Raises `ValueError` for a tempo or piece that makes no sense, `OSError` for files.
    """
    if not 1.0 <= tempo <= MAX_TEMPO:
        raise ValueError(f"tempo is from 1.0 to {MAX_TEMPO}")
    begin = max(0.0, start or 0.0)
    if end is not None and end <= begin:
        raise ValueError("the piece ends before it begins")
    deadline = deadline or Deadline.after()
    longest = min(max_seconds or MAX_SECONDS, MAX_SECONDS) - ENCODER_SECONDS
    needed = begin + longest * tempo
    listened = min(end or MAX_SOURCE_SECONDS, needed + EDGE_LISTENED_SECONDS)
    try:
        kind = source_kind(source, found)
        heard = decode(source, kind, start=begin, end=listened, loudness=True, deadline=deadline)
        if is_silent(heard.samples):
            return _refusal(source, "silent", deadline, found)
        first, last = silent_edges(heard.samples) if cut_silence else (0.0, 0.0)
        stop = min(begin + heard.seconds - last, needed + first)
        gain = _gain(heard.lufs) if loudness else 0.0
        plan = _Plan(source, kind, heard.downmix, begin + first, stop, gain, tempo, longest)
        return _write(plan, to, loudness, deadline)
    except NoSound as error:
        return _refusal(source, error.reason, deadline, found)


@dataclass(frozen=True)
class _Plan:
    source: Path
    kind: Kind
    downmix: str
    start: float
    end: float
    gain_db: float
    tempo: float
    longest_seconds: float


def _write(plan: _Plan, to: Path, loudness: bool, deadline: Deadline) -> SoundReport:
    """Encode beside `to`, check, and only then put it in place."""
    with tempfile.TemporaryDirectory(prefix=".fit-", dir=to.parent) as name:
        made = Path(name) / "fit.mp3"
        if loudness:
            plan = replace(plan, gain_db=_gain_through_limiter(plan, made.parent, deadline))
        lufs = _run(plan, made.parent, deadline, _ENCODE)
        report = replace(check_sound(made, deadline=deadline), lufs=lufs)
        if report.accepted:
            made.replace(to)
        return report


def _gain_through_limiter(plan: _Plan, folder: Path, deadline: Deadline) -> float:
    """The gain again, with what the limiter takes away made up for; listening costs a tenth of encoding.

    Once is enough for a voice. With sharp clicks in it the limiter takes more the more there is.
    """
    gain = plan.gain_db
    for _ in range(LISTENINGS):
        lufs = _run(replace(plan, gain_db=gain), folder, deadline, _LISTEN)
        better = gain if lufs is None else _possible_gain(gain + TARGET_LUFS - lufs)
        if abs(better - gain) <= NEAR_ENOUGH_LU:
            break
        gain = better
    return gain


def _run(plan: _Plan, folder: Path, deadline: Deadline, output_arguments: tuple[str, ...]) -> float | None:
    """Send the piece through the filters, and return the loudness that came out. Raises `NoSound`."""
    filters = [
        f"atrim=start={plan.start:.3f}:end={plan.end:.3f}",
        "asetpts=PTS-STARTPTS",
        "aresample=44100",
        plan.downmix,
        *([f"atempo={plan.tempo:.3f}"] if plan.tempo > 1.0 else []),
        f"volume={plan.gain_db:.2f}dB",
        f"atrim=end={plan.longest_seconds:.3f}",
        f"alimiter=limit={PEAK}:level=false",
        LOUDNESS,
    ]
    arguments = [*input_arguments(plan.source, plan.kind, end=plan.end), "-af", ",".join(filters)]
    arguments += output_arguments
    try:
        output = run_program(find_ffmpeg(), arguments, folder, wall_seconds=deadline.left_seconds)
    except ChildFailed as error:
        raise NoSound(error.reason) from error
    return told_loudness(output.err)


def _refusal(source: Path, reason: str, deadline: Deadline, found: Sniffed | None) -> SoundReport:
    report = check_sound(source, deadline=deadline, found=found)
    return replace(report, accepted=False, reason=reason, fixable=False)


def is_silent(samples: Samples) -> bool:
    """Whether nothing is louder than what `check_sound` calls silent."""
    return not len(samples) or int(abs(samples.astype("int32")).max()) < 32_768 * 10 ** (SILENT_DBFS / 20)


def silent_edges(samples: Samples) -> tuple[float, float]:
    """Seconds that may be cut off at the start and at the end; nothing where everything is silent."""
    import numpy as np

    windows = samples[: len(samples) // _WINDOW * _WINDOW].reshape(-1, _WINDOW).astype(np.float64)
    levels = np.sqrt((windows**2).mean(axis=1)) if len(windows) else np.zeros(0)
    loud = np.flatnonzero(levels > 32_768 * 10 ** (SILENCE_DBFS / 20))
    if not len(loud):
        return 0.0, 0.0
    before, after = float(loud[0]) / 20, len(samples) / RATE - float(loud[-1] + 1) / 20
    return max(0.0, before - KEPT_SILENCE_SECONDS), max(0.0, after - KEPT_SILENCE_SECONDS)


def _gain(lufs: float | None) -> float:
    return 0.0 if lufs is None else _possible_gain(TARGET_LUFS - lufs)


def _possible_gain(gain_db: float) -> float:
    return max(MIN_GAIN_DB, min(MAX_GAIN_DB, gain_db))
