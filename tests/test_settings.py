"""Settings: where they come from, and that a wrong one stops the start with one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from lipsync.settings import ROOT, Settings, SettingsError, load_settings

SECRET = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A secrets file that does not exist yet, and an environment without any of our keys."""
    for key in {str(field.validation_alias) for field in Settings.model_fields.values()}:
        monkeypatch.delenv(key, raising=False)
    path = tmp_path / "secrets.toml"
    monkeypatch.setenv("STUDIO_SECRETS_FILE", str(path))
    return path


def sentence(**overrides: object) -> str:
    """The one sentence with which the start stops."""
    with pytest.raises(SettingsError) as caught:
        load_settings(**overrides)
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_without_anything_the_sandbox_is_chosen_and_data_stays_in_the_project() -> None:
    settings = load_settings()
    assert settings.cometapi_key is None
    assert settings.sandbox == "auto"
    assert settings.data_path == ROOT / "data"
    assert settings.database_address == f"sqlite:///{ROOT / 'data' / 'studio.db'}"


def test_the_environment_comes_before_the_secrets_file(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets.write_text('STUDIO_SANDBOX = "on"\nSTUDIO_MAX_IN_FLIGHT = 7\n')
    monkeypatch.setenv("STUDIO_SANDBOX", "off")
    settings = load_settings()
    assert settings.sandbox == "off"
    assert settings.max_in_flight == 7


def test_an_empty_environment_variable_counts_as_not_set(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets.write_text(f'COMETAPI_KEY = "{SECRET}"\n')
    monkeypatch.setenv("COMETAPI_KEY", "")
    monkeypatch.setenv("STUDIO_POLL_SECONDS", "")
    settings = load_settings()
    assert settings.cometapi_key is not None
    assert settings.cometapi_key.get_secret_value() == SECRET
    assert settings.poll_seconds == 5.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCOUNTS", "rubbish"),
        ("accounts", '{"a": {"key": "sk-1"}}'),
        ("SANDBOX", "off"),
        ("DATA_DIR", "/nowhere"),
        ("PUBLIC_URL", "https://a.example"),
        ("MAX_IN_FLIGHT", "x"),
    ],
)
def test_environment_variables_that_are_not_ours_mean_nothing(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_settings()
    monkeypatch.setenv(name, value)
    assert load_settings() == before


def test_other_peoples_tables_in_the_secrets_file_are_left_alone(secrets: Path) -> None:
    secrets.write_text('something = "else"\n[auth]\ncookie_secret = "x"\n[connections.sql]\nurl = "y"\n')
    assert load_settings() == Settings()


def test_a_secrets_file_from_windows_notepad_is_read(secrets: Path) -> None:
    secrets.write_bytes(b"\xef\xbb\xbf" + f'COMETAPI_KEY = "{SECRET}"\r\n'.encode())
    assert load_settings().cometapi_key is not None


@pytest.mark.parametrize(
    "content", [b"COMETAPI_KEY = " + SECRET.encode(), b"\xff\xfe" + SECRET.encode(), b"[accounts\n", b"= 3"]
)
def test_a_broken_secrets_file_is_named_and_not_quoted(secrets: Path, content: bytes) -> None:
    secrets.write_bytes(content)
    text = sentence()
    assert text.startswith(".streamlit/secrets.toml: the file cannot be read")
    assert SECRET not in text


def test_a_secrets_file_that_is_a_folder_is_named(secrets: Path) -> None:
    secrets.mkdir()
    assert "secrets.toml" in sentence()


WRONG = [
    ("COMETAPI_KEY", "two words"),
    ("COMETAPI_KEY", "sk-…"),
    ("COMETAPI_KEY", "sk-a\nb"),
    ("COMETAPI_KEY", " \t "),
    ("COMETAPI_BASE_URL", "api.cometapi.com"),
    ("COMETAPI_BASE_URL", "http://api.cometapi.com"),
    ("COMETAPI_BASE_URL", "ftp://api.cometapi.com"),
    ("COMETAPI_BASE_URL", "https://"),
    ("COMETAPI_BASE_URL", "https://me:pw@api.cometapi.com"),
    ("COMETAPI_BASE_URL", "https://api.cometapi.com:99999"),
    ("COMETAPI_BASE_URL", "https://api.cometapi.com:0"),
    ("COMETAPI_BASE_URL", "https://api.cometapi.com:abc"),
    ("COMETAPI_BASE_URL", "https://[::1"),
    ("COMETAPI_BASE_URL", "https://api.cometapi.com/?a=b"),
    ("COMETAPI_BASE_URL", "https://api.cometapi.com#top"),
    ("COMETAPI_BASE_URL", "https://api.comet api.com"),
    ("COMETAPI_BASE_URL", "https://api.cometapi.com\n.evil.example"),
    ("COMETAPI_BASE_URL", "http://127.0.0.1@evil.example"),
    ("COMETAPI_BASE_URL", "http://127.0.0.1.evil.example"),
    ("COMETAPI_QUOTA_URL", "http://query.cometapi.com/user/quota"),
    ("DATABASE_URL", "mysql://localhost/studio"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", "postgresql://"),
    ("DATABASE_URL", "postgresql://user:pw-secret@host:port/name"),
    ("STUDIO_POLL_SECONDS", "0"),
    ("STUDIO_POLL_SECONDS", "nan"),
    ("STUDIO_POLL_SECONDS", "soon"),
    ("STUDIO_MAX_IN_FLIGHT", "0"),
    ("STUDIO_MAX_IN_FLIGHT", "101"),
    ("STUDIO_MAX_IN_FLIGHT", "2.5"),
    ("STUDIO_PUBLIC_URL", "http://studio.example"),
    ("STUDIO_PUBLIC_URL", "https://studio.example/?x=1"),
    ("STUDIO_PRICE_PER_5_SECONDS_USD", "-0.01"),
    ("STUDIO_PRICE_PER_5_SECONDS_USD", "nan"),
    ("STUDIO_SANDBOX", "yes"),
    ("STUDIO_SANDBOX_WORK_SECONDS", "601"),
    ("STUDIO_SANDBOX_WORK_SECONDS", "inf"),
    ("STUDIO_VIDEO_MODELS", " , "),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_a_wrong_value_in_the_environment_stops_with_one_sentence_naming_its_key(
    key: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(key, value)
    text = sentence()
    assert text.startswith(f"{key}: ")
    assert text.count(". ") == 0
    assert "pw-secret" not in text


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ('STUDIO_MAX_IN_FLIGHT = "many"', "STUDIO_MAX_IN_FLIGHT"),
        ("STUDIO_VIDEO_MODELS = [1]", "STUDIO_VIDEO_MODELS"),
        ("STUDIO_DATA_DIR = 3", "STUDIO_DATA_DIR"),
        ('accounts = "main"', "secrets.toml"),
        (f'accounts.marketing = "{SECRET}"', "[accounts.marketing]"),
        ("[accounts.marketing]", "[accounts.marketing.key]"),
        ('[accounts.marketing]\nkey = "a b"', "[accounts.marketing.key]"),
        (f'[accounts.marketing]\nkey = "{SECRET}"\nkye = 1', "[accounts.marketing.kye]"),
        (f'[accounts.marketing]\nkey = "{SECRET}"\nmax_in_flight = 0', "[accounts.marketing.max_in_flight]"),
        (f'[accounts.marketing]\nkey = "{SECRET}"\nbase_url = "x"', "[accounts.marketing.base_url]"),
        (f'[accounts.marketing]\nkey = "{SECRET}"\nusual_seconds = 0', "[accounts.marketing.usual_seconds]"),
        (f'[accounts."a b"]\nkey = "{SECRET}"', "[accounts.'a b']"),
        (f'[accounts."a\\nb"]\nkey = "{SECRET}"', "accounts"),
        (f'[accounts.{"x" * 41}]\nkey = "{SECRET}"', "accounts"),
        (f'[accounts."-_"]\nkey = "{SECRET}"', "accounts"),
        (f'[accounts.sandbox]\nkey = "{SECRET}"', "[accounts.sandbox]"),
        (f'COMETAPI_KEY = "sk-a"\n[accounts.main]\nkey = "{SECRET}"', "COMETAPI_KEY"),
    ],
)
def test_a_wrong_value_in_the_secrets_file_stops_with_one_sentence_naming_its_key(
    secrets: Path, toml: str, named: str
) -> None:
    secrets.write_text(toml)
    text = sentence()
    assert named in text
    assert SECRET not in text


def test_a_key_is_in_no_repr_no_text_and_no_dump(secrets: Path) -> None:
    secrets.write_text(f'[accounts.marketing]\nkey = "{SECRET}"\n')
    settings = load_settings(COMETAPI_KEY=SECRET + "1", DATABASE_URL="postgresql://me:pw-secret@host/name")
    shown = (
        f"{settings!r} {settings} {settings.accounts!r} {settings.model_dump_json(exclude={'database_url'})}"
    )
    assert SECRET not in shown
    assert "pw-secret" not in shown


def test_a_wrong_key_is_in_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMETAPI_KEY", SECRET + " and more")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_blanks_around_a_key_or_an_address_are_taken_off() -> None:
    settings = load_settings(COMETAPI_KEY=f" {SECRET}\n", COMETAPI_BASE_URL=" https://api.example/ ")
    assert settings.cometapi_key is not None
    assert settings.cometapi_key.get_secret_value() == SECRET
    assert settings.cometapi_base_url == "https://api.example"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:8000", "http://a.localhost"]
)
def test_plain_http_is_for_this_machine(address: str) -> None:
    assert load_settings(COMETAPI_BASE_URL=address).cometapi_base_url == address


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://me:pw@host/name", "postgresql+psycopg://me:pw@host/name"),
        ("postgresql://me:pw@host/name", "postgresql+psycopg://me:pw@host/name"),
        ("postgresql+psycopg://host/name", "postgresql+psycopg://host/name"),
        ("postgresql://me:@/name?host=/run/pg", "postgresql+psycopg://me:@/name?host=/run/pg"),
        ("sqlite:////srv/studio.db", "sqlite:////srv/studio.db"),
    ],
)
def test_a_database_address_is_written_as_the_driver_wants_it(given: str, used: str) -> None:
    assert load_settings(DATABASE_URL=given).database_address == used


def test_a_data_folder_in_the_home_folder_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings(STUDIO_DATA_DIR="~/studio").data_path == tmp_path / "studio"


def test_a_relative_data_folder_is_seen_from_the_project_and_not_from_where_one_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(STUDIO_DATA_DIR="somewhere").data_path == ROOT / "somewhere"


def test_lists_are_given_with_commas_or_as_toml_lists(secrets: Path) -> None:
    secrets.write_text('STUDIO_SOUND_LINK_HOSTS = ["a.example", "b.example"]\n')
    settings = load_settings(STUDIO_VIDEO_MODELS=" one, two,,")
    assert settings.sound_link_hosts == ("a.example", "b.example")
    assert settings.video_models == ("one", "two")


def test_a_wrong_setting_ends_the_process_with_the_sentence_and_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from lipsync.settings import load_settings; load_settings()"],
        cwd=ROOT,
        env=os.environ | {"STUDIO_POLL_SECONDS": "soon"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("STUDIO_POLL_SECONDS: ")
