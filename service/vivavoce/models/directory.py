"""The model directory: a folder goes in; the models that work come out, and why the others do not.

models/
  kokoro/
    model.toml      see models.manifest
    …               the files that it lists
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vivavoce.models import FAMILIES, load, manifest
from vivavoce.models.base import DecodeItem, EncodeItem, Model
from vivavoce.models.manifest import Manifest, ModelError
from vivavoce.models.session import Device, DeviceError


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that works, with its further names."""

    model: Model
    aliases: tuple[str, ...] = ()
    voice_aliases: Mapping[str, str] = field(default_factory=dict)
    """Alias → voice id."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A folder whose model is left out."""

    directory: Path
    problem: str
    """A sentence for the operator."""

    def __str__(self) -> str:
        return f"the model in {self.directory} is left out: {self.problem}"


def load_all(directory: Path, device: Device, *, taken: frozenset[str]) -> Iterator[Installed | Skipped]:
    """Every model in `directory`, by the names of their folders; none if there is no such directory.

    `taken` are ids of other models. Whatever is wrong with one, the others are loaded. Raises DeviceError.
    """
    if not directory.is_dir():
        return
    for folder in sorted(directory.iterdir()):
        if not folder.is_dir() or folder.name.startswith("."):
            continue
        found = _load(folder, device, taken)
        if isinstance(found, Installed):
            taken |= {found.model.facts.id}
        yield found


def _load(folder: Path, device: Device, taken: frozenset[str]) -> Installed | Skipped:
    try:
        listed = manifest.read(folder)
        _check(folder, listed, taken)
        model = load(listed.family, folder, device)
        _try(model, listed)
    except DeviceError:
        raise
    except ModelError as error:
        return Skipped(folder, str(error))
    except Exception as error:  # noqa: BLE001 - a file can be broken in any way, and the others shall speak
        return Skipped(folder, f"{type(error).__name__}: {error}".splitlines()[0])
    aliases = {alias: voice.id for voice in listed.voices for alias in voice.aliases}
    return Installed(model, listed.aliases, aliases)


def _check(folder: Path, listed: Manifest, taken: frozenset[str]) -> None:
    if listed.id in taken:
        raise ModelError(f"there is another model with the id {listed.id!r}")
    if listed.family not in FAMILIES:
        raise ModelError(f"the family {listed.family!r} is not known; there is: {', '.join(FAMILIES)}")
    manifest.check_files(folder, listed)


def _try(model: Model, listed: Manifest) -> None:
    """Has the model say one symbol: a graph that cannot must not be found out by a listener."""
    facts = model.facts
    if facts.id != listed.id:
        raise ModelError(f"its files call it {facts.id!r}, and {manifest.FILE} calls it {listed.id!r}")
    item = EncodeItem(min(facts.symbols - {" "}), facts.voices[0].id, speed=1.0, seed=0)
    (encoded,) = model.encode([item], model.new_run())
    for window in encoded.windows:
        (decoded,) = model.decode([DecodeItem(encoded, window)], model.new_run())
        if not np.isfinite(decoded.samples).all():
            raise ModelError("its samples are no numbers")
