"""The voice catalogue."""

from __future__ import annotations

from collections import Counter

import pytest

from lipsync.voices import LANGUAGES, find_voice, search_voices, voices, voices_for


def test_there_are_62_voices_and_the_pair_is_the_key() -> None:
    assert len(voices()) == 62
    assert len({v.key for v in voices()}) == 62
    assert len({v.voice_id for v in voices()}) == 46
    assert Counter(v.language for v in voices()) == {"en": 27, "zh": 35}


def test_every_voice_has_a_name_and_clean_fields() -> None:
    for voice in voices():
        assert voice.name
        assert voice.gender in ("female", "male", "")
        for text in (voice.voice_id, voice.name_en, voice.name_zh, voice.description):
            assert text == text.strip()


def test_a_voice_is_found_only_in_its_language() -> None:
    assert find_voice("girlfriend_4_speech02", "en") is not None
    both = Counter(v.voice_id for v in voices())
    only_english = next(v for v in voices_for("en") if both[v.voice_id] == 1)
    assert find_voice(only_english.voice_id, "zh") is None
    assert find_voice("no such voice", "en") is None


def test_the_same_id_in_both_languages_gives_two_voices() -> None:
    twice = [voice_id for voice_id, count in Counter(v.voice_id for v in voices()).items() if count == 2]
    assert len(twice) == 16
    for voice_id in twice:
        assert {find_voice(voice_id, language).language for language in LANGUAGES} == set(LANGUAGES)


def test_an_empty_search_finds_all() -> None:
    assert search_voices() == voices()
    assert search_voices("  ") == voices()


def test_every_word_of_a_search_must_be_found_in_any_case() -> None:
    found = search_voices("SUNNY man")
    assert found
    assert all("sunny" in f"{v.name_en} {v.description}".casefold() for v in found)
    assert search_voices("sunny volcano") == ()


def test_a_search_finds_chinese_names() -> None:
    assert "genshin_vindi2" in {v.voice_id for v in search_voices("阳光")}


@pytest.mark.parametrize("gender", ["female", "male"])
def test_a_search_keeps_to_language_and_gender(gender: str) -> None:
    found = search_voices(language="zh", gender=gender)
    assert found
    assert {(v.language, v.gender) for v in found} == {("zh", gender)}
