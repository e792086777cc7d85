"""One frozen configuration: flags > environment (VIVAVOCE_*) > file > defaults; a bad value stops start-up.

Nothing else in the package reads the environment.
"""

import os
import sys
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from tomllib import TOMLDecodeError
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
OPENAI_VOICES = MappingProxyType(
    {
        "alloy": "kathleen", "ash": "rowan", "ballad": "hazel", "cedar": "rowan", "coral": "wren",
        "echo": "rowan", "fable": "hazel", "marin": "kathleen", "nova": "wren", "onyx": "rowan",
        "sage": "kathleen", "shimmer": "wren", "verse": "rowan",
    }
)  # fmt: skip
"""OpenAI's name → the embedded voice that comes nearest."""

Port = Annotated[int, Field(ge=0, le=65535)]
Aliases = Annotated[Mapping[str, str], AfterValidator(lambda value: MappingProxyType(dict(value)))]


def _existing_folder(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError("there is no such folder")
    return path


Folder = Annotated[Path, AfterValidator(_existing_folder)]


class ConfigurationError(Exception):
    """The configuration cannot be used; the message has a line per fault."""


class Config(BaseSettings):
    """Everything that an operator can set. Each field is a flag (`--grpc-port`), an environment variable
    (`VIVAVOCE_GRPC_PORT`) and a key of the configuration file (`grpc_port`)."""

    model_config = SettingsConfigDict(
        env_prefix="VIVAVOCE_", frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    host: str = "127.0.0.1"
    """Address to listen on; any but a loopback address needs keys_file or allow_unauthenticated."""
    http_port: Port = 8080
    """Port of Envoy (`vivavoce up`); 0 takes a free one."""
    grpc_port: Port = 50051
    """Port of the gRPC service; 0 takes a free one."""
    metrics_port: Port = 9464
    """Port of the Prometheus metrics, /metrics; 0 takes a free one."""
    unix_socket: Path | None = None
    """Serve gRPC on this socket too, for an Envoy in the same pod."""
    envoy_admin: str = ""
    """host:port of Envoy's admin interface, whose metrics are then shown beside ours."""

    keys_file: Path | None = None
    """TOML file with the hashed keys of the callers; read again when it changes."""
    allow_unauthenticated: bool = False
    """Serve without keys on an address that others can reach."""

    models_dir: Folder = Field(default_factory=lambda: user_data_folder() / "models", validate_default=False)
    """Folder of further models, each in a folder of its own with a model.toml."""
    load_models: Literal["start", "first use"] = "start"
    """When the service loads the models of models_dir: at its start, or when one is first asked for."""
    unload_after_seconds: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """Unload a model of models_dir that nobody has used for so long; 0 never does."""
    cache_dir: Path | None = Field(default_factory=lambda: user_cache_folder())  # noqa: PLW0108 - it comes below
    """Where it is kept which models are whole, so that they need not be read to be known."""
    mirror: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Where `vivavoce pull` fetches from: MIRROR/HOST/PATH in place of https://HOST/PATH."""
    catalogue: Path | None = None
    """TOML file of what `vivavoce pull` can fetch, in place of the package's own."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?|tensorrt(:\d+)?)$")
    """auto, cpu, cuda[:n] or tensorrt[:n]. A device that was asked for and is not used stops start-up."""
    threads: int = Field(default=0, ge=0, le=256)
    """Threads of one run on the CPU; 0 chooses by the number of cores."""

    max_input_characters: int = Field(default=4096, ge=1, le=1_000_000)
    """Longer inputs are refused."""
    max_streams: int = Field(default=256, ge=1, le=100_000)
    """Requests in synthesis at once; more are refused at once with RetryInfo."""
    first_audio_limit_seconds: float = Field(default=5.0, gt=0)
    """A request whose first audio could not come within this time is refused at once."""
    grace_seconds: float = Field(default=30.0, ge=0)
    """How long running streams may go on at shutdown."""

    model_aliases: Aliases = Field(default_factory=lambda: dict.fromkeys(OPENAI_MODELS, "viva"))
    """Further names of models: alias → model id. OpenAI's names speak with the embedded model."""
    voice_aliases: Mapping[str, Aliases] = Field(default_factory=lambda: {"viva": OPENAI_VOICES})
    """Further names of voices, per model: model id → alias → voice id."""
    lexicon: Path | None = None
    """TOML file of pronunciations: a table `words` of word → IPA."""

    log_format: Literal["auto", "json", "console"] = "auto"
    """auto is console on a terminal and json elsewhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Messages below this level are not logged."""

    @model_validator(mode="after")
    def _only_loopback_without_keys(self) -> Self:
        if self.keys_file is None and not self.allow_unauthenticated and not is_loopback(self.host):
            raise ValueError(
                f"host {self.host} can be reached from other machines, and no keys are set: give keys_file, "
                "or allow_unauthenticated if everybody on that network may speak"
            )
        return self


def load(flags: Mapping[str, Any], *, file: Path | None = None) -> Config:
    """The configuration from `flags` (only those that were given), the environment and a TOML `file`.

    Raises ConfigurationError with one line per fault.
    """

    class FromFile(Config):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no .env file is read
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - nor a folder of secrets
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)

    if file is not None and not file.is_file():
        raise ConfigurationError(f"there is no configuration file {file}")
    try:
        return FromFile(**flags)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_fault(detail) for detail in error.errors())) from None
    except (SettingsError, TOMLDecodeError) as error:
        raise ConfigurationError(str(error)) from None


def _fault(detail: "ErrorDetails") -> str:
    where = ".".join(str(part) for part in detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    return f"{where}: {message} (it is {detail['input']!r})" if where else message


def user_data_folder() -> Path:
    """Where the platform keeps a program's data of this user; it need not exist."""
    if sys.platform == "win32":
        place = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        place = "~/Library/Application Support"
    else:
        place = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return _at_home(place) / "vivavoce"


def user_cache_folder() -> Path | None:
    """Where the platform keeps what a program can do without, of this user; None for one without a home."""
    if sys.platform == "win32":
        folder = _at_home(os.environ.get("LOCALAPPDATA") or "~/AppData/Local") / "vivavoce" / "Cache"
    elif sys.platform == "darwin":
        folder = _at_home("~/Library/Caches") / "vivavoce"
    else:
        folder = _at_home(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "vivavoce"
    return folder if folder.is_absolute() else None


def _at_home(place: str) -> Path:
    return Path(os.path.expanduser(place))  # noqa: PTH111 - Path's own fails where there is no home


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
