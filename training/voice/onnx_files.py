"""Smaller ONNX files: weights in half precision, cast back at load; Fourier bases computed, not stored."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import NodeProto, TensorProto, helper, numpy_helper

from training.voice.excitation import SHORT
from training.voice.features import FFT_SIZE
from training.voice.tables import dft_bases

SMALL = 2048
"""Tensors of no more numbers stay as they are."""


def shrink(path: Path) -> None:
    """To about a third; arithmetic stays in single precision, since the runtime folds all this at load."""
    model = onnx.load(path)
    graph = model.graph
    _own_constants(graph)
    nodes: list[NodeProto] = []
    for size in (FFT_SIZE, SHORT):
        nodes += _computed_bases(graph, size)
    for stored in [
        one for one in graph.initializer if one.data_type == TensorProto.FLOAT and _count(one) > SMALL
    ]:
        half = numpy_helper.from_array(
            numpy_helper.to_array(stored).astype(np.float16), f"{stored.name}_half"
        )
        nodes.append(helper.make_node("Cast", [half.name], [stored.name], to=TensorProto.FLOAT))
        graph.initializer.remove(stored)
        graph.initializer.append(half)
    for place, node in enumerate(nodes):
        graph.node.insert(place, node)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _count(tensor: TensorProto) -> int:
    return int(np.prod(tensor.dims))


def _own_constants(graph: onnx.GraphProto) -> None:
    """Large constants become initializers like the weights."""
    for node in [node for node in graph.node if node.op_type == "Constant"]:
        value = node.attribute[0].t
        if _count(value) > SMALL:
            value.name = node.output[0]
            graph.initializer.append(value)
            graph.node.remove(node)


def _computed_bases(graph: onnx.GraphProto, size: int) -> list[NodeProto]:
    """Nodes for the bases of `size`: cosines and sines, windowed; a stored basis is these times a column."""
    bins, prefix = size // 2 + 1, f"dft{size}_"
    stored = [one for one in graph.initializer if list(one.dims) == [2 * bins, 1, size]]
    if not stored:
        return []
    nodes = _windowed_waves(graph, size, prefix)
    plain = dft_bases(size, 1.0)[0][:, 0].numpy()
    for one in stored:
        value = numpy_helper.to_array(one)[:, 0]
        column = ((value * plain).sum(1) / np.maximum((plain * plain).sum(1), 1e-9)).astype(np.float32)[
            :, None
        ]
        shape = np.array([2 * bins, 1, size], np.int64)
        graph.initializer.append(numpy_helper.from_array(column, f"{one.name}_column"))
        graph.initializer.append(numpy_helper.from_array(shape, f"{one.name}_shape"))
        flat = f"{one.name}_flat"
        nodes.append(helper.make_node("Mul", [f"{prefix}windowed", f"{one.name}_column"], [flat]))
        nodes.append(helper.make_node("Reshape", [flat, f"{one.name}_shape"], [one.name]))
        graph.initializer.remove(one)
    return nodes


def _windowed_waves(graph: onnx.GraphProto, size: int, prefix: str) -> list[NodeProto]:
    """Nodes whose last output, `prefix`windowed, is [size + 2, size]: see tables.dft_bases."""
    constants = {
        "bins": np.arange(size // 2 + 1, dtype=np.int64)[:, None],
        "times": np.arange(size, dtype=np.int64)[None],
        "size": np.int64(size),
        "step": np.float32(2 * np.pi / size),
        "window": torch.sqrt(torch.hann_window(size)).numpy(),
    }
    for name, value in constants.items():
        graph.initializer.append(numpy_helper.from_array(np.asarray(value), prefix + name))
    steps: tuple[tuple[str, tuple[str, ...], str, dict[str, int]], ...] = (
        ("Mul", ("bins", "times"), "product", {}),
        ("Mod", ("product", "size"), "turn", {}),
        ("Cast", ("turn",), "turns", {"to": TensorProto.FLOAT}),
        ("Mul", ("turns", "step"), "angle", {}),
        ("Cos", ("angle",), "cosine", {}),
        ("Sin", ("angle",), "sine", {}),
        ("Neg", ("sine",), "imaginary", {}),
        ("Concat", ("cosine", "imaginary"), "both", {"axis": 0}),
        ("Mul", ("both", "window"), "windowed", {}),
    )
    return [
        helper.make_node(kind, [prefix + name for name in inputs], [prefix + output], **attributes)
        for kind, inputs, output, attributes in steps
    ]
