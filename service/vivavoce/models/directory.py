"""The model directory: a folder goes in; the models that work come out, and why the others do not.

models/
  kokoro/
    model.toml      see models.manifest
    …               the files that it lists
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from vivavoce.models import FAMILIES, directly, load, manifest
from vivavoce.models.base import EncodeItem, Facts, Model
from vivavoce.models.known import Known, look
from vivavoce.models.manifest import Manifest, ModelError
from vivavoce.models.session import Device, DeviceError


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that works, with its further names."""

    facts: Facts
    load: Callable[[], Model]
    """Loads it, which takes its time. Raises ModelError if it does not work any more, and DeviceError."""
    model: Model | None = None
    """Itself, if all were to be loaded."""
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


def load_all(
    directory: Path,
    device: Device,
    *,
    taken: frozenset[str],
    known: Known | None = None,
    only_unknown: bool = False,
) -> Iterator[Installed | Skipped]:
    """Every model in `directory`, by the names of their folders; none if there is no such directory.

    `taken` are ids of other models. The files of a model that is `known` are not checked again. With
    `only_unknown` such a model is not loaded, and any other one just to know it. Whatever is wrong with one,
    the others are loaded. Raises DeviceError.
    """
    if not directory.is_dir():
        return
    known = known or Known()
    for folder in sorted(directory.iterdir()):
        if not folder.is_dir() or folder.name.startswith("."):
            continue
        try:
            found = _found(folder, device, known, taken, only_unknown=only_unknown)
        except ModelError as error:
            yield Skipped(folder, str(error))
        else:
            taken |= {found.facts.id}
            yield found


def _found(
    folder: Path, device: Device, known: Known, taken: frozenset[str], *, only_unknown: bool
) -> Installed:
    listed = manifest.read(folder)
    if listed.id in taken:
        raise ModelError(f"there is another model with the id {listed.id!r}")
    load_it = partial(_loaded, folder, device, known)
    voice_aliases = {alias: voice.id for voice in listed.voices for alias in voice.aliases}
    if only_unknown:
        facts = known.facts(look(folder, listed, device)) or load_it().facts
        return Installed(facts, load_it, None, listed.aliases, voice_aliases)
    model = load_it()
    return Installed(model.facts, load_it, model, listed.aliases, voice_aliases)


def _loaded(folder: Path, device: Device, known: Known) -> Model:
    """The model in `folder`, whole and tried. Raises ModelError, whatever is wrong with it; DeviceError."""
    listed = manifest.read(folder)
    seen = look(folder, listed, device)
    try:
        model = _load(folder, listed, device, is_whole=known.facts(seen) is not None)
    except DeviceError:
        raise
    except Exception as error:
        known.forget(seen)
        if isinstance(error, ModelError):
            raise
        # A file can be broken in any way, and the others shall speak.
        raise ModelError(f"{type(error).__name__}: {error}".splitlines()[0]) from error
    known.remember(seen, model.facts)
    return model


def _load(folder: Path, listed: Manifest, device: Device, *, is_whole: bool) -> Model:
    if listed.family not in FAMILIES:
        raise ModelError(f"the family {listed.family!r} is not known; there is: {', '.join(FAMILIES)}")
    if not is_whole:
        manifest.check_files(folder, listed)
    model = load(listed.family, folder, device)
    _try(model, listed)
    return model


def _try(model: Model, listed: Manifest) -> None:
    """Has the model say one symbol: a graph that cannot must not be found out by a listener."""
    facts = model.facts
    if facts.id != listed.id:
        raise ModelError(f"its files call it {facts.id!r}, and {manifest.FILE} calls it {listed.id!r}")
    item = EncodeItem(min(facts.symbols - {" "}), facts.voices[0].id, speed=1.0, seed=0)
    for decoded, _ in directly.windows(model, item):
        if not np.isfinite(decoded.samples).all():
            raise ModelError("its samples are no numbers")
