"""Checkpoints → encoder.onnx, decoder.onnx, config.json: what `vivavoce.models.viva` runs."""

import json
import warnings
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from training.voice.acoustic import Acoustic
from training.voice.corpus import Corpus
from training.voice.decoder import Decoder
from training.voice.encoder import INPUTS, NOISE_SIZE, OUTPUTS, Encoder
from training.voice.features import HOP, SAMPLE_RATE_HERTZ
from training.voice.frames import CHANNELS
from training.voice.mel_flow import MelFlow
from training.voice.onnx_files import shrink
from training.voice.prosody import Prosody
from training.voice.settings import Settings
from training.voice.symbols import ALIASES, SYMBOLS, ids_of
from training.voice.training import weights_of

OPSET = 17
NETWORKS = ("prosody", "acoustic", "mel_flow", "decoder")
"""By the names of their checkpoints."""
PER_SYMBOL = ("ids", "pitch", "noise")
EXAMPLES = ("hˌW ɑɹ ju, mI fɹˈɛnd?", "hˌW ɑɹ.")
EMBEDDED = Path(__file__).parents[2] / "service" / "vivavoce" / "voices" / "viva"
VOICING_CHANNEL = 81


def export(corpus: Corpus, settings: Settings, target: Path, facts: Path = EMBEDDED / "config.json") -> None:
    """Writes the three files into `target` and checks the graphs against the networks.

    `facts`: the config.json of what is not trained: names, licence, the voices' characters.
    """
    known = json.loads(facts.read_text(encoding="utf-8"))
    target.mkdir(parents=True, exist_ok=True)
    encoder, decoder = networks(corpus, settings)
    _write_encoder(encoder, target / "encoder.onnx")
    _write_decoder(decoder, target / "decoder.onnx")
    for name in ("encoder", "decoder"):
        shrink(target / f"{name}.onnx")
    written = _written(known | _config(corpus, settings, decoder.margin))
    (target / "config.json").write_text(written, encoding="utf-8")
    check(encoder, decoder, target)


def networks(corpus: Corpus, settings: Settings) -> tuple[Encoder, Decoder]:
    """As trained, on the CPU, ready to speak."""
    prosody, acoustic = Prosody(settings.prosody_sizes), Acoustic(settings.acoustic_sizes)
    mel_flow = MelFlow(settings.mel_flow_sizes, settings.acoustic_sizes.width)
    decoder = Decoder(settings.decoder_sizes)
    trained: dict[str, nn.Module] = dict(zip(NETWORKS, (prosody, acoustic, mel_flow, decoder), strict=True))
    for name, network in trained.items():
        network.load_state_dict(weights_of(corpus.checkpoints / f"{name}.pt"))
    encoder = Encoder(prosody, acoustic, mel_flow, decoder.margin, settings.export)
    return encoder.eval(), decoder.eval()


def inputs_for(texts: tuple[str, ...], speed: float = 1.0) -> dict[str, Tensor]:
    """The encoder's inputs: a plain reading of phonemes."""
    rows = [torch.tensor(ids_of(text)) for text in texts]
    ids = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    batch, symbols = ids.shape
    values = (
        ids,
        torch.tensor([len(row) for row in rows]),
        torch.full((batch,), speed),
        torch.zeros(batch, dtype=torch.int64),
        torch.zeros(batch, symbols),
        torch.ones(batch),
        torch.ones(batch),
        torch.zeros(batch, symbols, NOISE_SIZE),
    )
    return dict(zip(INPUTS, values, strict=True))


def _write_encoder(encoder: Encoder, path: Path) -> None:
    axes = {name: {0: "batch"} for name in (*INPUTS, *OUTPUTS)}
    for name in (*PER_SYMBOL, "durations"):
        axes[name][1] = "symbols"
    axes["frames"][1] = "frames"
    names = {"input_names": list(INPUTS), "output_names": list(OUTPUTS), "dynamic_axes": axes}
    _write(encoder, tuple(inputs_for(EXAMPLES).values()), path, names)


def _write_decoder(decoder: Decoder, path: Path) -> None:
    frames = torch.randn(2, 60, CHANNELS) * 0.1
    frames[..., -4] = 5.0
    axes = {"frames": {0: "batch", 1: "frames"}, "audio": {0: "batch", 1: "samples"}}
    names = {"input_names": ["frames"], "output_names": ["audio"], "dynamic_axes": axes}
    _write(decoder, (frames,), path, names)


def _write(network: nn.Module, example: tuple[Tensor, ...], path: Path, names: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of values that become constants: the networks' own sizes
        torch.onnx.export(network, example, str(path), **names, opset_version=OPSET, dynamo=False)


def _config(corpus: Corpus, settings: Settings, margin: int) -> dict[str, object]:
    steps = {
        name: torch.load(corpus.checkpoints / f"{name}.pt", map_location="cpu", weights_only=True)["step"]
        for name in NETWORKS
    }
    return {
        "created": datetime.now(UTC).date().isoformat(),
        "sample_rate_hertz": SAMPLE_RATE_HERTZ,
        "hop_samples": HOP,
        "margin_frames": margin,
        "noise_size": NOISE_SIZE,
        "voicing_channel": VOICING_CHANNEL,
        "symbols": list(SYMBOLS),
        "aliases": ALIASES,
        "training": {**asdict(settings.export), "steps": steps},
    }


def _written(config: dict[str, object]) -> str:
    """A key a line, a voice a line."""
    lines = []
    for key, value in config.items():
        written = json.dumps(value, ensure_ascii=False)
        if key == "voices" and isinstance(value, list):
            written = "[\n  " + ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in value) + "\n ]"
        lines.append(f" {json.dumps(key)}: {written}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def check(encoder: Encoder, decoder: Decoder, target: Path) -> None:
    """Both graphs against the networks. Half precision may move a length by a frame, and no more.

    Raises RuntimeError if they say something else.
    """
    text = "ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˌOvəɹ ðə lˈAzi dˈɔɡ, ænd ðˈɛn ɪt ɹˈʌnz əwˈA. " * 3
    inputs = inputs_for((text,), speed=1.1)
    with torch.no_grad():
        frames, _, durations = encoder(*inputs.values())
        samples = decoder(frames).numpy()
    graphs = [onnxruntime.InferenceSession(target / f"{name}.onnx") for name in ("encoder", "decoder")]
    _, _, said = graphs[0].run(None, {name: value.numpy() for name, value in inputs.items()})
    (heard,) = graphs[1].run(None, {"frames": frames.numpy()})
    moved = np.abs(np.cumsum(said) - np.cumsum(durations.numpy())).max()
    off = np.abs(heard - samples).max() / np.abs(samples).max()
    sizes = ", ".join(
        f"{(target / f'{name}.onnx').stat().st_size / 1e6:.1f} MB" for name in ("encoder", "decoder")
    )
    print(f"{sizes}; beginnings moved by up to {moved} frames, samples off by {100 * off:.2g} % of the peak")
    if moved > max(2, said.sum() // 200) or off > 0.02:
        raise RuntimeError("the graphs do not say what the networks say")
