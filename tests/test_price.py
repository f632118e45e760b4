"""The estimated price."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lipsync.price import estimated_price_usd, estimated_video_price_usd
from lipsync.video_request import VideoRequest
from tests.support.bench import account
from tests.support.videos import video


@pytest.mark.parametrize(("seconds", "price"), [(5.0, 0.07), (5.1, 0.07), (10.04, 0.14), (3.0, 0.07)])
def test_every_started_five_seconds_cost_once(seconds: float, price: float) -> None:
    assert estimated_price_usd(account("https://api.example.org"), seconds) == pytest.approx(price)


def test_on_this_machine_everything_is_free() -> None:
    assert estimated_price_usd(account("http://127.0.0.1:9"), 10) == 0


def test_without_a_length_there_is_no_price() -> None:
    assert estimated_price_usd(account("https://api.example.org"), None) is None


@pytest.mark.parametrize(
    ("mode", "duration", "price"),
    [("std", "5", 0.28), ("std", "10", 0.56), ("pro", "5", 0.49), ("pro", "10", 0.98)],
)
def test_a_video_of_ten_seconds_costs_twice_and_each_quality_has_its_price(
    mode: str, duration: str, price: float
) -> None:
    there = replace(account("https://api.example.org"), video_price_std_usd=0.28, video_price_pro_usd=0.49)
    request = VideoRequest.from_dict(video(mode=mode, duration=duration))
    assert estimated_video_price_usd(there, request) == pytest.approx(price)


def test_a_video_whose_price_nobody_gave_has_none_and_is_free_on_this_machine() -> None:
    request = VideoRequest.from_dict(video())
    assert estimated_video_price_usd(account("https://api.example.org"), request) is None
    assert estimated_video_price_usd(account("http://127.0.0.1:9"), request) == 0
