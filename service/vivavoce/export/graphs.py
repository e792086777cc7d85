"""The two graphs as ONNX: modules with their weights go in, models that the checker passes come out."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO

import onnx
import torch
from torch import Tensor, nn

from vivavoce.export import checkpoint
from vivavoce.export.architecture import DECODER_STEPS_PER_FRAME, SAMPLES_PER_STEP, Architecture
from vivavoce.export.checkpoint import Weights
from vivavoce.export.decoder import CURVES, Decoder
from vivavoce.export.prosody import Encoder

SAMPLES_PER_FRAME = SAMPLES_PER_STEP * DECODER_STEPS_PER_FRAME
ENCODER_AXES: Mapping[str, Mapping[int, str]] = {
    "input_ids": {0: "rows", 1: "symbols"},
    "lengths": {0: "rows"},
    "style": {0: "rows"},
    "speed": {0: "rows"},
    "durations": {0: "rows", 1: "symbols"},
    "frames": {0: "rows", 1: "frames"},
    "frame_lengths": {0: "rows"},
}
DECODER_AXES: Mapping[str, Mapping[int, str]] = {
    "frames": {0: "rows", 1: "frames"},
    "lengths": {0: "rows"},
    "style": {0: "rows"},
    "noise": {0: "rows", 1: "samples"},
    "waveform": {0: "rows", 1: "samples"},
}


def encoder(sizes: Architecture, parts: Mapping[str, Weights], opset: int) -> onnx.ModelProto:
    """Always in 32 bits: it is a twentieth of the work, and what it gives are whole frames and hertz."""
    module = Encoder(sizes)
    own = {
        f"{part}.{name}": value for part in checkpoint.ENCODER_PARTS for name, value in parts[part].items()
    }
    checkpoint.give(module, own)
    ids = torch.randint(1, sizes.n_token, (2, 7))
    example = (ids, torch.tensor([7, 5]), torch.randn(2, 2 * sizes.style_dim), torch.ones(2))
    return _exported(module, example, ENCODER_AXES, opset)


def decoder(sizes: Architecture, weights: Weights, opset: int, *, half: bool) -> onnx.ModelProto:
    module = Decoder(sizes)
    checkpoint.give(module, weights)
    frames = torch.randn(2, 6, sizes.hidden_dim + CURVES)
    noise = torch.randn(2, 6 * SAMPLES_PER_FRAME)
    example = (frames, torch.tensor([6, 4]), torch.randn(2, 2 * sizes.style_dim), noise)
    return _exported(module.half() if half else module, example, DECODER_AXES, opset)


def _exported(
    module: nn.Module, example: tuple[Tensor, ...], axes: Mapping[str, Mapping[int, str]], opset: int
) -> onnx.ModelProto:
    file = BytesIO()
    names = list(axes)
    with torch.no_grad(), _quiet():
        torch.onnx.export(
            module.eval(),
            example,
            file,
            dynamo=False,
            autograd_inlining=False,
            opset_version=opset,
            input_names=names[: len(example)],
            output_names=names[len(example) :],
            dynamic_axes={name: dict(of) for name, of in axes.items()},
        )
    model = onnx.load_from_string(file.getvalue())
    onnx.checker.check_model(model, full_check=True)
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter warns that it is the older one, and of every number that it takes for a constant: those
    are sizes of the network. Batches of other shapes are what the tests try."""
    with warnings.catch_warnings(action="ignore"):
        yield
