"""Checkpoints → encoder.onnx, painter.onnx, decoder.onnx, config.json: what `vivavoce.models.viva` runs."""

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from training.voice import encoder, frame_painter
from training.voice.acoustic import Acoustic
from training.voice.corpus import Corpus
from training.voice.decoder import Decoder
from training.voice.encoder import NOISE_SIZE, Encoder
from training.voice.features import HOP, SAMPLE_RATE_HERTZ
from training.voice.frame_painter import FramePainter
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
GRAPHS = ("encoder", "painter", "decoder")
PER_SYMBOL = ("ids", "pitch", "noise", "states", "prosody", "durations")
ALL_FRAMES = 2**40
"""More than there are in any text."""
EXAMPLES = ("hˌW ɑɹ ju, mI fɹˈɛnd?", "hˌW ɑɹ.")
EMBEDDED = Path(__file__).parents[2] / "service" / "vivavoce" / "voices" / "viva"
VOICING_CHANNEL = 81


@dataclass(frozen=True, slots=True)
class Voice:
    """The networks behind the graphs, as trained, on the CPU, ready to speak."""

    encoder: Encoder
    painter: FramePainter
    decoder: Decoder


def export(corpus: Corpus, settings: Settings, target: Path, facts: Path = EMBEDDED / "config.json") -> None:
    """Writes the four files into `target` and checks the graphs against the networks.

    `facts`: the config.json of what is not trained: names, licence, the voices' characters.
    """
    known = json.loads(facts.read_text(encoding="utf-8"))
    target.mkdir(parents=True, exist_ok=True)
    voice = networks(corpus, settings)
    _write_graphs(voice, target)
    for name in GRAPHS:
        shrink(target / f"{name}.onnx")
    written = _written(known | _config(corpus, settings, voice))
    (target / "config.json").write_text(written, encoding="utf-8")
    check(voice, target)


def networks(corpus: Corpus, settings: Settings) -> Voice:
    """Those of the checkpoints."""
    prosody, acoustic = Prosody(settings.prosody_sizes), Acoustic(settings.acoustic_sizes)
    mel_flow = MelFlow(settings.mel_flow_sizes, settings.acoustic_sizes.width)
    decoder = Decoder(settings.decoder_sizes)
    trained: dict[str, nn.Module] = dict(zip(NETWORKS, (prosody, acoustic, mel_flow, decoder), strict=True))
    for name, network in trained.items():
        network.load_state_dict(weights_of(corpus.checkpoints / f"{name}.pt"))
    painter = FramePainter(acoustic, mel_flow, decoder.margin, settings.export)
    return Voice(Encoder(prosody, acoustic, settings.export).eval(), painter.eval(), decoder.eval())


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
    return dict(zip(encoder.INPUTS, values, strict=True))


def painter_inputs(
    inputs: Mapping[str, Tensor], read: Sequence[Tensor], most_frames: int
) -> dict[str, Tensor]:
    """The painter's inputs: what the encoder was given, and what it made of that."""
    known = dict(inputs) | dict(zip(encoder.OUTPUTS, read, strict=True))
    known["most_frames"] = torch.tensor(most_frames)
    return {name: known[name] for name in frame_painter.INPUTS}


@torch.no_grad()
def _write_graphs(voice: Voice, target: Path) -> None:
    said = inputs_for(EXAMPLES)
    read = painter_inputs(said, voice.encoder(*said.values()), ALL_FRAMES)
    frames = torch.randn(2, 60, CHANNELS) * 0.1
    frames[..., -4] = 5.0
    counted = {"frames": "frames", "audio": "samples"}
    _write(voice.encoder, said, target / "encoder.onnx", encoder.OUTPUTS, {})
    _write(voice.painter, read, target / "painter.onnx", frame_painter.OUTPUTS, counted)
    _write(voice.decoder, {"frames": frames}, target / "decoder.onnx", ("audio",), counted)


def _write(
    network: nn.Module,
    inputs: Mapping[str, Tensor],
    path: Path,
    outputs: Sequence[str],
    lengths: Mapping[str, str],
) -> None:
    """`lengths`: what the second axis counts, where that is not the symbols."""
    batched = [name for name in (*inputs, *outputs) if name not in inputs or inputs[name].dim()]
    axes = {name: {0: "batch"} for name in batched}
    second = dict.fromkeys(PER_SYMBOL, "symbols") | dict(lengths)
    for name in axes.keys() & second.keys():
        axes[name][1] = second[name]
    names: dict[str, Any] = {"input_names": list(inputs), "output_names": list(outputs), "dynamic_axes": axes}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of values that become constants: the networks' own sizes
        example = tuple(inputs.values())
        torch.onnx.export(network, example, str(path), **names, opset_version=OPSET, dynamo=False)


def _config(corpus: Corpus, settings: Settings, voice: Voice) -> dict[str, object]:
    steps = {
        name: torch.load(corpus.checkpoints / f"{name}.pt", map_location="cpu", weights_only=True)["step"]
        for name in NETWORKS
    }
    return {
        "created": datetime.now(UTC).date().isoformat(),
        "sample_rate_hertz": SAMPLE_RATE_HERTZ,
        "hop_samples": HOP,
        "context_frames": voice.painter.context,
        "margin_frames": voice.decoder.margin,
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


def check(voice: Voice, target: Path) -> None:
    """The graphs against the networks. Half precision may move a length by a frame, and no more.

    Raises RuntimeError if they say something else, or if frames painted by themselves are others.
    """
    text = "ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˌOvəɹ ðə lˈAzi dˈɔɡ, ænd ðˈɛn ɪt ɹˈʌnz əwˈA. " * 3
    inputs = inputs_for((text,), speed=1.1)
    with torch.no_grad():
        read = voice.encoder(*inputs.values())
        whole = painter_inputs(inputs, read, ALL_FRAMES)
        frames = voice.painter(*whole.values()).numpy()
        samples = voice.decoder(torch.from_numpy(frames)).numpy()
    said = _run(target, "encoder", inputs)[encoder.OUTPUTS.index("durations")]
    (painted,) = _run(target, "painter", whole)
    first = 3 * voice.painter.context
    (begun,) = _run(target, "painter", whole | {"most_frames": torch.tensor(first)})
    (heard,) = _run(target, "decoder", {"frames": torch.from_numpy(frames)})
    own = slice(first + voice.decoder.margin - voice.painter.context)
    parted = np.abs(begun[:, own] - painted[:, own]).max()
    moved = np.abs(np.cumsum(said) - np.cumsum(read[2].numpy())).max()
    off = np.abs(heard - samples).max() / np.abs(samples).max()
    sizes = ", ".join(f"{(target / f'{name}.onnx').stat().st_size / 1e6:.1f} MB" for name in GRAPHS)
    print(f"{sizes}; beginnings moved by up to {moved} frames, samples off by {100 * off:.2g} % of the peak")
    if moved > max(2, said.sum() // 200) or off > 0.02 or parted > 0.001:
        raise RuntimeError("the graphs do not say what the networks say")


def _run(target: Path, name: str, inputs: Mapping[str, Tensor]) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(target / f"{name}.onnx")
    return session.run(None, {key: value.numpy() for key, value in inputs.items()})
