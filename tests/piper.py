"""A voice of Piper's family for a test: a graph of a few kilobytes with the published signature, its
.onnx.json, and the model.toml that goes with them."""

import json
import shutil
from pathlib import Path

import kokoro

DATA = Path(__file__).parent / "data" / "piper"
VARIANTS = ("single", "multi")


def config(variant: str) -> dict[str, object]:
    """The .onnx.json."""
    return json.loads((DATA / f"{variant}.onnx.json").read_text(encoding="utf-8"))


def install(models: Path, variant: str = "multi", *, changed: dict | None = None, **fields: object) -> Path:
    """Puts the voice into the folder `models`; `changed` are fields of its .onnx.json, None takes one out;
    `fields` are those of its model.toml."""
    folder = models / "piper"
    folder.mkdir(parents=True)
    shutil.copy(DATA / f"{variant}.onnx", folder / "voice.onnx")
    values = {name: value for name, value in (config(variant) | (changed or {})).items() if value is not None}
    (folder / "voice.onnx.json").write_text(json.dumps(values), encoding="utf-8")
    about = {"family": "piper", "id": "piper", "owned_by": "rhasspy", "sample_rate_hertz": 22050}
    kokoro.describe(folder, **about | fields)
    return folder
