"""Sound files of every kind, good and bad, made when the tests run, and what is to be said of each."""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lipsync.media import find_ffmpeg

RATE = 44_100


@dataclass(frozen=True)
class Made:
    """One file: its name, the reason of the refusal (None: accepted), and the warnings that are expected."""

    name: str
    reason: str | None = None
    warnings: tuple[str, ...] = ()


def speech_like(seconds: float, rate: int = RATE, level: float = 0.5) -> np.ndarray:
    """A voice that says nothing: harmonics of 140 Hz in syllables, from -1 to 1."""
    at = np.arange(int(seconds * rate)) / rate
    tone = sum(np.sin(2 * np.pi * 140 * n * at) / n for n in range(1, 12)) / 2
    return (level * tone * (0.3 + 0.7 * np.abs(np.sin(2 * np.pi * 2 * at)))).clip(-1, 1)


def write_wav(path: Path, samples: np.ndarray, rate: int = RATE, channels: int = 1) -> Path:
    """A plain 16-bit WAV; a mono signal is put on every channel."""
    data = np.repeat((samples * 32_767).astype("<i2"), channels)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(data.tobytes())
    return path


def ffmpeg(*arguments: str, folder: Path) -> None:
    """Run ffmpeg in `folder`; the tests' own files are no strangers', so it needs no limits."""
    command = [str(find_ffmpeg()), "-nostdin", "-v", "error", "-y", *arguments]
    subprocess.run(command, cwd=folder, check=True, timeout=60)


