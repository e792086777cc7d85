"""The published architecture with random weights, and what the export makes of it: once for all tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import kokoro
import numpy as np
import pytest
import torch

from vivavoce.cli.program import run
from vivavoce.models import load
from vivavoce.models.base import Decoded, DecodeItem, EncodeItem, Model
from vivavoce.models.session import Device


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Files as they are published."""

    network: torch.nn.Module
    """The package's, with the weights of `weights`."""
    weights: Path
    config: Path
    voices: Path


def pytest_configure() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Checkpoint:
    import json
    import warnings

    from export import published

    folder = tmp_path_factory.mktemp("checkpoint")
    voices = request.config.getoption("--kokoro-voices")
    if not voices:
        kokoro.add_voices(folder)
    with warnings.catch_warnings(action="ignore"):
        network = published.model(None, folder)
    torch.save(published.state(network), folder / "weights.pth")
    (folder / "config.json").write_text(json.dumps(published.config()), encoding="utf-8")
    return Checkpoint(network, folder / "weights.pth", folder / "config.json", voices or folder / "voices")


@pytest.fixture(scope="session")
def exported(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Precision → the model's folder, by the command itself."""
    folder = tmp_path_factory.mktemp("exported")
    for precision in ("fp32", "fp16"):
        status = run(
            ["export", "kokoro", "--checkpoint", str(checkpoint.weights), "--config", str(checkpoint.config),
             "--voices", str(checkpoint.voices), "--out", str(folder / precision), "--precision", precision,
             "--id", f"kokoro-{precision}"]
        )  # fmt: skip
        assert status == 0
    return {precision: folder / precision for precision in ("fp32", "fp16")}


@pytest.fixture(scope="session")
def models(exported: Mapping[str, Path]) -> Mapping[str, Model]:
    return {
        precision: load("kokoro-batched", folder, Device("cpu")) for precision, folder in exported.items()
    }


@pytest.fixture(scope="session")
def items(models: Mapping[str, Model]) -> list[EncodeItem]:
    """A mixed batch: lengths from 2 to 31, voices, speeds and seeds."""
    voices = [voice.id for voice in models["fp32"].facts.voices[:3]]
    return [
        EncodeItem("həlˈO, wˈɜɹld! hˌW ɑɹ ju tədˈA?", voices[0], 1.0, seed=0),
        EncodeItem("ˈA", voices[1], 1.5, seed=1),
        EncodeItem("ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps.", voices[2], 0.8, seed=2),
        EncodeItem("jˈɛs.", f"{voices[0]}(2)+{voices[1]}(1)", 1.0, seed=3),
    ]


def spoken(model: Model, items: list[EncodeItem]) -> list[Decoded]:
    rows = model.encode(items, model.new_run())
    return model.decode([DecodeItem(row, row.windows[0]) for row in rows], model.new_run())


def noise_of(model: Model, item: EncodeItem) -> np.ndarray:
    """What the decoder is fed for that row."""
    (row,) = model.encode([item], model.new_run())
    return model._noise_of(row)


def style_of(model: Model, item: EncodeItem) -> np.ndarray:
    return model._inputs.style(item.voice, len(item.phonemes))
