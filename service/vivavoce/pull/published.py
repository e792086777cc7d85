"""What can be pulled by name: a TOML file goes in, for each name the files to fetch come out.

The package's own file is published.toml, beside this one; an organisation can keep one for its own models.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vivavoce.models.manifest import FileName, Name, Sha256

OWN = Path(__file__).with_name("published.toml")
PACKS = "voices/"
"""Folder of the voices that were chosen one by one."""

Address = Annotated[str, Field(pattern=r"^https?://[^\s/]+/\S+$")]
FolderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class PullError(Exception):
    """A model cannot be pulled; the message says why and what to do."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Remote(_Table):
    """A file to fetch."""

    url: Address
    sha256: Sha256 | None = None
    """None where it is not known for certain: it is then taken from what arrives."""
    size_bytes: int | None = None


class Packs(_Table):
    """Voices that can be fetched one by one, in place of a file with all of them."""

    url: Address
    """With {voice} in it."""
    in_place_of: FileName
    size_bytes: int | None = None
    names: tuple[Name, ...]


class Described(_Table):
    """What model.toml will say."""

    title: str
    family: str
    license: str
    owned_by: str
    created: date | None = None
    """None where it is not known: model.toml then has the day on which it was pulled."""
    aliases: tuple[Name, ...] = ()


class _Model(Described):
    sample_rate_hertz: int
    files: Mapping[FileName, Remote] = Field(min_length=1)
    voices: Packs | None = None


class _Collection(Described):
    """Models that differ in their name alone, LOCALE-VOICE-QUALITY, such as en_US-lessac-medium."""

    files: Mapping[str, Address] = Field(min_length=1)
    """Names and addresses, with {name}, {language}, {locale}, {voice} and {quality} in them."""
    sample_rates_hertz: Mapping[str, int]
    """By the quality."""
    names: tuple[Annotated[str, Field(pattern=r"^[a-z]{2}_[A-Z]{2}-\w+-\w+$")], ...]


class _File(_Table):
    models: Mapping[FolderName, _Model] = {}
    collections: Mapping[str, _Collection] = {}


@dataclass(frozen=True, slots=True)
class Published:
    """A model that can be pulled."""

    name: str
    """Of its folder, and its id."""
    described: Described
    sample_rate_hertz: int
    files: Mapping[str, Remote]
    packs: Packs | None = None

    @property
    def size_bytes(self) -> int | None:
        """Of all its files, as far as it is known."""
        return sum(remote.size_bytes or 0 for remote in self.files.values()) or None

    @property
    def voice_files(self) -> dict[str, Remote]:
        """Those of its files that can be added to it later."""
        if not self.packs:
            return {}
        all_voices = self.packs.in_place_of
        return {name: one for name, one in self.files.items() if name == all_voices or name.startswith(PACKS)}

    @property
    def created(self) -> date:
        return self.described.created or datetime.now(UTC).date()

    def with_voices(self, chosen: tuple[str, ...]) -> "Published":
        """It with these voices alone; all of them if none is chosen. Raises PullError."""
        if not chosen:
            return self
        if not self.packs:
            raise PullError(f"{self.name} comes with all of its voices: leave out --voice")
        if unknown := sorted(set(chosen) - set(self.packs.names)):
            known = ", ".join(self.packs.names)
            raise PullError(f"{self.name} has no voice {', '.join(unknown)}; it has: {known}")
        packs = {
            f"{PACKS}{voice}.bin": Remote(
                url=self.packs.url.replace("{voice}", voice), size_bytes=self.packs.size_bytes
            )
            for voice in dict.fromkeys(chosen)
        }
        others = {name: remote for name, remote in self.files.items() if name != self.packs.in_place_of}
        return replace(self, files=others | packs)


def read(file: Path = OWN) -> dict[str, Published]:
    """Name → model, in the order of `file`. Raises PullError."""
    try:
        listed = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise PullError(f"{file}: {'; '.join(faults)}") from None
    except (OSError, ValueError) as error:
        raise PullError(f"{file}: {error}") from None
    return {model.name: model for model in _models(listed)}


def _models(listed: _File) -> Iterator[Published]:
    for name, model in listed.models.items():
        yield Published(name, model, model.sample_rate_hertz, model.files, packs=model.voices)
    for collection in listed.collections.values():
        for name in collection.names:
            yield _of_collection(collection, name)


def _of_collection(collection: _Collection, name: str) -> Published:
    locale, voice, quality = name.split("-")
    words = {"name": name, "language": locale[:2], "locale": locale, "voice": voice, "quality": quality}
    files = {
        file.format_map(words): Remote(url=url.format_map(words)) for file, url in collection.files.items()
    }
    return Published(name, collection, collection.sample_rates_hertz[quality], files)
