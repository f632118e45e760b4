import pickle
import re

import pytest

from lipsync.upstream import errors


def every_class(root=errors.UpstreamError):
    yield root
    for child in root.__subclasses__():
        yield from every_class(child)


def test_the_tree_in_the_docstring_names_every_error_once():
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__)
    assert sorted(drawn) == sorted(c.__name__ for c in every_class() if c is not errors.UpstreamError)


def test_each_error_has_a_slug_of_its_own():
    slugs = [c.slug for c in every_class()]
    assert len(slugs) == len(set(slugs))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", slug) for slug in slugs)


@pytest.mark.parametrize(
    ("error", "retry_query", "retry_create", "unknown"),
    [
        (errors.NotSent, True, True, False),
        (errors.Interrupted, True, False, True),
        (errors.Busy, True, True, False),
        (errors.Refused, False, False, False),
    ],
)
def test_the_branches_follow_the_retry_table(error, retry_query, retry_create, unknown):
    for kind in every_class(error):
        flags = (kind.retry_query, kind.retry_create, kind.outcome_unknown_on_create)
        assert flags == (retry_query, retry_create, unknown), kind


@pytest.mark.parametrize("kind", list(every_class()), ids=lambda kind: kind.__name__)
def test_an_error_survives_pickling(kind):
    error = kind("told", code=1201, http_status=400, request_id="r", task_id="t", retry_after_seconds=2.0)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert copy.__dict__ == error.__dict__
    assert str(copy) == str(error)


def test_the_text_of_an_error_carries_its_ids_and_no_secret():
    error = errors.Busy(
        "slow down, sk-abc123 https://h/x?sig=1", code=1302, http_status=429, request_id="r", task_id="t"
    )
    assert str(error) == "slow down, sk-… https://h/x?… (HTTP 429, code 1302, request r, task t)"


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Voice id not found", True),
        ("voice_id genshin is invalid", True),
        ("Invalid voice", True),
        ("the voice does not exist", True),
        ("text is too long", False),
        ("voice_speed must be at most 2", False),
    ],
)
def test_a_missing_voice_is_recognised(message, found):
    assert errors.InvalidRequest(message, code=1201).voice_not_found is found


def test_refused_text_says_whether_policy_or_safety():
    assert errors.TextRefused(code=1300).kind == "policy"
    assert errors.TextRefused(code=1301).kind == "safety"
