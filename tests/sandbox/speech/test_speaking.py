from __future__ import annotations

import csv
import subprocess
import wave
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

import lipsync
from lipsync.media import find_ffmpeg
from lipsync.sandbox.speech import Speech, UnknownVoice, speak, voice_settings

CATALOGUE = Path(lipsync.__file__).parent / "voices.csv"
TEXTS = {"en": "Every evening a yellow lamp was burning.", "zh": "每天晚上黄色的灯都亮着。"}
VOICES = {"en": "reader_en_m-v1", "zh": "ai_kaiya"}


def pitch(speech: Speech) -> float:
    """Middle of the voiced windows' pitch, in hertz."""
    length, found = int(0.04 * speech.rate), []
    low, high = speech.rate // 450, speech.rate // 60
    for start in range(0, len(speech.samples) - length, length // 2):
        window = speech.samples[start : start + length] / 32768
        window = (window - window.mean()) * np.hanning(length)
        likeness = np.fft.irfft(np.abs(np.fft.rfft(window, 4 * length)) ** 2)[:length]
        best = low + int(likeness[low:high].argmax())
        if likeness[0] > 0.05 and likeness[best] > 0.35 * likeness[0]:
            found.append(speech.rate / best)
    return float(np.median(found))


def colour(speech: Speech) -> np.ndarray:
    """Decibels in 20 bands of the long-term spectrum: what tells two throats apart."""
    power = np.abs(np.fft.rfft(speech.samples.astype(float))) ** 2
    edges = np.geomspace(120, 9000, 21) * len(speech.samples) / speech.rate
    bands = np.array([power[int(a) : int(b)].mean() for a, b in pairwise(edges)])
    decibels = 10 * np.log10(bands + 1)
    return decibels - decibels.mean()


def catalogue() -> set[tuple[str, str]]:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return {(row["voice_id"], row["language"]) for row in csv.DictReader(file)}


def test_every_voice_of_the_catalogue_has_a_setting_of_its_own() -> None:
    assert set(voice_settings()) == catalogue()
    assert len(set(voice_settings().values())) == len(catalogue())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_any_two_voices_of_a_language_sound_different(language: str) -> None:
    heard = {
        voice: speak(TEXTS[language], language, voice, 1.0)
        for voice, its in voice_settings()
        if its == language
    }
    traits = {
        voice: (np.log2(pitch(speech)), colour(speech), speech.seconds) for voice, speech in heard.items()
    }
    for first, second in combinations(traits, 2):
        (pitch_1, colour_1, long_1), (pitch_2, colour_2, long_2) = traits[first], traits[second]
        semitones = 12 * abs(pitch_1 - pitch_2)
        timbre = float(np.sqrt(np.mean((colour_1 - colour_2) ** 2)))
        slower = abs(np.log(long_1 / long_2))
        assert semitones / 1.5 + timbre / 2.5 + slower / 0.08 > 1, (first, second, semitones, timbre, slower)


def test_a_child_speaks_higher_than_a_woman_and_a_woman_higher_than_an_old_man() -> None:
    child, woman, man = (
        pitch(speak(TEXTS["zh"], "zh", voice, 1.0))
        for voice in ("mengwa-v1", "you_pingjing", "zhuxi_speech02")
    )
    assert child > 1.2 * woman > 1.44 * man


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("speed", [0.8, 1.5, 2.0])
def test_the_length_follows_the_speed(language: str, speed: float) -> None:
    usual = speak(TEXTS[language] * 2, language, VOICES[language], 1.0).seconds
    assert speak(TEXTS[language] * 2, language, VOICES[language], speed).seconds == pytest.approx(
        usual / speed, rel=0.08
    )


@pytest.mark.parametrize(
    ("voice", "language"), [("reader_en_m-v1", "en"), ("ai_kaiya", "zh"), ("mengwa-v1", "zh")]
)
def test_the_sound_is_as_loud_as_broadcast_speech_and_never_clips(
    voice: str, language: str, tmp_path: Path
) -> None:
    speech = speak(TEXTS[language] * 2, language, voice, 1.0)
    speech.write_wav(tmp_path / "s.wav")
    command = [str(find_ffmpeg()), "-nostats", "-i", str(tmp_path / "s.wav"), "-af", "ebur128",
               "-f", "null", "-"]  # fmt: skip
    report = subprocess.run(command, capture_output=True, check=True).stderr.decode()
    measured = float(report.rsplit("I:", 1)[1].split("LUFS")[0])
    assert measured == pytest.approx(-18, abs=1.0)
    assert np.abs(speech.samples.astype(int)).max() < 30_000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_phonemes_follow_each_other_without_gaps_from_start_to_end(language: str) -> None:
    speech = speak(TEXTS[language], language, VOICES[language], 1.3)
    phonemes = speech.phonemes
    assert phonemes[0].start_seconds == 0
    assert phonemes[-1].end_seconds == pytest.approx(speech.seconds, abs=0.001)
    for before, after in pairwise(phonemes):
        assert before.end_seconds == pytest.approx(after.start_seconds, abs=1e-6)
        assert before.end_seconds > before.start_seconds


@pytest.mark.parametrize(
    ("text", "language", "symbols"), [("Bob, my map!", "en", "b b m m p"), ("爸爸怕妈妈", "zh", "p p ph m m")]
)
def test_the_lips_sounds_are_found_in_order(text: str, language: str, symbols: str) -> None:
    speech = speak(text, language, VOICES[language], 1.0)
    assert [p.symbol for p in speech.phonemes if p.symbol[0] in "mbp"] == symbols.split()


def test_pauses_are_silent_and_words_are_not() -> None:
    speech = speak("One, two. Three!", "en", "reader_en_m-v1", 1.0)
    for phoneme in speech.phonemes:
        start, end = (
            int((phoneme.start_seconds + 0.08) * speech.rate),
            int((phoneme.end_seconds - 0.02) * speech.rate),
        )
        if phoneme.symbol == "_" and end - start > 0.05 * speech.rate:
            assert np.abs(speech.samples[start:end].astype(int)).max() < 700


def test_a_voice_in_a_language_it_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownVoice):
        speak("Hello", "en", "mengwa-v1", 1.0)
    with pytest.raises(UnknownVoice):
        speak("Hello", "en", "nobody", 1.0)


