from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lipsync.audio.pcm import NoSound
from lipsync.audio.waveform import waveform
from tests.audio.conftest import Corpus
from tests.audio.corpus import write_wav

pytestmark = pytest.mark.xdist_group("sounds")


def test_the_picture_shows_where_it_is_loud(tmp_path: Path) -> None:
    at = np.arange(4 * 16_000) / 16_000
    loud = np.where(at < 2.0, 0.1, 0.8) * np.sin(2 * np.pi * 300 * at)
    drawn = waveform(write_wav(tmp_path / "a.wav", loud, 16_000), points=100)
    assert len(drawn.peaks) == 100
    assert drawn.seconds == pytest.approx(4.0, abs=0.01)
    assert np.mean(drawn.peaks[5:45]) == pytest.approx(0.1, abs=0.02)
    assert np.mean(drawn.peaks[55:95]) == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(("level", "dbfs"), [(1.0, -3.0), (0.1, -23.0), (0.0, -120.0)])
def test_the_picture_knows_how_loud_the_sound_is_on_the_whole(
    tmp_path: Path, level: float, dbfs: float
) -> None:
    sine = level * np.sin(2 * np.pi * 300 * np.arange(3 * 16_000) / 16_000)
    drawn = waveform(write_wav(tmp_path / "a.wav", sine, 16_000))
    assert drawn.loudness_dbfs == pytest.approx(dbfs, abs=0.1)


@pytest.mark.parametrize(
    "name", ["mp3_cbr.mp3", "m4a_index_last.m4a", "opus.mp3", "video.m4a", "bomb_long.wav"]
)
def test_any_sound_has_a_picture(corpus: Corpus, name: str) -> None:
    drawn = waveform(corpus.path(name))
    assert len(drawn.peaks) == 800
    assert all(0 <= peak <= 1 for peak in drawn.peaks)
    assert drawn.seconds > 1


@pytest.mark.parametrize("name", ["attack_concat.mp3", "picture.mp3", "empty.mp3", "video_only.m4a"])
def test_what_is_no_sound_has_none(corpus: Corpus, name: str) -> None:
    with pytest.raises(NoSound):
        waveform(corpus.path(name))
