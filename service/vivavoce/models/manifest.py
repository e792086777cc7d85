"""model.toml: what a folder of the model directory holds. A folder goes in, a checked Manifest comes out;
`text` goes the other way."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FILE = "model.toml"


class ModelError(Exception):
    """A model cannot be used; the message tells the operator why."""


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise ValueError("a file's name is relative to the folder of its model and stays inside it")
    return name


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")]
FileName = Annotated[str, Field(min_length=1), AfterValidator(_inside)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ListedVoice(_Table):
    """A table of `voices`."""

    id: Name
    name: str = ""
    """Shown to people; the family makes one of the id."""
    languages: tuple[str, ...] = ()
    """BCP-47, such as en-US; the first one is its own."""
    aliases: tuple[Name, ...] = ()


class Manifest(_Table):
    """A model.toml."""

    family: str
    id: Name
    license: str
    """SPDX identifier of the weights' licence."""
    owned_by: str
    created: date
    sample_rate_hertz: int = Field(ge=8000, le=192_000)
    files: Mapping[FileName, Sha256] = Field(min_length=1)
    """Name → SHA-256 of every file that the model is made of."""
    aliases: tuple[Name, ...] = ()
    languages: tuple[str, ...] = ()
    """Of voices whose own are not known otherwise."""
    voices: tuple[ListedVoice, ...] = ()
    """Which voices are offered, the default one first; left out, all that the files hold."""

    @property
    def created_seconds(self) -> int:
        """Since 1970."""
        return int(datetime.combine(self.created, time(), UTC).timestamp())

    def named(self, *suffixes: str) -> tuple[str, ...]:
        """Its files with one of `suffixes`, ordered by name."""
        return tuple(sorted(name for name in self.files if PurePosixPath(name).suffix in suffixes))

    def only(self, suffix: str) -> str:
        """Its one file with `suffix`. Raises ModelError if there are more, or none."""
        names = self.named(suffix)
        if len(names) != 1:
            raise ModelError(f"{FILE} must list exactly one {suffix} file; it lists {len(names)}")
        return names[0]


def read(directory: Path) -> Manifest:
    """The manifest of the model in `directory`. Raises ModelError."""
    try:
        return Manifest.model_validate(tomllib.loads((directory / FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ModelError(f"there is no {FILE}") from None
    except ValidationError as error:
        raise ModelError(f"{FILE}: {'; '.join(map(_fault, error.errors()))}") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{FILE}: {error}") from None


def text(manifest: Manifest) -> str:
    """The model.toml that `read` reads back as `manifest`."""
    fields = manifest.model_dump(mode="json", exclude_defaults=True, exclude={"files", "voices", "created"})
    lines = [f"{name} = {_toml(value)}" for name, value in fields.items()]
    lines += [f"created = {manifest.created}", "", "[files]"]
    lines += [f"{_toml(name)} = {_toml(sha256)}" for name, sha256 in manifest.files.items()]
    for voice in manifest.voices:
        lines += ["", "[[voices]]"]
        lines += [
            f"{name} = {_toml(value)}" for name, value in voice.model_dump(exclude_defaults=True).items()
        ]
    return "\n".join([*lines, ""])


def check_files(directory: Path, manifest: Manifest) -> None:
    """Raises ModelError unless every file is there, byte for byte."""
    for name, expected in manifest.files.items():
        try:
            found = sha256(directory / name)
        except OSError as error:
            raise ModelError(f"{name}: {error.strerror}") from None
        if found != expected:
            raise ModelError(f"{name} has the SHA-256 {found}, and should have {expected}: fetch it again")


def sha256(path: Path) -> str:
    """Of a file, as `Manifest.files` has it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _toml(value: object) -> str:
    """A string, a number or a list of strings; JSON writes them as TOML does, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _fault(detail: "ErrorDetails") -> str:
    where = ".".join(map(str, detail["loc"])).removesuffix(".[key]")
    return f"{where}: {detail['msg'].removeprefix('Value error, ')}"
