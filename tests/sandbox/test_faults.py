from typing import Any

import pytest

from lipsync.sandbox.faults import KINDS, ROUTES, FaultBox, FaultError, parse_mapping, parse_words


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
    "words",
    [
        "nonsense",
        "reset route=moon",
        "no-video route=create",
        "http status=many",
        "reset speed=5",
        "cut 'open",
    ],
)
def test_a_fault_that_does_not_exist_is_refused(words: str) -> None:
    with pytest.raises(FaultError):
        parse_words(words)


def test_every_kind_can_be_set_with_its_defaults_on_a_route_that_exists() -> None:
    for name, kind in KINDS.items():
        assert set(kind.routes) <= set(ROUTES)
        assert parse_words(name).settings == kind.settings
