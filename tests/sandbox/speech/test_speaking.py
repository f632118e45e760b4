from __future__ import annotations

import csv
import subprocess
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

import lipsync
from lipsync.media import find_ffmpeg
from lipsync.sandbox.speech import Speech, UnknownVoice, speak, voice_settings
from tests.sandbox.speech.hearing import pitch, semitones, timbre

CATALOGUE = Path(lipsync.__file__).parent / "voices.csv"
TEXTS = {"en": "Every evening a yellow lamp was burning.", "zh": "每天晚上黄色的灯都亮着。"}
VOICES = {"en": "reader_en_m-v1", "zh": "ai_kaiya"}


@dataclass(frozen=True, eq=False)
class Traits:
    """What tells one voice from another."""

    pitch: float
    timbre: np.ndarray
    seconds: float


LONG_TEXTS = {
    "en": "Every evening a yellow lamp was burning. We are away all year, my lovely friends.",
    "zh": "每天晚上黄色的灯都亮着。我们一起去海边玩，妈妈做了美味的晚饭。",
}


def listened(voice: str, language: str) -> Traits:
    speech = speak(LONG_TEXTS[language], language, voice, 1.0)
    return Traits(pitch(speech), timbre(speech), speech.seconds)


@cache
def traits(voice: str, language: str) -> Traits:
    return listened(voice, language)


def distance(one: Traits, other: Traits) -> float:
    """About 1 for what is heard at once: 1.5 semitones, or 4 dB in every band, or 8 % of pace."""
    higher = semitones(one.pitch, other.pitch) / 1.5
    throat = float(np.sqrt(np.mean((one.timbre - other.timbre) ** 2))) / 4
    slower = np.log(one.seconds / other.seconds) / 0.08
    return float(np.sqrt(higher**2 + throat**2 + slower**2))


def catalogue() -> set[tuple[str, str]]:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return {(row["voice_id"], row["language"]) for row in csv.DictReader(file)}


def test_every_voice_of_the_catalogue_has_a_setting_of_its_own() -> None:
    assert set(voice_settings()) == catalogue()
    assert len(set(voice_settings().values())) == len(catalogue())


@pytest.mark.xdist_group("traits")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_any_two_voices_of_a_language_sound_different(language: str) -> None:
    voices = [voice for voice, its in voice_settings() if its == language]
    alike = {
        (first, second): round(apart, 2)
        for first, second in combinations(voices, 2)
        if (apart := distance(traits(first, language), traits(second, language))) < 1.2
    }
    assert alike == {}


@pytest.mark.xdist_group("traits")
@pytest.mark.parametrize(("voice", "language"), [("AOT", "en"), ("you_pingjing", "zh"), ("mengwa-v1", "zh")])
def test_a_voice_sounds_like_itself(voice: str, language: str) -> None:
    """The control: the measure of difference is small where there is none."""
    assert distance(traits(voice, language), listened(voice, language)) < 0.5


CHILDREN = {
    "en": ["genshin_klee2", "cartoon-boy-07", "cartoon-girl-01", "uk_boy1", "PeppaPig_platform"],
    "zh": ["genshin_klee2", "cartoon-boy-07", "cartoon-girl-01", "mengwa-v1"],
}
WOMEN = {
    "en": ["girlfriend_4_speech02", "chat1_female_new-3", "chengshu_jiejie", "you_pingjing",
           "commercial_lady_en_f-v1", "laopopo_speech02", "heainainai_speech02"],
    "zh": ["girlfriend_1_speech02", "chat1_female_new-3", "girlfriend_2_speech02", "chengshu_jiejie",
           "you_pingjing", "chuanmeizi_speech02", "tianjinjiejie_speech02", "laopopo_speech02",
           "heainainai_speech02"],
}  # fmt: skip
MEN = {
    "en": ["AOT", "oversea_male1", "ai_huangzhong_712", "ai_huangyaoshi_712", "ai_laoguowang_712",
           "calm_story1", "uk_man2", "reader_en_m-v1"],
    "zh": ["ai_huangyaoshi_712", "ai_laoguowang_712", "zhuxi_speech02", "uk_oldman3",
           "dongbeilaotie_speech02", "chaoshandashu_speech02", "xianzhanggui_speech02",
           "diyinnansang_DB_CN_M_04-v2", "yizhipiannan-v1"],
}  # fmt: skip


@pytest.mark.xdist_group("traits")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_children_speak_higher_than_women_and_women_higher_than_men(language: str) -> None:
    children, women, men = (
        [traits(voice, language).pitch for voice in group[language]] for group in (CHILDREN, WOMEN, MEN)
    )
    assert min(children) > 1.06 * max(women)
    assert min(women) > 1.25 * max(men)


@pytest.mark.xdist_group("traits")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_is_kindly_or_stern_takes_more_time_than_who_is_lively_or_chatty(language: str) -> None:
    slow = ["heainainai_speech02", "chengshu_jiejie", "ai_laoguowang_712"]
    quick = ["laopopo_speech02", "genshin_kirara", "cartoon-girl-01", "ai_kaiya"]
    if language == "zh":
        slow, quick = [*slow, "zhuxi_speech02"], [*quick, "tiyuxi_xuedi", "diyinnansang_DB_CN_M_04-v2"]
    assert min(traits(voice, language).seconds for voice in slow) > 1.1 * max(
        traits(voice, language).seconds for voice in quick
    )


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


MIXED = {"en": "5% of $20: 你好, Bob! 😀", "zh": "2024年，Bob花了¥20！😀"}


@pytest.mark.parametrize(("voice", "language"), sorted(voice_settings()))
def test_every_voice_says_numbers_and_the_other_language_at_every_speed(voice: str, language: str) -> None:
    for speed in (0.8, 1.0, 2.0):
        speech = speak(MIXED[language], language, voice, speed)
        assert speech.seconds > 0.7
        assert np.abs(speech.samples.astype(int)).max() > 5_000
        assert sum(phoneme.symbol != "_" for phoneme in speech.phonemes) > 12


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [("？！……", "zh", False), ("?! …", "en", False), ("😀🎉", "zh", False), ("😀🎉", "en", True)],
)
def test_a_text_of_signs_alone_is_a_silence_and_emoji_are_named_in_english(
    text: str, language: str, said: bool
) -> None:
    speech = speak(text, language, VOICES[language], 1.0)
    assert any(phoneme.symbol != "_" for phoneme in speech.phonemes) is said


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
