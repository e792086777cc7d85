"""The wiring: from a configuration to a synthesizer that can speak. Every command that speaks comes here."""

import logging
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import vivavoce
from vivavoce.cli.failure import Failure

if TYPE_CHECKING:
    from vivavoce.catalogue import Catalogue
    from vivavoce.config import Config
    from vivavoce.engine import BatchObserver, Engine
    from vivavoce.models.base import Model
    from vivavoce.models.directory import Installed, Skipped
    from vivavoce.models.session import Device
    from vivavoce.synthesizer import Synthesizer
    from vivavoce.text import FrontEnd

VOICES = Path(vivavoce.__file__).parent / "voices"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that speaking takes, wired up."""

    device: "Device"
    models: tuple["Model", ...]
    """Loaded, not yet warm; the first one is the default."""
    catalogue: "Catalogue"
    front_end: "FrontEnd"
    engine: "Engine"
    synthesizer: "Synthesizer"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The models, on their device."""

    device: "Device"
    models: tuple["Model", ...]
    """The embedded one first."""
    catalogue: "Catalogue"
    skipped: tuple["Skipped", ...]
    """Of the model directory, and why."""


def build(config: "Config", observer: "BatchObserver | None" = None) -> Parts:
    """Loads the models onto the device and wires the parts; `observer` is told of every batch.

    Raises Failure if the device or the lexicon cannot be used.
    """
    from vivavoce.engine import Engine, Limits
    from vivavoce.synthesizer import Synthesizer
    from vivavoce.text import FrontEnd

    loaded = load_models(config)
    front_end = FrontEnd(_lexicon(config.lexicon))
    for model in loaded.models:
        if words := front_end.unsayable(model.facts.symbols):
            raise Failure(f"lexicon {config.lexicon}: {model.facts.id} cannot say {', '.join(words)}")
    limits = Limits(max_streams=config.max_streams, first_audio_seconds=config.first_audio_limit_seconds)
    engine = Engine(limits, observer)
    synthesizer = Synthesizer(
        loaded.catalogue, front_end, engine, max_input_characters=config.max_input_characters
    )
    return Parts(loaded.device, loaded.models, loaded.catalogue, front_end, engine, synthesizer)


def _lexicon(file: Path | None) -> Mapping[str, str]:
    """Word → IPA, from the table `words` of a TOML file."""
    if file is None:
        return {}
    try:
        words = tomllib.loads(file.read_text(encoding="utf-8"))["words"]
    except (OSError, ValueError, KeyError) as error:
        raise Failure(f"lexicon {file}: {error!r}; it is a TOML file with a table [words]") from None
    if not isinstance(words, dict) or not all(isinstance(said, str) for said in words.values()):
        raise Failure(f"lexicon {file}: each entry of [words] is a word and its IPA, both strings")
    return words


@asynccontextmanager
async def speaking(config: "Config", observer: "BatchObserver | None" = None) -> AsyncIterator[Parts]:
    """Parts whose engine runs, for as long as the context lasts."""
    parts = build(config, observer)
    await parts.engine.start()
    try:
        yield parts
    finally:
        await parts.engine.close()
        parts.synthesizer.close()


def load_models(config: "Config") -> Loaded:
    """The embedded model and those of the model directory, and by which names they are known. A model that is
    left out is logged. Raises Failure if the device cannot be used."""
    from vivavoce.catalogue import Catalogue

    device, installed, skipped = _on_device(config)
    for one in skipped:
        log.warning("%s", one)
    models = tuple(one.model for one in installed)
    model_aliases = {alias: one.model.facts.id for one in installed for alias in one.aliases}
    voice_aliases = {one.model.facts.id: dict(one.voice_aliases) for one in installed}
    for model, aliases in config.voice_aliases.items():
        voice_aliases.setdefault(model, {}).update(aliases)
    catalogue = Catalogue(models, model_aliases | dict(config.model_aliases), voice_aliases)
    return Loaded(device, models, catalogue, skipped)


def _on_device(config: "Config") -> "tuple[Device, list[Installed], tuple[Skipped, ...]]":
    try:
        from vivavoce.models import load
        from vivavoce.models.directory import Installed, Skipped, load_all
        from vivavoce.models.session import DeviceError, choose_device

        device = choose_device(config.device, threads=config.threads)
        embedded = load("viva", VOICES / "viva", device)
        found = list(load_all(config.models_dir, device, taken=frozenset({embedded.facts.id})))
    except ModuleNotFoundError as error:
        if error.name != "onnxruntime":
            raise
        raise Failure(
            "ONNX Runtime is not installed: pip install 'vivavoce[cpu]', or 'vivavoce[gpu]' for an NVIDIA GPU"
        ) from None
    except DeviceError as error:
        raise Failure(str(error)) from None
    installed = [Installed(embedded), *(one for one in found if isinstance(one, Installed))]
    return device, installed, tuple(one for one in found if isinstance(one, Skipped))
