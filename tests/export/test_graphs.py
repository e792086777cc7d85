"""The graphs themselves: no control flow, nothing that a GPU lacks, every version of operators on offer."""

from pathlib import Path

import kokoro
import numpy as np
import onnx
import pytest
import torch
from export import tiny

from vivavoce.models import load
from vivavoce.models.base import EncodeItem
from vivavoce.models.session import Device

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(1200)]

CUDA = frozenset(
    {
        "Abs", "Add", "And", "Cast", "Clip", "Concat", "Constant", "ConstantOfShape", "Conv",
        "ConvTranspose", "Cos", "CumSum", "Div", "Equal", "Exp", "Expand", "Flatten", "Floor", "Gather",
        "GatherElements", "Gemm", "Greater", "GreaterOrEqual", "Identity", "LSTM", "LayerNormalization",
        "LeakyRelu", "Less", "MatMul", "Max", "Min", "Mod", "Mul", "Neg", "Not", "Or", "Pad", "Pow",
        "Range", "ReduceMax", "ReduceMean", "ReduceSum", "Reshape", "Round", "Shape",
        "Sigmoid", "Sin", "Slice", "Softmax", "Split", "Sqrt", "Squeeze", "Sub", "Tanh", "Transpose",
        "Unsqueeze", "Where",
    }
)  # fmt: skip
"""Operators with a CUDA kernel for our types (ONNX Runtime 1.31, docs/OperatorKernels.md); shapes, and what
is computed from them, stay on the CPU there. Atan is not among them."""
COMPLEX = (onnx.TensorProto.COMPLEX64, onnx.TensorProto.COMPLEX128)


@pytest.fixture(scope="module", params=[17, 18, 19, 20])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.export(tmp_path_factory.mktemp("models"), opset=request.param, voices=True)


def graphs(folder: Path) -> list[onnx.GraphProto]:
    return [onnx.load(folder / name).graph for name in ("encoder.onnx", "decoder.onnx")]


def test_every_operator_has_a_kernel_on_a_gpu_and_none_is_control_flow(folder: Path) -> None:
    for graph in graphs(folder):
        assert {node.op_type for node in graph.node} <= CUDA
        assert {node.domain for node in graph.node} <= {"", "ai.onnx"}
        assert not [node for node in graph.node for one in node.attribute if one.HasField("g")]
        assert not [one for one in graph.initializer if one.data_type in COMPLEX]


def test_every_version_of_operators_says_the_same(folder: Path, tmp_path: Path) -> None:
    items = [EncodeItem("həlˈO, wˈɜɹld!", "af_heart", 1.0, 0), EncodeItem("ˈA", "bf_emma", 1.3, 1)]
    (first, second), (other_first, other_second) = (
        [one.samples for one in tiny.spoken(load("kokoro-batched", place, Device("cpu")), items)]
        for place in (folder, kokoro.install_batched(tmp_path))
    )
    # The committed model is of the same script and seed; another PyTorch may draw other weights.
    for one, other in ((first, other_first), (second, other_second)):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-4)


def test_the_committed_model_is_what_its_script_makes(tmp_path: Path) -> None:
    made = tiny.export(tmp_path / "made")
    for name in ("encoder.onnx", "decoder.onnx"):
        fresh, committed = (onnx.load(place / name).graph for place in (made, kokoro.BATCHED))
        assert [node.op_type for node in fresh.node] == [node.op_type for node in committed.node]
        assert [list(one.dims) for one in fresh.initializer] == [
            list(one.dims) for one in committed.initializer
        ]


def test_half_precision_is_the_decoders_convolutions_and_not_the_rest(tmp_path: Path) -> None:
    encoder, decoder = graphs(tiny.export(tmp_path / "half", half=True))
    types = {one.name: one.data_type for one in decoder.initializer}
    half = {name for name, kind in types.items() if kind == onnx.TensorProto.FLOAT16}
    assert {name for name in types if name.startswith("generator.m_source")}.isdisjoint(half)
    assert {name for name in types if ".convs1." in name or "conv_post" in name} <= half
    assert not [one for one in encoder.initializer if one.data_type == onnx.TensorProto.FLOAT16]


def test_the_transform_and_its_inverse_are_those_of_pytorch() -> None:
    from vivavoce.export.layers import extent
    from vivavoce.export.spectrum import Spectrum

    torch.manual_seed(0)
    lengths = torch.tensor([600, 300])
    waveform = torch.randn(2, 600) * (torch.arange(600) < lengths[:, None])
    spectrum = Spectrum(20, 5)
    magnitudes, phases = spectrum(waveform, lengths).chunk(2, dim=1)
    where = extent(lengths // 5 + 1, 121)
    back = spectrum.inverse(magnitudes, phases, where)
    torch.testing.assert_close(back, waveform, rtol=0, atol=1e-5)
    window = torch.hann_window(20)
    for row, length in enumerate(lengths):
        exact = torch.stft(waveform[row, :length], 20, 5, window=window, return_complex=True)
        ours = torch.polar(magnitudes[row], phases[row])[:, : exact.shape[1]]
        torch.testing.assert_close(ours, exact, rtol=0, atol=1e-5)
        changed = exact * torch.linspace(0.5, 2, 11)[:, None]
        expected = torch.istft(changed, 20, 5, window=window)
        given = torch.zeros(2, 11, 121), torch.zeros(2, 11, 121)
        given[0][row, :, : exact.shape[1]], given[1][row, :, : exact.shape[1]] = (
            changed.abs(),
            changed.angle(),
        )
        made = spectrum.inverse(*given, where)[row, :length]
        torch.testing.assert_close(made, expected, rtol=0, atol=1e-5)
