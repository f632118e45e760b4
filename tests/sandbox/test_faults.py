import re
from typing import Any

import pytest

from lipsync.sandbox.fault_values import RULES, FaultError
from lipsync.sandbox.faults import KINDS, ROUTES, FaultBox, parse_mapping, parse_words


def box_with(*faults: str) -> FaultBox:
    box = FaultBox()
    for words in faults:
        box.add(parse_words(words))
    return box


def test_words_and_json_say_the_same() -> None:
    words = parse_words('http route=query status=502 count=2 probability=0.5 message="Bad luck"')
    given: dict[str, Any] = {"kind": "http", "route": "query", "status": 502, "count": 2, "probability": 0.5}
    assert words == parse_mapping({**given, "message": "Bad luck"})


def test_a_count_ends_the_fault() -> None:
    box = box_with("reset route=query count=2")
    assert [box.take("query", "reset") is not None for _ in range(4)] == [True, True, False, False]


def test_a_route_keeps_the_fault_from_the_others() -> None:
    box = box_with("reset route=query")
    assert box.take("create", "reset") is None
    assert box_with("reset").take("create", "reset") is not None


def test_chance_is_seeded_and_about_right() -> None:
    runs = []
    for _ in range(2):
        box = box_with("reset probability=0.3")
        runs.append([box.take("query", "reset") is not None for _ in range(1000)])
    assert runs[0] == runs[1]
    assert 250 < sum(runs[0]) < 350


def test_the_first_polls_are_counted_for_each_task() -> None:
    box = box_with("first-polls-404 polls=2 count=2")
    assert [box.polls_left("first-polls-404", "a") for _ in range(3)] == [True, True, False]
    assert [box.polls_left("first-polls-404", "b") for _ in range(3)] == [True, True, False]
    assert not box.polls_left("first-polls-404", "c")


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ("nonsense", "there are: error, http"),
        ("reset route=moon", "create, create-video, query, list, download, balance, any"),
        ("no-video route=create", "download, any"),
        ("reset speed=5", "it has: after, route, count, probability"),
        ("cut 'open", "cannot read"),
        ("reset count=x", "whole number"),
        ("reset count=0", "1 or more"),
        ("reset count=-1", "1 or more"),
        ("reset probability=7", "from 0 to 1"),
        ("reset probability=nan", "from 0 to 1"),
        ("reset after=perhaps", "true or false"),
        ("http status=many", "whole number"),
        ("http status=99", "from 200 to 599"),
        ("http status=1000", "from 200 to 599"),
        ("http status=204", "not 204 or 304"),
        ("empty status=0", "from 200 to 599"),
        ("redirect status=200", "301, 302, 303, 307, 308"),
        ("error form=xml", "native, error, text, nested, fetch, html, empty"),
        ("error code=9999", "1000, 1001"),
        ("error retry_after='1\n2'", "header"),
        ("wrong-type type=text/плain", "header"),
        ("oversized bytes=0", "from 1 to 1000000000"),
        ("delay seconds=-5", "from 0 to 86400"),
        ("delay seconds=inf", "from 0 to 86400"),
        ("work seconds=90000", "from 0 to 86400"),
        ("cut part=5", "from 0 to 1"),
        ("slow bytes_per_second=0", "from 0.1"),
        ("wrapped depth=9", "1, 2, 3"),
        ("wrapped depth=0", "1, 2, 3"),
        ("shape result_url=foo", "result_url, video_url"),
        ("shape bare=2", "true or false"),
        ("missing-url polls=-1", "0 or more"),
        ("max-parallel limit=-1", "0 or more"),
        ("callbacks mode=bogus", "on, off, duplicate, reversed"),
    ],
)
def test_a_fault_that_does_not_exist_is_refused_with_what_does(words: str, allowed: str) -> None:
    with pytest.raises(FaultError, match=re.escape(allowed)):
        parse_words(words)


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "http", "status": []},
        {"kind": "http", "status": 503.5},
        {"kind": "http", "status": True},
        {"kind": "http", "message": {}},
        {"kind": "http", "message": "\ud800"},
        {"kind": "reset", "after": 5},
        {"kind": ["reset"]},
        {"kind": "delay", "seconds": None},
    ],
)
def test_json_of_a_wrong_type_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(FaultError):
        parse_mapping(given)


def test_numbers_may_be_written_as_texts_and_texts_as_numbers() -> None:
    fault = parse_mapping({"kind": "http", "status": "502", "retry_after": 7, "after": 1, "count": None})
    assert (fault.settings["status"], fault.settings["retry_after"]) == (502, "7")
    assert (fault.settings["after"], fault.count) == (True, None)


def test_every_rule_belongs_to_a_setting() -> None:
    settings = {"count", "probability"}
    for name, kind in KINDS.items():
        settings |= {*kind.settings, *(f"{name}.{key}" for key in kind.settings)}
    assert set(RULES) <= settings


def test_every_kind_can_be_set_with_its_defaults_on_a_route_that_exists() -> None:
    for name, kind in KINDS.items():
        assert set(kind.routes) <= set(ROUTES)
        assert parse_words(name).settings == kind.settings
