"""Who calls: Bearer keys, known by their hashes in a TOML file that is read again when it changes.

[keys.my-app]
sha256 = "<hex of the key's SHA-256>"
max_streams = 8                  # at once; default: no limit
characters_per_minute = 20000    # default: no limit
"""

import hashlib
import hmac
import logging
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vivavoce.config import ConfigurationError
from vivavoce.errors import InvalidKey

SECONDS_BETWEEN_LOOKS = 1.0
KEY_BYTES = 32

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what they may do at a time."""

    name: str = ""
    """Of the key; empty where no keys are asked for."""
    max_streams: int | None = None
    characters_per_minute: int | None = None


class KeyEntry(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]
    max_streams: Annotated[int, Field(ge=1)] | None = None
    characters_per_minute: Annotated[int, Field(ge=1)] | None = None


class KeyFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keys: Annotated[dict[str, KeyEntry], Field(min_length=1)]


class Keys:
    """The keys in a file. Raises ConfigurationError if the file cannot be used."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._version = _version(file)
        self._callers = _read(file)
        self._next_look = monotonic() + SECONDS_BETWEEN_LOOKS

    def caller(self, authorization: str) -> Caller:
        """Whose key stands in the header `Authorization: Bearer <key>`; raises InvalidKey."""
        self._read_again_if_changed()
        scheme, _, key = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise InvalidKey("There is no API key: send the header 'Authorization: Bearer <key>'.")
        digest = hashlib.sha256(key.strip().encode()).digest()
        found = None
        for known, caller in self._callers.items():  # all of them, so that the time tells nothing
            if hmac.compare_digest(known, digest):
                found = caller
        if found is None:
            raise InvalidKey("The API key is not known here: ask the operator of this service for one.")
        return found

    def _read_again_if_changed(self) -> None:
        if monotonic() < self._next_look:
            return
        self._next_look = monotonic() + SECONDS_BETWEEN_LOOKS
        version = _version(self._file)
        if version == self._version:
            return
        self._version = version
        try:
            self._callers = _read(self._file)
        except ConfigurationError as error:
            log.error("the old keys stay in force: %s", error)  # noqa: TRY400 - the message says it all
        else:
            log.info("read %d keys again from %s", len(self._callers), self._file)


def new_key() -> str:
    """A fresh key; only its hash is to be kept."""
    return f"vv-{secrets.token_urlsafe(KEY_BYTES)}"


def hash_key(key: str) -> str:
    """What stands in the file for `key`. A plain hash will do, since keys are random and long."""
    return hashlib.sha256(key.encode()).hexdigest()


def _version(file: Path) -> tuple[int, int, int] | None:
    """Differs when the file was written or replaced; None if it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(file: Path) -> dict[bytes, Caller]:
    """Digest of the key → its caller."""
    try:
        entries = KeyFile.model_validate(tomllib.loads(file.read_text())).keys
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise ConfigurationError(f"keys file {file}: {'; '.join(faults)}") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"keys file {file}: {error}") from None
    callers = {
        bytes.fromhex(entry.sha256): Caller(name, entry.max_streams, entry.characters_per_minute)
        for name, entry in entries.items()
    }
    if len(callers) < len(entries):
        raise ConfigurationError(f"keys file {file}: two names have the same key")
    return callers
