"""The architecture with few channels: the checkpoint of tests/data/make_kokoro_batched.py, exported anew."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import kokoro
import torch

from vivavoce.export import Export, architecture, export_kokoro
from vivavoce.models.base import Decoded, DecodeItem, EncodeItem, Model

SCRIPT = kokoro.DATA.parent / "make_kokoro_batched.py"


def checkpoint() -> dict[str, dict[str, torch.Tensor]]:
    spec = spec_from_file_location("make_kokoro_batched", SCRIPT)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.checkpoint(architecture.read(kokoro.BATCHED / "config.json"))


def export(
    folder: Path, state: dict | None = None, *, opset: int = 17, half: bool = False, voices: bool = False
) -> Path:
    """Exports `state`, or the script's own checkpoint, into `folder`/model."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / "weights.pth"
    torch.save(checkpoint() if state is None else state, weights)
    if voices:
        kokoro.add_voices(folder)
    packs = folder / "voices" if voices else None
    model = Export(weights, kokoro.BATCHED / "config.json", packs, half=half, opset=opset, id="tiny")
    export_kokoro(model, folder / "model", lambda _: None)
    return folder / "model"


def spoken(model: Model, items: list[EncodeItem]) -> list[Decoded]:
    rows = model.encode(items, model.new_run())
    return model.decode([DecodeItem(row, row.windows[0]) for row in rows], model.new_run())
