"""Every setting of the studio, in one class.

Read from the environment first, then from `.streamlit/secrets.toml` (the same names, and
one `[accounts.<name>]` table per account). `docs/configuration.md` documents each key;
a test compares the two.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from lipsync.setting_checks import base_url, checked_key, database_url, http_url

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_ACCOUNT = "main"
SANDBOX_ACCOUNT = "sandbox"
"""The name of the built-in sandbox among the accounts."""
DEFAULT_BASE_URL = "https://api.cometapi.com"
DEFAULT_QUOTA_URL = "https://query.cometapi.com/user/quota"
SECRETS_FILE = Path(".streamlit") / "secrets.toml"


class SettingsError(SystemExit):
    """A setting is wrong; the start stops with one sentence that names its key."""


class AccountSettings(BaseModel):
    """One `[accounts.<name>]` table: an API key and what belongs to it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    key: SecretStr
    label: str = ""
    base_url: str = DEFAULT_BASE_URL
    quota_url: str = DEFAULT_QUOTA_URL
    max_in_flight: Annotated[int | None, Field(ge=1, le=100)] = None
    price_per_5_seconds_usd: Annotated[float | None, Field(ge=0, le=100)] = None
    video_price_std_usd: Annotated[float | None, Field(ge=0, le=1_000)] = None
    video_price_pro_usd: Annotated[float | None, Field(ge=0, le=1_000)] = None
    usual_seconds: Annotated[float, Field(gt=0, le=86_400)] = 300.0

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        return base_url(value)

    @field_validator("quota_url")
    @classmethod
    def _check_quota_url(cls, value: str) -> str:
        return http_url(value)

    @field_validator("key")
    @classmethod
    def _check_key(cls, value: SecretStr) -> SecretStr:
        return checked_key(value)


class Settings(BaseSettings):
    """The studio's settings. Field aliases are the keys people write."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    cometapi_key: SecretStr | None = Field(
        None,
        validation_alias="COMETAPI_KEY",
        description="The CometAPI key. Without any key the studio starts its sandbox.",
    )
    cometapi_base_url: str = Field(
        DEFAULT_BASE_URL,
        validation_alias="COMETAPI_BASE_URL",
        description="Where the API is. https only, except on this machine.",
    )
    cometapi_quota_url: str = Field(
        DEFAULT_QUOTA_URL,
        validation_alias="COMETAPI_QUOTA_URL",
        description="Where the balance is asked for.",
    )
    accounts: dict[str, AccountSettings] = Field(
        default_factory=dict,
        description="Named accounts, one `[accounts.<name>]` table each (secrets file only).",
    )
    database_url: str | None = Field(
        None,
        repr=False,  # it may hold a password
        validation_alias="DATABASE_URL",
        description="PostgreSQL or SQLite address of the database. Default: a file in the data folder.",
    )
    data_dir: Path = Field(
        Path("data"),
        validation_alias="STUDIO_DATA_DIR",
        description="Folder for the database, results, sounds and the sandbox.",
    )
    poll_seconds: float = Field(
        5.0,
        ge=0.2,
        le=60,
        validation_alias="STUDIO_POLL_SECONDS",
        description="First wait between two looks at a running job, in seconds; it grows to four times this.",
    )
    search_seconds: float = Field(
        120.0,
        ge=1,
        le=3_600,
        validation_alias="STUDIO_SEARCH_SECONDS",
        description="How long, in seconds, a request without an answer is looked for before you are asked.",
    )
    max_in_flight: int = Field(
        3,
        ge=1,
        le=100,
        validation_alias="STUDIO_MAX_IN_FLIGHT",
        description="How many jobs of one account may be with the service at the same time.",
    )
    public_url: str | None = Field(
        None,
        validation_alias="STUDIO_PUBLIC_URL",
        description="Address at which the service can reach this studio; switches callbacks on.",
    )
    price_per_5_seconds_usd: float = Field(
        0.07,
        ge=0,
        le=100,
        validation_alias="STUDIO_PRICE_PER_5_SECONDS_USD",
        description="Estimated price of a lip sync per started 5 seconds, in US dollars.",
    )
    video_price_std_usd: float | None = Field(
        None,
        ge=0,
        le=1_000,
        validation_alias="STUDIO_VIDEO_PRICE_STD_USD",
        description="Estimated price of a new video of 5 seconds in standard quality, in US dollars.",
    )
    video_price_pro_usd: float | None = Field(
        None,
        ge=0,
        le=1_000,
        validation_alias="STUDIO_VIDEO_PRICE_PRO_USD",
        description="The same in professional quality.",
    )
    sandbox: Literal["auto", "on", "off"] = Field(
        "auto",
        validation_alias="STUDIO_SANDBOX",
        description="The built-in sandbox: auto (only without a key), on (beside the keys) or off.",
    )
    sandbox_work_seconds: float = Field(
        4.0,
        ge=0,
        le=600,
        validation_alias="STUDIO_SANDBOX_WORK_SECONDS",
        description="The least time, in seconds, that the built-in sandbox takes for a job.",
    )
    sound_link_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        validation_alias="STUDIO_SOUND_LINK_HOSTS",
        description="Host names, comma separated, that links may use although they are internal.",
    )
    video_models: Annotated[tuple[str, ...], NoDecode] = Field(
        (
            "kling-v2-6",
            "kling-v3",
            "kling-v2-5-turbo",
            "kling-v2-1-master",
            "kling-v2-master",
            "kling-v1-6",
            "kling-v1",
            "kling-v2-1",
            "kling-v1-5",
        ),
        min_length=1,
        validation_alias="STUDIO_VIDEO_MODELS",
        description="Models offered for making videos, comma separated, the default first.",
    )

    sync_minutes: float = Field(
        10.0,
        ge=0,
        le=1_440,
        validation_alias="STUDIO_SYNC_MINUTES",
        description="How often, in minutes, the accounts' lists of videos are read; 0 is only when asked.",
    )
    parent_copies_mb: int = Field(
        2_000,
        ge=0,
        le=10_000_000,
        validation_alias="STUDIO_PARENT_COPIES_MB",
        description="Room for copies of the accounts' videos, in megabytes, the newest first; 0 is none.",
    )
    face_check: bool = Field(
        True,
        validation_alias="STUDIO_FACE_CHECK",
        description="Whether the faces in a chosen video are looked at before anything is paid.",
    )

    @field_validator("cometapi_base_url", "public_url")
    @classmethod
    def _check_base_url(cls, value: str | None) -> str | None:
        return None if value is None else base_url(value)

    @field_validator("cometapi_quota_url")
    @classmethod
    def _check_quota_url(cls, value: str) -> str:
        return http_url(value)

    @field_validator("cometapi_key")
    @classmethod
    def _check_key(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else checked_key(value)

    @field_validator("database_url")
    @classmethod
    def _checkdatabase(cls, value: str | None) -> str | None:
        return None if value is None else database_url(value)

    @field_validator("accounts")
    @classmethod
    def _check_names(cls, value: dict[str, AccountSettings]) -> dict[str, AccountSettings]:
        for name in value:
            if not name.replace("-", "").replace("_", "").isalnum() or len(name) > 40:
                # The name is shown with `repr`, which keeps the sentence on one line.
                raise ValueError(
                    f"[accounts.{name!r}]: a name is up to 40 letters, digits, hyphens and underscores"
                )
        if SANDBOX_ACCOUNT in value:
            raise ValueError(f"[accounts.{SANDBOX_ACCOUNT}]: that name belongs to the built-in sandbox")
        return value

    @model_validator(mode="after")
    def _check_main(self) -> Settings:
        if self.cometapi_key is not None and DEFAULT_ACCOUNT in self.accounts:
            raise ValueError(
                f"COMETAPI_KEY: it makes the account {DEFAULT_ACCOUNT!r}, "
                f"so [accounts.{DEFAULT_ACCOUNT}] needs another name"
            )
        return self

    @field_validator("sound_link_hosts", "video_models", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def data_path(self) -> Path:
        """The data folder as an absolute path; a relative one is seen from the project's folder."""
        return ROOT / self.data_dir.expanduser()

    @property
    def database_address(self) -> str:
        """SQLAlchemy's address of the database: `DATABASE_URL`, or a file in the data folder."""
        if self.database_url is None:
            return f"sqlite:///{self.data_path / 'studio.db'}"
        if self.database_url.startswith("postgresql://"):
            return "postgresql+psycopg://" + self.database_url.removeprefix("postgresql://")
        return self.database_url

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the base class's signature)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before `.streamlit/secrets.toml` before the defaults."""
        return init_settings, _Environment(settings_cls), _SecretsFile(settings_cls)


