"""Money on an account, from either route."""

import pytest

from lipsync.upstream.balances import MOST_KEYS, Balance, KeyUsage, read_billing, read_quota
from lipsync.upstream.errors import Interrupted


def quota(total, key_cap=None):
    keys = [] if key_cap is None else [{"name": "k", "remain_quota": key_cap, "used_quota": 1}]
    return read_quota({"username": "u", "total_quota": total, "total_used_quota": 2.5, "keys": keys})


def test_the_quota_route_tells_what_is_left():
    assert quota(12.5) == Balance(12.5, 2.5, unlimited=False, source="quota")


def test_the_cap_of_the_only_key_is_what_is_left():
    capped = quota(12.5, key_cap=3)
    assert capped.remaining_usd == 3.0
    assert capped.keys == (KeyUsage("k", 3.0, 1.0, unlimited=False),)


def test_each_of_several_keys_is_told_and_none_of_them_is_taken_for_ours():
    answer = {
        "total_quota": 12.5, "total_used_quota": 2.5, "request_count": "41",
        "keys": [
            {"name": "web", "remain_quota": 1, "used_quota": 0.5},
            {"name": "batch", "remain_quota": -1, "used_quota": 2},
            "rubbish",
            {"name": None, "remain_quota": "x"},
        ],
    }  # fmt: skip
    found = read_quota(answer)
    assert (found.remaining_usd, found.requests) == (12.5, 41)
    assert found.keys == (
        KeyUsage("web", 1.0, 0.5, unlimited=False),
        KeyUsage("batch", None, 2.0, unlimited=True),
        KeyUsage("", None, None, unlimited=False),
    )


def test_a_key_that_the_service_repeats_is_taken_out():
    answer = {"total_quota": 1, "keys": [{"name": "sk-secret-of-ours\n<b>", "remain_quota": 1}]}
    assert read_quota(answer, key="sk-secret-of-ours").keys[0].name == "… <b>"


def test_an_endless_list_of_keys_is_cut():
    answer = {"total_quota": 1, "keys": [{"name": str(n), "remain_quota": 1} for n in range(10_000)]}
    assert len(read_quota(answer).keys) == MOST_KEYS


@pytest.mark.parametrize("unlimited", [-1, 999999999, "-1"])
def test_minus_one_and_999999999_mean_without_limit(unlimited):
    assert quota(12.5, key_cap=unlimited).remaining_usd == 12.5
    found = quota(unlimited, key_cap=unlimited)
    assert (found.remaining_usd, found.unlimited, found.keys[0].unlimited) == (None, True, True)


def test_the_billing_routes_count_in_dollars_and_cents():
    assert read_billing({"hard_limit_usd": 20}, {"total_usage": 150.5}) == Balance(
        18.495, 1.505, False, "billing"
    )
    assert read_billing({"hard_limit_usd": 100000000}, {"total_usage": 0}) == Balance(
        None, 0, True, "billing"
    )


@pytest.mark.parametrize("payload", [None, {}, [], {"total_quota": "much"}, {"hard_limit_usd": None}])
def test_a_balance_that_is_none_cannot_be_read(payload):
    with pytest.raises(Interrupted):
        read_quota(payload)
    with pytest.raises(Interrupted):
        read_billing(payload, {"total_usage": 1})
