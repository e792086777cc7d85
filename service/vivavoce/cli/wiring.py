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
    from vivavoce.engine import Engine
    from vivavoce.models.base import Model
    from vivavoce.models.directory import Installed, Skipped
    from vivavoce.models.session import Device
    from vivavoce.synthesizer import Synthesizer
    from vivavoce.telemetry import Telemetry
    from vivavoce.text import FrontEnd

VOICES = Path(vivavoce.__file__).parent / "voices"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that speaking takes, wired up."""

    device: "Device"
    embedded: "Model"
    """Loaded, not yet warm; the default."""
    catalogue: "Catalogue"
    front_end: "FrontEnd"
    engine: "Engine"
    synthesizer: "Synthesizer"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The models, on their device."""

    device: "Device"
    models: tuple["Model", ...]
    """The embedded one first; the others are loaded on demand."""
    catalogue: "Catalogue"
    skipped: tuple["Skipped", ...]
    """Of the model directory, and why."""


def build(config: "Config", telemetry: "Telemetry | None" = None, *, at_start: bool = False) -> Parts:
    """Wires the parts, `telemetry` too; `at_start` has all models loaded now, not just the embedded one.

    Raises Failure if the device or the lexicon cannot be used.
    """
    from vivavoce.engine import Engine, Limits
    from vivavoce.synthesizer import Synthesizer
    from vivavoce.text import FrontEnd

    loaded = load_models(config, telemetry, at_start=at_start)
    front_end = FrontEnd(_lexicon(config.lexicon))
    for model in loaded.models:
        if words := front_end.unsayable(model.facts.symbols):
            raise Failure(f"lexicon {config.lexicon}: {model.facts.id} cannot say {', '.join(words)}")
    limits = Limits(max_streams=config.max_streams, first_audio_seconds=config.first_audio_limit_seconds)
    engine = Engine(limits, telemetry)
    synthesizer = Synthesizer(
        loaded.catalogue, front_end, engine, max_input_characters=config.max_input_characters
    )
    return Parts(loaded.device, loaded.models[0], loaded.catalogue, front_end, engine, synthesizer)


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
async def speaking(
    config: "Config", telemetry: "Telemetry | None" = None, *, at_start: bool = False
) -> AsyncIterator[Parts]:
    """Parts whose engine runs, for as long as the context lasts."""
    parts = build(config, telemetry, at_start=at_start)
    await parts.engine.start()
    try:
        yield parts
    finally:
        await parts.engine.close()
        parts.synthesizer.close()


def load_models(
    config: "Config", telemetry: "Telemetry | None" = None, *, at_start: bool = False, in_full: bool = False
) -> Loaded:
    """The embedded model and those of the model directory, and by which names they are known. A model that is
    left out is logged.

    `at_start` has all of them loaded now; `in_full` has them checked whatever is known of them from earlier.
    Raises Failure if the device cannot be used.
    """
    from vivavoce.catalogue import Catalogue

    device, embedded, found = _on_device(config, at_start=at_start, in_full=in_full)
    installed, skipped = _split(found)
    for one in skipped:
        log.warning("%s", one)
    models = (embedded, *(_on_demand(one, config, telemetry) for one in installed))
    if telemetry:
        telemetry.watch_models(models)
    model_aliases = {alias: one.facts.id for one in installed for alias in one.aliases}
    voice_aliases = {one.facts.id: dict(one.voice_aliases) for one in installed}
    for model, aliases in config.voice_aliases.items():
        voice_aliases.setdefault(model, {}).update(aliases)
    catalogue = Catalogue(models, model_aliases | dict(config.model_aliases), voice_aliases)
    return Loaded(device, models, catalogue, skipped)


def _on_demand(one: "Installed", config: "Config", telemetry: "Telemetry | None") -> "Model":
    from vivavoce.models.loading import Loadable

    return Loadable(
        one.facts,
        one.load,
        model=one.model,
        unload_after_seconds=config.unload_after_seconds,
        observer=telemetry,
    )


def _split(found: "list[Installed | Skipped]") -> "tuple[list[Installed], tuple[Skipped, ...]]":
    from vivavoce.models.directory import Installed, Skipped

    installed = [one for one in found if isinstance(one, Installed)]
    return installed, tuple(one for one in found if isinstance(one, Skipped))


def _on_device(
    config: "Config", *, at_start: bool, in_full: bool
) -> "tuple[Device, Model, list[Installed | Skipped]]":
    try:
        from vivavoce.models import load
        from vivavoce.models.directory import load_all
        from vivavoce.models.known import Known
        from vivavoce.models.session import DeviceError, choose_device

        device = choose_device(config.device, threads=config.threads)
        embedded = load("viva", VOICES / "viva", device)
        known = Known(config.cache_dir, trusted=not in_full)
        taken = frozenset({embedded.facts.id})
        found = load_all(config.models_dir, device, taken=taken, known=known, only_unknown=not at_start)
        return device, embedded, list(found)
    except ModuleNotFoundError as error:
        if error.name != "onnxruntime":
            raise
        raise Failure(
            "ONNX Runtime is not installed: pip install 'vivavoce[cpu]', or 'vivavoce[gpu]' for an NVIDIA GPU"
        ) from None
    except DeviceError as error:
        raise Failure(str(error)) from None