# Made by ffmpeg from one sound of three seconds: (file, its arguments).
_ENCODED: dict[Made, str] = {
    Made("mp3_cbr.mp3"): "-c:a libmp3lame -b:a 128k",
    Made("mp3_vbr.mp3"): "-c:a libmp3lame -q:a 2",
    Made("mp3_320.mp3"): "-c:a libmp3lame -b:a 320k",
    Made("mp3_mono.mp3"): "-c:a libmp3lame -b:a 64k -ac 1",
    Made("mp3_48k.mp3"): "-c:a libmp3lame -b:a 128k -ar 48000",
    Made("mp3_32k.mp3"): "-c:a libmp3lame -b:a 96k -ar 32000",
    Made("mp3_mpeg2_22k.mp3"): "-c:a libmp3lame -b:a 64k -ar 22050",
    Made("mp3_mpeg2_16k.mp3"): "-c:a libmp3lame -b:a 32k -ar 16000 -ac 1",
    Made("mp3_mpeg25_12k.mp3", None, ("low_quality",)): "-c:a libmp3lame -b:a 24k -ar 12000 -ac 1",
    Made("mp3_mpeg25_8k.mp3", None, ("low_quality",)): "-c:a libmp3lame -b:a 8k -ar 8000 -ac 1",
    Made("mp3_thin.mp3", None, ("low_quality",)): "-c:a libmp3lame -b:a 16k -ar 16000 -ac 1",
    Made("mp3_no_table.mp3"): "-c:a libmp3lame -b:a 128k -write_xing 0",
    Made("mp3_no_tag.mp3"): "-c:a libmp3lame -b:a 128k -id3v2_version 0",
    Made("mp3_id3v1.mp3"): "-c:a libmp3lame -b:a 128k -write_id3v1 1 -metadata title=x",
    Made("aac.aac"): "-c:a aac -b:a 96k -f adts",
    Made("aac_48k_mono.aac"): "-c:a aac -b:a 64k -ar 48000 -ac 1 -f adts",
    Made("aac_16k.aac"): "-c:a aac -b:a 32k -ar 16000 -ac 1 -f adts",
    Made("aac_96k.aac", None, ("unusual_rate",)): "-c:a aac -b:a 128k -ar 96000 -f adts",
    Made("m4a_index_last.m4a"): "-c:a aac -f ipod",
    Made("m4a_index_first.m4a"): "-c:a aac -f ipod -movflags +faststart",
    Made("m4a_fragments.m4a"): "-c:a aac -f mp4 -movflags +frag_keyframe+empty_moov+default_base_moof",
    Made("m4a_isom.m4a"): "-c:a aac -f mp4",
    Made("quicktime.m4a", None, ("ext_mismatch",)): "-c:a aac -f mov",
    Made("wav_s16.wav"): "-c:a pcm_s16le",
    Made("wav_s24.wav"): "-c:a pcm_s24le",
    Made("wav_s32.wav"): "-c:a pcm_s32le",
    Made("wav_f32.wav"): "-c:a pcm_f32le",
    Made("wav_f64.wav"): "-c:a pcm_f64le",
    Made("wav_u8.wav"): "-c:a pcm_u8",
    Made("wav_96k.wav", None, ("unusual_rate",)): "-c:a pcm_s16le -ar 96000",
    Made("wav_8k.wav", None, ("low_quality",)): "-c:a pcm_s16le -ar 8000 -ac 1",
    Made("wav_6_channels.wav", "too_many_channels"): "-c:a pcm_s16le -ac 6",
    Made("aac_6_channels.aac", "too_many_channels"): "-c:a aac -ac 6 -f adts",
    Made("m4a_6_channels.m4a", "too_many_channels"): "-c:a aac -ac 6 -f ipod",
    Made("aac_4_channels.aac", "too_many_channels"): "-c:a aac -f adts -af pan=3.1|c0=c0|c1=c1|c2=c0|c3=c1",
    Made("wav_alaw.wav", "wrong_codec"): "-c:a pcm_alaw",
    Made("wav_mulaw.wav", "wrong_codec"): "-c:a pcm_mulaw",
    Made("wav_adpcm_ms.wav", "wrong_codec"): "-c:a adpcm_ms",
    Made("wav_adpcm_ima.wav", "wrong_codec"): "-c:a adpcm_ima_wav",
    Made("wav_mp3_inside.wav", "wrong_codec"): "-c:a libmp3lame",
    Made("layer2.mp3", "wrong_codec"): "-c:a mp2 -f mp2",
    Made("m4a_alac.m4a", "wrong_codec"): "-c:a alac -f ipod",
    Made("m4a_mp3.m4a", "wrong_codec"): "-c:a libmp3lame -f mp4",
    Made("m4a_opus.m4a", "wrong_codec"): "-c:a libopus -f mp4",
    Made("m4a_flac.m4a", "wrong_codec"): "-c:a flac -f mp4 -strict -2",
    Made("quicktime_24.m4a", "wrong_codec", ("ext_mismatch",)): "-c:a pcm_s24be -f mov",
    Made("quicktime_float.m4a", "wrong_codec", ("ext_mismatch",)): "-c:a pcm_f32be -f mov",
    Made("quicktime_ulaw.m4a", "wrong_codec", ("ext_mismatch",)): "-c:a pcm_mulaw -f mov",
    Made("quicktime_ima4.m4a", "wrong_codec", ("ext_mismatch",)): "-c:a adpcm_ima_qt -f mov",
    Made("vorbis.mp3", "wrong_container"): "-c:a vorbis -strict -2 -f ogg",
    Made("opus.mp3", "wrong_container"): "-c:a libopus -f ogg",
    Made("flac.wav", "wrong_container"): "-c:a flac -f flac",
    Made("ogg_flac.mp3", "wrong_container"): "-c:a flac -f ogg",
    Made("webm.mp3", "wrong_container"): "-c:a libopus -f webm",
    Made("matroska.wav", "wrong_container"): "-c:a pcm_s16le -f matroska",
    Made("wma.mp3", "wrong_container"): "-c:a wmav2 -f asf",
    Made("aiff.wav", "wrong_container"): "-c:a pcm_s16be -f aiff",
    Made("wave64.wav", "wrong_container"): "-c:a pcm_s16le -f w64",
    Made("rf64.wav", "wrong_container"): "-c:a pcm_s16le -f wav -rf64 always",
    Made("caf.m4a", "wrong_container"): "-c:a pcm_s16be -f caf",
    Made("au.wav", "wrong_container"): "-c:a pcm_s16be -f au",
    Made("ac3.aac", "wrong_container"): "-c:a ac3 -f ac3",
    Made("latm.aac", "wrong_container"): "-c:a aac -f latm",
    Made("flv.mp3", "wrong_container"): "-c:a libmp3lame -f flv",
    Made("transport.aac", "wrong_container"): "-c:a aac -f mpegts",
    Made("camcorder.aac", "wrong_container"): "-c:a aac -f mpegts -mpegts_m2ts_mode 1",
    Made("wavpack.mp3", "wrong_container"): "-c:a wavpack -f wv",
    Made("avi.wav", "wrong_container"): "-c:a pcm_s16le -f avi",
}

_VIDEO: dict[Made, str] = {
    Made("video.m4a", "has_video"): "-map 0:v -map 1:a -c:v mpeg4 -c:a aac -shortest -f mp4",
    Made("video_only.m4a", "no_audio"): "-map 0:v -c:v mpeg4 -f mp4",
    Made("video.wav", "wrong_container"): "-map 0:v -map 1:a -c:v mpeg4 -c:a mp3 -shortest -f matroska",
}


def make_encoded(folder: Path) -> Iterator[Made]:
    """Write what ffmpeg can make, in two runs."""
    write_wav(folder / "base.wav", speech_like(3.0), channels=2)
    words = [word for made, how in _ENCODED.items() for word in (*how.split(), made.name)]
    ffmpeg("-i", "base.wav", *words, folder=folder)
    words = [word for made, how in _VIDEO.items() for word in (*how.split(), made.name)]
    picture = ("-f", "lavfi", "-i", "testsrc=duration=3:size=96x64:rate=10")
    ffmpeg(*picture, "-i", "base.wav", *words, folder=folder)
    yield from _ENCODED
    yield from _VIDEO