@pytest.mark.parametrize("text", ["", "   ", "…", "\n\n"])
def test_a_text_with_nothing_to_say_gives_a_short_silence(text: str) -> None:
    speech = speak(text, "en", "reader_en_m-v1", 1.0)
    assert 0.1 < speech.seconds < 2
    assert {p.symbol for p in speech.phonemes} == {"_"}


@pytest.mark.parametrize(
    "text", ["a\0b", "\ud800hi", "<speak>hi</speak>", "[[h@l'oU]]", "😀", "你好 Bob 123", "x" * 500]
)
def test_any_text_can_be_said(text: str) -> None:
    assert speak(text, "en", "reader_en_m-v1", 1.0).seconds > 0.1


def test_many_can_speak_at_once_and_none_hears_another() -> None:
    voices = [voice for voice, language in voice_settings() if language == "en"][:12]

    def say(voice: str) -> Speech:
        return speak(TEXTS["en"], "en", voice, 1.0)

    alone = [say(voice) for voice in voices]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(say, voices))
    for one, other in zip(alone, together, strict=True):
        assert [p.symbol for p in one.phonemes] == [p.symbol for p in other.phonemes]
        assert one.seconds == pytest.approx(other.seconds, abs=0.03)
        assert pitch(one) == pytest.approx(pitch(other), rel=0.03)


def test_a_written_file_holds_the_same_samples(tmp_path: Path) -> None:
    speech = speak("Hello", "en", "reader_en_m-v1", 1.0)
    speech.write_wav(tmp_path / "s.wav")
    with wave.open(str(tmp_path / "s.wav"), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (speech.rate, 1, 2)
        assert file.readframes(file.getnframes()) == speech.samples.astype("<i2").tobytes()
