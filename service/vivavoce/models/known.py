"""What is known of models from earlier, so that they need not be hashed and loaded to be listed.

In goes how a model's folder looks from outside; out come its Facts, if it was found whole and able to speak
when it last looked so. They are kept in a folder of the user's caches: whatever is wrong there costs time and
nothing else.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter

from vivavoce import __version__
from vivavoce.models.base import Facts
from vivavoce.models.manifest import Manifest
from vivavoce.models.session import Device


@dataclass(frozen=True, slots=True)
class Look:
    """A model as it looks without being read."""

    place: str
    """Tells it from other models, and from itself on another kind of device; a file name."""
    seal: str
    """Another one whenever its model.toml changes, a size or a time of modification of its files, or our own
    version; empty if a file cannot be looked at."""


def look(folder: Path, listed: Manifest, device: Device) -> Look:
    """How the model in `folder`, whose manifest is `listed`, looks now."""
    place = _digest(str(folder.resolve()), device.kind)
    try:
        files = [(folder / name).stat() for name in listed.files]
    except OSError:
        return Look(place, "")
    marks = [f"{file.st_size} {file.st_mtime_ns}" for file in files]
    return Look(place, _digest(__version__, place, listed.model_dump_json(), *marks))


class Known:
    """Remembers Facts for as long as the process runs, and in `folder` for later ones if there is one.

    One that is not `trusted` believes nothing that it remembers, and learns anew. Several threads may use it.
    """

    def __init__(self, folder: Path | None = None, *, trusted: bool = True) -> None:
        self._folder = folder
        self._trusted = trusted
        self._facts: dict[str, Facts] = {}
        self._adapter = TypeAdapter(Facts)

    def facts(self, seen: Look) -> Facts | None:
        """Those of the model that looks like that; None if they are not known."""
        if not (self._trusted and seen.seal):
            return None
        return self._facts.get(seen.seal) or self._read(seen)

    def remember(self, seen: Look, facts: Facts) -> None:
        """The model that looks like that is whole, and can speak."""
        if not seen.seal or self.facts(seen) == facts:
            return
        self._facts[seen.seal] = facts
        if self._folder:
            with suppress(OSError):
                self._write(self._folder, seen, self._adapter.dump_json(facts))

    def forget(self, seen: Look) -> None:
        """The model that looks like that is broken after all."""
        self._facts.pop(seen.seal, None)
        if self._folder:
            with suppress(OSError):
                (self._folder / seen.place).unlink()

    def _read(self, seen: Look) -> Facts | None:
        if self._folder is None:
            return None
        try:
            checksum, _, content = (self._folder / seen.place).read_bytes().partition(b"\n")
            if checksum.decode() != _checksum(seen, content):
                return None
            return self._adapter.validate_json(content)
        except (OSError, ValueError):
            return None

    @staticmethod
    def _write(folder: Path, seen: Look, content: bytes) -> None:
        """By one rename, since others may read it or write it at the same time."""
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{seen.place}.{os.getpid()}"
        partial.write_bytes(_checksum(seen, content).encode() + b"\n" + content)
        partial.replace(folder / seen.place)


def _checksum(seen: Look, content: bytes) -> str:
    """Neither a changed model nor a damaged file has it."""
    return _digest(seen.seal, content.decode())


def _digest(*parts: str) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()
