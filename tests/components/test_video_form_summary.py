"""What the last look before a video says about the money."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.video_form_summary import price_in_words
from lipsync.accounts import Account
from lipsync.request import LipSyncRequest
from lipsync.video_request import VideoRequest
from tests.support.bench import account, line
from tests.support.videos import video

LINE = LipSyncRequest.from_dict(line())
TEN = VideoRequest.from_dict(video(duration="10"))


@pytest.fixture
def elsewhere() -> Account:
    return account("https://api.example.org")


def test_the_sandbox_is_free() -> None:
    assert price_in_words(account("http://127.0.0.1:9"), TEN, LINE) == "Free: this is the sandbox"


def test_a_price_that_nobody_gave_is_not_made_up(elsewhere: Account) -> None:
    alone = price_in_words(elsewhere, TEN, None)
    assert "price list" in alone
    assert "USD" not in alone
    assert "Your line: about 0.14 USD more" in price_in_words(elsewhere, TEN, LINE)


def test_the_estimate_covers_the_video_and_its_line(elsewhere: Account) -> None:
    known = replace(elsewhere, video_price_std_usd=0.28)
    assert "About 0.56 USD (an estimate" in price_in_words(known, TEN, None)
    both = price_in_words(known, TEN, LINE)
    assert "About 0.70 USD: 0.56 USD for the video, 0.14 USD for your line" in both
    assert "price list" in price_in_words(known, replace(TEN, mode="pro"), None)
