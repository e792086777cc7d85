"""Makes kokoro_batched/: Kokoro's architecture with a few channels and random weights, by the export itself.

It sounds like nothing, and is loud and long enough for the tests. PyTorch is needed (the extra `export`).

    python tests/data/make_kokoro_batched.py
"""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import torch

from vivavoce.export import Export, architecture, export_kokoro
from vivavoce.export.architecture import Architecture
from vivavoce.export.checkpoint import ENCODER_PARTS
from vivavoce.export.decoder import Decoder
from vivavoce.export.prosody import Encoder

DATA = Path(__file__).parent
HERE = DATA / "kokoro_batched"
SIZES = {
    "n_token": 178,
    "hidden_dim": 4,
    "style_dim": 128,
    "n_layer": 1,
    "max_dur": 10,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 8,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 512,
        "num_hidden_layers": 2,
        "embedding_size": 4,
    },
    "istftnet": {
        "upsample_rates": [10, 6],
        "upsample_kernel_sizes": [20, 12],
        "upsample_initial_channel": 4,
        "resblock_kernel_sizes": [3],
        "resblock_dilation_sizes": [[1, 3]],
        "gen_istft_n_fft": 20,
        "gen_istft_hop_size": 5,
        "decoder_channels": 4,
        "residual_channels": 2,
    },
}


def main() -> None:
    """Writes the graphs and their configuration; the tests add voices and model.toml."""
    vocabulary = json.loads((DATA / "kokoro" / "config.json").read_text(encoding="utf-8"))["vocab"]
    with TemporaryDirectory() as folder:
        config, weights, made = (Path(folder) / name for name in ("config.json", "weights.pth", "made"))
        config.write_text(json.dumps({**SIZES, "vocab": vocabulary}, ensure_ascii=False), encoding="utf-8")
        torch.save(checkpoint(architecture.read(config)), weights)
        export_kokoro(Export(weights, config, None, half=False, opset=17, id="tiny"), made, print)
        HERE.mkdir(exist_ok=True)
        shutil.copy(made / "config.json", HERE)
        for name in ("encoder.onnx", "decoder.onnx"):
            onnx.save(shortened(onnx.load(made / name)), HERE / name)


def checkpoint(sizes: Architecture) -> dict[str, dict[str, torch.Tensor]]:
    """Random weights, with a few set so that symbols last some frames and the pitch is that of a voice."""
    torch.manual_seed(0)
    encoder, decoder = Encoder(sizes), Decoder(sizes)
    predictor, generator = encoder.predictor, decoder.generator
    with torch.no_grad():
        predictor.duration_proj.linear_layer.bias.fill_(-1.0)
        predictor.F0_proj.bias.fill_(120.0)
        predictor.F0_proj.weight *= 100.0
        generator.conv_post.weight *= 0.2
        generator.conv_post.bias.fill_(0.7)
    parts = {part: getattr(encoder, part).state_dict() for part in ENCODER_PARTS}
    return {**parts, "decoder": decoder.state_dict()}


def shortened(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with numbers for names: the names of so many small nodes outweigh the weights."""
    graph = model.graph
    kept = {port.name: port.name for port in (*graph.input, *graph.output)} | {"": ""}
    for tensor in graph.initializer:
        tensor.name = kept.setdefault(tensor.name, f"{len(kept):x}")
    for node in graph.node:
        node.ClearField("name")
        for ports in (node.input, node.output):
            ports[:] = [kept.setdefault(name, f"{len(kept):x}") for name in ports]
    onnx.checker.check_model(model, full_check=True)
    return model


if __name__ == "__main__":
    main()
