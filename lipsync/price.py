"""What a job will about cost. CometAPI publishes no price, so this is always called an estimate."""

from __future__ import annotations

from math import ceil

from lipsync.accounts import Account
from lipsync.parents import TOLERANCE_SECONDS
from lipsync.video_request import VideoRequest

STARTED_SECONDS = 5.0
"""Kling's list prices a lip sync per started 5 s of the video."""


def estimated_price_usd(account: Account, clip_seconds: float | None) -> float | None:
    """The price in US dollars; 0 on this machine, None where the clip's length is unknown.

    A "5 s" video may be 5.1 s long and still counts as 5 s.
    """
    if account.on_this_machine:
        return 0.0
    if clip_seconds is None:
        return None
    started = max(1, ceil((clip_seconds - TOLERANCE_SECONDS) / STARTED_SECONDS))
    return started * account.price_per_5_seconds_usd


def estimated_video_price_usd(account: Account, request: VideoRequest) -> float | None:
    """The price of a new video in US dollars; 0 on this machine, None where nobody told the studio.

    10 s cost twice what 5 s do (Kling's list). Prices differ between models; the settings hold one
    for each quality.
    """
    if account.on_this_machine:
        return 0.0
    each = account.video_price_pro_usd if request.mode == "pro" else account.video_price_std_usd
    return None if each is None else each * (request.seconds / STARTED_SECONDS)
