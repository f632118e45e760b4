"""Accounts: what the settings say about each, and where a key may go."""

from __future__ import annotations

from pathlib import Path

import pytest

from lipsync.accounts import Account, configured_accounts
from lipsync.clients import Clients, UnknownAccount
from lipsync.settings import Settings, load_settings

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for key in {str(field.validation_alias) for field in Settings.model_fields.values()}:
        monkeypatch.delenv(key, raising=False)
    path = tmp_path / "secrets.toml"
    monkeypatch.setenv("STUDIO_SECRETS_FILE", str(path))
    return path


def accounts(secrets: Path, toml: str = "", **overrides: object) -> dict[str, Account]:
    secrets.write_text(toml)
    return configured_accounts(load_settings(**overrides))


def test_without_a_key_there_is_no_account(secrets: Path) -> None:
    assert accounts(secrets) == {}


def test_the_account_of_the_plain_key_comes_first_and_is_called_main(secrets: Path) -> None:
    found = accounts(secrets, f'[accounts.a]\nkey = "{KEY}"\n', COMETAPI_KEY="sk-1")
    assert list(found) == ["main", "a"]
    assert found["main"].label == "CometAPI"
    assert found["main"].key == "sk-1"


def test_an_account_takes_from_the_general_settings_what_its_table_leaves_out(secrets: Path) -> None:
    found = accounts(
        secrets,
        f'[accounts.a]\nkey = "{KEY}"\n[accounts.b]\nkey = "{KEY}"\nlabel = "Bee"\nmax_in_flight = 1\n'
        "price_per_5_seconds_usd = 0\nusual_seconds = 60\nvideo_price_pro_usd = 0\n",
        STUDIO_MAX_IN_FLIGHT="9",
        STUDIO_VIDEO_PRICE_PRO_USD="0.49",
        STUDIO_PRICE_PER_5_SECONDS_USD="0.5",
    )
    a, b = found["a"], found["b"]
    assert (a.label, a.max_in_flight, a.price_per_5_seconds_usd, a.usual_seconds) == ("a", 9, 0.5, 300.0)
    assert (b.label, b.max_in_flight, b.price_per_5_seconds_usd, b.usual_seconds) == ("Bee", 1, 0.0, 60.0)
    assert [(one.video_price_std_usd, one.video_price_pro_usd) for one in (a, b)] == [
        (None, 0.49),
        (None, 0.0),
    ]


def test_a_key_shows_in_no_repr(secrets: Path) -> None:
    found = accounts(secrets, f'[accounts.a]\nkey = "{KEY}"\n')
    assert KEY not in f"{found!r} {found['a']}"


@pytest.mark.parametrize(
    ("base_url", "asked"),
    [
        ("https://api.cometapi.com", "https://query.cometapi.com/user/quota"),
        ("https://eu.cometapi.com/v2", "https://query.cometapi.com/user/quota"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/user/quota"),
        ("https://relay.example", None),
        ("https://evilcometapi.com", None),
        ("https://cometapi.com.evil.example", None),
    ],
)
def test_a_key_is_told_only_to_the_service_it_belongs_to(
    secrets: Path, base_url: str, asked: str | None
) -> None:
    found = accounts(
        secrets,
        f'[accounts.a]\nkey = "{KEY}"\nbase_url = "{base_url}"\n',
        COMETAPI_KEY="sk-1",
        COMETAPI_BASE_URL=base_url,
    )
    assert found["a"].quota_url == asked
    assert found["main"].quota_url == asked


def test_an_address_for_the_balance_that_somebody_chose_is_used(secrets: Path) -> None:
    found = accounts(
        secrets,
        COMETAPI_KEY="sk-1",
        COMETAPI_BASE_URL="https://relay.example",
        COMETAPI_QUOTA_URL="https://relay.example/quota?v=2",
    )
    assert found["main"].quota_url == "https://relay.example/quota?v=2"


@pytest.mark.parametrize(
    ("base_url", "here"),
    [
        ("http://127.0.0.1:9000", True),
        ("http://localhost:9000", True),
        ("http://[::1]:9000", True),
        ("http://127.8.9.10:9000", True),
        ("https://api.cometapi.com", False),
        ("https://0.0.0.0:9000", False),
        ("https://localhost.example", False),
        ("https://127.0.0.1.example", False),
        ("https://192.168.0.1", False),
        ("https://[::ffff:8.8.8.8]", False),
    ],
)
def test_only_an_address_on_this_machine_is_said_to_cost_nothing(
    secrets: Path, base_url: str, here: bool
) -> None:
    found = accounts(secrets, COMETAPI_KEY="sk-1", COMETAPI_BASE_URL=base_url)
    assert found["main"].on_this_machine is here
    assert (found["main"].label == "Sandbox") is here


def test_an_unknown_account_is_said_by_name(secrets: Path) -> None:
    clients = Clients(accounts(secrets, COMETAPI_KEY="sk-1"))
    with pytest.raises(UnknownAccount, match="'gone'") as caught:
        clients.client("gone")
    assert caught.value.name == "gone"
    assert clients.client("main") is clients.client("main")
    clients.close()
