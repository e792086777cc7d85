"""How much arithmetic an ONNX graph does, counted at the shapes that it has in a real run.

The outputs of every operator that multiplies are made outputs of the graph, the graph is run once, and the
multiplications and additions (2 each) follow from the shapes. Everything else (activations, norms, table
look-ups) is left out: it is small, and not what runtimes are compared by.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

COUNTED = ("Conv", "ConvTranspose", "Gemm", "MatMul")
WOULD_COUNT = frozenset({"Einsum", "LSTM", "GRU", "RNN", "DFT", "STFT", "QLinearConv", "QLinearMatMul"})
"""Operators that multiply much, and that this counter does not know."""


@dataclass(frozen=True, slots=True)
class Operations:
    """Of one run."""

    by_kind: Mapping[str, int]
    """Operator → floating-point operations."""
    left_out: tuple[str, ...]
    """Operators that multiply much and are not counted, with those that hold graphs of their own."""

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


def count(path: Path, feeds: Mapping[str, np.ndarray]) -> Operations:
    """The operations of the graph in `path` for these inputs; the work on constants, done once at load, is
    not counted."""
    import onnx

    graph = onnx.load(str(path))
    constants = _constants(graph.graph)
    nodes = [
        node
        for node in graph.graph.node
        if node.op_type in COUNTED and not all(name in constants for name in node.input if name)
    ]
    wanted = list(dict.fromkeys(name for node in nodes for name in (*node.input, *node.output) if name))
    shapes = _shapes(graph, wanted, feeds)
    by_kind: Counter[str] = Counter()
    for node in nodes:
        by_kind[node.op_type] += _operations(node, shapes)
    left_out = {
        node.op_type for node in graph.graph.node if node.op_type in WOULD_COUNT or _holds_graphs(node)
    }
    return Operations(dict(by_kind), tuple(sorted(left_out)))


def _constants(graph: Any) -> set[str]:  # noqa: ANN401 - onnx's own classes are not typed
    """The names of all values that do not depend on the inputs."""
    known = {one.name for one in graph.initializer}
    for node in graph.node:
        if all(name in known for name in node.input if name) and not _holds_graphs(node):
            known.update(node.output)
    return known


def _holds_graphs(node: Any) -> bool:  # noqa: ANN401
    return any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute)


def _shapes(graph: Any, wanted: list[str], feeds: Mapping[str, np.ndarray]) -> dict[str, tuple[int, ...]]:  # noqa: ANN401
    """The shapes of `wanted` values in a run."""
    import onnx
    import onnxruntime

    shapes = {one.name: tuple(one.dims) for one in graph.graph.initializer}
    shapes |= {name: value.shape for name, value in feeds.items()}
    present = {one.name for one in graph.graph.output}
    inner = [name for name in wanted if name not in shapes]
    graph.graph.output.extend(onnx.ValueInfoProto(name=name) for name in inner if name not in present)
    options = onnxruntime.SessionOptions()
    # Optimising would fuse operators away, and their outputs with them.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    values = session.run(inner, dict(feeds)) if inner else []
    return shapes | {name: value.shape for name, value in zip(inner, values, strict=True)}


def _operations(node: Any, shapes: Mapping[str, tuple[int, ...]]) -> int:  # noqa: ANN401
    first, weight, out = (shapes[name] for name in (node.input[0], node.input[1], node.output[0]))
    match node.op_type:
        case "Conv":  # weight: outputs, inputs of a group, kernel…
            return 2 * prod(out) * prod(weight[1:])
        case "ConvTranspose":  # weight: inputs, outputs of a group, kernel…
            return 2 * prod(first) * prod(weight[1:])
        case "Gemm":
            transposed = any(one.name == "transA" and one.i for one in node.attribute)
            return 2 * prod(out) * first[0 if transposed else 1]
        case _:
            return 2 * prod(out) * first[-1]