def _keys() -> set[str]:
    """The documented keys: names people write."""
    return {str(field.validation_alias) for field in Settings.model_fields.values() if field.validation_alias}


class _Environment(PydanticBaseSettingsSource):
    """Environment variables by their documented names only; an empty one counts as not set.

    The base class would read `SANDBOX`, `PUBLIC_URL` or `ACCOUNTS` as well, which mean
    something else on many machines.
    """

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError  # the whole mapping is given at once, in __call__

    def __call__(self) -> dict[str, Any]:
        return {key: value for key in _keys() if (value := os.environ.get(key))}


class _SecretsFile(PydanticBaseSettingsSource):
    """`.streamlit/secrets.toml`: our own keys only; other people's tables are left alone."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError  # the whole mapping is given at once, in __call__

    def __call__(self) -> dict[str, Any]:
        path = secrets_path()
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"{SECRETS_FILE}: the file cannot be read ({error}).") from error
        return {key: value for key, value in found.items() if key == "accounts" or key in _keys()}


def secrets_path() -> Path:
    """The secrets file: `STUDIO_SECRETS_FILE` (for tests), or the project's own."""
    named = os.environ.get("STUDIO_SECRETS_FILE")
    return Path(named) if named else ROOT / SECRETS_FILE


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process. Raises `SettingsError` with one sentence naming the wrong key."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_one_sentence(error)) from None


def _one_sentence(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    path = [str(part) for part in first["loc"]]
    message = str(first["msg"]).removeprefix("Value error, ")
    if path and path[0] == "accounts":
        key = ".".join(path)
        return f"[{key}] in {SECRETS_FILE}: {message}." if len(path) > 1 else f"{SECRETS_FILE}: {message}."
    # Errors about one key are filed under its documented name; those about several name it themselves.
    return f"{path[0]}: {message}." if path else f"{message}."
