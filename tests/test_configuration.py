"""docs/configuration.md and the settings say the same, both ways."""

from __future__ import annotations

import re

import pytest
from pydantic_core import PydanticUndefined

from lipsync.settings import ROOT, AccountSettings, Settings, load_settings

PAGE = ROOT / "docs" / "configuration.md"
VARIABLES = {"FFMPEG_BINARY", "FFPROBE_BINARY", "STUDIO_SECRETS_FILE"}


def table(first_heading: str) -> dict[str, tuple[str, str, str]]:
    """Default, meaning and example by key, from the table whose first column has this heading."""
    after = PAGE.read_text(encoding="utf-8").split(f"| {first_heading} |", 1)[1]
    rows = after.split("\n\n", 1)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {key.strip("`"): (default, meaning, example) for key, default, meaning, example in cells}


def keys() -> dict[str, object]:
    """Every key people may write, with its default."""
    return {
        str(field.validation_alias): field.default
        for field in Settings.model_fields.values()
        if field.validation_alias is not None
    }


def shown(default: object) -> str | None:
    """A default as the page writes it; None where the page says it in words."""
    if default is None or default == () or default is PydanticUndefined:
        return None
    return f"`{','.join(default) if isinstance(default, tuple) else default}`"


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    assert set(table("Key")) == set(keys())


def test_every_key_of_an_account_is_documented_and_nothing_else_is() -> None:
    assert set(table("Key of an account")) == set(AccountSettings.model_fields)


def test_every_default_is_the_real_one() -> None:
    defaults = {key: shown(default) for key, default in keys().items()} | {
        name: shown(field.default) for name, field in AccountSettings.model_fields.items() if name != "label"
    }
    documented = table("Key") | table("Key of an account")
    assert {key: documented[key][0] for key, default in defaults.items() if default} == {
        key: default for key, default in defaults.items() if default
    }


@pytest.mark.parametrize("heading", ["Key", "Key of an account", "Variable"])
def test_every_key_has_a_meaning_and_an_example(heading: str) -> None:
    for key, (default, meaning, example) in table(heading).items():
        assert default, key
        assert meaning.endswith("."), key
        assert re.fullmatch("`[^`]+`", example), key


def test_every_example_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = {key: row[2].strip("`") for key, row in table("Key").items()} | {"COMETAPI_KEY": "sk-1"}
    for key, example in examples.items():
        monkeypatch.setenv(key, example)
    assert load_settings().max_in_flight == 5
    account = {key: row[2].strip("`") for key, row in table("Key of an account").items()} | {"key": "sk-1"}
    AccountSettings.model_validate(account)


def test_every_variable_that_our_code_reads_is_documented() -> None:
    reads = re.compile(r"(?:os\.environ(?:\.get)?[\[(]|getenv\()\s*\"(\w+)\"")
    sources = [
        *(ROOT / "lipsync").rglob("*.py"),
        *(ROOT / "components").rglob("*.py"),
        *(ROOT / "pages").glob("*.py"),
    ]
    found = {name for path in sources for name in reads.findall(path.read_text(encoding="utf-8"))}
    assert found - VARIABLES - set(keys()) <= {"PATH", "OPENBLAS_NUM_THREADS"}
    assert set(table("Variable")) == VARIABLES


def test_the_example_of_the_secrets_file_names_only_real_keys() -> None:
    text = (ROOT / ".streamlit" / "secrets.example.toml").read_text(encoding="utf-8")
    written = set(re.findall(r"^(?:# )?(\w+) = ", text, flags=re.MULTILINE))
    assert written
    assert written <= set(keys()) | set(AccountSettings.model_fields)
