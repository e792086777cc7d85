"""Makes kokoro/: the signature of Kokoro-82M's published ONNX exports, in a few kilobytes that hum.

Each symbol has a pitch and a length of its own, each sample depends on the style, the length on the speed; a
symbol lasts a whole number of units of 600 samples, as in the real model. Published exports differ in what
they call things, in the type of the speed and in whether they tell the durations; so do these.

    python tests/data/make_kokoro.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, parser

SYMBOLS, STYLE_SIZE, UNIT = 178, 256, 600
HERE = Path(__file__).parent / "kokoro"

GRAPH = """
<ir_version: 8, opset_import: ["": 17]>
kokoro (int64[1, n] {ids}, float[1, 256] style, {speed_type}[1] speed) => ({outputs})
<int64 zero = {{0}}, int64 one = {{1}}, int64[1] all = {{-1}}, int64[1] last = {{-1}}, float least = {{1.0}},
 float half = {{0.5}}>
{{
    own = Gather(units, {ids})
    factor = Cast<to = 1>(speed)
    exact = Div(own, factor)
    rounded = Round(exact)
    whole = Max(rounded, least)
    counts = Cast<to = 7>(whole)
    duration = Reshape(counts, all)
    ends = CumSum(duration, zero)
    total = ReduceMax<keepdims = 0>(ends)
    time = Range(zero, total, one)
    time_column = Unsqueeze(time, last)
    is_past = GreaterOrEqual(time_column, ends)
    past = Cast<to = 7>(is_past)
    symbol = ReduceSum<keepdims = 0>(past, last)
    flat_ids = Reshape({ids}, all)
    spoken = Gather(flat_ids, symbol)
    pitch = Gather(pitches, spoken)
    pitch_column = Unsqueeze(pitch, last)
    phase = Mul(pitch_column, ramp)
    voice = MatMul(style, weights)
    turned = Add(phase, voice)
    wave = Sin(turned)
    loud = Mul(wave, half)
    {audio} = Reshape(loud, {shape})
}}
"""
VARIANTS = {
    "tokens": {"ids": "tokens", "speed_type": "float", "audio": "audio", "shape": "all"},
    "whole_speed": {"ids": "input_ids", "speed_type": "int32", "audio": "waveform", "shape": "row"},
    "duration": {"ids": "input_ids", "speed_type": "float", "audio": "waveform", "shape": "row"},
}


def main() -> None:
    """Writes a graph for each variant."""
    number = np.arange(SYMBOLS)
    values = {
        "units": 2 + number % 5 * 2,
        "pitches": 1 + number % 23,
        "ramp": np.arange(UNIT) * 2 * np.pi / UNIT,
        "weights": np.sin(np.arange(STYLE_SIZE))[:, None],
    }
    HERE.mkdir(exist_ok=True)
    for name, variant in VARIANTS.items():
        shape = "[samples]" if variant["shape"] == "all" else "[1, samples]"
        outputs = f"float{shape} {variant['audio']}"
        outputs += ", int64[n] duration" if name == "duration" else ""
        write(name, GRAPH.format(**variant, outputs=outputs), values)


def write(name: str, text: str, values: dict[str, np.ndarray]) -> None:
    model = parser.parse_model(text)
    row = helper.make_tensor("row", TensorProto.INT64, [2], [1, -1])
    model.graph.initializer.append(row)
    for key, value in values.items():
        floats = value.astype(np.float32)
        model.graph.initializer.append(helper.make_tensor(key, TensorProto.FLOAT, floats.shape, floats))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, HERE / f"{name}.onnx")


if __name__ == "__main__":
    main()
