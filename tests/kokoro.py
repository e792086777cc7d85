"""A model of one of Kokoro's families for a test: a graph of a few kilobytes with the published signature,
or the two of our own export with few channels; voices of the true shape, and the model.toml."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

DATA = Path(__file__).parent / "data" / "kokoro"
BATCHED = DATA.parent / "kokoro_batched"
VARIANTS = ("tokens", "whole_speed", "duration")
VOICES = ("af_alloy", "af_heart", "bf_emma", "ef_dora")


def styles(voice: str) -> np.ndarray:
    """A pack of which each row is another."""
    return np.random.default_rng(crc32(voice.encode())).normal(size=(510, 1, 256)).astype("<f4")


def install(
    models: Path, variant: str = "duration", *, voices: Sequence[str] = VOICES, **fields: object
) -> Path:
    """Puts the model into the folder `models`; `fields` are those of its model.toml, None leaves one out."""
    folder = models / "kokoro"
    add_voices(folder, voices)
    shutil.copy(DATA / f"{variant}.onnx", folder / "model.onnx")
    shutil.copy(DATA / "config.json", folder)
    describe(folder, **fields)
    return folder


def install_batched(models: Path, *, voices: Sequence[str] = VOICES, **fields: object) -> Path:
    """The same for the family of our own export."""
    folder = models / "kokoro"
    shutil.copytree(BATCHED, folder)
    add_voices(folder, voices)
    describe(folder, **{"family": "kokoro-batched", **fields})
    return folder


def add_voices(folder: Path, voices: Sequence[str] = VOICES) -> None:
    (folder / "voices").mkdir(parents=True)
    for voice in voices:
        (folder / "voices" / f"{voice}.bin").write_bytes(styles(voice).tobytes())


def describe(folder: Path, **fields: object) -> None:
    """Writes model.toml for the files that are there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "model.toml")
    hashes = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    values = {
        "family": "kokoro",
        "id": "kokoro",
        "license": "Apache-2.0",
        "owned_by": "hexgrad",
        "created": "2025-01-27",
        "sample_rate_hertz": 24000,
        "files": hashes,
        **fields,
    }
    lines = (f"{key} = {_toml(key, value)}\n" for key, value in values.items() if value is not None)
    (folder / "model.toml").write_text("".join(lines), encoding="utf-8")


def _toml(key: str, value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{json.dumps(name)} = {_toml(name, one)}' for name, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(_toml(key, one) for one in value)}]"
    return str(value) if key == "created" else json.dumps(value)
