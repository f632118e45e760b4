"""docs/sandbox.md lists what there is: no more, no less."""

import re

from lipsync.sandbox.__main__ import parser
from lipsync.sandbox.fault_values import RULES, Choice
from lipsync.sandbox.faults import KINDS, ROUTES
from lipsync.sandbox.parents import CATALOGUE
from lipsync.sandbox.refusals import BODY_FORMS
from lipsync.sandbox.rehearsal import WORDS
from tests.support.sandbox import ROOT

TEXT = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> dict[str, str]:
    """First column (without its marks) to the rest of each row."""
    found = re.findall(r"^\| `([^`]+)` \| (.*) \|$", section(title), re.MULTILINE)
    return dict(found)


def test_every_option_is_documented() -> None:
    options = {text for action in parser()._actions for text in action.option_strings} - {"-h", "--help"}
    assert set(rows("Options")) == options


def test_every_fault_is_documented_with_its_settings() -> None:
    documented = rows("Switching faults on")
    assert set(documented) == set(KINDS)
    for name, kind in KINDS.items():
        for setting in kind.settings:
            assert f"`{setting}`" in documented[name], f"{name}: {setting}"


def test_what_a_setting_can_be_is_documented() -> None:
    text = section("Switching faults on")
    for key, rule in RULES.items():
        allowed = rule.among if isinstance(rule, Choice) else ()
        if key != "code":  # the API's table
            assert [one for one in allowed if not re.search(rf"\b{one}\b", text)] == [], key


def test_every_route_and_body_form_is_documented() -> None:
    text = section("Switching faults on")
    for name in (*ROUTES, *BODY_FORMS):
        assert f"`{name}`" in text


def test_every_word_is_documented_with_what_it_does() -> None:
    assert rows("Rehearsing trouble by typing") == {f"[{word}]": what for word, what in WORDS.items()}


def test_every_parent_is_documented_with_its_length() -> None:
    documented = rows("The parents it ships")
    assert list(documented) == [parent.name for parent in CATALOGUE]
    for parent in CATALOGUE:
        if parent.status == "succeed":
            assert documented[parent.name].startswith(
                f"{parent.seconds} s | {parent.orientation} | {parent.days:g} day"
            )
