"""The counter of operations, on graphs that can be counted by hand."""

import numpy as np
import onnx
from onnx import parser

from training.voice.evaluate.operations import count

GRAPH = """
<ir_version: 8, opset_import: ["": 17]>
tiny (float[batch, 3, n] x) => (float[batch, m, 5] y)
<float[4, 3, 5] kernel, float[4, 2, 4] up, float[2, 5] matrix, float[2, 2] a, float[2, 2] b>
{
    constant = MatMul(a, b)
    mixed = MatMul(constant, matrix)
    narrow = Conv<pads = [2, 2]>(x, kernel)
    wide = ConvTranspose<strides = [2], pads = [1, 1]>(narrow, up)
    turned = Transpose<perm = [0, 2, 1]>(wide)
    active = Relu(turned)
    y = MatMul(active, mixed)
}
"""
GEMM = """
<ir_version: 8, opset_import: ["": 17]>
tiny (float[n, 3] x) => (float[3, 6] y, float[2, 1, 6] states)
<float[n, 6] matrix, float[1, 24, 6] w, float[1, 24, 6] r>
{
    y = Gemm<transA = 1>(x, matrix)
    rows = Unsqueeze(y, axis)
    all, last, cell = LSTM<hidden_size = 6>(rows, w, r)
    states = Identity(last)
}
"""


def model(tmp_path, text, **constants):
    made = parser.parse_model(text)
    made.graph.initializer.extend(
        onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()
    )
    path = tmp_path / "tiny.onnx"
    onnx.save(made, str(path))
    return path


def test_each_kind_is_counted_at_its_real_shape(tmp_path):
    rng = np.random.default_rng(0)
    sizes = {"kernel": (4, 3, 5), "up": (4, 2, 4), "matrix": (2, 5), "a": (2, 2), "b": (2, 2)}
    constants = {name: rng.normal(size=size).astype(np.float32) for name, size in sizes.items()}
    text = "\n".join(line for line in GRAPH.splitlines() if not line.startswith("<float"))
    found = count(model(tmp_path, text, **constants), {"x": np.zeros((2, 3, 10), np.float32)})
    assert found.by_kind == {
        "Conv": 2 * (2 * 4 * 10) * (3 * 5),
        "ConvTranspose": 2 * (2 * 4 * 10) * (2 * 4),
        "MatMul": 2 * (2 * 20 * 5) * 2,
    }
    assert found.total == sum(found.by_kind.values())
    assert found.left_out == ()


def test_gemm_may_be_transposed_and_what_is_not_counted_is_told(tmp_path):
    rng = np.random.default_rng(0)
    text = "\n".join(line for line in GEMM.splitlines() if not line.startswith("<float"))
    text = text.replace("float[3, 6] y, float[2, 1, 6] states", "float[3, 6] y, float[a, b, c] states")
    path = model(
        tmp_path,
        text,
        matrix=rng.normal(size=(7, 6)).astype(np.float32),
        w=rng.normal(size=(1, 24, 6)).astype(np.float32),
        r=rng.normal(size=(1, 24, 6)).astype(np.float32),
        axis=np.array([1], np.int64),
    )
    found = count(path, {"x": np.zeros((7, 3), np.float32)})
    assert found.by_kind == {"Gemm": 2 * (3 * 6) * 7}
    assert found.left_out == ("LSTM",)
