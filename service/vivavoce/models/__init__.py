"""Model families: a row of FAMILIES and a file each. Nothing else changes when one is added."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from vivavoce.models.base import Model
from vivavoce.models.session import Device

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "viva": "vivavoce.models.viva:load",
        "kokoro": "vivavoce.models.kokoro:load",
        "kokoro-batched": "vivavoce.models.kokoro_batched:load",
        "piper": "vivavoce.models.piper:load",
    }
)
"""Family → "module:function"; the function is `(directory, device) -> Model`."""


def load(family: str, directory: Path, device: Device) -> Model:
    """The model in `directory`, on `device`. KeyError for a family that we do not have."""
    module, _, function = FAMILIES[family].partition(":")
    model: Model = getattr(import_module(module), function)(directory, device)
    return model
